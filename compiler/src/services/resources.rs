use std::collections::{BTreeMap, BTreeSet};

use vimana_interface::documentation;
use vimana_proto::config::v1::service::Target;
use vimana_proto::state::v1::{
    self, Component, Interface, Limits, Placement, Route, RouteTarget, Version, placement, spec,
};
use vimana_proto::{Address, Digest, Kind};

use super::auth;
use super::component::{self, Checked};
use super::folder::Service;
use super::link::{Call, Offers};
use super::outbound::Outbound;
use super::versions::{Chosen, choose};
use crate::compile::Options;
use crate::desired::ComponentFile;
use crate::diagnostic::{Diagnostic, Span};
use crate::graph::{EdgeKind, GraphBuilder};
use crate::placement::{Placed, place};
use crate::protobuf::Protos;
use crate::rules::{exposed_variable, undeclared_variable};
use crate::secrets;
use crate::service_config::{Cors, ServiceConfig, Sticky};
use crate::settings::Settings;
use crate::texts::Texts;

/// Makes the resources of a service.
pub(crate) struct Resources<'r, 'a> {
    pub(crate) settings: &'r Settings,
    pub(crate) protos: &'r Protos<'r>,
    pub(crate) texts: &'r Texts<'a>,
    pub(crate) options: &'r Options,
    /// What other services give; none where that is not known.
    pub(crate) offers: Option<&'r Offers<'r>>,
    pub(crate) graph: &'r mut GraphBuilder,
    pub(crate) components: &'r mut BTreeMap<Digest, ComponentFile>,
    pub(crate) out: &'r mut Vec<Diagnostic>,
}

/// What the resources of a service need of others.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Which versions call which interfaces.
    pub(crate) calls: Vec<(Address, Address)>,
    /// The packages of other services that are imported, where it is not known
    /// what those give.
    pub(crate) wanted: Vec<String>,
}

impl Resources<'_, '_> {
    /// Adds the service, its versions and its route.
    pub(crate) fn add(&mut self, service: &Service) -> Needs {
        let placed = place(&service.config, self.settings, self.out);
        let clusters = placed.clusters.clone();
        let newest = service.newest();
        let address = self.graph.add(
            spec::Kind::Service(v1::Service {
                name: service.name.to_string(),
                id: service.id.clone(),
                domain: service.name.domain().to_owned(),
                protobuf_service: service.name.protobuf().to_owned(),
                placement: Some(placement(service, placed)),
                limits: Some(limits(&service.config)),
                requests_per_instance: service.config.requests_per_instance(),
                auth: auth::resolve(service, self.texts, self.out),
                cors: service.config.cors().map(cors),
                json: json(&service.config),
            }),
            self.texts.origin(&newest.span),
        );
        let domain = Address::new(Kind::Domain, service.name.domain());
        self.graph.depends(&address, &domain);
        for cluster in clusters {
            let cluster = Address::new(Kind::Cluster, cluster);
            self.graph.edge(&address, &cluster, EdgeKind::RunsOn);
        }
        self.add_versions(service, &address)
    }

