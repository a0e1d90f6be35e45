//! What Protobuf's own compiler refuses and neither our parser nor our linker does.

use std::collections::BTreeMap;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    UninterpretedOption,
};

/// Something that makes a file invalid.
#[derive(Debug)]
pub(super) struct Fault {
    /// The path, as in `google.protobuf.SourceCodeInfo`.
    pub(super) path: Vec<i32>,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// The faults of a file, only parsed.
pub(super) fn faults(file: &FileDescriptorProto) -> Vec<Fault> {
    let mut check = Check {
        is_proto3: file.syntax() == "proto3",
        faults: Vec::new(),
    };
    for (index, message) in (0..).zip(&file.message_type) {
        check.message(&[4, index], message);
    }
    for (index, enumeration) in (0..).zip(&file.enum_type) {
        check.enumeration(&[5, index], enumeration);
    }
    for (index, extension) in (0..).zip(&file.extension) {
        check.extension(&[7, index], extension);
    }
    check.faults
}

/// A range of numbers, both ends included, and where it is written.
struct Range {
    first: i64,
    last: i64,
    path: Vec<i32>,
}

struct Check {
    is_proto3: bool,
    faults: Vec<Fault>,
}

impl Check {
    fn fault(&mut self, path: Vec<i32>, message: String, help: &'static str) {
        self.faults.push(Fault {
            path,
            message,
            help,
        });
    }

    fn message(&mut self, path: &[i32], message: &DescriptorProto) {
        let at = |field: i32, index: i32| [path, &[field, index]].concat();
        for (index, field) in (0..).zip(&message.field) {
            self.field(&at(2, index), field);
            if message
                .reserved_name
                .iter()
                .any(|name| name == field.name())
            {
                self.fault(
                    [path, &[2, index, 1]].concat(),
                    format!("the name `{}` is reserved", field.name()),
                    "take another name, or take this one out of `reserved`",
                );
            }
        }
        for (index, extension) in (0..).zip(&message.extension) {
            self.extension(&at(6, index), extension);
        }
        for (index, nested) in (0..).zip(&message.nested_type) {
            self.message(&at(3, index), nested);
        }
        for (index, enumeration) in (0..).zip(&message.enum_type) {
            self.enumeration(&at(4, index), enumeration);
        }
        if self.is_proto3 && !message.extension_range.is_empty() {
            self.fault(
                at(5, 0),
                "proto3 has no ranges of extensions".to_owned(),
                "make it a file of proto2, or hold a `google.protobuf.Any`",
            );
        }
        let range = |first: i32, end: i32, path| Range {
            first: first.into(),
            last: i64::from(end) - 1,
            path,
        };
        let reserved = (0..).zip(&message.reserved_range);
        let extensions = (0..).zip(&message.extension_range);
        let ranges = reserved
            .map(|(index, reserved)| range(reserved.start(), reserved.end(), at(9, index)))
            .chain(extensions.map(|(index, room)| range(room.start(), room.end(), at(5, index))))
            .collect();
        self.ranges(ranges);
        let options = message.options.as_ref();
        let is_set = options.is_some_and(|options| {
            is_true(&options.uninterpreted_option, "message_set_wire_format")
        });
        if is_set && !message.field.is_empty() {
            self.fault(
                at(2, 0),
                format!("`{}` is a message set, which has no fields", message.name()),
                "take the option `message_set_wire_format` away, or the fields",
            );
        }
    }

    /// Ranges that share a number.
    fn ranges(&mut self, mut ranges: Vec<Range>) {
        ranges.sort_by_key(|range| (range.first, range.last));
        let mut reach: Option<(i64, i64)> = None;
        for range in ranges {
            if let Some((first, last)) = reach
                && range.first <= last
            {
                self.fault(
                    range.path,
                    format!(
                        "{} shares numbers with {}",
                        spelt(range.first, range.last),
                        spelt(first, last)
                    ),
                    "let each number be in one range",
                );
            }
            if reach.is_none_or(|(_, last)| range.last > last) {
                reach = Some((range.first, range.last));
            }
        }
    }

