//! The second pass over a decoded message, which only some messages need: a
//! message may come in parts, and some things can be said of the whole alone.
//! Done once at the end, so that many small parts cost no more than one.

use std::cmp::Ordering;

use bytes::BytesMut;
use wasmtime::component::Val;

use super::budget::Budget;
use super::decode;
use super::encode;
use super::error::{CodecError, CodecErrorKind as Kind};
use super::plan::{
    Embedded, FieldPlan, FieldShape, MessagePlan, Plan, SlotKind, ValuePlan, is_unset,
};
use super::structs;

/// A message that is decoded when all its parts are known: where they lie in the
/// input. Kept in a `Val` that no WIT type of a message has.
pub(super) struct Deferred;

impl Deferred {
    pub(super) fn none() -> Val {
        Val::FixedLengthList(Vec::new())
    }

    pub(super) fn add(target: &mut Val, (start, end): (usize, usize)) {
        if let Val::FixedLengthList(parts) = target {
            parts.push(Val::U64(start as u64));
            parts.push(Val::U64(end as u64));
        }
    }

    fn collect(parts: &[Val], input: &[u8]) -> Vec<u8> {
        let mut whole = Vec::new();
        for pair in parts.chunks_exact(2) {
            if let [Val::U64(start), Val::U64(end)] = pair {
                let offset = |offset: &u64| usize::try_from(*offset).unwrap_or(usize::MAX);
                let part = input.get(offset(start)..offset(end));
                whole.extend_from_slice(part.unwrap_or_default());
            }
        }
        whole
    }
}

/// The second pass over one message.
pub(super) struct Finish<'a> {
    pub(super) plan: &'a Plan,
    pub(super) embedded: &'a Embedded,
    pub(super) budget: &'a Budget,
    pub(super) input: &'a [u8],
}

impl Finish<'_> {
    pub(super) fn value(
        &self,
        value: &ValuePlan,
        target: &mut Val,
        depth: usize,
    ) -> Result<(), CodecError> {
        match value {
            ValuePlan::Message(index) => {
                let message = self.plan.message(*index);
                match target {
                    Val::Record(record) if message.needs_finish => {
                        self.message(message, record, depth)
                    }
                    _ => Ok(()),
                }
            }
            ValuePlan::Json(kind) => {
                if let Val::FixedLengthList(parts) = target {
                    let whole = Deferred::collect(parts, self.input);
                    *target = Val::String(structs::decode(*kind, &whole)?);
                }
                Ok(())
            }
            ValuePlan::Recursive(message) => {
                if let Val::FixedLengthList(parts) = target {
                    let whole = Deferred::collect(parts, self.input);
                    // Written anew: what its parts say twice is merged, and what is unknown
                    // is dropped, as in every other message.
                    let plan = message.plan(self.embedded);
                    let value = decode::decode(plan, self.embedded, self.budget, &whole, depth)?;
                    let mut encoded = BytesMut::with_capacity(whole.len());
                    encode::encode(plan, self.embedded, &value, &mut encoded)?;
                    *target = decode::bytes(&encoded);
                }
                Ok(())
            }
            ValuePlan::Scalar(_)
            | ValuePlan::Enum(_)
            | ValuePlan::Wrapper(_)
            | ValuePlan::FieldMask => Ok(()),
        }
    }

    fn message(
        &self,
        message: &MessagePlan,
        record: &mut [(String, Val)],
        depth: usize,
    ) -> Result<(), CodecError> {
        for (slot, (_, target)) in message.slots.iter().zip(record) {
            match &slot.kind {
                SlotKind::Field(index) => {
                    let field = &message.fields[*index];
                    self.field(field, target, depth + 1)
                        .map_err(|error| error.in_field(&field.name))?;
                }
                SlotKind::Oneof { cases, .. } => {
                    let Val::Option(Some(variant)) = target else {
                        continue;
                    };
                    let Val::Variant(case, Some(payload)) = &mut **variant else {
                        continue;
                    };
                    let is_case = |field: &&FieldPlan| matches!(&field.shape, FieldShape::Case { name } if name == case);
                    let field = cases.iter().map(|at| &message.fields[*at]).find(is_case);
                    if let Some(field) = field {
                        self.value(&field.value, payload, depth + 1)
                            .map_err(|error| error.in_field(&field.name))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(&self, field: &FieldPlan, target: &mut Val, depth: usize) -> Result<(), CodecError> {
        match (&field.shape, target) {
            (FieldShape::Required, target) if is_unset(target) => Err(Kind::Required.into()),
            (FieldShape::Plain | FieldShape::Required, target) => {
                self.value(&field.value, target, depth)
            }
            (FieldShape::Optional, Val::Option(Some(value))) => {
                self.value(&field.value, value, depth)
            }
            (FieldShape::List, Val::List(list)) => {
                if self.plan.needs_finish(&field.value) {
                    for (index, value) in list.iter_mut().enumerate() {
                        self.value(&field.value, value, depth)
                            .map_err(|error| error.in_element(index))?;
                    }
                }
                Ok(())
            }
            (FieldShape::Map { .. }, Val::List(entries)) => {
                sort_entries(entries);
                for entry in entries {
                    if let Val::Tuple(entry) = entry
                        && let [key, value] = entry.as_mut_slice()
                    {
                        self.value(&field.value, value, depth)
                            .map_err(|error| error.in_element(display_key(key)))?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Sorts a map by its keys; of equal keys, the last one wins.
pub(super) fn sort_entries(entries: &mut Vec<Val>) {
    entries.sort_by(|a, b| compare_keys(key_of(a), key_of(b)));
    // `dedup_by` keeps the first of equals, so the later value moves forward.
    entries.dedup_by(|later, kept| {
        let same = compare_keys(key_of(later), key_of(kept)).is_eq();
        if same {
            std::mem::swap(later, kept);
        }
        same
    });
}

pub(super) fn key_of(entry: &Val) -> Option<&Val> {
    match entry {
        Val::Tuple(entry) => entry.first(),
        _ => None,
    }
}

/// The order of keys of one type. Values that are no keys are all equal; they are
/// refused where they are written.
pub(super) fn compare_keys(a: Option<&Val>, b: Option<&Val>) -> Ordering {
    match (a, b) {
        (Some(Val::Bool(a)), Some(Val::Bool(b))) => a.cmp(b),
        (Some(Val::S32(a)), Some(Val::S32(b))) => a.cmp(b),
        (Some(Val::U32(a)), Some(Val::U32(b))) => a.cmp(b),
        (Some(Val::S64(a)), Some(Val::S64(b))) => a.cmp(b),
        (Some(Val::U64(a)), Some(Val::U64(b))) => a.cmp(b),
        (Some(Val::String(a)), Some(Val::String(b))) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

/// Whether two keys are one; what is no key is refused where it is written.
pub(super) fn same_key(a: &Val, b: &Val) -> bool {
    let is_key = |value: &Val| {
        matches!(
            value,
            Val::Bool(_) | Val::S32(_) | Val::U32(_) | Val::S64(_) | Val::U64(_) | Val::String(_)
        )
    };
    is_key(a) && is_key(b) && compare_keys(Some(a), Some(b)).is_eq()
}

/// A key as an error names it, and as JSON has it.
pub(super) fn display_key(key: &Val) -> String {
    match key {
        Val::Bool(key) => key.to_string(),
        Val::S32(key) => key.to_string(),
        Val::U32(key) => key.to_string(),
        Val::S64(key) => key.to_string(),
        Val::U64(key) => key.to_string(),
        Val::String(key) => key.clone(),
        _ => String::from("?"),
    }
}
