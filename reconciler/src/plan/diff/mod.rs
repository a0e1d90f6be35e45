//! Field by field comparison of two messages, by their descriptor.

mod keyed;
mod options;

use std::borrow::Cow;
use std::collections::BTreeMap;

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _,
    Value as Reflected,
};
use vimana_proto::state::v1::Spec;

use super::model::FieldChange;
use super::value::{self, Value};
use options::FieldOptions;

/// What a comparison found.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    /// The fields that differ, in the order of their numbers.
    pub(crate) fields: Vec<FieldChange>,
    /// Whether fields differ that do not count, since the node sets them.
    pub(crate) ignored: bool,
}

/// Compares two specs of one kind.
pub(crate) fn specs(before: Option<&Spec>, after: &Spec) -> Differences {
    let before = before.map(vimana_proto::to_dynamic);
    let after = vimana_proto::to_dynamic(after);
    match (before.as_ref().map(kind_of), kind_of(&after)) {
        (None, Some(after)) => messages(None, Some(&after)),
        (Some(Some(before)), Some(after)) if before.descriptor() == after.descriptor() => {
            messages(Some(&before), Some(&after))
        }
        _ => messages(before.as_ref(), Some(&after)),
    }
}

/// The message in the oneof of a `Spec`, so that paths begin at the resource.
fn kind_of(spec: &DynamicMessage) -> Option<DynamicMessage> {
    spec.fields()
        .next()
        .and_then(|(_, value)| value.as_message().cloned())
}

/// Compares two messages of one type, either of which may be absent.
pub(crate) fn messages(
    before: Option<&DynamicMessage>,
    after: Option<&DynamicMessage>,
) -> Differences {
    let mut walk = Walk::default();
    walk.message(&Place::default(), before, after);
    walk.0
}

/// Where in a resource a comparison stands.
#[derive(Debug, Default, Clone)]
struct Place {
    path: String,
    /// Whether this or what contains it cannot change in place.
    immutable: bool,
    /// The number of a field that the path already tells.
    told: Option<u32>,
}

impl Place {
    fn field(&self, field: &FieldDescriptor, options: FieldOptions) -> Self {
        let separator = if self.path.is_empty() { "" } else { "." };
        Self {
            path: format!("{}{separator}{}", self.path, field.name()),
            immutable: self.immutable || options.immutable,
            told: None,
        }
    }

    fn element(&self, key: &str, told: Option<u32>) -> Self {
        Self {
            path: format!("{}[{key}]", self.path),
            immutable: self.immutable,
            told,
        }
    }
}

#[derive(Default)]
struct Walk(Differences);

impl Walk {
    fn push(&mut self, place: &Place, before: Option<Value>, after: Option<Value>) {
        self.0.fields.push(FieldChange {
            path: place.path.clone(),
            before,
            after,
            immutable: place.immutable,
        });
    }

    fn message(
        &mut self,
        place: &Place,
        before: Option<&DynamicMessage>,
        after: Option<&DynamicMessage>,
    ) {
        let Some(descriptor) = after.or(before).map(DynamicMessage::descriptor) else {
            return;
        };
        let found = self.0.fields.len();
        for field in descriptor.fields() {
            let (before, after) = (set_value(before, &field), set_value(after, &field));
            if before == after || place.told == Some(field.number()) {
                continue;
            }
            self.field(place, &field, before.as_deref(), after.as_deref());
        }
        if found == self.0.fields.len() && before.is_some() != after.is_some() {
            self.push(
                place,
                before.map(|_| Value::Empty),
                after.map(|_| Value::Empty),
            );
        }
    }

    /// A field whose values differ.
    fn field(
        &mut self,
        place: &Place,
        field: &FieldDescriptor,
        before: Option<&Reflected>,
        after: Option<&Reflected>,
    ) {
        let options = FieldOptions::of(field);
        if options.server_assigned {
            self.0.ignored = true;
            return;
        }
        let place = place.field(field, options);
        if options.redacted {
            let redacted = |value: Option<_>| value.map(|_| Value::Redacted);
            self.push(&place, redacted(before), redacted(after));
        } else if field.is_map() {
            self.map(&place, field, before, after);
        } else if field.is_list() {
            self.list(&place, field, before, after);
        } else {
            self.value(&place, &field.kind(), before, after);
        }
    }

