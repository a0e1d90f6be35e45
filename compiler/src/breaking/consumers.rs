//! Who relies on what is live: components that import a service's interface, and
//! traffic that goes to a version.

use vimana_interface::{Import, Provider};
use vimana_proto::state::v1;

use super::compare::{Definition, differences, interface};
use super::report::Consumer;
use super::services::definition;
use super::state::{ServiceState, State};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{consumer_breaks, version_in_use};

/// A live consumer that breaks.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) consumer: Consumer,
    /// Where the consumer comes from.
    place: String,
}

impl Broken {
    pub(super) fn diagnostic(&self, span: Option<Span>) -> Diagnostic {
        consumer_breaks::diagnostic(
            span,
            &self.consumer.consumer,
            &self.consumer.interface,
            &self.consumer.reason,
            &self.place,
        )
    }
}

/// The live components that import an interface of `old` which `new` no longer
/// gives them. A consumer that the head replaces or removes is none: what it
/// imports instead, the compilation has checked.
pub(super) fn broken(
    base: &State<'_>,
    head: &State<'_>,
    old: &ServiceState<'_>,
    new: Option<&ServiceState<'_>>,
) -> Vec<Broken> {
    let is_called = base
        .services
        .values()
        .flat_map(|service| service.versions.values())
        .any(|state| !state.version.imports.is_empty());
    // Nearly always: nothing has to be decoded then.
    if !is_called {
        return Vec::new();
    }
    let (old, new) = (definitions(Some(old)), definitions(new));
    let mut broken = Vec::new();
    for (consumer, service) in &base.services {
        for (version, state) in &service.versions {
            if is_replaced(head, consumer, version, &state.version) {
                continue;
            }
            for import in &state.version.imports {
                let Some(reason) = reason(import, &old, &new) else {
                    continue;
                };
                broken.push(Broken {
                    consumer: Consumer {
                        consumer: format!("{consumer}@{version}"),
                        interface: import.interface.clone(),
                        reason,
                    },
                    place: state.place.describe(),
                });
            }
        }
    }
    broken
}

/// The definitions of a service that can be read, the newest first.
fn definitions(service: Option<&ServiceState<'_>>) -> Vec<Definition> {
    let interfaces = service.into_iter().flat_map(|service| &service.interfaces);
    let mut definitions: Vec<_> = interfaces
        .filter_map(|(version, state)| definition(version, state))
        .collect();
    definitions.reverse();
    definitions
}

/// Whether the head has the version with another component, or has it no more. A
/// head with errors may lack it for one of them, and most probably for this break.
fn is_replaced(head: &State<'_>, service: &str, version: &str, live: &v1::Version) -> bool {
    let service = head.services.get(service);
    match service.and_then(|service| service.versions.get(version)) {
        Some(state) => state.version.component != live.component,
        None => head.errors == 0,
    }
}

/// Why an import that `old` gives is not given by `new`, nor as it was.
fn reason(import: &v1::Import, old: &[Definition], new: &[Definition]) -> Option<String> {
    let from = *given(import, old).first()?;
    if new.is_empty() {
        return Some("whose service is removed".to_owned());
    }
    let mut first = None;
    for to in given(import, new) {
        let (function, reason) = differences(from, to)
            .into_iter()
            .find(|(function, _)| import.functions.contains(function))?;
        first.get_or_insert_with(|| format!("whose function `{function}` changes: {reason}"));
    }
    Some(first.unwrap_or_else(|| "whose version is removed".to_owned()))
}

/// The definitions that give an import, the one that it was built against first.
fn given<'d>(import: &v1::Import, definitions: &'d [Definition]) -> Vec<&'d Definition> {
    let (package, version) = import
        .interface
        .split_once('@')
        .unwrap_or((&import.interface, ""));
    let package = package.split('/').next().unwrap_or_default();
    let wanted = Import {
        name: import.interface.clone(),
        package: Some(package.to_owned()),
        interface: Some("rpc".to_owned()),
        version: version.parse().ok(),
        functions: import.functions.clone(),
        provider: Provider::Service,
    };
    let mut given: Vec<_> = definitions
        .iter()
        .filter(|definition| {
            interface(definition).is_some_and(|interface| interface.gives(&wanted))
        })
        .collect();
    given.sort_by_key(|definition| definition.version.to_string() != version);
    given
}

/// Reports the versions that get traffic and are not in the head.
pub(super) fn in_use(
    service: &str,
    old: &ServiceState<'_>,
    new: Option<&ServiceState<'_>>,
    span: Option<&Span>,
    out: &mut Vec<Diagnostic>,
) {
    let Some((route, place)) = &old.route else {
        return;
    };
    let sum: u64 = route
        .targets
        .iter()
        .map(|target| u64::from(target.weight))
        .sum();
    for target in route.targets.iter().filter(|target| target.weight > 0) {
        let is_kept = new.is_some_and(|new| new.versions.contains_key(target.version.as_str()));
        if is_kept {
            continue;
        }
        let share = u64::from(target.weight) * 100 / sum.max(1);
        out.push(version_in_use::diagnostic(
            span.cloned(),
            &format!("{service}@{}", target.version),
            u32::try_from(share).unwrap_or(100),
            &place.describe(),
        ));
    }
}
