use vimana_proto::Address;
use vimana_proto::state::v1::Spec;

use super::diff;
use super::model::FieldChange;
use super::value::Value;

/// Longer text says nothing at a glance.
const SHORT: usize = 100;

/// The fields that tell a new resource from others of its kind: those that are
/// short and that its address does not tell already.
pub(super) fn highlights(address: &Address, spec: &Spec) -> Vec<FieldChange> {
    diff::specs(None, spec)
        .fields
        .into_iter()
        .filter(|field| !field.immutable)
        .filter(|field| {
            field
                .after
                .as_ref()
                .is_some_and(|value| is_telling(address, value))
        })
        .collect()
}

fn is_telling(address: &Address, value: &Value) -> bool {
    match value {
        Value::Bool(_) | Value::Number(_) | Value::Enum(_) => true,
        Value::String(text) => {
            text.len() <= SHORT && !text.contains('\n') && !address.name().contains(text.as_str())
        }
        Value::List(values) => {
            values.len() <= 5 && values.iter().all(|value| is_telling(address, value))
        }
        Value::Bytes { .. } | Value::Empty | Value::Redacted => false,
    }
}
