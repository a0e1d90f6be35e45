//! Services of both sides: which are the same, and what became of each.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::DescriptorPool;

use super::change::{Change, Spot};
use super::claims::Claims;
use super::compare::Definition;
use super::consumers;
use super::judge::{Judge, Subject};
use super::locate::Locator;
use super::pair::pairs;
use super::report::{ServiceReport, Status};
use super::state::{InterfaceState, ServiceState, State};
use crate::diagnostic::{Diagnostic, SourceFiles, Span};
use crate::rules::{domain_changed, service_id_changed, service_removed};
use crate::source::RepoPath;

/// What is found of all services.
pub(super) struct Services {
    pub(super) reports: Vec<ServiceReport>,
    pub(super) unchanged: usize,
    pub(super) files: SourceFiles,
}

/// Compares every service of both sides.
pub(super) fn compare(base: &State<'_>, head: &State<'_>, out: &mut Vec<Diagnostic>) -> Services {
    let Some(source) = head.source else {
        return Services {
            reports: Vec::new(),
            unchanged: 0,
            files: SourceFiles::new(),
        };
    };
    let renamed = renamed(base, head);
    let mut services = Comparison {
        base,
        head,
        head_files: Locator::new(source),
        base_files: base.source.map(Locator::new),
        claims: Claims::new(base, head),
        out,
    };
    let mut reports = Vec::new();
    let mut unchanged = 0;
    for (name, service) in &head.services {
        let old_name = renamed.get(name.as_str()).copied().unwrap_or(name);
        let report = match base.services.get(old_name) {
            Some(old) => services.both((old_name, old), (name, service)),
            None => Some(services.added(name)),
        };
        match report {
            Some(report) => reports.push(report),
            None => unchanged += 1,
        }
    }
    let taken: BTreeSet<&str> = renamed.values().copied().collect();
    for (name, service) in &base.services {
        if !head.services.contains_key(name) && !taken.contains(name.as_str()) {
            reports.push(services.removed(name, service));
        }
    }
    reports.sort_by(|a, b| a.service.cmp(&b.service));
    Services {
        reports,
        unchanged,
        files: services.head_files.into_files(),
    }
}

/// The services of the head that the base has under another name, by id.
fn renamed<'c>(base: &'c State<'_>, head: &'c State<'_>) -> BTreeMap<&'c str, &'c str> {
    let mut by_id: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, service) in &base.services {
        if let Some(id) = service.id().filter(|_| !head.services.contains_key(name)) {
            by_id.insert(id, name);
        }
    }
    head.services
        .iter()
        .filter(|(name, _)| !base.services.contains_key(*name))
        .filter_map(|(name, service)| Some((name.as_str(), *by_id.get(service.id()?)?)))
        .collect()
}

struct Comparison<'c, 's> {
    base: &'c State<'s>,
    head: &'c State<'s>,
    head_files: Locator<'s>,
    base_files: Option<Locator<'s>>,
    claims: Claims<'c, 's>,
    out: &'c mut Vec<Diagnostic>,
}

impl<'c, 's> Comparison<'c, 's> {
    /// A service that both sides have; none where nothing changed.
    fn both(
        &mut self,
        base: (&str, &'c ServiceState<'s>),
        head: (&str, &'c ServiceState<'s>),
    ) -> Option<ServiceReport> {
        let ((old_name, old), (name, new)) = (base, head);
        let pairs = pairs(&old.interfaces, &new.interfaces);
        let removed: Vec<String> = old
            .interfaces
            .keys()
            .filter(|version| !new.interfaces.contains_key(version))
            .map(ToString::to_string)
            .collect();
        if pairs.is_empty() && removed.is_empty() {
            return None;
        }
        let consumers = if self.base.source.is_none() {
            consumers::broken(self.base, self.head, old, Some(new))
        } else {
            Vec::new()
        };
        let mut report = ServiceReport {
            service: name.to_owned(),
            status: Status::Changed,
            renamed_from: (old_name != name).then(|| old_name.to_owned()),
            versions: Vec::new(),
            removed_versions: removed,
            broken_consumers: Vec::new(),
        };
        let newest = new.newest().map(|(version, _)| version);
        for pair in pairs {
            let is_newest = Some(pair.to.0) == newest;
            let more = if is_newest {
                Self::identity((old_name, old), (name, new), pair.to.1)
            } else {
                Vec::new()
            };
            let (Some(from), Some(to)) = (
                definition(pair.from.0, pair.from.1),
                definition(pair.to.0, pair.to.1),
            ) else {
                continue;
            };
            let domain = name.split(':').next().unwrap_or_default();
            // Rules that stay as they are, nobody takes requests from.
            let claims = if from.bindings == to.bindings {
                &[]
            } else {
                self.claims.of(domain)
            };
            let mut judge = Judge {
                base_label: &self.base.label,
                head_files: &mut self.head_files,
                base_files: self.base_files.as_mut(),
                out: self.out,
            };
            let subject = Subject {
                service: name,
                from: &from,
                to: &to,
                from_place: &pair.from.1.place,
                to_place: &pair.to.1.place,
                is_newest,
            };
            report.versions.extend(judge.pair(&subject, claims, more));
        }
        self.live(old, new, consumers, &mut report);
        let is_told = !report.versions.is_empty()
            || !report.removed_versions.is_empty()
            || !report.broken_consumers.is_empty();
        is_told.then_some(report)
    }

