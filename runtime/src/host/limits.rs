//! What a guest may take from the machine.

use wasmtime::ResourceLimiter;

/// Bytes that an entry of a table takes on the host.
const TABLE_ENTRY: usize = size_of::<usize>();

/// Bounds the memories and tables of one store together, and remembers whether
/// it refused anything: a guest only sees that `memory.grow` failed, and then
/// traps like after any other mistake.
#[derive(Debug)]
pub(super) struct MemoryLimiter {
    limit: usize,
    used: usize,
    refused: bool,
}

impl MemoryLimiter {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            used: 0,
            refused: false,
        }
    }

    /// Bytes that the store has.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// Whether what the store has is within `limit`.
    pub(super) fn fits(&self, limit: u64) -> bool {
        u64::try_from(self.used).is_ok_and(|used| used <= limit)
    }

    /// Begins anew with what the store has already.
    pub(super) fn renew(&mut self, limit: u64) {
        *self = Self {
            used: self.used,
            ..Self::new(limit)
        };
    }

    /// Allows `bytes` more, for what the host itself keeps in the store.
    pub(super) fn allow(&mut self, bytes: u64) {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.limit = self.limit.saturating_add(bytes);
    }

    /// Whether the guest asked for more than it may have.
    pub(super) fn has_refused(&self) -> bool {
        self.refused
    }

    fn grow(&mut self, current: usize, desired: usize) -> bool {
        let used = self.used.saturating_sub(current).saturating_add(desired);
        if used > self.limit {
            self.refused = true;
            return false;
        }
        self.used = used;
        true
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // A growth beyond the memory's own maximum fails behind our back, and
        // must not count.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        Ok(self.grow(current, desired))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        Ok(self.grow(
            current.saturating_mul(TABLE_ENTRY),
            desired.saturating_mul(TABLE_ENTRY),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_of_a_store_share_one_limit() {
        let mut limiter = MemoryLimiter::new(100);
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.memory_growing(0, 40, None).unwrap());
        assert!(!limiter.has_refused());
        assert!(!limiter.memory_growing(40, 41, None).unwrap());
        assert!(limiter.has_refused());
    }

    #[test]
    fn what_a_store_has_counts_in_its_next_call() {
        let mut limiter = MemoryLimiter::new(100);
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(!limiter.memory_growing(60, 101, None).unwrap());
        assert!(limiter.fits(60) && !limiter.fits(59));
        limiter.renew(80);
        assert!(!limiter.has_refused());
        assert!(limiter.memory_growing(60, 80, None).unwrap());
        assert!(!limiter.memory_growing(80, 81, None).unwrap());
    }

    #[test]
    fn a_memory_that_reaches_its_own_maximum_is_not_out_of_memory() {
        let mut limiter = MemoryLimiter::new(100);
        assert!(!limiter.memory_growing(0, 60, Some(50)).unwrap());
        assert!(!limiter.has_refused());
        assert!(limiter.memory_growing(0, 100, None).unwrap());
    }
}
