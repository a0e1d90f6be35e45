//! What a message may cost in memory. A record of a hundred fields may come from
//! two bytes, so a list of them could take thousands of times what was received.

use std::cell::Cell;
use std::mem::size_of;

use wasmtime::component::Val;

use super::error::{CodecError, CodecErrorKind as Kind};

/// No honest message comes near: that is a million records of a few fields.
const LIMIT: usize = 256 << 20;

/// The memory that records may still take.
pub(super) struct Budget(Cell<usize>);

impl Budget {
    pub(super) fn new() -> Self {
        Budget(Cell::new(LIMIT))
    }

    pub(super) fn charge(&self, cost: usize) -> Result<(), CodecError> {
        let Some(left) = self.0.get().checked_sub(cost) else {
            return Err(Kind::Memory.into());
        };
        self.0.set(left);
        Ok(())
    }
}

/// What a record of these fields takes, each name being a string of its own.
pub(super) fn record<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names
        .map(|name| size_of::<(String, Val)>() + name.len())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends() {
        let budget = Budget::new();
        let cost = record(["a", "name"].into_iter());
        assert!(cost > 5);
        for _ in 0..LIMIT / cost {
            budget.charge(cost).unwrap();
        }
        assert_eq!(budget.charge(cost), Err(Kind::Memory.into()));
    }
}
