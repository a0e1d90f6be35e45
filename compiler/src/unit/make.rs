use std::collections::BTreeMap;

use super::{ServiceUnit, Unit};
use crate::compile::Options;
use crate::diagnostic::Diagnostic;
use crate::discovery::{Files, Folder};
use crate::graph::GraphBuilder;
use crate::protobuf::{Linker, Protos};
use crate::services::{self, Claim, Offers, Resources, Service, check_overlaps};
use crate::settings::Settings;
use crate::source::{RepoPath, Source};
use crate::texts::Texts;

/// Makes units. All threads share it.
#[derive(Clone, Copy)]
pub(crate) struct Maker<'a> {
    pub(crate) source: &'a dyn Source,
    pub(crate) options: &'a Options,
    pub(crate) settings: &'a Settings,
    pub(crate) listed: &'a Files,
    pub(crate) protos: &'a Protos<'a>,
}

impl Maker<'_> {
    /// The unit of a folder. Without `offers` it is not known what other services
    /// give.
    pub(crate) fn make(
        &self,
        path: &RepoPath,
        folder: &Folder,
        offers: Option<&Offers<'_>>,
    ) -> Unit {
        let mut found = Vec::new();
        let mut texts = Texts::listing(self.source, self.options, self.listed);
        let mut linker = Linker::new(self.protos, path.clone()).passing();
        let service = services::read(
            path,
            folder,
            self.settings,
            &mut linker,
            &mut texts,
            &mut found,
        );
        let service = service.map(|service| self.service(&service, &texts, offers, &mut found));
        Unit {
            inputs: texts.inputs(),
            found,
            silencers: texts.silencers(),
            service,
        }
    }

    /// The service of a folder, in full.
    pub(crate) fn read(
        &self,
        path: &RepoPath,
        folder: &Folder,
        texts: &mut Texts<'_>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Service> {
        let mut linker = Linker::new(self.protos, path.clone());
        services::read(path, folder, self.settings, &mut linker, texts, found)
    }

    fn service(
        &self,
        service: &Service,
        texts: &Texts<'_>,
        offers: Option<&Offers<'_>>,
        found: &mut Vec<Diagnostic>,
    ) -> ServiceUnit {
        check_overlaps(std::slice::from_ref(service), found);
        let mut graph = GraphBuilder::new();
        let mut components = BTreeMap::new();
        let needs = Resources {
            settings: self.settings,
            protos: self.protos,
            texts,
            options: self.options,
            offers,
            graph: &mut graph,
            components: &mut components,
            out: found,
        }
        .add(service);
        let newest = service.newest();
        let definitions = || service.definitions.iter();
        ServiceUnit {
            folder: service.folder.clone(),
            name: service.name.clone(),
            id: service.id.clone(),
            span: newest.span.clone(),
            id_span: newest.id_span.clone(),
            domain: service.domain_span.as_ref().map(|span| texts.origin(span)),
            packages: definitions()
                .map(|definition| definition.interface.package())
                .collect(),
            wanted: needs.wanted,
            claims: definitions()
                .flat_map(|definition| definition.bindings.iter().map(Claim::of))
                .collect(),
            graph,
            calls: needs.calls,
            components,
        }
    }
}
