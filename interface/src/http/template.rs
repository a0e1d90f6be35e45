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

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use super::decode;

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

/// Why a text is no path template, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct TemplateError {
    /// The byte of the template at which the mistake is.
    pub offset: usize,
    /// The mistake.
    pub kind: TemplateErrorKind,
}

/// The mistakes of a path template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateErrorKind {
    /// A template begins with a slash.
    #[error("expected `/`")]
    NoLeadingSlash,
    /// Two slashes in a row, or one at the end.
    #[error("expected a path segment")]
    EmptySegment,
    /// A character that the grammar has no place for.
    #[error("unexpected `{0}`")]
    Unexpected(char),
    /// A `{` without its `}`.
    #[error("expected `}}` before the end")]
    UnclosedVariable,
    /// A variable within a variable.
    #[error("a variable within a variable")]
    NestedVariable,
    /// A field path that is no dotted identifier.
    #[error("expected a field name")]
    NoFieldName,
    /// `**` before another segment.
    #[error("`**` must be the last segment, found another")]
    AfterMulti,
    /// A `:` without a name, or one that is not at the end of the template.
    #[error("expected the name of a verb")]
    EmptyVerb,
    /// `%` without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("invalid percent-encoding")]
    PercentEncoding,
    /// Two variables of one name.
    #[error("the variable `{0}` occurs twice")]
    DuplicateVariable(String),
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(source: &str) -> Result<Self, TemplateError> {
        let mut parser = Parser {
            source,
            at: 0,
            segments: Vec::new(),
            variables: Vec::new(),
        };
        if !parser.eat('/') {
            return Err(parser.error(TemplateErrorKind::NoLeadingSlash));
        }
        let mut verb = None;
        if !parser.rest().is_empty() {
            parser.segments(false)?;
            verb = parser.verb()?;
        }
        if let Some(other) = parser.rest().chars().next() {
            return Err(parser.error(TemplateErrorKind::Unexpected(other)));
        }
        Ok(Template {
            source: source.into(),
            segments: parser.segments,
            verb,
            variables: parser.variables,
        })
    }
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    segments: Vec<Segment>,
    variables: Vec<Variable>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn eat(&mut self, expected: char) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len_utf8();
        }
        found
    }

    fn error(&self, kind: TemplateErrorKind) -> TemplateError {
        error_at(self.at, kind)
    }

    fn segments(&mut self, in_variable: bool) -> Result<(), TemplateError> {
        loop {
            self.segment(in_variable)?;
            if !self.eat('/') {
                return Ok(());
            }
        }
    }

    fn segment(&mut self, in_variable: bool) -> Result<(), TemplateError> {
        if self.segments.last() == Some(&Segment::Multi) {
            return Err(self.error(TemplateErrorKind::AfterMulti));
        }
        if self.rest().starts_with('{') {
            if in_variable {
                return Err(self.error(TemplateErrorKind::NestedVariable));
            }
            return self.variable();
        }
        let segment = if self.eat('*') {
            if self.eat('*') {
                Segment::Multi
            } else {
                Segment::Single
            }
        } else {
            Segment::Literal(self.literal(TemplateErrorKind::EmptySegment)?)
        };
        self.segments.push(segment);
        Ok(())
    }

    fn variable(&mut self) -> Result<(), TemplateError> {
        let start = self.at;
        self.at += '{'.len_utf8();
        let field = self.field_path()?;
        let first = self.segments.len();
        if self.eat('=') {
            self.segments(true)?;
        } else {
            self.segments.push(Segment::Single);
        }
        if !self.eat('}') {
            return Err(match self.rest().chars().next() {
                None => error_at(start, TemplateErrorKind::UnclosedVariable),
                Some(other) => self.error(TemplateErrorKind::Unexpected(other)),
            });
        }
        if self.variables.iter().any(|known| known.field == field) {
            let kind = TemplateErrorKind::DuplicateVariable(field.to_string());
            return Err(error_at(start, kind));
        }
        self.variables.push(Variable {
            field,
            segments: first..self.segments.len(),
        });
        Ok(())
    }

    fn field_path(&mut self) -> Result<FieldPath, TemplateError> {
        let mut names = Vec::new();
        loop {
            let rest = self.rest();
            let length = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            let name = &rest[..length];
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
                return Err(self.error(TemplateErrorKind::NoFieldName));
            }
            names.push(name.into());
            self.at += length;
            if !self.eat('.') {
                return Ok(FieldPath(names.into()));
            }
        }
    }

    fn verb(&mut self) -> Result<Option<Box<str>>, TemplateError> {
        if !self.eat(':') {
            return Ok(None);
        }
        self.literal(TemplateErrorKind::EmptyVerb).map(Some)
    }

    /// Text up to the next character that means something in a template. A `?`,
    /// `#`, space or control character never stands in a path.
    fn literal(&mut self, when_empty: TemplateErrorKind) -> Result<Box<str>, TemplateError> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| "/:{}*=?#".contains(c) || c.is_whitespace() || c.is_control())
            .unwrap_or(rest.len());
        let text = &rest[..length];
        if text.is_empty() {
            return Err(match rest.chars().next() {
                None | Some('/' | ':' | '}') => self.error(when_empty),
                Some(other) => self.error(TemplateErrorKind::Unexpected(other)),
            });
        }
        if let Some(offset) = decode::malformed_escape(text) {
            return Err(error_at(
                self.at + offset,
                TemplateErrorKind::PercentEncoding,
            ));
        }
        let Some(decoded) = decode::segment(text) else {
            return Err(self.error(TemplateErrorKind::PercentEncoding));
        };
        self.at += length;
        Ok(decoded.into())
    }
}

