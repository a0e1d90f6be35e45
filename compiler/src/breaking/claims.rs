//! Who else may answer a request over HTTP.

use std::collections::BTreeMap;

use vimana_interface::http;

use super::compare::Claim;
use super::services::definition;
use super::state::State;

/// The HTTP rules that are new in the head. They are read once somebody asks, since
/// most changes leave rules alone.
pub(super) struct Claims<'c, 's> {
    base: &'c State<'s>,
    head: &'c State<'s>,
    by_domain: Option<BTreeMap<&'c str, Vec<Claim>>>,
}

impl<'c, 's> Claims<'c, 's> {
    pub(super) const fn new(base: &'c State<'s>, head: &'c State<'s>) -> Self {
        Self {
            base,
            head,
            by_domain: None,
        }
    }

    /// The rules of a domain.
    pub(super) fn of(&mut self, domain: &str) -> &[Claim] {
        let (base, head) = (self.base, self.head);
        self.by_domain
            .get_or_insert_with(|| read(base, head))
            .get(domain)
            .map_or(&[], Vec::as_slice)
    }
}

fn read<'c>(base: &State<'_>, head: &'c State<'_>) -> BTreeMap<&'c str, Vec<Claim>> {
    let mut claims: BTreeMap<&str, Vec<Claim>> = BTreeMap::new();
    for (name, service) in &head.services {
        let Some((version, newest)) = service.newest() else {
            continue;
        };
        let old = base.services.get(name);
        let old = old.and_then(|old| old.interfaces.get(version));
        if old.is_some_and(|old| old.digest == newest.digest) {
            continue;
        }
        let Some(definition) = definition(version, newest) else {
            continue;
        };
        let Some(found) = definition.pool.get_service_by_name(&definition.service) else {
            continue;
        };
        let domain = name.split(':').next().unwrap_or_default();
        for method in found.methods() {
            let rules = http::rules(&method).unwrap_or_default();
            claims
                .entry(domain)
                .or_default()
                .extend(rules.into_iter().map(|rule| Claim {
                    service: definition.service.clone(),
                    method: method.full_name().to_owned(),
                    rule,
                }));
        }
    }
    claims
}
