use std::collections::HashMap;

use vimana_interface::{Difference, Verification, adapt, verify};
use vimana_proto::Digest;

use super::link::{Call, Offers};
use super::versions::Chosen;
use crate::compile::Options;
use crate::desired::ComponentFile;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{component_mismatch, extra_export, invalid_component};
use crate::source::RepoPath;
use crate::texts::Texts;

/// Whether a component can serve.
pub(super) enum Checked<'s> {
    Accepted(Accepted<'s>),
    /// It cannot, which is reported.
    Refused,
    /// It imports these packages of other services, which are not known.
    Waits(Vec<String>),
}

/// A component that serves its interface.
pub(super) struct Accepted<'s> {
    pub(super) digest: Digest,
    pub(super) file: ComponentFile,
    /// What it calls of other services.
    pub(super) calls: Vec<Call<'s>>,
    /// What it imports in order to send HTTP requests, if it does.
    pub(super) outbound_http: Option<String>,
}

/// Reads the component of a version, makes it one where it is a core module, and
/// compares it with the interface. Without `offers` it is not known what other
/// services give.
pub(super) fn check<'s>(
    chosen: &Chosen<'_>,
    offers: Option<&Offers<'s>>,
    texts: &Texts<'_>,
    options: &Options,
    out: &mut Vec<Diagnostic>,
) -> Checked<'s> {
    let path = &chosen.component;
    let Some(bytes) = texts.bytes(path, options.max_component_bytes, out) else {
        return Checked::Refused;
    };
    let checked = adapt(&bytes)
        .and_then(|adapted| Ok((verify(&chosen.definition.interface, &adapted)?, adapted)));
    let (verification, adapted) = match checked {
        Ok(checked) => checked,
        Err(error) => {
            let span = chosen.component_span.clone();
            out.push(invalid_component::diagnostic(span, path, &error.chain()));
            return Checked::Refused;
        }
    };

    let version = || chosen.component_span.clone();
    for (difference, others) in once(&verification.differences) {
        let element = &difference.element;
        let span = element_span(chosen, &element.file, &element.path);
        out.push(component_mismatch::diagnostic(
            span.unwrap_or_else(version),
            path,
            &difference.to_string(),
            &others,
            version(),
        ));
    }
    for import in &verification.unsatisfied {
        out.push(component_mismatch::import(
            version(),
            path,
            &import.to_string(),
        ));
    }
    for extra in &verification.extras {
        out.push(extra_export::diagnostic(
            version(),
            path,
            &extra.to_string(),
        ));
    }
    let Some(offers) = offers else {
        let wanted: Vec<_> = verification
            .links()
            .map(|import| import.package.clone().unwrap_or_default())
            .collect();
        if !wanted.is_empty() {
            return Checked::Waits(wanted);
        }
        return accepted(path, &verification, &adapted, Some(Vec::new()));
    };
    let calls = offers.resolve(chosen, &verification, &adapted, out);
    accepted(path, &verification, &adapted, calls)
}

fn accepted<'s>(
    path: &RepoPath,
    verification: &Verification,
    adapted: &[u8],
    calls: Option<Vec<Call<'s>>>,
) -> Checked<'s> {
    let Some(calls) = calls.filter(|_| verification.is_accepted()) else {
        return Checked::Refused;
    };
    Checked::Accepted(Accepted {
        digest: Digest::of(adapted),
        file: ComponentFile {
            path: path.clone(),
            size: adapted.len() as u64,
        },
        calls,
        outbound_http: verification
            .outbound_http()
            .map(|import| import.name.clone()),
    })
}

/// Each difference once, with the other functions in which it is the same: a type
/// that several functions speak of differs in each.
pub(super) fn once(all: &[Difference]) -> Vec<(&Difference, Vec<&str>)> {
    let mut once: Vec<(&Difference, Vec<&str>)> = Vec::new();
    let mut known = HashMap::new();
    for difference in all {
        let Difference {
            problem,
            expected,
            found,
            element,
            ..
        } = difference;
        let key = (problem, expected, found, &element.file, &element.path);
        let first = *known.entry(key).or_insert(once.len());
        match once.get_mut(first) {
            Some((same, functions)) if same.function != difference.function => {
                functions.push(&difference.function);
            }
            _ => once.push((difference, Vec::new())),
        }
    }
    once
}

fn element_span(chosen: &Chosen<'_>, file: &str, path: &[i32]) -> Option<Span> {
    chosen.definition.linked.span(file, path)
}