fn error_at(offset: usize, kind: TemplateErrorKind) -> TemplateError {
    TemplateError { offset, kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_at(template: &str) -> (usize, TemplateErrorKind) {
        let error = template.parse::<Template>().unwrap_err();
        (error.offset, error.kind)
    }

    #[test]
    fn a_variable_without_a_pattern_is_one_segment() {
        let template: Template = "/v1/{book.name}/x".parse().unwrap();
        assert_eq!(
            template.segments(),
            [
                Segment::Literal("v1".into()),
                Segment::Single,
                Segment::Literal("x".into())
            ]
        );
        assert_eq!(template.variables()[0].field.to_string(), "book.name");
        assert_eq!(template.variables()[0].segments, 1..2);
        assert!(!template.is_multi_segment(&template.variables()[0]));
    }

    #[test]
    fn a_variable_spans_the_segments_of_its_pattern() {
        let template: Template = "/v1/{name=shelves/*/books/**}:read".parse().unwrap();
        assert_eq!(template.segments().len(), 5);
        assert_eq!(template.variables()[0].segments, 1..5);
        assert_eq!(template.verb(), Some("read"));
        assert!(template.is_multi_segment(&template.variables()[0]));
    }

    #[test]
    fn literals_are_compared_decoded() {
        let template: Template = "/a%20b/%C3%A9".parse().unwrap();
        assert_eq!(
            template.segments(),
            [Segment::Literal("a b".into()), Segment::Literal("é".into())]
        );
        assert_eq!(template.to_string(), "/a%20b/%C3%A9");
    }

    #[test]
    fn the_root_is_a_template() {
        assert_eq!("/".parse::<Template>().unwrap().segments(), []);
    }

    #[test]
    fn mistakes_are_found_where_they_are() {
        use TemplateErrorKind as Kind;
        for (template, offset, kind) in [
            ("", 0, Kind::NoLeadingSlash),
            ("v1", 0, Kind::NoLeadingSlash),
            ("/v1/", 4, Kind::EmptySegment),
            ("/v1//x", 4, Kind::EmptySegment),
            ("/v1/{a", 4, Kind::UnclosedVariable),
            ("/v1/{a=", 7, Kind::EmptySegment),
            ("/v1/{a=}", 7, Kind::EmptySegment),
            ("/v1/{}", 5, Kind::NoFieldName),
            ("/v1/{a.}", 7, Kind::NoFieldName),
            ("/v1/{1a}", 5, Kind::NoFieldName),
            ("/v1/{a=b/{c}}", 9, Kind::NestedVariable),
            ("/v1/**/x", 7, Kind::AfterMulti),
            ("/v1/{a=**}/x", 11, Kind::AfterMulti),
            ("/v1/x:", 6, Kind::EmptyVerb),
            ("/v1/x:a:b", 7, Kind::Unexpected(':')),
            ("/v1/x:a/b", 7, Kind::Unexpected('/')),
            ("/v1/***", 6, Kind::Unexpected('*')),
            ("/v1/a*", 5, Kind::Unexpected('*')),
            ("/v1/a}", 5, Kind::Unexpected('}')),
            ("/v1/a?b", 5, Kind::Unexpected('?')),
            ("/v1/a b", 5, Kind::Unexpected(' ')),
            ("/v1/ab%2", 6, Kind::PercentEncoding),
            ("/v1/%FF", 4, Kind::PercentEncoding),
            ("/{a}/{a}", 5, Kind::DuplicateVariable("a".into())),
        ] {
            assert_eq!(kind_at(template), (offset, kind), "{template}");
        }
    }
}
