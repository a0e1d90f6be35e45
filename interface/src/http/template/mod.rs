//! The path template of a binding:
//!
//! ```text
//! Template  = "/" [ Segments ] [ Verb ] ;
//! Segments  = Segment { "/" Segment } ;
//! Segment   = "*" | "**" | LITERAL | Variable ;
//! Variable  = "{" FieldPath [ "=" Segments ] "}" ;
//! FieldPath = IDENT { "." IDENT } ;
//! Verb      = ":" LITERAL ;
//! ```
//!
//! `/` alone, the root, is accepted beyond the grammar of `http.proto`, as every
//! other implementation does.

mod error;
mod parser;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use error::{TemplateError, TemplateErrorKind};

/// How many bytes a template may have: more than any proxy takes for a path.
pub const MAX_TEMPLATE_BYTES: usize = 4096;

/// How many segments a template may have.
pub const MAX_SEGMENTS: usize = 64;

/// How many names a field path may have.
pub const MAX_FIELD_NAMES: usize = 32;

/// A path through message fields, by their names in the `.proto`: `book.shelf.id`.
/// Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath(Arc<[Box<str>]>);

impl FieldPath {
    /// The names, outermost first. There is at least one.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The outermost name.
    pub fn first(&self) -> &str {
        self.0
            .first()
            .expect("a path is made of at least one identifier")
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// One segment of a template, with variables resolved into what they match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Text, percent-decoded.
    Literal(Box<str>),
    /// `*`: one segment that is not empty.
    Single,
    /// `**`: zero or more segments. Always the last of a template.
    Multi,
}

/// A variable of a template, and the segments that it captures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The request field that the captured text becomes.
    pub field: FieldPath,
    /// Which of the template's segments it spans.
    pub segments: Range<usize>,
    /// The bytes of the template at which the field path is written.
    pub place: Range<usize>,
}

impl Variable {
    /// The bytes of the template at which the name `index` of the field path is
    /// written.
    pub fn name_place(&self, index: usize) -> Range<usize> {
        let names = self.field.names();
        let before: usize = names.take(index).map(|name| name.len() + 1).sum();
        let length = self.field.names().nth(index).map_or(0, str::len);
        let start = self.place.start + before;
        start..start + length
    }
}

/// A parsed path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    source: Box<str>,
    segments: Vec<Segment>,
    verb: Option<Box<str>>,
    variables: Vec<Variable>,
}

impl Template {
    /// What the path must match, one segment after another.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The custom verb behind the last `:`, percent-decoded.
    pub fn verb(&self) -> Option<&str> {
        self.verb.as_deref()
    }

    /// The variables, in the order of the path.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Whether a variable spans more than one path segment by its form, so that
    /// an encoded slash in it stays encoded.
    pub(super) fn is_multi_segment(&self, variable: &Variable) -> bool {
        variable.segments.len() > 1
            || self.segments[variable.segments.clone()].contains(&Segment::Multi)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}
