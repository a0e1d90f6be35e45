//! TOML.

use std::ops::Range;

use ::toml::de::{DeTable, DeValue};

use super::{Data, Key, Table, Value};

/// Why a text is no TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    pub(crate) range: Option<Range<usize>>,
}

/// The tree, as far as the text has one, and every syntax error.
pub(crate) fn parse(text: &str) -> (Table, Vec<SyntaxError>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let errors = errors
        .into_iter()
        .map(|error| SyntaxError {
            message: error.message().trim().replace('\n', "; "),
            range: error.span(),
        })
        .collect();
    (convert_table(table.get_ref()), errors)
}

fn convert_table(table: &DeTable<'_>) -> Table {
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| {
            let key = Key {
                text: key.get_ref().to_string(),
                range: key.span(),
            };
            let value = Value {
                range: value.span(),
                data: convert(value.get_ref()),
            };
            (key, value)
        })
        .collect();
    entries.sort_by_key(|(key, _)| key.range.start);
    Table { entries }
}

fn convert(value: &DeValue<'_>) -> Data {
    match value {
        DeValue::String(text) => Data::String(text.to_string()),
        DeValue::Integer(integer) => i128::from_str_radix(integer.as_str(), integer.radix())
            .map_or(Data::Other("a number that is too large"), Data::Integer),
        DeValue::Float(float) => float
            .as_str()
            .parse()
            .map_or(Data::Other("a number that is too large"), Data::Float),
        DeValue::Boolean(value) => Data::Bool(*value),
        DeValue::Datetime(_) => Data::Other("a date"),
        DeValue::Array(items) => Data::List(
            items
                .iter()
                .map(|item| Value {
                    range: item.span(),
                    data: convert(item.get_ref()),
                })
                .collect(),
        ),
        DeValue::Table(table) => Data::Table(convert_table(table)),
    }
}
