use super::definition::Definition;
use super::folder::Service;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{
    ambiguous_component, missing_component, missing_interface, not_supported, unpinned_component,
};
use crate::service_config;
use crate::source::RepoPath;
use crate::texts::Texts;

/// The share of the only version, where it is given none.
const WHOLE: u32 = 100;

/// A version that serves: what it implements, by which file, with which share.
#[derive(Debug)]
pub(crate) struct Chosen<'s> {
    pub(crate) version: semver::Version,
    pub(crate) definition: &'s Definition,
    pub(crate) component: RepoPath,
    pub(crate) weight: u32,
    /// Whether it gets a copy of the requests that others answer.
    pub(crate) is_shadow: bool,
    /// What makes it a version: its `version {}`, or the version of the `.proto`.
    pub(crate) span: Span,
    /// What names the component: the same, or the field that does.
    pub(crate) component_span: Span,
}

/// The versions of a service, those that have all that they need.
pub(crate) fn choose<'s>(
    service: &'s Service,
    texts: &Texts<'_>,
    out: &mut Vec<Diagnostic>,
) -> Vec<Chosen<'s>> {
    if service.config.message().version.is_empty() {
        return choose_only(service, out).into_iter().collect();
    }
    let entries = service.config.versions();
    let blocks = &service.config.message().version;
    let is_only = blocks.iter().filter(|block| !block.shadow).count() == 1;
    entries
        .iter()
        .filter_map(|entry| {
            let weight = match entry.weight {
                _ if entry.shadow => 0,
                None if is_only => WHOLE,
                written => written.unwrap_or(0),
            };
            choose_entry(service, entry, weight, texts, out)
        })
        .collect()
}

/// The one component whose file name ends in the version of a definition.
fn choose_only<'s>(service: &'s Service, out: &mut Vec<Diagnostic>) -> Option<Chosen<'s>> {
    let candidates: Vec<_> = service
        .definitions
        .iter()
        .map(|definition| (definition, components_of(service, &definition.version)))
        .filter(|(_, components)| !components.is_empty())
        .collect();
    match candidates.as_slice() {
        [] => {
            let newest = service.newest();
            let expected = format!("{}-{}.wasm", stem(newest), newest.version);
            out.push(missing_component::diagnostic(
                newest.version_span.clone(),
                &newest.version,
                &expected,
                &service.folder,
                &names(&service.components),
            ));
            None
        }
        [(definition, components)] => {
            let span = definition.version_span.clone();
            let component = only(components, &definition.version, &span, out)?;
            Some(Chosen {
                version: definition.version.clone(),
                definition,
                component,
                weight: WHOLE,
                is_shadow: false,
                component_span: span.clone(),
                span,
            })
        }
        several => {
            let versions: Vec<_> = several
                .iter()
                .map(|(definition, _)| &definition.version)
                .collect();
            let span = service.newest().version_span.clone();
            out.push(ambiguous_component::versions(span, &versions));
            None
        }
    }
}

fn choose_entry<'s>(
    service: &'s Service,
    entry: &service_config::Version,
    weight: u32,
    texts: &Texts<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<Chosen<'s>> {
    // Both are looked for before either may be missing.
    let definition = find_definition(service, entry, out);
    let component = find_component(service, entry, definition, texts, out);
    let path = format!("{}.component", entry.path);
    let component_span = if service.config.is_set(&path) {
        service.config.span(&path)
    } else {
        service.config.span(&format!("{}.version", entry.path))
    };
    Some(Chosen {
        version: entry.version.clone(),
        definition: definition?,
        component: component?,
        weight,
        is_shadow: entry.shadow,
        span: service.config.name_span(&entry.path),
        component_span,
    })
}

fn find_definition<'s>(
    service: &'s Service,
    entry: &service_config::Version,
    out: &mut Vec<Diagnostic>,
) -> Option<&'s Definition> {
    let Some(name) = &entry.interface else {
        let found = service
            .definitions
            .iter()
            .find(|definition| definition.version == entry.version);
        if found.is_none() && !service.is_incomplete {
            let known: Vec<_> = service
                .definitions
                .iter()
                .map(|definition| {
                    format!("{} ({})", definition.path.file_name(), definition.version)
                })
                .collect();
            let span = service.config.span(&format!("{}.version", entry.path));
            out.push(missing_interface::no_version(span, &entry.version, &known));
        }
        return found;
    };
    let path = service.folder.join(name).ok();
    let found = service
        .definitions
        .iter()
        .find(|definition| path.as_ref() == Some(&definition.path));
    if found.is_none() && !service.is_incomplete {
        let known: Vec<_> = service
            .definitions
            .iter()
            .map(|definition| definition.path.file_name())
            .collect();
        let span = service.config.span(&format!("{}.interface", entry.path));
        out.push(missing_interface::no_file(span, name, &known));
    }
    found
}

fn find_component(
    service: &Service,
    entry: &service_config::Version,
    definition: Option<&Definition>,
    texts: &Texts<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<RepoPath> {
    let Some(name) = &entry.component else {
        let span = service.config.span(&format!("{}.version", entry.path));
        let found = components_of(service, &entry.version);
        if found.is_empty() {
            let stem = stem(definition.unwrap_or_else(|| service.newest()));
            out.push(missing_component::diagnostic(
                span,
                &entry.version,
                &format!("{stem}-{}.wasm", entry.version),
                &service.folder,
                &names(&service.components),
            ));
            return None;
        }
        return only(&found, &entry.version, &span, out);
    };
    let span = service.config.span(&format!("{}.component", entry.path));
    if name.starts_with("oci://") {
        if !unpinned_component::is_pinned(name) {
            out.push(unpinned_component::diagnostic(span.clone(), name));
        }
        out.push(not_supported::diagnostic(
            span,
            "a component from a registry",
            "pull it into the repository, and name the file",
        ));
        return None;
    }
    match service.folder.join(name) {
        Ok(path) if texts.exists(&path) => Some(path),
        Ok(_) => {
            let found = names(&service.components);
            out.push(missing_component::no_file(span, name, &found));
            None
        }
        Err(error) => {
            out.push(missing_component::outside(span, &error.to_string()));
            None
        }
    }
}

fn only(
    found: &[&RepoPath],
    version: &semver::Version,
    span: &Span,
    out: &mut Vec<Diagnostic>,
) -> Option<RepoPath> {
    if let [one] = found {
        return Some((*one).clone());
    }
    let names: Vec<_> = found.iter().map(|path| path.file_name()).collect();
    out.push(ambiguous_component::files(span.clone(), version, &names));
    None
}

/// The components of the folder whose names end in `-VERSION`.
fn components_of<'s>(service: &'s Service, version: &semver::Version) -> Vec<&'s RepoPath> {
    let suffix = format!("-{version}");
    service
        .components
        .iter()
        .filter(|path| path.file_stem().ends_with(&suffix))
        .collect()
}

fn names(paths: &[RepoPath]) -> Vec<&str> {
    paths.iter().map(RepoPath::file_name).collect()
}

/// The first part of a component's name: that of the `.proto`, without a version.
fn stem(definition: &Definition) -> &str {
    let stem = definition.path.file_stem();
    stem.strip_suffix(&format!("-{}", definition.version))
        .unwrap_or(stem)
}
