//! What a user reads about the errors of parsing and binding.

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{
    field_set_twice, missing_field, number_out_of_range, string_not_text, text_format_syntax,
    unknown_enum_value, unknown_field, wrong_type,
};
use crate::source::RepoPath;
use crate::textproto::SyntaxError;
use crate::textproto::bind::{BindError, BindErrorKind};

pub(super) fn of_syntax(file: &RepoPath, errors: &[SyntaxError]) -> Vec<Diagnostic> {
    errors
        .iter()
        .map(|error| text_format_syntax::diagnostic(file, error))
        .collect()
}

pub(super) fn of_binding(file: &RepoPath, errors: &[BindError]) -> Vec<Diagnostic> {
    errors
        .iter()
        .map(|error| {
            let span = |range| Span::new(file.clone(), range);
            let mut diagnostic = Diagnostic::error(code(&error.kind), error.kind.to_string())
                .at(span(error.range.clone()), "");
            if let Some((range, text)) = error.related() {
                diagnostic = diagnostic.also(span(range), text);
            }
            diagnostic.help = error.help();
            diagnostic
        })
        .collect()
}

const fn code(kind: &BindErrorKind) -> &'static str {
    match kind {
        BindErrorKind::UnknownField { .. } | BindErrorKind::UnknownName { .. } => {
            unknown_field::CODE
        }
        BindErrorKind::WrongType { .. } => wrong_type::CODE,
        BindErrorKind::Duplicate { .. } | BindErrorKind::Oneof { .. } => field_set_twice::CODE,
        BindErrorKind::UnknownEnumValue { .. } => unknown_enum_value::CODE,
        BindErrorKind::OutOfRange { .. } => number_out_of_range::CODE,
        BindErrorKind::NotUtf8 { .. } => string_not_text::CODE,
        BindErrorKind::Missing { .. } => missing_field::CODE,
    }
}
