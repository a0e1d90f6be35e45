//! What a user reads about the errors of parsing and binding.

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{
    Declared, field_set_twice, missing_field, number_out_of_range, string_not_text,
    text_format_syntax, unknown_enum_value, unknown_field, wrong_type,
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
            let mut diagnostic = rule(&error.kind)
                .diagnostic(error.kind.to_string())
                .at(span(error.range.clone()), "");
            if let Some((range, text)) = error.related() {
                diagnostic = diagnostic.also(span(range), text);
            }
            diagnostic.help = error.help();
            let repair = error.repair();
            diagnostic
                .fixes
                .extend(repair.map(|repair| text_format_syntax::fix(file, repair)));
            diagnostic
        })
        .collect()
}

const fn rule(kind: &BindErrorKind) -> &'static Declared {
    match kind {
        BindErrorKind::UnknownField { .. } | BindErrorKind::UnknownName { .. } => {
            &unknown_field::RULE
        }
        BindErrorKind::WrongType { .. } => &wrong_type::RULE,
        BindErrorKind::Duplicate { .. } | BindErrorKind::Oneof { .. } => &field_set_twice::RULE,
        BindErrorKind::UnknownEnumValue { .. } => &unknown_enum_value::RULE,
        BindErrorKind::OutOfRange { .. } => &number_out_of_range::RULE,
        BindErrorKind::NotUtf8 { .. } => &string_not_text::RULE,
        BindErrorKind::Missing { .. } => &missing_field::RULE,
    }
}
