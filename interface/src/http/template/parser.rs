use std::ops::Range;
use std::str::FromStr;

use super::super::decode;
use super::{
    FieldPath, MAX_FIELD_NAMES, MAX_SEGMENTS, MAX_TEMPLATE_BYTES, Segment, Template, TemplateError,
    TemplateErrorKind, Variable,
};

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(source: &str) -> Result<Self, TemplateError> {
        let mut parser = Parser {
            source,
            at: 0,
            segments: Vec::new(),
            variables: Vec::new(),
        };
        if source.len() > MAX_TEMPLATE_BYTES {
            return Err(error_at(0..source.len(), TemplateErrorKind::TooLong));
        }
        if !parser.eat('/') {
            return Err(parser.error(TemplateErrorKind::NoLeadingSlash));
        }
        let mut verb = None;
        if !parser.rest().is_empty() {
            parser.segments(false)?;
            verb = parser.verb()?;
        }
        if let Some(other) = parser.rest().chars().next() {
            return Err(parser.unexpected(other));
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

    /// What lacks here.
    fn error(&self, kind: TemplateErrorKind) -> TemplateError {
        error_at(self.at..self.at, kind)
    }

    fn unexpected(&self, found: char) -> TemplateError {
        let range = self.at..self.at + found.len_utf8();
        error_at(range, TemplateErrorKind::Unexpected(found))
    }

    /// From `start` to behind the next of `ends`, or before it, or to the end.
    fn through(&self, start: usize, ends: &[char], with_end: bool) -> Range<usize> {
        let end = self.source[start..]
            .find(ends)
            .map_or(self.source.len(), |at| start + at + usize::from(with_end));
        start..end
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
            let range = self.through(self.at, &['/', '}'], false);
            return Err(error_at(range, TemplateErrorKind::AfterMulti));
        }
        if self.segments.len() == MAX_SEGMENTS {
            let range = self.at..self.source.len();
            return Err(error_at(range, TemplateErrorKind::TooManySegments));
        }
        if self.rest().starts_with('{') {
            if in_variable {
                let range = self.through(self.at, &['}'], true);
                return Err(error_at(range, TemplateErrorKind::NestedVariable));
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
        let place = start + '{'.len_utf8()..self.at;
        let first = self.segments.len();
        if self.eat('=') {
            self.segments(true)?;
        } else {
            self.segments.push(Segment::Single);
        }
        if !self.eat('}') {
            return Err(match self.rest().chars().next() {
                None => error_at(start..self.at, TemplateErrorKind::UnclosedVariable),
                Some(other) => self.unexpected(other),
            });
        }
        if let Some(known) = self.variables.iter().find(|known| known.field == field) {
            let kind = TemplateErrorKind::DuplicateVariable {
                name: field.to_string(),
                first: known.place.clone(),
            };
            return Err(error_at(place, kind));
        }
        self.variables.push(Variable {
            field,
            segments: first..self.segments.len(),
            place,
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
                let range = self.through(self.at, &['}', '=', '.', '/'], false);
                return Err(error_at(range, TemplateErrorKind::NoFieldName));
            }
            if names.len() == MAX_FIELD_NAMES {
                let range = self.through(self.at, &['}', '='], false);
                return Err(error_at(range, TemplateErrorKind::FieldPathTooLong));
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
                Some(other) => self.unexpected(other),
            });
        }
        if let Some(offset) = decode::malformed_escape(text) {
            let start = self.at + offset;
            let end = text[offset..]
                .chars()
                .take(3)
                .map(char::len_utf8)
                .sum::<usize>();
            return Err(error_at(
                start..start + end,
                TemplateErrorKind::PercentEncoding,
            ));
        }
        let Some(decoded) = decode::segment(text) else {
            let range = self.at..self.at + length;
            return Err(error_at(range, TemplateErrorKind::PercentEncoding));
        };
        self.at += length;
        Ok(decoded.into())
    }
}

fn error_at(range: Range<usize>, kind: TemplateErrorKind) -> TemplateError {
    TemplateError { range, kind }
}
