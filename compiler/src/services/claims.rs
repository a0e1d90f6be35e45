//! Whether HTTP rules of two services match the same request, by what is kept of
//! each rule. Those of one service were compared when it was read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vimana_interface::http::{Body, Rule, Verb, conflicts};

use super::definition::Binding;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{http_too_many, overlapping_rules};

/// A rule of a service, as short as it can be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    method: String,
    verb: String,
    template: String,
    pub(crate) span: Span,
}

impl Claim {
    pub(crate) fn of(binding: &Binding) -> Self {
        Self {
            method: binding.method.clone(),
            verb: binding.rule.verb.to_string(),
            template: binding.rule.template.to_string(),
            span: binding.span.clone(),
        }
    }

    /// What its conflicts with others depend on, besides its place in its file.
    pub(crate) fn compared(&self) -> [&str; 3] {
        [&self.verb, &self.template, self.span.file.as_str()]
    }

    pub(super) fn method(&self) -> &str {
        &self.method
    }

    pub(super) fn rule(&self) -> Option<Rule> {
        Some(Rule {
            verb: Verb::new(&self.verb),
            template: self.template.parse().ok()?,
            body: Body::None,
            response_body: None,
        })
    }
}

/// Reports every two rules of two services of one domain that match the same
/// request. Each service comes as its domain and its claims.
pub(crate) fn check_claims<'s>(
    services: impl Iterator<Item = (&'s str, &'s [Claim])>,
    out: &mut Vec<Diagnostic>,
) {
    let mut domains: BTreeMap<&str, Vec<&[Claim]>> = BTreeMap::new();
    for (domain, claims) in services {
        domains.entry(domain).or_default().push(claims);
    }
    for (domain, services) in domains {
        if services.len() > 1 {
            check_domain(domain, &services, out);
        }
    }
}

/// A claim, whose it is, and the rule that it stands for.
struct Claimed<'s> {
    service: usize,
    claim: &'s Claim,
    rule: Rule,
}

fn check_domain(domain: &str, services: &[&[Claim]], out: &mut Vec<Diagnostic>) {
    let mut claims = Vec::new();
    for (service, of_service) in services.iter().enumerate() {
        claims.extend(of_service.iter().filter_map(|claim| {
            let rule = claim.rule()?;
            Some(Claimed {
                service,
                claim,
                rule,
            })
        }));
    }
    claims.sort_by(|a, b| a.claim.span.cmp(&b.claim.span));
    let rules: Vec<&Rule> = claims.iter().map(|claimed| &claimed.rule).collect();
    let found = conflicts(&rules, &|a, b| claims[a].service == claims[b].service);
    if let Some(first) = claims.first().filter(|_| found.is_partial) {
        let span = first.claim.span.clone();
        out.push(http_too_many::entangled(span, domain, claims.len()));
    }
    out.extend(found.found.into_iter().map(|conflict| {
        let [first, second] = [conflict.first, conflict.second].map(|index| &claims[index]);
        overlapping_rules::diagnostic(
            second.claim.span.clone(),
            [&first.claim.method, &second.claim.method],
            [&first.rule.to_string(), &second.rule.to_string()],
            first.claim.span.clone(),
            &conflict.example,
        )
    }));
}