    /// What breaks because the base is live.
    fn live(
        &mut self,
        old: &ServiceState<'s>,
        new: &ServiceState<'s>,
        consumers: Vec<consumers::Broken>,
        report: &mut ServiceReport,
    ) {
        if self.base.source.is_some() {
            return;
        }
        let span = new.newest().and_then(|(_, newest)| {
            let path = newest.place.file.clone()?;
            let service = report.service.split_once(':')?.1;
            self.head_files.service_option(&path, service, "version")
        });
        consumers::in_use(&report.service, old, Some(new), span.as_ref(), self.out);
        for consumer in consumers {
            self.out.push(consumer.diagnostic(span.clone()));
            report.broken_consumers.push(consumer.consumer);
        }
    }

    /// Changes of the id and the domain.
    fn identity(
        (old_name, old): (&str, &ServiceState<'_>),
        (name, new): (&str, &ServiceState<'_>),
        newest: &InterfaceState<'_>,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        let spot = |place: &super::state::Place, protobuf: &str| {
            let file = place
                .file
                .as_ref()
                .map(RepoPath::as_str)
                .unwrap_or_default();
            Spot::new(file, &[], &[]).service_option(protobuf)
        };
        let old_place = old.newest().map_or(&old.place, |(_, newest)| &newest.place);
        let protobuf = name.split_once(':').map_or(name, |(_, name)| name);
        let old_protobuf = old_name.split_once(':').map_or(old_name, |(_, name)| name);
        if let (Some(was), Some(is)) = (old.id(), new.id())
            && was != is
        {
            changes.push(service_id_changed::change(
                protobuf,
                [was, is],
                spot(old_place, old_protobuf).field("id"),
                spot(&newest.place, protobuf).field("id"),
            ));
        }
        let domain = |name: &str| name.split(':').next().unwrap_or_default().to_owned();
        if domain(old_name) != domain(name) {
            changes.push(domain_changed::change(
                protobuf,
                [&domain(old_name), &domain(name)],
                spot(old_place, old_protobuf),
                spot(&newest.place, protobuf),
            ));
        }
        changes
    }

    fn added(&self, name: &str) -> ServiceReport {
        // A base with errors may have it, where it does not compile.
        let may_be_there = self.base.errors > 0
            && self.head.services.get(name).is_some_and(|service| {
                let file = service.place.file.as_ref();
                file.is_some_and(|file| self.base.has_file(file))
            });
        let status = if may_be_there {
            Status::NotCompared
        } else {
            Status::Added
        };
        told(name, status)
    }

    fn removed(&mut self, name: &str, service: &ServiceState<'_>) -> ServiceReport {
        let file = service.place.file.as_ref();
        let is_there = file.is_some_and(|file| self.head.has_file(file));
        if is_there && self.head.errors > 0 {
            return told(name, Status::NotCompared);
        }
        let message = service_removed::message(name);
        let mut diagnostic = service_removed::RULE
            .diagnostic(message)
            .note(format!("breaks {}", service_removed::RULE.breaks))
            .note(format!(
                "it was at {}",
                super::judge::base_place(&self.base.label, &service.place)
            ))
            .help("keep the service, marked `option deprecated = true;`, until nobody calls it");
        let span = self.what_remains(service);
        if let Some(span) = &span {
            diagnostic = diagnostic.at(span.clone(), "");
        }
        self.out.push(diagnostic);
        let mut report = told(name, Status::Removed);
        if self.base.source.is_none() {
            for consumer in consumers::broken(self.base, self.head, service, None) {
                self.out.push(consumer.diagnostic(span.clone()));
                report.broken_consumers.push(consumer.consumer);
            }
        }
        report
    }

    /// The file that held a service, the nearest file of definitions around it, or
    /// the settings.
    fn what_remains(&mut self, service: &ServiceState<'_>) -> Option<Span> {
        let file = service.place.file.clone()?;
        let settings = RepoPath::new(crate::discovery::SETTINGS).ok()?;
        [file, settings]
            .into_iter()
            .find(|path| self.head_files.text(path).is_some())
            .map(Span::start_of)
    }
}

pub(super) fn definition(
    version: &semver::Version,
    state: &InterfaceState<'_>,
) -> Option<Definition> {
    let interface = state.interface()?;
    let pool = DescriptorPool::decode(interface.file_descriptor_set.as_slice()).ok()?;
    Some(Definition {
        pool,
        service: interface.protobuf_service,
        bindings: interface.http_bindings,
        version: version.clone(),
    })
}

fn told(name: &str, status: Status) -> ServiceReport {
    ServiceReport {
        service: name.to_owned(),
        status,
        renamed_from: None,
        versions: Vec::new(),
        removed_versions: Vec::new(),
        broken_consumers: Vec::new(),
    }
}
