//! TOML and YAML documents as one kind of tree, each part with its place in the
//! text, so that everything behind it can say where it found what.

mod fields;
mod shape;
pub(crate) mod toml;
pub(crate) mod yaml;

use std::ops::Range;

pub(crate) use fields::{Fields, Located};
pub(crate) use shape::{Entry, KeyShape, Shape, Takes, Text, schema, shape};

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    /// The bytes.
    pub(crate) range: Range<usize>,
    /// What it is.
    pub(crate) data: Data,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    String(String),
    /// A kind of value that no format of ours uses, by its name.
    Other(&'static str),
    List(Vec<Value>),
    Table(Table),
}

impl Data {
    /// The kind of value, for messages.
    pub(crate) const fn describe(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::Other(name) => name,
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// A table: its entries in the order in which they are written, where the
/// format keeps that.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<(Key, Value)>,
}

/// A key and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) range: Range<usize>,
}

impl Table {
    pub(crate) fn get(&self, key: &str) -> Option<(&Key, &Value)> {
        self.entries
            .iter()
            .find(|(found, _)| found.text == key)
            .map(|(key, value)| (key, value))
    }
}
