use std::sync::Arc;

use prost_reflect::{DescriptorPool, ServiceDescriptor};
use vimana_interface::Interface;

use crate::compile::Options;
use crate::diagnostic::{self, Diagnostic, SourceFiles, Span};
use crate::protobuf::{Linked, Linker, Protos};
use crate::services::{report_findings, service_options};
use crate::source::{Entry, RepoPath, Source, SourceError};
use crate::texts::Texts;

/// The interfaces that one `.proto` file defines.
#[derive(Debug)]
pub struct Interfaces {
    /// Those of the services that bear `(vimana.service)`; where none does, those
    /// of all services, at version 0.0.0. In the order of the file.
    pub interfaces: Vec<Interface>,
    /// The file with all that it imports; `None` where they do not link.
    pub pool: Option<DescriptorPool>,
    /// Every finding, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the findings point into.
    pub files: SourceFiles,
}

/// The interfaces that the file at `path` defines, without a repository around
/// it. Imports are looked for in `source`, then in each of `further`.
pub fn interfaces(source: &dyn Source, path: &RepoPath, further: &[&dyn Source]) -> Interfaces {
    let options = Options::default();
    let layers = Layers { source, further };
    let mut texts = Texts::new(&layers, &options);
    let mut out = Vec::new();
    let protos = Protos::new(&options);
    let folder = path.parent().unwrap_or_else(RepoPath::root);
    let linked = Linker::new(&protos, folder).link(&mut texts, path, &mut out);
    let interfaces = linked
        .as_ref()
        .map_or_else(Vec::new, |linked| read(linked, path, &mut out));
    diagnostic::sort(&mut out);
    Interfaces {
        interfaces,
        pool: linked.map(|linked| linked.pool),
        diagnostics: out,
        files: texts.into_files(),
    }
}

fn read(linked: &Linked, path: &RepoPath, out: &mut Vec<Diagnostic>) -> Vec<Interface> {
    let Some(file) = linked.pool.get_file_by_name(&linked.name) else {
        return Vec::new();
    };
    let services: Vec<ServiceDescriptor> = file.services().collect();
    let is_marked = |service: &ServiceDescriptor| service_options(service).is_some();
    let any_marked = services.iter().any(is_marked);
    let mut interfaces = Vec::new();
    for service in services
        .iter()
        .filter(|service| !any_marked || is_marked(service))
    {
        let version = service_options(service)
            .and_then(|options| options.version.parse().ok())
            .unwrap_or(semver::Version::new(0, 0, 0));
        match Interface::new(service, &version) {
            Ok(interface) => interfaces.push(interface),
            Err(findings) => {
                let fallback = Span::start_of(path.clone());
                report_findings(linked, findings, &fallback, out);
            }
        }
    }
    interfaces
}

/// Several sources as one: a file is that of the first source that has it.
struct Layers<'s> {
    source: &'s dyn Source,
    further: &'s [&'s dyn Source],
}

impl Source for Layers<'_> {
    fn commit(&self) -> Option<&str> {
        self.source.commit()
    }

    fn entries(&self) -> Result<Vec<Entry>, SourceError> {
        self.source.entries()
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, SourceError> {
        let first = self.source.read(path);
        if !matches!(first, Err(SourceError::NotFound { .. })) {
            return first;
        }
        self.further
            .iter()
            .map(|source| source.read(path))
            .find(|read| !matches!(read, Err(SourceError::NotFound { .. })))
            .unwrap_or(first)
    }

    fn is_modified(&self, path: &RepoPath) -> bool {
        self.source.is_modified(path)
    }
}
