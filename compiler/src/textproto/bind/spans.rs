use std::collections::BTreeMap;
use std::ops::Range;

/// Where the fields of a message are written, by path: `regional.failover`,
/// `version[1].weight`. A repeated field has a span for each of its values, and
/// by its name alone that of the first; values that could not be bound count for
/// nothing, so that indices are those of the message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSpans {
    spans: BTreeMap<String, FieldSpan>,
}

/// Where a field is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSpan {
    /// Its name.
    pub name: Range<usize>,
    /// Its value.
    pub value: Range<usize>,
    /// Whether the value is in the message: false where it was of the wrong
    /// type.
    pub is_bound: bool,
}

impl FieldSpans {
    pub(super) fn insert(&mut self, path: String, span: FieldSpan) {
        self.spans.entry(path).or_insert(span);
    }

    /// Where the field at `path` is written; none where it is not.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&FieldSpan> {
        self.spans.get(path)
    }

    /// Where the field at `path` is written, or else the innermost field around
    /// it that is.
    #[must_use]
    pub fn nearest(&self, path: &str) -> Option<&FieldSpan> {
        let mut path = path;
        loop {
            if let Some(span) = self.get(path) {
                return Some(span);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }

    /// Every field, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FieldSpan)> {
        self.spans.iter().map(|(path, span)| (path.as_str(), span))
    }
}
