use std::ops::Range;

use super::ServiceConfig;
use crate::breaking::{self, Class};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Rule, invalid_allowance, invalid_version};

/// A breaking change that `service.txtpb` accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// What is accepted.
    pub allow: Allow,
    /// The full name of the element that it is about, together with all in it;
    /// none for all of the service.
    pub element: Option<String>,
    /// Why.
    pub reason: String,
    /// The version that brings the change; none for any.
    pub version: Option<semver::Version>,
    /// The name of the entry.
    pub span: Span,
    /// All of the entry, with its line break where nothing else is on its lines.
    pub entry: Span,
    /// What `allow` says, as it is written.
    pub value: Span,
}

/// What an [`Allowance`] accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allow {
    /// What a rule finds, by its code.
    Rule(&'static str),
    /// All that breaks this class and no other.
    Class(Class),
    /// Whatever the element is about.
    Any,
}

/// The entries `breaking`.
pub(super) fn read(
    config: &ServiceConfig,
    text: &str,
    out: &mut Vec<Diagnostic>,
) -> Vec<Allowance> {
    let entries = (0..).zip(&config.message.breaking);
    entries
        .filter_map(|(index, entry): (usize, _)| {
            let path = format!("breaking[{index}]");
            let span = config.name_span(&path);
            let value = config.span(&format!("{path}.allow"));
            let is_written = |field: &str| config.is_written(&format!("{path}.{field}"));
            if entry.reason.trim().is_empty() {
                let help = "say why the change is harmless: `reason: \"...\"`";
                out.push(invalid_allowance::missing(span.clone(), "reason", help));
            }
            if entry.allow.is_empty() && !is_written("allow") {
                let help = "name a rule, a class or an element: `allow: \"VM0240\"`";
                out.push(invalid_allowance::missing(span.clone(), "allow", help));
            }
            let version = read_version(config, &path, &entry.version, out);
            let (allow, element) = read_allow(&entry.allow, &value, out)?;
            let own = (!entry.element.is_empty()).then(|| entry.element.clone());
            let end = config.span(&path).range.end;
            Some(Allowance {
                allow,
                element: own.or(element),
                reason: entry.reason.clone(),
                version,
                entry: Span::new(span.file.clone(), lines(text, span.range.start..end)),
                span,
                value,
            })
        })
        .collect()
}

fn read_version(
    config: &ServiceConfig,
    path: &str,
    version: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<semver::Version> {
    if version.is_empty() {
        return None;
    }
    version
        .parse()
        .map_err(|error| {
            let span = config.span(&format!("{path}.version"));
            out.push(invalid_version::diagnostic(span, version, &error));
        })
        .ok()
}

/// What `allow` names: a rule, a class, or an element.
fn read_allow(
    allow: &str,
    span: &Span,
    out: &mut Vec<Diagnostic>,
) -> Option<(Allow, Option<String>)> {
    if allow.is_empty() {
        return None;
    }
    let mut rules = breaking::rules();
    if let Some(rule) = rules.find(|rule| rule.code().eq_ignore_ascii_case(allow)) {
        return Some((Allow::Rule(rule.code()), None));
    }
    let class = Class::ALL.into_iter().find(|class| class.as_str() == allow);
    if let Some(class) = class {
        return Some((Allow::Class(class), None));
    }
    let is_name = allow.split('.').all(|part| {
        let starts = part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        starts && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    if is_name && allow.contains('.') {
        return Some((Allow::Any, Some(allow.to_owned())));
    }
    let known: Vec<&str> = breaking::rules()
        .map(Rule::code)
        .chain(Class::ALL.map(Class::as_str))
        .collect();
    out.push(invalid_allowance::unknown(span.clone(), allow, &known));
    None
}

/// The lines of `range`, where nothing else stands on them; else `range`.
fn lines(text: &str, range: Range<usize>) -> Range<usize> {
    let before = text.get(..range.start).unwrap_or_default();
    let behind = text.get(range.end..).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = behind.find('\n').map_or(behind.len(), |at| at + 1);
    let is_alone = before[start..].trim().is_empty() && behind[..end].trim().is_empty();
    if is_alone {
        start..range.end + end
    } else {
        range
    }
}
