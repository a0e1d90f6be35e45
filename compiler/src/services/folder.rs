use vimana_proto::ServiceName;

use super::definition::{Definition, bears_service, service_options};
use crate::breaking;
use crate::diagnostic::{Diagnostic, Span};
use crate::discovery::Folder;
use crate::protobuf::{Linked, Linker};
use crate::rules::{
    configuration_without_service, invalid_service_options, no_domain, several_services,
    unsupported_edition,
};
use crate::service_config::ServiceConfig;
use crate::settings::Settings;
use crate::source::RepoPath;
use crate::texts::Texts;

/// A service: the definitions, the configuration and the components of a folder.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) folder: RepoPath,
    pub(crate) name: ServiceName,
    pub(crate) id: String,
    /// Sorted by version; never empty.
    pub(crate) definitions: Vec<Definition>,
    pub(crate) config: ServiceConfig,
    /// Whether a definition is left out, since it is wrong.
    pub(crate) is_incomplete: bool,
    /// Whether there is a `service.txtpb`.
    pub(crate) is_configured: bool,
    /// Where the domain is written, if in `service.txtpb`.
    pub(crate) domain_span: Option<Span>,
    /// The components of the folder.
    pub(crate) components: Vec<RepoPath>,
}

impl Service {
    /// The newest definition: what the service is, where versions differ.
    pub(crate) fn newest(&self) -> &Definition {
        self.definitions
            .last()
            .expect("a service is made with at least one definition")
    }
}

/// The service of a folder; `None` where it has none, or none that can be used.
pub(crate) fn read(
    path: &RepoPath,
    folder: &Folder,
    settings: &Settings,
    linker: &mut Linker<'_>,
    texts: &mut Texts<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<Service> {
    let mut is_broken = false;
    let mut candidates = Vec::new();
    for proto in &folder.protos {
        let mut found = Vec::new();
        let parsed = linker.parse(texts, proto, &mut found);
        out.extend(
            found
                .into_iter()
                .filter(|found| is_relevant(found, proto, texts)),
        );
        match parsed {
            Some(file) if file.descriptor.service.iter().any(bears_service) => {
                candidates.push((proto, file));
            }
            Some(_) => {}
            None => is_broken = true,
        }
    }
    let config = read_config(folder, texts, out);
    if candidates.is_empty() {
        if let Some(file) = folder.config.as_ref().filter(|_| !is_broken) {
            let span = Span::start_of(file.clone());
            out.push(configuration_without_service::diagnostic(span));
        }
        return None;
    }

    let mut definitions = Vec::new();
    for (proto, _) in &candidates {
        let Some(linked) = linker.link(texts, proto, out) else {
            continue;
        };
        let names = service_names(&linked, proto);
        if let [(first, first_span), rest @ ..] = names.as_slice() {
            for (name, span) in rest {
                let first_span = first_span.clone();
                out.push(several_services::diagnostic(
                    span.clone(),
                    name,
                    first_span,
                    first,
                ));
            }
        }
        definitions.extend(Definition::read(proto, linked, out));
    }
    agree(&mut definitions, out);

    let newest = definitions.last()?;
    let is_configured = config.is_some();
    let config = config.unwrap_or_else(|| ServiceConfig::absent(&newest.path));
    breaking::check_expiry(&config, &newest.version, &newest.version_span, out);
    let protobuf_name = newest.service.full_name().to_owned();
    let canonical = settings.workspace.domain.as_deref();
    let Some(domain) = config.domain().or(canonical) else {
        out.push(no_domain::diagnostic(newest.span.clone(), &protobuf_name));
        return None;
    };
    Some(Service {
        folder: path.clone(),
        name: ServiceName::new(domain, &protobuf_name).ok()?,
        id: newest.id.clone(),
        domain_span: config.domain().map(|_| config.span("domain")),
        components: folder.components.clone(),
        is_incomplete: definitions.len() < candidates.len(),
        definitions,
        config,
        is_configured,
    })
}

/// Whether what is wrong with a file matters though nothing imports it. An
/// edition does not, in a file that has nothing to do with vimana.
fn is_relevant(found: &Diagnostic, path: &RepoPath, texts: &Texts<'_>) -> bool {
    found.code != unsupported_edition::RULE.code
        || texts
            .text(path)
            .is_some_and(|text| text.contains("vimana."))
}

fn read_config(
    folder: &Folder,
    texts: &mut Texts<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<ServiceConfig> {
    let file = folder.config.as_ref()?;
    let text = texts.read(file, out)?;
    let (config, found) = ServiceConfig::read(file, &text);
    out.extend(found);
    Some(config)
}

/// The services of a file that bear `(vimana.service)`, and where their names are.
fn service_names(linked: &Linked, path: &RepoPath) -> Vec<(String, Span)> {
    let Some(file) = linked.pool.get_file_by_name(&linked.name) else {
        return Vec::new();
    };
    file.services()
        .filter(|service| service_options(service).is_some())
        .map(|service| {
            let name_path = [service.path(), &[1]].concat();
            let span = linked
                .span(&linked.name, &name_path)
                .unwrap_or_else(|| Span::start_of(path.clone()));
            (service.full_name().to_owned(), span)
        })
        .collect()
}

/// Sorts definitions by version and leaves those that are of one service, with
/// one id, each at a version of its own.
fn agree(definitions: &mut Vec<Definition>, out: &mut Vec<Diagnostic>) {
    definitions.sort_by(|a, b| {
        let precedence = a.version.cmp_precedence(&b.version);
        precedence
            .then_with(|| a.version.cmp(&b.version))
            .then_with(|| a.path.cmp(&b.path))
    });
    let mut kept: Vec<Definition> = Vec::with_capacity(definitions.len());
    for definition in definitions.drain(..) {
        if let Some(first) = kept.first() {
            let (name, first_name) = (definition.service.full_name(), first.service.full_name());
            if name != first_name {
                out.push(several_services::diagnostic(
                    definition.span.clone(),
                    name,
                    first.span.clone(),
                    first_name,
                ));
                continue;
            }
            if definition.id != first.id {
                out.push(invalid_service_options::other_id(
                    definition.id_span.clone(),
                    &definition.id,
                    first.id_span.clone(),
                    &first.id,
                ));
                continue;
            }
        }
        if let Some(same) = kept
            .iter()
            .find(|other| other.version == definition.version)
        {
            out.push(invalid_service_options::same_version(
                definition.version_span.clone(),
                &definition.version,
                same.version_span.clone(),
            ));
            continue;
        }
        kept.push(definition);
    }
    *definitions = kept;
}
