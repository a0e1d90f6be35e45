//! Whether HTTP rules of two services match the same request, by what is kept of
//! each rule: rules that differ in a literal are never compared, nor those of one
//! service, which were when it was read.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use vimana_interface::http::{Body, Rule, Segment, Verb, overlap};

use super::definition::Binding;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::overlapping_rules;
use crate::unit::ServiceUnit;

/// Below so many rules, comparing all of them costs less than sorting them.
const FEW: usize = 8;

/// A segment of [`Claim::shape`] that more than one text matches.
const WILDCARD: &str = "*";

/// A rule of a service, as short as it can be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    method: String,
    verb: String,
    template: String,
    /// The segments of the path, each with `/` before it: a literal, escaped so
    /// that it is none of the signs used here, or a wildcard.
    shape: String,
    pub(crate) span: Span,
}

impl Claim {
    pub(crate) fn of(binding: &Binding) -> Self {
        let template = &binding.rule.template;
        let mut shape = String::new();
        for segment in template.segments() {
            shape.push('/');
            match segment {
                Segment::Literal(text) => {
                    for char in text.chars() {
                        match char {
                            '%' | '/' | '*' => {
                                let _ = write!(shape, "%{:02x}", u32::from(char));
                            }
                            char => shape.push(char),
                        }
                    }
                }
                Segment::Single | Segment::Multi => shape.push_str(WILDCARD),
            }
        }
        Self {
            method: binding.method.clone(),
            verb: binding.rule.verb.to_string(),
            template: template.to_string(),
            shape,
            span: binding.span.clone(),
        }
    }

    fn rule(&self) -> Option<Rule> {
        Some(Rule {
            verb: Verb::new(&self.verb),
            template: self.template.parse().ok()?,
            body: Body::None,
            response_body: None,
        })
    }
}

/// A claim, whose it is, and what is not yet looked at of its shape.
#[derive(Clone, Copy)]
struct Rest<'s> {
    service: usize,
    claim: &'s Claim,
    shape: &'s str,
}

/// Reports every two rules of two services of one domain that match the same
/// request.
pub(crate) fn check_claims(services: &[ServiceUnit], out: &mut Vec<Diagnostic>) {
    let mut domains: BTreeMap<&str, Vec<Rest<'_>>> = BTreeMap::new();
    for (index, service) in services.iter().enumerate() {
        let claims = domains.entry(service.name.domain()).or_default();
        claims.extend(service.claims.iter().map(|claim| Rest {
            service: index,
            claim,
            shape: &claim.shape,
        }));
    }
    for claims in domains.values() {
        compare(claims, out);
    }
}

/// Compares claims that agree in the segments looked at so far, or have a
/// wildcard there.
fn compare(claims: &[Rest<'_>], out: &mut Vec<Diagnostic>) {
    let Some(first) = claims.first() else { return };
    if claims.iter().all(|claim| claim.service == first.service) {
        return;
    }
    let mut literals: HashMap<&str, Vec<Rest<'_>>> = HashMap::new();
    let mut others = Vec::new();
    for rest in claims {
        let segment = rest.shape.strip_prefix('/').filter(|_| claims.len() > FEW);
        let segment = segment.map(|shape| shape.split_at(shape.find('/').unwrap_or(shape.len())));
        match segment {
            Some((literal, shape)) if literal != WILDCARD => {
                let rest = Rest { shape, ..*rest };
                literals.entry(literal).or_default().push(rest);
            }
            _ => others.push(*rest),
        }
    }
    for (index, one) in others.iter().enumerate() {
        for other in others[index + 1..]
            .iter()
            .chain(literals.values().flatten())
        {
            compare_two(one, other, out);
        }
    }
    for group in literals.values() {
        compare(group, out);
    }
}

fn compare_two(a: &Rest<'_>, b: &Rest<'_>, out: &mut Vec<Diagnostic>) {
    if a.service == b.service {
        return;
    }
    let (one, two) = (&a.claim.span, &b.claim.span);
    let (first, second) = if (&one.file, one.range.start) <= (&two.file, two.range.start) {
        (a.claim, b.claim)
    } else {
        (b.claim, a.claim)
    };
    let (Some(one), Some(two)) = (a.claim.rule(), b.claim.rule()) else {
        return;
    };
    let Some(example) = overlap(&one, &two) else {
        return;
    };
    let text = |claim: &Claim| format!("{} {}", claim.verb, claim.template);
    out.push(overlapping_rules::diagnostic(
        second.span.clone(),
        [&first.method, &second.method],
        [&text(first), &text(second)],
        first.span.clone(),
        &example,
    ));
}
