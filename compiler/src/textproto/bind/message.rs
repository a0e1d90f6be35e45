use std::ops::Range;

use prost_reflect::prost::Message as _;
use prost_reflect::{
    Cardinality, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MapKey,
    MessageDescriptor, OneofDescriptor, ReflectMessage as _, Value as Bound,
};

use super::error::{BindError, BindErrorKind};
use super::spans::FieldSpan;
use super::{Binder, scalar};
use crate::rules::nearest;
use crate::textproto::syntax::{Field, Message, Name, Value};

/// A field of a message, or an extension of it.
enum Target {
    Field(FieldDescriptor),
    Extension(ExtensionDescriptor),
}

impl Target {
    /// As it is written, without brackets.
    fn name(&self) -> &str {
        match self {
            Self::Field(field) => field.name(),
            Self::Extension(extension) => extension.full_name(),
        }
    }

    /// As paths have it.
    fn path_segment(&self) -> String {
        match self {
            Self::Field(field) => field.name().to_owned(),
            Self::Extension(extension) => format!("({})", extension.full_name()),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Field(field) => field.kind(),
            Self::Extension(extension) => extension.kind(),
        }
    }

    fn is_repeated(&self) -> bool {
        match self {
            Self::Field(field) => field.cardinality() == Cardinality::Repeated,
            Self::Extension(extension) => extension.cardinality() == Cardinality::Repeated,
        }
    }

    fn is_map(&self) -> bool {
        matches!(self, Self::Field(field) if field.is_map())
    }

    fn oneof(&self) -> Option<OneofDescriptor> {
        match self {
            // The oneof that stands for `optional` has no second member.
            Self::Field(field) => field.containing_oneof(),
            Self::Extension(_) => None,
        }
    }

    /// Sets the field, or adds to it.
    fn store(&self, message: &mut DynamicMessage, value: Bound) {
        if self.is_map() {
            let entry = value.as_message().and_then(map_entry);
            if let (Self::Field(field), Some((key, value))) = (self, entry)
                && let Some(map) = message.get_field_mut(field).as_map_mut()
            {
                map.insert(key, value);
            }
            return;
        }
        let place = match self {
            Self::Field(field) => message.get_field_mut(field),
            Self::Extension(extension) => message.get_extension_mut(extension),
        };
        match place {
            Bound::List(list) if self.is_repeated() => list.push(value),
            place => *place = value,
        }
    }
}

/// The key and value that an entry of a map holds, with their defaults.
fn map_entry(entry: &DynamicMessage) -> Option<(MapKey, Bound)> {
    let descriptor = entry.descriptor();
    let key = entry.get_field(&descriptor.map_entry_key_field());
    let value = entry.get_field(&descriptor.map_entry_value_field());
    Some((key.into_owned().into_map_key()?, value.into_owned()))
}

/// What the fields of one message have been so far.
#[derive(Default)]
struct Seen {
    /// The name and place of each, and how many values of it are bound.
    fields: Vec<(String, Range<usize>, usize)>,
    /// The member that each oneof has.
    oneofs: Vec<(String, String, Range<usize>)>,
}

impl Seen {
    fn add(&mut self, name: &str, range: &Range<usize>) {
        if self.first(name).is_none() {
            self.fields.push((name.to_owned(), range.clone(), 0));
        }
    }

    fn first(&self, name: &str) -> Option<Range<usize>> {
        let mut fields = self.fields.iter();
        let (_, range, _) = fields.find(|(seen, ..)| seen == name)?;
        Some(range.clone())
    }

    /// How many values of the field are bound.
    fn count(&mut self, name: &str) -> Option<&mut usize> {
        let mut fields = self.fields.iter_mut();
        let (_, _, count) = fields.find(|(seen, ..)| seen == name)?;
        Some(count)
    }
}

impl Binder {
    /// The message of type `descriptor`; `path` is where it is.
    pub(super) fn message(
        &mut self,
        message: Message<'_>,
        descriptor: &MessageDescriptor,
        path: &str,
    ) -> DynamicMessage {
        let mut bound = DynamicMessage::new(descriptor.clone());
        let mut seen = Seen::default();
        for field in message.fields() {
            let Some(name) = field.name() else { continue };
            if name.is_bracketed && descriptor.full_name() == "google.protobuf.Any" {
                self.any(field, &name, &mut bound, path);
            } else if let Some(target) = self.target(&name, descriptor, message) {
                self.field(field, &name, &target, &mut bound, &mut seen, path);
            }
        }
        self.require_fields(&bound, message, descriptor);
        bound
    }

