//! What holds for any service.

use std::fmt::Write;

use proptest::prelude::*;
use vimana_interface::{adapt, verify};

use crate::compile::{interface, try_interface_of};
use crate::guest::{component, try_resolve};

const NAMES: &[&str] = &[
    "a",
    "B",
    "type",
    "Record",
    "option",
    "list_2",
    "HTTPServer",
    "x_y",
    "status",
    "Context",
    "Result",
    "enum",
    "Json",
    "stream",
    "V1Beta",
    "_private",
    "Types",
    "Rpc",
    "own",
    "Unrecognized",
    // Each meets another of these in WIT.
    "HttpServer",
    "Type",
    "XY",
    "JSON",
];

const TYPES: &[&str] = &[
    "int32",
    "sint64",
    "fixed32",
    "uint64",
    "float",
    "double",
    "bool",
    "string",
    "bytes",
    "google.protobuf.Timestamp",
    "google.protobuf.Struct",
    "google.protobuf.StringValue",
    "google.protobuf.FieldMask",
    "google.protobuf.Any",
    "google.protobuf.Empty",
    "other.Shared",
];

/// A field: its name, its type, and how often it stands there.
#[derive(Debug, Clone)]
struct Field {
    name: usize,
    ty: usize,
    label: usize,
}

/// A message or an enum.
#[derive(Debug, Clone)]
struct Type {
    name: usize,
    fields: Vec<Field>,
    oneof: Vec<Field>,
    is_enum: bool,
    nested: bool,
}

fn field() -> impl Strategy<Value = Field> {
    (0..NAMES.len(), 0..TYPES.len() + 12, 0..5_usize).prop_map(|(name, ty, label)| Field {
        name,
        ty,
        label,
    })
}

fn types() -> impl Strategy<Value = Vec<Type>> {
    let fields = || prop::collection::vec(field(), 0..6);
    let one = (0..NAMES.len(), fields(), fields(), any::<u8>()).prop_map(
        |(name, fields, oneof, bits)| Type {
            name,
            fields,
            oneof,
            is_enum: bits % 4 == 0,
            nested: bits & 4 != 0,
        },
    );
    prop::collection::vec(one, 1..8)
}

