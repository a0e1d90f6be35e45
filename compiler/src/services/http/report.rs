use prost_reflect::MethodDescriptor;
use vimana_interface::http::{RuleError, RuleFinding, TemplateErrorKind};

use super::Places;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{
    http_body_in_path, http_body_not_allowed, http_client_streaming, http_delete_body,
    http_invalid_method, http_nested_bindings, http_no_pattern, http_repeated_binding,
    http_selector, http_template_syntax, http_too_many, http_two_options, http_unbindable_field,
    http_unknown_field, http_unusual_method, http_variable_twice, invalid_interface,
};

/// The number of the extension `vimana.http`.
const VIMANA_HTTP: i32 = 51700;

/// What a user reads about a mistake in the HTTP rule of `method`.
pub(in crate::services) fn report(
    finding: &RuleFinding,
    method: &MethodDescriptor,
    places: &Places<'_>,
    fallback: &Span,
) -> Diagnostic {
    let place = |path: &[i32], bytes| {
        let found = places.span(method.path(), path, bytes);
        found.unwrap_or_else(|| fallback.clone())
    };
    let span = place(&finding.path, finding.text.as_ref());
    let (message, help) = (finding.to_string(), finding.error.help());
    match &finding.error {
        RuleError::Template { error, .. } => match &error.kind {
            TemplateErrorKind::DuplicateVariable { first, .. } => {
                let first = place(&finding.path, Some(first));
                http_variable_twice::diagnostic(span, message, help, first)
            }
            kind => http_template_syntax::diagnostic(span, message, &kind.to_string(), help),
        },
        RuleError::UnknownField { name, fields, .. } => {
            http_unknown_field::diagnostic(span, message, help, name, fields)
        }
        RuleError::WrongType { .. } | RuleError::OwnJson { .. } | RuleError::NotTopLevel { .. } => {
            http_unbindable_field::diagnostic(span, message, help)
        }
        RuleError::NoBody { .. } => http_body_not_allowed::diagnostic(span, message, help),
        RuleError::DeleteBody { .. } => http_delete_body::diagnostic(span, message, help),
        RuleError::BodyInPath { .. } => http_body_in_path::diagnostic(span, message, help),
        RuleError::NestedBindings { .. } => http_nested_bindings::diagnostic(span, message, help),
        RuleError::ClientStreams { .. } => http_client_streaming::diagnostic(span, message, help),
        RuleError::NoPattern { .. } => http_no_pattern::diagnostic(span, message, help),
        RuleError::InvalidKind { .. } => http_invalid_method::diagnostic(span, message, help),
        RuleError::KindCase { .. } | RuleError::KnownKind { .. } => {
            http_unusual_method::diagnostic(span, message, help)
        }
        RuleError::Selector { .. } => http_selector::diagnostic(span, message, help),
        RuleError::Both { .. } => {
            let other = places.span(method.path(), &[VIMANA_HTTP], None);
            let other = other.filter(|other| *other != span);
            http_two_options::diagnostic(span, message, help, other)
        }
        RuleError::Repeated { earlier, .. } => {
            let earlier = place(earlier, None);
            http_repeated_binding::diagnostic(span, message, help, earlier)
        }
        RuleError::TooManyBindings { .. } => http_too_many::bindings(span, message, help),
        error => invalid_interface::diagnostic(span, error.to_string(), Some(help), None),
    }
}