    fn error(&mut self, range: Range<usize>, kind: BindErrorKind) {
        self.errors.push(BindError { range, kind });
    }

    fn target(
        &mut self,
        name: &Name,
        descriptor: &MessageDescriptor,
        message: Message<'_>,
    ) -> Option<Target> {
        if name.is_bracketed {
            let extension = descriptor.get_extension_by_full_name(&name.text);
            if extension.is_none() {
                self.error(
                    name.range.clone(),
                    BindErrorKind::UnknownName {
                        name: name.text.clone(),
                        expected: "extension",
                    },
                );
            }
            return extension.map(Target::Extension);
        }
        let field = descriptor
            .fields()
            .find(|field| is_called(field, &name.text));
        if field.is_none() {
            let fields: Vec<String> = descriptor.fields().map(|field| written(&field)).collect();
            let nearest = nearest(&name.text, fields.iter().map(String::as_str));
            let is_taken = nearest.is_some_and(|nearest| is_taken(nearest, descriptor, message));
            self.error(
                name.range.clone(),
                BindErrorKind::UnknownField {
                    name: name.text.clone(),
                    message: descriptor.name().to_owned(),
                    nearest: nearest.map(str::to_owned),
                    is_taken,
                    fields,
                },
            );
        }
        field.map(Target::Field)
    }

    fn field(
        &mut self,
        field: Field<'_>,
        name: &Name,
        target: &Target,
        bound: &mut DynamicMessage,
        seen: &mut Seen,
        path: &str,
    ) {
        if !target.is_repeated() && !self.is_first(name, target, seen) {
            return;
        }
        seen.add(target.name(), &name.range);
        let Some(value) = field.value() else { return };
        match value {
            Value::List(list) if target.is_repeated() => {
                for value in list.values() {
                    self.value(value, name, target, bound, seen, path);
                }
            }
            Value::List(list) => {
                self.wrong_type(target, list.range(), "a list", None);
            }
            value => self.value(value, name, target, bound, seen, path),
        }
    }

    /// Whether neither the field nor another of its oneof is there already.
    fn is_first(&mut self, name: &Name, target: &Target, seen: &mut Seen) -> bool {
        if let Some(first) = seen.first(target.name()) {
            let field = target.name().to_owned();
            self.error(
                name.range.clone(),
                BindErrorKind::Duplicate { field, first },
            );
            return false;
        }
        let Some(oneof) = target.oneof() else {
            return true;
        };
        let mut oneofs = seen.oneofs.iter();
        if let Some((_, other, first)) = oneofs.find(|(seen, ..)| seen == oneof.name()) {
            let kind = BindErrorKind::Oneof {
                field: target.name().to_owned(),
                other: other.clone(),
                first: first.clone(),
            };
            self.error(name.range.clone(), kind);
            return false;
        }
        seen.oneofs.push((
            oneof.name().to_owned(),
            target.name().to_owned(),
            name.range.clone(),
        ));
        true
    }

    /// One value of a field.
    fn value(
        &mut self,
        value: Value<'_>,
        name: &Name,
        target: &Target,
        bound: &mut DynamicMessage,
        seen: &mut Seen,
        path: &str,
    ) {
        let field_path = join(path, &target.path_segment());
        let index = seen.count(target.name()).map_or(0, |count| *count);
        let value_path = if target.is_repeated() {
            format!("{field_path}[{index}]")
        } else {
            field_path.clone()
        };
        let typed = self.typed(value, target, &value_path);
        let span = FieldSpan {
            name: name.range.clone(),
            value: value.range(),
            is_bound: typed.is_some(),
        };
        self.spans.insert(field_path, span.clone());
        let Some(typed) = typed else { return };
        self.spans.insert(value_path, span);
        target.store(bound, typed);
        if let Some(count) = seen.count(target.name()) {
            *count += 1;
        }
    }

