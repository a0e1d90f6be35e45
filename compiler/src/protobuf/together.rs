//! What Protobuf's own compiler refuses of files that are linked, and our linker does
//! not.

use std::collections::HashMap;

use prost_reflect::Syntax;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::Linked;
use super::reuse::extends;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::invalid_proto;

/// The numbers of fields in `google/protobuf/descriptor.proto`, of which paths are.
mod tag {
    pub(super) const FILE_MESSAGES: i32 = 4;
    pub(super) const FILE_EXTENSIONS: i32 = 7;
    pub(super) const FIELDS: i32 = 2;
    pub(super) const NESTED: i32 = 3;
    pub(super) const EXTENSIONS: i32 = 6;
    pub(super) const NUMBER: i32 = 3;
    pub(super) const TYPE_NAME: i32 = 6;
}

/// Everything that is wrong with the files of the repository in `linked`.
pub(super) fn faults(linked: &Linked) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (name, parsed) in &linked.files {
        let Some(file) = linked.pool.get_file_by_name(name) else {
            continue;
        };
        if parsed.path.is_none() {
            continue;
        }
        if file.syntax() == Syntax::Proto3 {
            each(file.file_descriptor_proto(), &mut |path, field, holds| {
                out.extend(closed_enum(linked, name, path, holds.unwrap_or(field)));
            });
        }
        if extends(parsed) {
            numbers(linked, name, file.file_descriptor_proto(), &mut out);
        }
    }
    out
}

/// Shows `see` every field of messages and every extension, with its path; of a map
/// also what it holds.
fn each<'f>(
    file: &'f FileDescriptorProto,
    see: &mut impl FnMut(&[i32], &'f FieldDescriptorProto, Option<&'f FieldDescriptorProto>),
) {
    let mut path = Vec::new();
    for (index, field) in (0..).zip(&file.extension) {
        see(&[tag::FILE_EXTENSIONS, index], field, None);
    }
    for (index, message) in (0..).zip(&file.message_type) {
        path.extend([tag::FILE_MESSAGES, index]);
        each_of(message, &mut path, see);
        path.clear();
    }
}

/// The same of a message, whose path is `path`.
fn each_of<'f>(
    message: &'f DescriptorProto,
    path: &mut Vec<i32>,
    see: &mut impl FnMut(&[i32], &'f FieldDescriptorProto, Option<&'f FieldDescriptorProto>),
) {
    let length = path.len();
    for (index, field) in (0..).zip(&message.field) {
        path.extend([tag::FIELDS, index]);
        // What a map holds is written where the map is.
        let entry = map_entry(message, field);
        see(path, field, entry.and_then(|entry| entry.field.last()));
        path.truncate(length);
    }
    for (index, field) in (0..).zip(&message.extension) {
        path.extend([tag::EXTENSIONS, index]);
        see(path, field, None);
        path.truncate(length);
    }
    for (index, nested) in (0..).zip(&message.nested_type) {
        if !is_map_entry(nested) {
            path.extend([tag::NESTED, index]);
            each_of(nested, path, see);
            path.truncate(length);
        }
    }
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message
        .options
        .as_ref()
        .is_some_and(prost_types::MessageOptions::map_entry)
}

/// The message that stands for the entries of a map, if `field` is one.
fn map_entry<'m>(
    message: &'m DescriptorProto,
    field: &FieldDescriptorProto,
) -> Option<&'m DescriptorProto> {
    let (_, name) = field.type_name.as_deref()?.rsplit_once('.')?;
    let mut entries = message
        .nested_type
        .iter()
        .filter(|nested| is_map_entry(nested));
    entries.find(|nested| nested.name() == name)
}

/// An enum of proto2 in a message of proto3: it refuses numbers that it does not name,
/// and a message of proto3 keeps them.
fn closed_enum(
    linked: &Linked,
    file: &str,
    path: &[i32],
    field: &FieldDescriptorProto,
) -> Option<Diagnostic> {
    if field.r#type() != Type::Enum {
        return None;
    }
    let name = field.type_name().trim_start_matches('.');
    let enumeration = linked.pool.get_enum_by_name(name)?;
    if enumeration.parent_file().syntax() != Syntax::Proto2 {
        return None;
    }
    let span = span(linked, file, path, tag::TYPE_NAME)?;
    let message = format!("`{name}` is an enum of proto2, which proto3 cannot hold");
    let help = "use an enum that a file of proto3 defines";
    Some(invalid_proto::diagnostic(span, &message, "").help(help))
}

/// Extensions of one message that have one number. Those of several files protoc warns
/// of, since only a program that has all of them is broken.
fn numbers(
    linked: &Linked,
    file: &str,
    descriptor: &FileDescriptorProto,
    out: &mut Vec<Diagnostic>,
) {
    let mut taken: HashMap<(&str, i32), (&str, Vec<i32>)> = HashMap::new();
    each(descriptor, &mut |path, field, _| {
        if field.extendee.is_none() {
            return;
        }
        let key = (field.extendee(), field.number());
        let Some((name, first)) = taken.get(&key) else {
            taken.insert(key, (field.name(), path.to_vec()));
            return;
        };
        let Some(wrong) = span(linked, file, path, tag::NUMBER) else {
            return;
        };
        let message = format!(
            "the extension `{name}` of `{}` has the number {} already",
            field.extendee().trim_start_matches('.'),
            field.number()
        );
        let diagnostic = invalid_proto::diagnostic(wrong, &message, "");
        let diagnostic = diagnostic.help("give each extension of a message a number of its own");
        out.push(match span(linked, file, first, tag::NUMBER) {
            Some(first) => diagnostic.also(first, "it is taken here"),
            None => diagnostic,
        });
    });
}

/// Where a part of a field is written.
fn span(linked: &Linked, file: &str, path: &[i32], part: i32) -> Option<Span> {
    linked.span(file, &[path, &[part]].concat())
}
