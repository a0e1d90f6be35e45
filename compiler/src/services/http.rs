//! Whether two HTTP rules of one domain match the same request.

use std::collections::BTreeMap;

use vimana_interface::http::{Segment, overlap};

use super::definition::{Binding, Definition};
use super::folder::Service;
use crate::diagnostic::Diagnostic;
use crate::rules::overlapping_rules;

/// Below so many rules, comparing all of them costs less than sorting them.
const FEW: usize = 8;

/// A rule, and whose it is.
#[derive(Clone, Copy)]
struct Claim<'s> {
    service: &'s Service,
    definition: &'s Definition,
    binding: &'s Binding,
}

/// Reports every two rules of one domain that match the same request. Versions
/// of one service take turns, so their rules may be the same.
pub(crate) fn check_overlaps(services: &[Service], out: &mut Vec<Diagnostic>) {
    let mut domains: BTreeMap<&str, Vec<Claim<'_>>> = BTreeMap::new();
    for service in services {
        let claims = domains.entry(service.name.domain()).or_default();
        for definition in &service.definitions {
            claims.extend(definition.bindings.iter().map(|binding| Claim {
                service,
                definition,
                binding,
            }));
        }
    }
    for claims in domains.values() {
        compare(claims, 0, out);
    }
}

/// Compares all claims, which agree in their first `depth` segments or have a
/// wildcard there. Those that differ in a literal are never compared.
fn compare(claims: &[Claim<'_>], depth: usize, out: &mut Vec<Diagnostic>) {
    let mut literals: BTreeMap<&str, Vec<Claim<'_>>> = BTreeMap::new();
    let mut others = Vec::new();
    for claim in claims {
        match claim.binding.rule.template.segments().get(depth) {
            Some(Segment::Literal(text)) if claims.len() > FEW => {
                literals.entry(text).or_default().push(*claim);
            }
            _ => others.push(*claim),
        }
    }
    for (index, claim) in others.iter().enumerate() {
        for other in &others[index + 1..] {
            compare_two(claim, other, out);
        }
        for other in literals.values().flatten() {
            compare_two(claim, other, out);
        }
    }
    for group in literals.values() {
        compare(group, depth + 1, out);
    }
}

fn compare_two(a: &Claim<'_>, b: &Claim<'_>, out: &mut Vec<Diagnostic>) {
    let is_one_service = a.service.name == b.service.name;
    let is_one_version = a.definition.version == b.definition.version;
    if is_one_service && (!is_one_version || a.binding.method == b.binding.method) {
        return;
    }
    let Some(example) = overlap(&a.binding.rule, &b.binding.rule) else {
        return;
    };
    let key = |claim: &Claim<'_>| {
        let span = &claim.binding.span;
        (span.file.clone(), span.range.start)
    };
    let (first, second) = if key(a) <= key(b) { (a, b) } else { (b, a) };
    out.push(overlapping_rules::diagnostic(
        second.binding.span.clone(),
        [&first.binding.method, &second.binding.method],
        [
            &first.binding.rule.to_string(),
            &second.binding.rule.to_string(),
        ],
        first.binding.span.clone(),
        &example,
    ));
}
