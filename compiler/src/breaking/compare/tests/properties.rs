//! What holds of any definition.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{differences, found};
use crate::breaking::change::{Class, Level};

/// The types that a field can have.
const TYPES: [&str; 12] = [
    "int32",
    "sint64",
    "fixed32",
    "bool",
    "string",
    "bytes",
    "double",
    "Kind",
    "Part",
    "repeated int32",
    "repeated Part",
    "map<string, int64>",
];

/// A message: the types of its fields, by number.
#[derive(Debug, Clone)]
struct Schema {
    messages: Vec<Vec<usize>>,
    values: usize,
    methods: Vec<(usize, usize)>,
}

impl Schema {
    fn text(&self) -> String {
        let mut text = String::from(
            "syntax = \"proto3\"; package t; message Part { string text = 1; } service S {\n",
        );
        for (index, (request, response)) in self.methods.iter().enumerate() {
            let (request, response) = (
                request % self.messages.len(),
                response % self.messages.len(),
            );
            writeln!(text, "  rpc Do{index}(M{request}) returns (M{response});").unwrap();
        }
        text += "}\nenum Kind { KIND_0 = 0;";
        for value in 1..=self.values {
            write!(text, " KIND_{value} = {value};").unwrap();
        }
        text += " }\n";
        for (index, fields) in self.messages.iter().enumerate() {
            writeln!(text, "message M{index} {{").unwrap();
            for (number, kind) in (1..).zip(fields) {
                writeln!(text, "  {} f{number} = {number};", TYPES[*kind]).unwrap();
            }
            text += "}\n";
        }
        text
    }
}

fn schema() -> impl Strategy<Value = Schema> {
    let fields = prop::collection::vec(0..TYPES.len(), 0..8);
    let messages = prop::collection::vec(fields, 1..5);
    let methods = prop::collection::vec((0..8_usize, 0..8_usize), 1..4);
    (messages, 0..5_usize, methods).prop_map(|(messages, values, methods)| Schema {
        messages,
        values,
        methods,
    })
}

proptest! {
    #[test]
    fn a_definition_does_not_differ_from_itself(schema in schema()) {
        let text = schema.text();
        let found = differences(&text, &text);
        prop_assert!(found.changes.is_empty(), "{:?}", found.changes);
        prop_assert!(found.additions.is_empty(), "{:?}", found.additions);
    }

    #[test]
    fn what_is_added_breaks_neither_wire_nor_json_and_is_told(
        base in schema(),
        more in schema(),
    ) {
        let mut head = base.clone();
        for (fields, more) in head.messages.iter_mut().zip(&more.messages) {
            fields.extend(more);
        }
        head.messages.extend(more.messages.iter().skip(base.messages.len()).cloned());
        head.values += more.values;
        // The methods of old keep their messages.
        for (request, response) in &mut head.methods {
            *request %= base.messages.len();
            *response %= base.messages.len();
        }
        head.methods.extend(&more.methods);
        let added = head.text().matches(';').count() - base.text().matches(';').count();

        let found = differences(&base.text(), &head.text());
        for change in &found.changes {
            prop_assert!(!change.classes.has(Class::Wire), "{change:?}");
            prop_assert!(!change.classes.has(Class::Json), "{change:?}");
            prop_assert_eq!(change.level, Level::Minor, "{:?}", change);
        }
        let messages = head.messages.len() - base.messages.len();
        let hidden: usize = head.messages[base.messages.len()..].iter().map(Vec::len).sum();
        prop_assert_eq!(found.additions.len(), added - hidden + messages);
    }

    #[test]
    fn a_field_that_is_mutated_is_found(
        schema in schema(),
        message in any::<prop::sample::Index>(),
        field in any::<prop::sample::Index>(),
        mutation in 0..4_usize,
        other in 1..TYPES.len(),
    ) {
        let mut base = schema;
        let at = message.index(base.messages.len());
        if base.messages[at].is_empty() {
            base.messages[at].push(0);
        }
        let number = field.index(base.messages[at].len()) + 1;
        let kind = TYPES[base.messages[at][number - 1]];
        let declared = format!("  {kind} f{number} = {number};\n");
        let text = base.text();
        let start = text.find(&format!("message M{at} ")).unwrap();
        let (before, message) = text.split_at(start);
        let changed = match mutation {
            0 => String::new(),
            1 => format!("  {kind} g{number} = {number};\n"),
            2 => format!("  {kind} f{number} = 99;\n"),
            _ => {
                let index = (base.messages[at][number - 1] + other) % TYPES.len();
                format!("  {} f{number} = {number};\n", TYPES[index])
            }
        };
        let head = format!("{before}{}", message.replacen(&declared, &changed, 1));
        let codes = found(&differences(&text, &head));
        let expected: &[&str] = match mutation {
            0 => &["VM0240"],
            1 => &["VM0242"],
            2 => &["VM0243"],
            _ => &["VM0244", "VM0245", "VM0246"],
        };
        prop_assert!(
            codes.iter().all(|found| expected.iter().any(|code| found.starts_with(code))),
            "{codes:?} of {changed}"
        );
        prop_assert!(!codes.is_empty());
    }
}
