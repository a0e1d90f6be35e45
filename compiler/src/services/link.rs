//! What components import of other services, and whether those give it.

use std::collections::{BTreeMap, BTreeSet};

use vimana_interface::{Import, Verification, verify_link};

use super::component::once;
use super::definition::Definition;
use super::folder::Service;
use super::versions::Chosen;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{component_mismatch, linked_service, list, nearest};

/// A definition of a service, which callers may import.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer<'s> {
    pub(super) service: &'s Service,
    pub(super) definition: &'s Definition,
}

/// The services of a repository by the WIT packages that callers import them by.
#[derive(Debug, Default)]
pub(crate) struct Offers<'s> {
    /// Every package, for suggestions.
    packages: BTreeSet<&'s str>,
    /// Those that somebody wants.
    wanted: BTreeMap<String, Vec<Offer<'s>>>,
}

/// Something that a version calls: the import, and who gives it.
#[derive(Debug)]
pub(super) struct Call<'s> {
    pub(super) import: Import,
    pub(super) offer: Offer<'s>,
}

impl<'s> Offers<'s> {
    /// The packages of a repository, and the services of it that are wanted.
    pub(crate) fn new(
        packages: impl IntoIterator<Item = &'s str>,
        services: &'s [Service],
    ) -> Self {
        let mut wanted: BTreeMap<String, Vec<Offer<'s>>> = BTreeMap::new();
        for service in services {
            for definition in &service.definitions {
                let package = definition.interface.package();
                wanted.entry(package).or_default().push(Offer {
                    service,
                    definition,
                });
            }
        }
        Self {
            packages: packages.into_iter().collect(),
            wanted,
        }
    }

    fn of(&self, import: &Import) -> &[Offer<'s>] {
        let package = import.package.as_deref().unwrap_or_default();
        self.wanted.get(package).map_or(&[], Vec::as_slice)
    }

    /// The newest release that gives what is imported.
    fn giver(&self, import: &Import) -> Option<Offer<'s>> {
        self.of(import)
            .iter()
            .filter(|offer| offer.definition.interface.gives(import))
            .max_by(|a, b| {
                let versions = (&a.definition.version, &b.definition.version);
                versions.0.cmp_precedence(versions.1)
            })
            .copied()
    }

    /// Resolves what a component imports of other services. `None` where any of
    /// it is not to be had.
    pub(super) fn resolve(
        &self,
        chosen: &Chosen<'_>,
        verification: &Verification,
        component: &[u8],
        out: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Call<'s>>> {
        let mut calls = Vec::new();
        let mut complete = true;
        for import in verification.links() {
            let Some(offer) = self.giver(import) else {
                out.push(self.missing(chosen, import));
                complete = false;
                continue;
            };
            let found = differences(chosen, import, offer, component);
            if found.is_empty() {
                let definition = offer.definition;
                out.push(linked_service::diagnostic(
                    chosen.component_span.clone(),
                    &chosen.component,
                    &import.name,
                    &format!("{}@{}", offer.service.name, definition.version),
                    definition.span.clone(),
                ));
            }
            complete &= found.is_empty();
            out.extend(found);
            calls.push(Call {
                import: import.clone(),
                offer,
            });
        }
        complete.then_some(calls)
    }

    /// Says what would satisfy an import that no service of the repository does.
    fn missing(&self, chosen: &Chosen<'_>, import: &Import) -> Diagnostic {
        let offers = self.of(import);
        let package = import.package.as_deref().unwrap_or_default();
        let compose = "compose the component with one that exports it";
        let (why, help) = if let Some(newest) = offers.last() {
            let versions: Vec<_> = offers
                .iter()
                .map(|offer| &offer.definition.version)
                .collect();
            let name = &newest.service.name;
            (
                format!(
                    "`{name}` is here at {}, which is no compatible version",
                    list(&versions)
                ),
                format!(
                    "build the component against one of these, add that version of the service, or {compose}"
                ),
            )
        } else {
            let own = chosen.definition.interface.package();
            let others = self.packages.iter().copied().filter(|known| *known != own);
            let near = nearest(package, others);
            let near = near
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            (
                format!("no service of this repository is `{package}` in WIT{near}"),
                format!("add the definition of that service, or {compose}"),
            )
        };
        let message = format!("nothing satisfies the import `{}`: {why}", import.name);
        let span = chosen.component_span.clone();
        let mut diagnostic = component_mismatch::import(span, &chosen.component, &message);
        for offer in offers {
            diagnostic = diagnostic.also(
                offer.definition.version_span.clone(),
                "this version is here",
            );
        }
        diagnostic.help(help)
    }
}

/// Where a component takes another service for what it is not.
fn differences(
    chosen: &Chosen<'_>,
    import: &Import,
    offer: Offer<'_>,
    component: &[u8],
) -> Vec<Diagnostic> {
    let definition = offer.definition;
    // The component was decoded to find the import.
    let Ok(found) = verify_link(&definition.interface, component) else {
        return Vec::new();
    };
    once(&found)
        .into_iter()
        .map(|(difference, others)| {
            let element = &difference.element;
            let span: Option<Span> = definition.linked.span(&element.file, &element.path);
            component_mismatch::link(
                span.unwrap_or_else(|| definition.span.clone()),
                &chosen.component,
                &import.name,
                &difference.to_string(),
                &others,
                chosen.component_span.clone(),
            )
        })
        .collect()
}