/// The `.proto` of a service over these types. Each name is made to differ from
/// the others in Protobuf, but not always in WIT.
fn proto(syntax: &str, types: &[Type], methods: &[(usize, usize, usize, usize)]) -> String {
    let is_proto2 = syntax == "proto2";
    let mut text = format!("syntax = \"{syntax}\";\n");
    text.push_str(
        "package my.record;\nimport \"vimana/options.proto\";\nimport \"other.proto\";\n",
    );
    for file in [
        "timestamp",
        "struct",
        "wrappers",
        "field_mask",
        "any",
        "empty",
    ] {
        let _ = writeln!(text, "import \"google/protobuf/{file}.proto\";");
    }
    let type_name = |index: usize| {
        let name = NAMES[types[index].name];
        let suffix = (b'a' + u8::try_from(index).unwrap()) as char;
        // Sometimes the name alone, which others may have in another case.
        if types[..index]
            .iter()
            .any(|other| other.name == types[index].name)
            || name == "_private"
        {
            format!("{name}{suffix}")
        } else {
            name.to_owned()
        }
    };
    let path = |index: usize| {
        if types[index].nested {
            format!(".my.record.Outer.{}", type_name(index))
        } else {
            format!(".my.record.{}", type_name(index))
        }
    };
    let messages: Vec<usize> = (0..types.len())
        .filter(|index| !types[*index].is_enum)
        .collect();
    let mut service = String::from("service Service {\n");
    for (index, (name, input, output, streams)) in methods.iter().enumerate() {
        let of = |pick: &usize| match messages.len() {
            0 => "google.protobuf.Empty".to_owned(),
            count => path(messages[pick % count]),
        };
        let stream = |bit: usize| if streams & bit != 0 { "stream " } else { "" };
        let _ = writeln!(
            service,
            "  rpc {}{index}({}{}) returns ({}{});",
            NAMES[*name],
            stream(1),
            of(input),
            stream(2),
            of(output)
        );
    }
    text.push_str(&service);
    text.push_str("}\n");
    let mut nested = String::new();
    for (index, ty) in types.iter().enumerate() {
        let name = type_name(index);
        let mut body = String::new();
        if ty.is_enum {
            for (number, field) in ty.fields.iter().enumerate() {
                // Only an open enum must begin with 0.
                let number = number + usize::from(is_proto2);
                let _ = writeln!(body, "  {}_{index}_{number} = {number};", NAMES[field.name]);
            }
            if ty.fields.is_empty() {
                let _ = writeln!(body, "  ZERO_{index} = 0;");
            }
            body = format!("enum {name} {{\n{body}}}\n");
        } else {
            let field_type = |field: &Field| match TYPES.get(field.ty) {
                Some(ty) => (*ty).to_owned(),
                None => path((field.ty - TYPES.len()) % types.len()),
            };
            let mut number = 0;
            for field in &ty.fields {
                number += 1;
                let ty = field_type(field);
                let ty = match field.label {
                    0 => format!("repeated {ty}"),
                    1 => format!("map<string, {ty}>"),
                    2 => format!("optional {ty}"),
                    3 if is_proto2 => format!("required {ty}"),
                    _ if is_proto2 => {
                        let _ = writeln!(
                            body,
                            "  repeated group Group{number} = {number} {{ optional {ty} {} = 1; }}",
                            NAMES[field.name]
                        );
                        continue;
                    }
                    _ => ty,
                };
                let _ = writeln!(body, "  {ty} {}{number} = {number};", NAMES[field.name]);
            }
            if !ty.oneof.is_empty() {
                body.push_str("  oneof choice {\n");
                for field in &ty.oneof {
                    number += 1;
                    let ty = field_type(field);
                    let _ = writeln!(body, "    {ty} {}{number} = {number};", NAMES[field.name]);
                }
                body.push_str("  }\n");
            }
            if is_proto2 {
                body.push_str("  extensions 1000 to max;\n");
            }
            body = format!("message {name} {{\n{body}}}\n");
        }
        if ty.nested { &mut nested } else { &mut text }.push_str(&body);
    }
    let _ = write!(text, "message Outer {{\n{nested}}}\n");
    text
}

const OTHER: &str = "syntax = \"proto3\"; package other; message Shared { Json json = 1; } message Json { string text = 1; }";

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_resolves_and_a_component_of_it_is_accepted(
        syntax in prop_oneof![Just("proto2"), Just("proto3")],
        types in types(),
        methods in prop::collection::vec((0..NAMES.len(), 0..8_usize, 0..8_usize, 0..4_usize), 0..4),
    ) {
        let text = proto(syntax, &types, &methods);
        let files = [("main.proto", text.as_str()), ("other.proto", OTHER)];
        let interface = match try_interface_of(&files) {
            Ok(interface) => interface,
            // Names that meet are findings, and each says what to type.
            Err(findings) => {
                prop_assert!(!findings.is_empty());
                prop_assert!(findings.iter().all(|finding| finding.help.is_some()));
                return Ok(());
            }
        };
        let wit = interface.to_wit();
        prop_assert_eq!(&wit, &try_interface_of(&files).unwrap().to_wit());
        if let Err(error) = try_resolve(&wit) {
            return Err(TestCaseError::fail(format!("{error}\n{wit}")));
        }
        let verification = verify(&interface, &component(&wit)).unwrap();
        prop_assert!(verification.is_accepted(), "{:#?}\n{}", verification, wit);
        prop_assert!(verification.extras.is_empty());
    }

    #[test]
    fn no_bytes_make_a_verification_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let interface = interface("message Request { string name = 1; } message Response {}");
        let mut bytes = component(&interface.to_wit());
        for (index, byte) in edits {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = adapt(&bytes);
        let _ = verify(&interface, &bytes);
    }
}