    fn extension(&mut self, path: &[i32], extension: &FieldDescriptorProto) {
        self.field(path, extension);
        let json_name = extension.json_name.as_deref();
        if json_name.is_some_and(|written| written != json_name_of(extension.name())) {
            self.fault(
                [path, &[10]].concat(),
                format!(
                    "the extension `{}` cannot have a JSON name",
                    extension.name()
                ),
                "JSON calls it by its full name in brackets; leave `json_name` out",
            );
        }
    }

    fn field(&mut self, path: &[i32], field: &FieldDescriptorProto) {
        let Some(options) = &field.options else {
            return;
        };
        let options = &options.uninterpreted_option;
        // The type of a field that names one is not known yet.
        let scalar = field.r#type.and_then(|kind| Type::try_from(kind).ok());
        let is_packable = !matches!(
            scalar,
            Some(Type::String | Type::Bytes | Type::Message | Type::Group)
        );
        if is_true(options, "packed") && !(is_packable && field.label() == Label::Repeated) {
            self.fault(
                path.to_vec(),
                format!("`{}` cannot be packed", field.name()),
                "only repeated fields of numbers, bools and enums are; leave `packed` out",
            );
        }
        let is_scalar = scalar.is_some_and(|kind| !matches!(kind, Type::Message | Type::Group));
        if is_true(options, "lazy") && is_scalar {
            self.fault(
                path.to_vec(),
                format!("`{}` cannot be lazy", field.name()),
                "only fields of messages are; leave `lazy` out",
            );
        }
        let is_long = scalar.is_none_or(|kind| {
            matches!(
                kind,
                Type::Int64 | Type::Uint64 | Type::Sint64 | Type::Fixed64 | Type::Sfixed64
            )
        });
        let jstype = value(options, "jstype").is_some_and(|value| value != "JS_NORMAL");
        if jstype && !is_long {
            self.fault(
                path.to_vec(),
                format!("`{}` cannot have a `jstype`", field.name()),
                "only integers of 64 bits have one; leave it out",
            );
        }
    }

    fn enumeration(&mut self, path: &[i32], enumeration: &EnumDescriptorProto) {
        let ranges = (0..).zip(&enumeration.reserved_range);
        self.ranges(
            ranges
                .map(|(index, range)| Range {
                    first: range.start().into(),
                    last: range.end().into(),
                    path: [path, &[4, index]].concat(),
                })
                .collect(),
        );
        let mut shorts: BTreeMap<String, (&str, i32)> = BTreeMap::new();
        for (index, value) in (0..).zip(&enumeration.value) {
            let at = || [path, &[2, index, 1]].concat();
            if enumeration
                .reserved_name
                .iter()
                .any(|name| name == value.name())
            {
                self.fault(
                    at(),
                    format!("the name `{}` is reserved", value.name()),
                    "take another name, or take this one out of `reserved`",
                );
            }
            let short = short(enumeration.name(), value.name());
            let (other, number) = *shorts
                .entry(short)
                .or_insert((value.name(), value.number()));
            if self.is_proto3 && other != value.name() && number != value.number() {
                self.fault(
                    at(),
                    format!(
                        "`{}` and `{other}` are one name without that of the enum before them",
                        value.name()
                    ),
                    "take another name: languages that leave the enum's name out take one for the other",
                );
            }
        }
    }
}

fn spelt(first: i64, last: i64) -> String {
    if first == last {
        format!("the number {first}")
    } else {
        format!("the range {first} to {last}")
    }
}

/// The value of a built-in option, a word of the grammar.
fn value<'o>(options: &'o [UninterpretedOption], name: &str) -> Option<&'o str> {
    let is_meant = |option: &&UninterpretedOption| match option.name.as_slice() {
        [part] => !part.is_extension && part.name_part == name,
        _ => false,
    };
    options
        .iter()
        .find(is_meant)
        .map(UninterpretedOption::identifier_value)
}

fn is_true(options: &[UninterpretedOption], name: &str) -> bool {
    value(options, name) == Some("true")
}

/// What JSON calls a field that does not say.
fn json_name_of(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default();
    words.fold(first.to_owned(), |mut json, word| {
        let mut chars = word.chars();
        json.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        json.push_str(chars.as_str());
        json
    })
}

