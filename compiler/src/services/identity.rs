use std::collections::BTreeMap;

use super::folder::Service;
use crate::diagnostic::Diagnostic;
use crate::rules::duplicate_service;

/// Leaves the services whose names and ids are theirs alone; of two, the one
/// whose folder comes first.
pub(crate) fn check_identities(services: Vec<Service>, out: &mut Vec<Diagnostic>) -> Vec<Service> {
    let mut kept: Vec<Service> = Vec::with_capacity(services.len());
    let mut names = BTreeMap::new();
    let mut ids = BTreeMap::new();
    for service in services {
        let newest = service.newest();
        if let Some(first) = names.get(&service.name).map(|at: &usize| &kept[*at]) {
            out.push(duplicate_service::name(
                newest.span.clone(),
                &service.name.to_string(),
                first.newest().span.clone(),
            ));
            continue;
        }
        if let Some(first) = ids.get(&service.id).map(|at: &usize| &kept[*at]) {
            out.push(duplicate_service::id(
                newest.id_span.clone(),
                &service.id,
                first.newest().id_span.clone(),
                [&service.name.to_string(), &first.name.to_string()],
            ));
        }
        names.insert(service.name.clone(), kept.len());
        ids.entry(service.id.clone()).or_insert(kept.len());
        kept.push(service);
    }
    kept
}
