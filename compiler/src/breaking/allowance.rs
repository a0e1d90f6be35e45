//! The changes that `service.txtpb` accepts.

use semver::Version;

use super::change::{Change, Classes};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{endless_allowance, expired_allowance};
use crate::service_config::{Allow, Allowance, ServiceConfig};

/// Reports the entries that have expired, and those that never will.
pub(crate) fn check_expiry(
    config: &ServiceConfig,
    newest: &Version,
    newest_span: &Span,
    out: &mut Vec<Diagnostic>,
) {
    for entry in config.allowances() {
        let Some(version) = &entry.version else {
            out.push(endless_allowance::diagnostic(
                entry.span.clone(),
                entry.value.clone(),
                &newest.to_string(),
            ));
            continue;
        };
        if version.cmp_precedence(newest).is_lt() {
            out.push(expired_allowance::diagnostic(
                entry.span.clone(),
                entry.entry.clone(),
                [version, newest],
                Some(newest_span.clone()),
            ));
        }
    }
}

impl Allowance {
    /// Whether the entry accepts a change that `version` brings.
    pub(super) fn accepts(&self, change: &Change, version: &Version) -> bool {
        let is_version = self.version.as_ref().is_none_or(|own| own == version);
        let is_element = self
            .element
            .as_ref()
            .is_none_or(|element| is_in(&change.element, element));
        is_version && is_element && self.covers(change)
    }

    fn covers(&self, change: &Change) -> bool {
        match self.allow {
            Allow::Rule(code) => change.rule.code == code,
            // What breaks more than that is not accepted.
            Allow::Class(class) => {
                change.classes != Classes::NONE && change.classes.iter().all(|each| each == class)
            }
            Allow::Any => true,
        }
    }
}

/// Whether `element` is `around` or in it.
fn is_in(element: &str, around: &str) -> bool {
    element
        .strip_prefix(around)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':', '/']))
}
