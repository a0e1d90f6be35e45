//! What there is to say about the messages that a service speaks of, beyond what
//! stands against them in WIT.

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind};
use vimana_interface::Interface;

use crate::diagnostic::Diagnostic;
use crate::protobuf::Linked;
use crate::rules::{ignored_extension, map_without_zero};

/// Extensions that WIT leaves out, and maps that Protobuf refuses; those that are
/// written in the repository.
pub(super) fn check(linked: &Linked, interface: &Interface, out: &mut Vec<Diagnostic>) {
    for message in interface.messages() {
        for extension in message.descriptor.extensions() {
            let file = extension.parent_file();
            if let Some(span) = linked.span(file.name(), extension.path()) {
                out.push(ignored_extension::diagnostic(
                    span,
                    extension.full_name(),
                    message.descriptor.full_name(),
                ));
            }
        }
        for field in message.descriptor.fields() {
            let Some((enumeration, first)) = map_without_zero(&field) else {
                continue;
            };
            let file = field.parent_file();
            if let Some(span) = linked.span(file.name(), field.path()) {
                let declared = linked.span(enumeration.parent_file().name(), enumeration.path());
                out.push(map_without_zero::diagnostic(
                    span,
                    field.full_name(),
                    enumeration.full_name(),
                    first,
                    declared,
                ));
            }
        }
    }
}

/// The enum of a map's values and its first number, where that is not 0.
fn map_without_zero(field: &FieldDescriptor) -> Option<(EnumDescriptor, i32)> {
    let Kind::Message(entry) = field.kind() else {
        return None;
    };
    if !field.is_map() {
        return None;
    }
    let Kind::Enum(enumeration) = entry.map_entry_value_field().kind() else {
        return None;
    };
    let first = enumeration
        .values()
        .min_by_key(|value| value.path().last().copied())?
        .number();
    (first != 0).then_some((enumeration, first))
}