    fn typed(&mut self, value: Value<'_>, target: &Target, path: &str) -> Option<Bound> {
        match (value, target.kind()) {
            (Value::Message(message), Kind::Message(descriptor)) => {
                let bound = self.message(message, &descriptor, path);
                Some(Bound::Message(bound))
            }
            (Value::Scalar(scalar), Kind::Message(_)) => {
                let help = format!("write `{} {{ ... }}`", target.name());
                self.wrong_type(
                    target,
                    scalar.range(),
                    &scalar::describe(scalar),
                    Some(help),
                );
                None
            }
            (Value::Scalar(scalar), kind) => match scalar::bind(scalar, &kind, target.name()) {
                Ok(value) => value,
                Err(kind) => {
                    self.error(scalar.range(), kind);
                    None
                }
            },
            (Value::Message(message), _) => {
                self.wrong_type(target, message.range(), "a message", None);
                None
            }
            // A list in a list, which the parser has reported.
            (Value::List(_), _) => None,
        }
    }

    fn wrong_type(
        &mut self,
        target: &Target,
        range: Range<usize>,
        found: &str,
        help: Option<String>,
    ) {
        let kind = BindErrorKind::WrongType {
            field: target.name().to_owned(),
            expected: scalar::expected(&target.kind()),
            found: found.to_owned(),
            help,
            instead: None,
        };
        self.error(range, kind);
    }

    /// `[domain/package.Type] { ... }` in a `google.protobuf.Any`.
    fn any(&mut self, field: Field<'_>, name: &Name, bound: &mut DynamicMessage, path: &str) {
        let full_name = name.text.rsplit('/').next().unwrap_or_default();
        let pool = bound.descriptor().parent_pool().clone();
        let Some(descriptor) = pool.get_message_by_name(full_name) else {
            self.error(
                name.range.clone(),
                BindErrorKind::UnknownName {
                    name: full_name.to_owned(),
                    expected: "message",
                },
            );
            return;
        };
        let path = join(path, &format!("[{}]", name.text));
        match field.value() {
            Some(Value::Message(message)) => {
                let span = FieldSpan {
                    name: name.range.clone(),
                    value: message.range(),
                    is_bound: true,
                };
                self.spans.insert(path.clone(), span);
                let inner = self.message(message, &descriptor, &path);
                let url = Bound::String(name.text.clone());
                let value = Bound::Bytes(inner.encode_to_vec().into());
                bound.set_field_by_number(1, url);
                bound.set_field_by_number(2, value);
            }
            Some(value) => self.error(
                value.range(),
                BindErrorKind::WrongType {
                    field: name.text.clone(),
                    expected: format!("a message `{}`", descriptor.name()),
                    found: "another value".to_owned(),
                    help: None,
                    instead: None,
                },
            ),
            None => {}
        }
    }

    fn require_fields(
        &mut self,
        bound: &DynamicMessage,
        message: Message<'_>,
        descriptor: &MessageDescriptor,
    ) {
        for field in descriptor.fields() {
            if field.cardinality() == Cardinality::Required && !bound.has_field(&field) {
                let kind = BindErrorKind::Missing {
                    field: written(&field),
                    message: descriptor.name().to_owned(),
                };
                let start = message.range().start;
                self.error(start..start, kind);
            }
        }
    }
}

/// Whether `message` sets the field `name`, and may do so once only.
fn is_taken(name: &str, descriptor: &MessageDescriptor, message: Message<'_>) -> bool {
    let mut fields = descriptor.fields();
    let field = fields.find(|field| is_called(field, name));
    let mut names = message.fields().filter_map(|field| field.name());
    field.is_none_or(|field| field.cardinality() != Cardinality::Repeated)
        && names.any(|other| !other.is_bracketed && other.text == name)
}

/// The name of a field in the text format: a group's is that of its type.
fn written(field: &FieldDescriptor) -> String {
    match field.kind() {
        Kind::Message(group) if field.is_group() => group.name().to_owned(),
        _ => field.name().to_owned(),
    }
}

fn is_called(field: &FieldDescriptor, name: &str) -> bool {
    field.name() == name || (field.is_group() && written(field) == name)
}

fn join(path: &str, segment: &str) -> String {
    if path.is_empty() {
        segment.to_owned()
    } else {
        format!("{path}.{segment}")
    }
}
