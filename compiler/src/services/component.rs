use vimana_interface::{adapt, verify};
use vimana_proto::Digest;

use super::link::{Call, Offers};
use super::versions::Chosen;
use crate::compile::Options;
use crate::desired::ComponentFile;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{component_mismatch, extra_export, invalid_component};
use crate::texts::Texts;

/// A component that serves its interface.
pub(super) struct Accepted<'s> {
    pub(super) digest: Digest,
    pub(super) file: ComponentFile,
    /// What it calls of other services.
    pub(super) calls: Vec<Call<'s>>,
}

/// Reads the component of a version, makes it one where it is a core module, and
/// compares it with the interface. `None` where it cannot serve.
pub(super) fn check<'s>(
    chosen: &Chosen<'_>,
    offers: &Offers<'s>,
    texts: &Texts<'_>,
    options: &Options,
    out: &mut Vec<Diagnostic>,
) -> Option<Accepted<'s>> {
    let path = &chosen.component;
    let bytes = texts.bytes(path, options.max_component_bytes, out)?;
    let checked = adapt(&bytes)
        .and_then(|adapted| Ok((verify(&chosen.definition.interface, &adapted)?, adapted)));
    let (verification, adapted) = match checked {
        Ok(checked) => checked,
        Err(error) => {
            let span = chosen.component_span.clone();
            out.push(invalid_component::diagnostic(span, path, &error.chain()));
            return None;
        }
    };

    let version = || chosen.component_span.clone();
    for difference in &verification.differences {
        let element = &difference.element;
        let span = element_span(chosen, &element.file, &element.path);
        out.push(component_mismatch::diagnostic(
            span.unwrap_or_else(version),
            path,
            &difference.to_string(),
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
    let calls = offers.resolve(chosen, &verification, &adapted, out);
    let calls = calls.filter(|_| verification.is_accepted())?;
    Some(Accepted {
        digest: Digest::of(&adapted),
        file: ComponentFile {
            path: path.clone(),
            size: adapted.len() as u64,
        },
        calls,
    })
}

fn element_span(chosen: &Chosen<'_>, file: &str, path: &[i32]) -> Option<Span> {
    chosen.definition.linked.span(file, path)
}
