use std::ops::Range;

use super::{Data, Shape, Table, Value};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{invalid_value, missing_key, nearest, unknown_key};
use crate::source::RepoPath;

/// A value of a Rust type and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) range: Range<usize>,
}

impl<T> Located<T> {
    pub(crate) fn new(value: T, range: Range<usize>) -> Self {
        Self { value, range }
    }
}

/// A table that is read key by key. What is wrong with it goes to a list, and
/// reading goes on.
pub(crate) struct Fields<'a> {
    file: &'a RepoPath,
    /// The table as a message names it: `[cluster.local]`.
    name: String,
    /// The place to blame for what is not there.
    range: Range<usize>,
    table: &'a Table,
    /// What it may hold; none before [`Fields::allow`] has said it.
    shape: Option<&'static Shape>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(
        file: &'a RepoPath,
        name: impl Into<String>,
        range: Range<usize>,
        table: &'a Table,
    ) -> Self {
        Self {
            file,
            name: name.into(),
            range,
            table,
            shape: None,
        }
    }

    /// The table of `value`, which should be one.
    pub(crate) fn of(
        file: &'a RepoPath,
        name: impl Into<String>,
        range: Range<usize>,
        value: &'a Value,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let name = name.into();
        if let Data::Table(table) = &value.data {
            return Some(Self::new(file, name, range, table));
        }
        let span = Span::new(file.clone(), value.range.clone());
        out.push(invalid_value::wrong_type(
            span,
            &name,
            "a table",
            value.data.describe(),
        ));
        None
    }

    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file.clone(), range)
    }

    /// The place to blame for what is not there.
    pub(crate) fn place(&self) -> Span {
        self.span(self.range.clone())
    }

    /// Reports every key that is not of `shape`.
    pub(crate) fn allow(&mut self, shape: &'static Shape, out: &mut Vec<Diagnostic>) {
        self.shape = Some(shape);
        let known = shape.names();
        for (key, _) in &self.table.entries {
            if !known.contains(&key.text.as_str()) {
                let span = self.span(key.range.clone());
                let present = |name: &str| self.table.get(name).is_some();
                out.push(unknown_key::diagnostic(
                    span, &key.text, &self.name, &known, present,
                ));
            }
        }
    }

    /// The value of a key, which has to be one of the shape.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        debug_assert!(
            self.shape.is_none_or(|shape| shape.key(key).is_some()),
            "`{key}` of {} is read, but not declared",
            self.name
        );
        self.table.get(key).map(|(_, value)| value)
    }

    /// The names of the keys that it may have.
    fn known(&self) -> Vec<&'static str> {
        self.shape.map(Shape::names).unwrap_or_default()
    }

    pub(crate) fn string(&self, key: &str, out: &mut Vec<Diagnostic>) -> Option<Located<String>> {
        let value = self.get(key)?;
        match &value.data {
            Data::String(text) => Some(Located::new(text.clone(), value.range.clone())),
            data => self.wrong_type(key, value, "a string", data, out),
        }
    }

    /// Reports that `key` is missing, unless a key that is unknown is likely
    /// meant to be it: that is one mistake, and has been reported.
    pub(crate) fn missing(&self, key: &str, out: &mut Vec<Diagnostic>) {
        let known = self.known();
        let unknown = |text: &str| !known.contains(&text);
        let mut keys = self.table.entries.iter().map(|(key, _)| key.text.as_str());
        let is_misspelt = |text| nearest(text, known.iter().copied()) == Some(key);
        if !keys.any(|text| unknown(text) && is_misspelt(text)) {
            out.push(missing_key::diagnostic(self.place(), key, &self.name));
        }
    }

    /// A string that must be there and must not be empty.
    pub(crate) fn required(&self, key: &str, out: &mut Vec<Diagnostic>) -> Option<Located<String>> {
        if self.get(key).is_none() {
            self.missing(key, out);
            return None;
        }
        let text = self.string(key, out)?;
        if text.value.is_empty() {
            out.push(invalid_value::diagnostic(
                self.span(text.range),
                format!("`{key}` of {} is empty", self.name),
            ));
            return None;
        }
        Some(text)
    }

    pub(crate) fn bool(&self, key: &str, out: &mut Vec<Diagnostic>) -> Option<bool> {
        let value = self.get(key)?;
        match &value.data {
            Data::Bool(value) => Some(*value),
            data => self.wrong_type(key, value, "`true` or `false`", data, out),
        }
    }

    pub(crate) fn number(&self, key: &str, out: &mut Vec<Diagnostic>) -> Option<Located<f64>> {
        let value = self.get(key)?;
        #[allow(
            clippy::cast_precision_loss,
            reason = "a number that a person writes as a cost has few digits"
        )]
        let number = match &value.data {
            Data::Integer(number) => *number as f64,
            Data::Float(number) => *number,
            data => return self.wrong_type(key, value, "a number", data, out),
        };
        Some(Located::new(number, value.range.clone()))
    }

    pub(crate) fn list(&self, key: &str, out: &mut Vec<Diagnostic>) -> Option<&'a [Value]> {
        let value = self.get(key)?;
        match &value.data {
            Data::List(items) => Some(items),
            data => self.wrong_type(key, value, "a list", data, out),
        }
    }

    pub(crate) fn strings(&self, key: &str, out: &mut Vec<Diagnostic>) -> Vec<Located<String>> {
        let items = self.list(key, out).unwrap_or_default();
        let mut strings = Vec::with_capacity(items.len());
        for item in items {
            match &item.data {
                Data::String(text) => strings.push(Located::new(text.clone(), item.range.clone())),
                data => out.push(invalid_value::wrong_type(
                    self.span(item.range.clone()),
                    &format!("an item of `{key}` of {}", self.name),
                    "a string",
                    data.describe(),
                )),
            }
        }
        strings
    }

    pub(crate) fn wrong_type<T>(
        &self,
        key: &str,
        value: &Value,
        expected: &str,
        found: &Data,
        out: &mut Vec<Diagnostic>,
    ) -> Option<T> {
        out.push(invalid_value::wrong_type(
            self.span(value.range.clone()),
            &format!("`{key}` of {}", self.name),
            expected,
            found.describe(),
        ));
        None
    }
}
