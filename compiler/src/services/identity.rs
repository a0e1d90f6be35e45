use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::rules::duplicate_service;
use crate::unit::ServiceUnit;

/// Leaves the services whose names and ids are theirs alone; of two, the one
/// whose folder comes first.
pub(crate) fn check_identities(
    services: Vec<ServiceUnit>,
    out: &mut Vec<Diagnostic>,
) -> Vec<ServiceUnit> {
    let mut names: HashMap<_, usize> = HashMap::with_capacity(services.len());
    let mut ids: HashMap<_, usize> = HashMap::with_capacity(services.len());
    let mut doubled = Vec::new();
    for (index, service) in services.iter().enumerate() {
        if let Some(first) = names.get(&service.name).map(|at| &services[*at]) {
            out.push(duplicate_service::name(
                service.span.clone(),
                &service.name.to_string(),
                first.span.clone(),
            ));
            doubled.push(index);
            continue;
        }
        if let Some(first) = ids.get(&service.id).map(|at| &services[*at]) {
            out.push(duplicate_service::id(
                service.id_span.clone(),
                &service.id,
                first.id_span.clone(),
                [&service.name.to_string(), &first.name.to_string()],
            ));
        }
        names.insert(&service.name, index);
        ids.entry(&service.id).or_insert(index);
    }
    let mut doubled = doubled.into_iter().peekable();
    let kept = services.into_iter().enumerate();
    kept.filter_map(|(index, service)| doubled.next_if_eq(&index).is_none().then_some(service))
        .collect()
}
