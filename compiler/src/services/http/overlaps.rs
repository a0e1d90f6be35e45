//! Whether two HTTP rules of some services match the same request.

use std::collections::BTreeMap;

use vimana_interface::http::{Rule, conflicts};

use crate::diagnostic::Diagnostic;
use crate::rules::{http_too_many, overlapping_rules};
use crate::services::definition::{Binding, Definition};
use crate::services::folder::Service;

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
    for (domain, mut claims) in domains {
        claims.sort_by(|a, b| a.binding.span.cmp(&b.binding.span));
        check_domain(domain, &claims, out);
    }
}

/// `claims` are in the order of their places.
fn check_domain(domain: &str, claims: &[Claim<'_>], out: &mut Vec<Diagnostic>) {
    let rules: Vec<&Rule> = claims.iter().map(|claim| &claim.binding.rule).collect();
    let found = conflicts(&rules, &|a, b| may_share(&claims[a], &claims[b]));
    if let Some(first) = claims.first().filter(|_| found.is_partial) {
        let span = first.binding.span.clone();
        out.push(http_too_many::entangled(span, domain, claims.len()));
    }
    out.extend(found.found.into_iter().map(|conflict| {
        let (first, second) = (&claims[conflict.first], &claims[conflict.second]);
        overlapping_rules::diagnostic(
            second.binding.span.clone(),
            [&first.binding.method, &second.binding.method],
            [
                &first.binding.rule.to_string(),
                &second.binding.rule.to_string(),
            ],
            first.binding.span.clone(),
            &conflict.example,
        )
    }));
}

/// Whether two rules may match the same request: those of one method, where the
/// most specific one is taken, and those of two versions of one service.
fn may_share(a: &Claim<'_>, b: &Claim<'_>) -> bool {
    a.service.name == b.service.name
        && (a.definition.version != b.definition.version || a.binding.method == b.binding.method)
}