    fn value(
        &mut self,
        place: &Place,
        kind: &Kind,
        before: Option<&Reflected>,
        after: Option<&Reflected>,
    ) {
        if is_walked(kind) {
            let message =
                |value: Option<&Reflected>| value.and_then(Reflected::as_message).cloned();
            self.message(place, message(before).as_ref(), message(after).as_ref());
        } else {
            let shown = |value: Option<&Reflected>| value.map(|value| Value::of(kind, value));
            self.push(place, shown(before), shown(after));
        }
    }

    fn map(
        &mut self,
        place: &Place,
        field: &FieldDescriptor,
        before: Option<&Reflected>,
        after: Option<&Reflected>,
    ) {
        let Kind::Message(entry) = field.kind() else {
            return;
        };
        let kind = entry.map_entry_value_field().kind();
        let mut entries = BTreeMap::<_, [Option<&Reflected>; 2]>::new();
        for (side, map) in [before, after].into_iter().enumerate() {
            for (key, value) in map.and_then(Reflected::as_map).into_iter().flatten() {
                entries.entry(value::key(key)).or_default()[side] = Some(value);
            }
        }
        for ((_, key), [before, after]) in entries {
            if before != after {
                self.value(&place.element(&key, None), &kind, before, after);
            }
        }
    }

    fn list(
        &mut self,
        place: &Place,
        field: &FieldDescriptor,
        before: Option<&Reflected>,
        after: Option<&Reflected>,
    ) {
        let kind = field.kind();
        if !is_walked(&kind) {
            let shown = |list: Option<&Reflected>| list.map(|list| Value::of(&kind, list));
            return self.push(place, shown(before), shown(after));
        }
        let elements = |list| -> &[Reflected] {
            Option::<&Reflected>::and_then(list, Reflected::as_list).unwrap_or_default()
        };
        let (before, after) = (elements(before), elements(after));
        if let Some(keyed) = keyed::Keyed::of(&kind, before, after) {
            return self.keyed(place, &kind, &keyed);
        }
        for index in 0..before.len().max(after.len()) {
            let (before, after) = (before.get(index), after.get(index));
            if before != after {
                let place = place.element(&index.to_string(), None);
                self.value(&place, &kind, before, after);
            }
        }
    }

    fn keyed(&mut self, place: &Place, kind: &Kind, keyed: &keyed::Keyed<'_>) {
        for (key, before, after) in keyed.pairs() {
            if before != after {
                let place = place.element(&format!("{key:?}"), Some(keyed.field));
                self.value(&place, kind, before, after);
            }
        }
        if let Some((before, after)) = keyed.reordered() {
            let list = |keys: Vec<&str>| {
                let value = |key: &str| Value::String(key.to_owned());
                Value::List(keys.into_iter().map(value).collect())
            };
            self.push(place, Some(list(before)), Some(list(after)));
        }
    }
}

/// The value of a field that is set.
fn set_value<'a>(
    message: Option<&'a DynamicMessage>,
    field: &FieldDescriptor,
) -> Option<Cow<'a, Reflected>> {
    message
        .filter(|message| message.has_field(field))
        .map(|message| message.get_field(field))
}

/// Whether values of `kind` are compared field by field. Messages that JSON writes as
/// one value, such as durations, are values here too.
fn is_walked(kind: &Kind) -> bool {
    kind.as_message().is_some_and(|message| !is_value(message))
}

fn is_value(message: &MessageDescriptor) -> bool {
    message.package_name() == "google.protobuf"
        && matches!(
            message.name(),
            "Duration"
                | "Timestamp"
                | "FieldMask"
                | "DoubleValue"
                | "FloatValue"
                | "Int64Value"
                | "UInt64Value"
                | "Int32Value"
                | "UInt32Value"
                | "BoolValue"
                | "StringValue"
                | "BytesValue"
        )
}