/// A value's name without that of its enum, in camel case: what generated code calls
/// it in many languages.
fn short(enumeration: &str, value: &str) -> String {
    let mut rest = value.char_indices().filter(|(_, char)| *char != '_');
    let is_prefixed = enumeration
        .chars()
        .filter(|char| *char != '_')
        .all(|wanted| {
            rest.next()
                .is_some_and(|(_, char)| char.eq_ignore_ascii_case(&wanted))
        });
    let start = rest.next().map(|(at, _)| at).filter(|_| is_prefixed);
    value[start.unwrap_or(0)..]
        .split('_')
        .flat_map(|word| {
            let mut chars = word.chars();
            let first = chars.next().map(|first| first.to_ascii_uppercase());
            first
                .into_iter()
                .chain(chars.map(|char| char.to_ascii_lowercase()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(syntax: &str, body: &str) -> Vec<String> {
        let text = format!("syntax = \"{syntax}\"; {body}");
        let file = protox_parse::parse("a.proto", &text).unwrap();
        faults(&file)
            .into_iter()
            .map(|fault| fault.message)
            .collect()
    }

    #[test]
    fn what_protoc_refuses_is_refused() {
        for (syntax, body, message) in [
            (
                "proto3",
                "message A { reserved \"a\"; string a = 1; }",
                "the name `a` is reserved",
            ),
            (
                "proto3",
                "message A { reserved 1 to 5, 3; }",
                "the number 3 shares numbers with the range 1 to 5",
            ),
            (
                "proto2",
                "message A { extensions 1 to 5; reserved 4 to 9; }",
                "the range 4 to 9 shares numbers with the range 1 to 5",
            ),
            (
                "proto3",
                "message A { extensions 1 to 5; }",
                "proto3 has no ranges of extensions",
            ),
            (
                "proto2",
                "message A { option message_set_wire_format = true; optional int32 a = 1; extensions 4 to max; }",
                "`A` is a message set, which has no fields",
            ),
            (
                "proto3",
                "message A { repeated string a = 1 [packed = true]; }",
                "`a` cannot be packed",
            ),
            (
                "proto3",
                "message A { int32 a = 1 [packed = true]; }",
                "`a` cannot be packed",
            ),
            (
                "proto3",
                "message A { int32 a = 1 [lazy = true]; }",
                "`a` cannot be lazy",
            ),
            (
                "proto3",
                "message A { string a = 1 [jstype = JS_STRING]; }",
                "`a` cannot have a `jstype`",
            ),
            (
                "proto2",
                "message A { extensions 1 to 5; } extend A { optional int32 a = 1 [json_name = \"b\"]; }",
                "the extension `a` cannot have a JSON name",
            ),
            (
                "proto3",
                "enum E { E_X = 0; X = 1; }",
                "`X` and `E_X` are one name without that of the enum before them",
            ),
            (
                "proto3",
                "message M { enum E { reserved \"B\"; A = 0; B = 1; } }",
                "the name `B` is reserved",
            ),
            (
                "proto3",
                "enum E { reserved 5 to max, 7; A = 0; }",
                "the number 7 shares numbers with the range 5 to 2147483647",
            ),
        ] {
            assert_eq!(said(syntax, body), [message], "{body}");
        }
    }

    #[test]
    fn what_protoc_accepts_is_accepted() {
        for (syntax, body) in [
            (
                "proto2",
                "message A { extensions 1; extend A { optional int32 a_bc_ = 1 [json_name = \"aBc\"]; } }",
            ),
            (
                "proto3",
                "message A { reserved 1, 2, 4 to 6; reserved \"b\"; string a = 3; }",
            ),
            (
                "proto2",
                "message A { extensions 1 to 5, 7; reserved 6, 8 to max; }",
            ),
            (
                "proto3",
                "message A { repeated int32 a = 1 [packed = true]; repeated E e = 2 [packed = true]; M m = 3 [lazy = true]; int64 l = 4 [jstype = JS_STRING]; int32 i = 5 [jstype = JS_NORMAL]; }",
            ),
            (
                "proto3",
                "enum E { option allow_alias = true; E_X = 0; X = 0; E_ = 2; XY = 3; X_Y = 4; }",
            ),
            ("proto2", "enum E { E_X = 0; X = 1; }"),
            ("proto3", "enum Foo { FOO = 0; FOO_BAR = 1; FOOBAR2 = 2; }"),
        ] {
            assert_eq!(said(syntax, body), [""; 0], "{body}");
        }
    }
}