    fn add_versions(&mut self, service: &Service, service_address: &Address) -> Needs {
        let chosen = choose(service, self.texts, self.out);
        let mut interfaces = BTreeMap::new();
        let mut targets = Vec::new();
        let mut needs = Needs::default();
        let mut outbound = Outbound::default();
        for version in &chosen {
            let checked =
                component::check(version, self.offers, self.texts, self.options, self.out);
            let (interface, interface_digest) = interfaces
                .entry(&version.definition.path)
                .or_insert_with(|| self.add_interface(service, version))
                .clone();
            let variables = self.variables(version);
            let component = match checked {
                Checked::Accepted(component) => component,
                Checked::Refused => {
                    outbound.is_unknown = true;
                    continue;
                }
                Checked::Waits(wanted) => {
                    outbound.is_unknown = true;
                    needs.wanted.extend(wanted);
                    continue;
                }
            };
            outbound.see(service, version, &component, self.out);
            let address = self.graph.add(
                spec::Kind::Version(Version {
                    service: service.name.to_string(),
                    version: version.version.to_string(),
                    component: Some(Component {
                        digest: component.digest.to_string(),
                        size_bytes: component.file.size,
                    }),
                    interface_digest: interface_digest.to_string(),
                    otlp: version.definition.otlp.clone(),
                    imports: component.calls.iter().map(import).collect(),
                }),
                self.texts.origin(&version.span),
            );
            needs.calls.extend(
                component
                    .calls
                    .iter()
                    .map(|call| (address.clone(), interface_address(call))),
            );
            self.components
                .entry(component.digest)
                .or_insert(component.file);
            self.graph.depends(&address, service_address);
            self.graph.depends(&address, &interface);
            for variable in variables {
                let variable = Address::new(Kind::Variable, variable);
                self.graph.depends(&address, &variable);
            }
            targets.push((version, address));
        }
        outbound.end(service, self.out);
        self.add_route(service, service_address, targets);
        needs
    }

    fn add_interface(&mut self, service: &Service, version: &Chosen<'_>) -> (Address, Digest) {
        let definition = version.definition;
        let interface = Interface {
            service: service.name.to_string(),
            version: definition.version.to_string(),
            protobuf_service: definition.service.full_name().to_owned(),
            wit: definition.interface.to_wit(),
            file_descriptor_set: Vec::new(),
            http_bindings: definition
                .bindings
                .iter()
                .map(ToString::to_string)
                .collect(),
            comments: documentation(&definition.service)
                .into_iter()
                .map(|(element, text)| v1::Comment { element, text })
                .collect(),
        };
        let files = definition.linked.encode(self.protos);
        let origin = self.texts.origin(&definition.span);
        let node = self.graph.add_interface(interface, files, origin);
        (node.address.clone(), node.digest)
    }

    fn add_route(
        &mut self,
        service: &Service,
        service_address: &Address,
        mut versions: Vec<(&Chosen<'_>, Address)>,
    ) {
        versions.sort_by(|(a, _), (b, _)| {
            let precedence = b.version.cmp_precedence(&a.version);
            precedence.then_with(|| b.version.cmp(&a.version))
        });
        versions.retain(|(version, _)| version.weight > 0 || version.is_shadow);
        let targets = versions.iter().filter(|(version, _)| version.weight > 0);
        let Some((first, _)) = targets.clone().next() else {
            return;
        };
        let span = if service.is_configured && !service.config.versions().is_empty() {
            service.config.name_span("version[0]")
        } else {
            first.span.clone()
        };
        let shadows = versions.iter().filter(|(version, _)| version.is_shadow);
        let address = self.graph.add(
            spec::Kind::Route(Route {
                service: service.name.to_string(),
                targets: targets
                    .map(|(version, _)| RouteTarget {
                        version: version.version.to_string(),
                        weight: version.weight,
                    })
                    .collect(),
                sticky: service.config.sticky().map(sticky),
                shadows: shadows
                    .map(|(version, _)| version.version.to_string())
                    .collect(),
            }),
            self.texts.origin(&span),
        );
        self.graph.depends(&address, service_address);
        for (_, version) in &versions {
            self.graph.depends(&address, version);
        }
    }

    /// The declared variables that a version reads; those that are not declared
    /// are reported.
    fn variables(&mut self, version: &Chosen<'_>) -> BTreeSet<String> {
        let definition = version.definition;
        let Some(otlp) = &definition.otlp else {
            return BTreeSet::new();
        };
        let mut declared = BTreeSet::new();
        let text = definition.linked.text(&definition.linked.name);
        let span = |name: &str| reference_span(text.unwrap_or_default(), definition, name);
        for name in references(&otlp.headers) {
            if self.settings.variables.contains_key(name) {
                declared.insert(name.to_owned());
            } else {
                let known: Vec<_> = self.settings.variables.keys().map(String::as_str).collect();
                let diagnostic = undeclared_variable::diagnostic(span(name), name, &known);
                self.out.push(diagnostic);
            }
        }
        let headers = secrets::headers(&otlp.headers);
        for (_, value) in headers.filter(|(header, _)| secrets::authenticates(header)) {
            for name in references(&value) {
                let variable = self.settings.variables.get(name);
                if variable.is_some_and(|variable| !variable.secret) {
                    self.out
                        .push(exposed_variable::diagnostic(span(name), name));
                }
            }
        }
        declared
    }
}

fn cors(cors: &Cors) -> v1::Cors {
    v1::Cors {
        allow_origins: cors.allow_origins.clone(),
        allow_headers: cors.allow_headers.clone(),
        expose_headers: cors.expose_headers.clone(),
        allow_credentials: cors.allow_credentials,
        max_age: prost_types::Duration::try_from(cors.max_age).ok(),
    }
}

fn import(call: &Call<'_>) -> v1::Import {
    v1::Import {
        interface: call.import.name.clone(),
        functions: call.import.functions.clone(),
    }
}

/// The address of the interface that a version calls.
fn interface_address(call: &Call<'_>) -> Address {
    let name = format!(
        "{}@{}",
        call.offer.service.name, call.offer.definition.version
    );
    Address::new(Kind::Interface, name)
}

fn limits(config: &ServiceConfig) -> Limits {
    let limits = config.limits();
    Limits {
        memory_bytes: limits.memory_bytes,
        timeout: prost_types::Duration::try_from(limits.timeout).ok(),
        message_bytes: limits.message_bytes(),
        cpu_time: prost_types::Duration::try_from(limits.cpu_time).ok(),
        request_bytes: limits.request_bytes,
        response_bytes: limits.response_bytes,
        concurrent_requests: limits.concurrent_requests,
        queue_length: limits.queue_length,
        streams: limits.streams,
        outbound_hosts: limits
            .outbound_hosts
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    }
}

fn sticky(sticky: &Sticky) -> v1::Sticky {
    let key = match sticky {
        Sticky::Header(name) => v1::sticky::Key::Header(name.clone()),
        Sticky::Cookie(name) => v1::sticky::Key::Cookie(name.clone()),
    };
    v1::Sticky { key: Some(key) }
}

/// The options of `ProtoJSON`; none where they are its defaults.
fn json(config: &ServiceConfig) -> Option<v1::Json> {
    let written = config.message().http.as_ref()?.json.as_ref()?;
    let json = v1::Json {
        ignore_unknown: written.ignore_unknown,
        always_print_fields_with_no_presence: written.always_print_fields_with_no_presence,
        preserve_proto_field_names: written.preserve_proto_field_names,
        enums_as_integers: written.enums_as_integers,
    };
    (json != v1::Json::default()).then_some(json)
}

fn placement(service: &Service, placed: Placed) -> Placement {
    let target = match service.config.message().target() {
        // A plan leaves nothing to decide, so the default is filled in.
        Target::Unspecified | Target::Cost => placement::Target::Cost,
        Target::Latency => placement::Target::Latency,
    };
    Placement {
        regional: placed.is_regional,
        regions: placed.regions,
        failover: placed.failover,
        target: target.into(),
        clusters: placed.clusters,
    }
}

/// The names in `${NAME}`, in their order.
fn references(text: &str) -> Vec<&str> {
    text.split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .filter(|name| !name.is_empty())
        .collect()
}

/// The first `${NAME}` within the option, or all of the option where escapes
/// hide it.
fn reference_span(text: &str, definition: &super::Definition, name: &str) -> Span {
    let whole = &definition.options_span;
    let needle = format!("${{{name}}}");
    let found = text
        .get(whole.range.clone())
        .and_then(|option| option.find(&needle));
    match found {
        Some(at) => {
            let start = whole.range.start + at;
            Span::new(whole.file.clone(), start..start + needle.len())
        }
        None => whole.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn references_are_names_in_braces_behind_a_dollar() {
        assert_eq!(references("a=${A},b=x${B}y,$C,${"), ["A", "B"]);
        assert_eq!(references("${}"), [""; 0]);
    }
}
