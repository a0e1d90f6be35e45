//! What arrives over the control API, checked before anything is done with it.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use prost_reflect::DescriptorPool;
use vimana_interface::codec::JsonOptions;
use vimana_proto::control::v1::{PlannedStep, StepAction};
use vimana_proto::state::v1::{self as state, Resource, spec, variable};
use vimana_proto::{Address, Digest, Kind, OutboundHost, ServiceName, VersionName};

use super::cors::cors;
use super::limits::{limits, outbound_hosts, requests_per_instance};
use super::{auth, otlp, traffic};
use crate::descriptors::DescriptorSet;
use crate::snapshot::{
    Auth, Cors, Exporter, InterfaceEntry, Limits, Sticky, Target, VariableSource,
};

/// The kinds that this release can hold, sorted by name.
pub(super) const SUPPORTED_KINDS: [Kind; 6] = [
    Kind::Domain,
    Kind::Interface,
    Kind::Route,
    Kind::Service,
    Kind::Variable,
    Kind::Version,
];

const MAX_STEPS: usize = 100_000;

/// Why a request is refused before it is looked into.
#[derive(Debug, thiserror::Error)]
pub(super) enum Invalid {
    #[error(
        "`{0}` is no workspace name; expected 1 to 63 letters, digits, `-`, `_` and `.`, the first a letter or digit"
    )]
    Workspace(String),
    #[error("{0}")]
    Name(#[from] vimana_proto::NameError),
    #[error(transparent)]
    Digest(#[from] vimana_proto::ParseDigestError),
    #[error(
        "`{address}` is of a kind that this node cannot hold; it holds {}",
        supported()
    )]
    Unsupported { address: String },
    #[error("step {step} has no action")]
    NoAction { step: usize },
    #[error("step {step} is the second one of `{address}`")]
    Repeated { step: usize, address: String },
    #[error("step {step} deletes, so it leads to no digest")]
    DigestOfDeletion { step: usize },
    #[error("a plan may have at most {MAX_STEPS} steps, but this one has {0}")]
    TooManySteps(usize),
    #[error("a lease lasts 1 s to 60 s, not {0:?}")]
    Lease(Option<Duration>),
    #[error("address and digest of `{0}` do not follow from its spec")]
    Inconsistent(String),
    #[error("`{address}` needs `{dependency}`, but does not say so in `dependencies`")]
    Undeclared { address: String, dependency: String },
    #[error("`{address}`: {problem}")]
    Resource { address: String, problem: String },
}

fn supported() -> String {
    SUPPORTED_KINDS.map(Kind::as_str).join(", ")
}

/// A resource that was looked through, in the types that the node works with.
#[derive(Debug, Clone)]
pub(super) enum Checked {
    Variable {
        name: String,
        source: VariableSource,
    },
    Domain {
        name: String,
        is_described: bool,
    },
    Interface(InterfaceEntry),
    Service(Box<ServiceParts>),
    Version(Box<VersionParts>),
    Route(RouteParts),
}

/// How traffic is shared.
#[derive(Debug, Clone)]
pub(super) struct RouteParts {
    pub(super) service: ServiceName,
    pub(super) targets: Vec<Target>,
    pub(super) sticky: Option<Sticky>,
    pub(super) shadows: Vec<semver::Version>,
}

/// What all versions of a service share.
#[derive(Debug, Clone)]
pub(super) struct ServiceParts {
    pub(super) name: ServiceName,
    pub(super) limits: Limits,
    pub(super) cors: Option<Arc<Cors>>,
    pub(super) outbound_hosts: Arc<[OutboundHost]>,
    pub(super) requests_per_instance: NonZeroU32,
    pub(super) auth: Option<Arc<Auth>>,
    pub(super) json: JsonOptions,
}

/// A version whose interface is still to be found.
#[derive(Debug, Clone)]
pub(super) struct VersionParts {
    pub(super) name: VersionName,
    pub(super) digest: Digest,
    pub(super) component: Digest,
    pub(super) size_bytes: u64,
    pub(super) interface: Digest,
    pub(super) otlp: Option<Exporter>,
}

/// Checks a workspace's name.
pub(super) fn workspace(name: String) -> Result<String, Invalid> {
    let is_name = (1..=63).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if is_name {
        Ok(name)
    } else {
        Err(Invalid::Workspace(name))
    }
}

/// Checks the steps of a plan.
pub(super) fn steps(steps: &[PlannedStep]) -> Result<(), Invalid> {
    if steps.len() > MAX_STEPS {
        return Err(Invalid::TooManySteps(steps.len()));
    }
    let mut seen = BTreeSet::new();
    for (index, step) in steps.iter().enumerate() {
        address(&step.address)?;
        if !seen.insert(&step.address) {
            return Err(Invalid::Repeated {
                step: index,
                address: step.address.clone(),
            });
        }
        match step.action() {
            StepAction::Unspecified => return Err(Invalid::NoAction { step: index }),
            StepAction::Put => {
                step.digest.parse::<Digest>()?;
            }
            StepAction::Delete if step.digest.is_empty() => {}
            StepAction::Delete => return Err(Invalid::DigestOfDeletion { step: index }),
        }
    }
    Ok(())
}

/// Checks the duration of a lease.
pub(super) fn lease(duration: Option<prost_types::Duration>) -> Result<Duration, Invalid> {
    let Some(duration) = duration else {
        return Ok(Duration::from_secs(10));
    };
    let duration = Duration::try_from(duration).map_err(|_| Invalid::Lease(None))?;
    if (Duration::from_secs(1)..=Duration::from_mins(1)).contains(&duration) {
        Ok(duration)
    } else {
        Err(Invalid::Lease(Some(duration)))
    }
}

/// Checks an address of a kind that this node can hold.
pub(super) fn address(text: &str) -> Result<Address, Invalid> {
    let address: Address = text.parse()?;
    if SUPPORTED_KINDS.contains(&address.kind()) {
        Ok(address)
    } else {
        Err(Invalid::Unsupported {
            address: text.to_owned(),
        })
    }
}

/// Looks through a resource that is to be put. Decodes descriptors, so it takes
/// some milliseconds.
pub(super) fn resource(resource: &Resource) -> Result<Checked, Invalid> {
    address(&resource.address)?;
    let kind = match resource.spec.as_ref().and_then(|spec| spec.kind.as_ref()) {
        Some(kind) if resource.is_consistent() => kind,
        _ => return Err(Invalid::Inconsistent(resource.address.clone())),
    };
    let problem = |problem: String| Invalid::Resource {
        address: resource.address.clone(),
        problem,
    };
    match kind {
        spec::Kind::Domain(domain) => {
            // A domain is valid where a service name with it is.
            ServiceName::new(&domain.name, "a.B")
                .map_err(|_| problem(format!("`{}` is no domain", domain.name)))?;
            Ok(Checked::Domain {
                name: domain.name.clone(),
                is_described: domain.openapi,
            })
        }
        spec::Kind::Variable(variable) => {
            let source = match &variable.source {
                Some(variable::Source::Env(name)) => VariableSource::Environment(name.clone()),
                Some(variable::Source::File(path)) => VariableSource::File(path.into()),
                None => return Err(problem("it says nowhere to read the value from".into())),
            };
            Ok(Checked::Variable {
                name: variable.name.clone(),
                source,
            })
        }
        spec::Kind::Interface(found) => interface(resource, found).map_err(problem),
        spec::Kind::Service(found) => {
            declares(resource, &Address::new(Kind::Domain, &found.domain))?;
            service(found).map_err(problem)
        }
        spec::Kind::Version(found) => {
            let name = format!("{}@{}", found.service, found.version);
            declares(resource, &Address::new(Kind::Service, &found.service))?;
            declares(resource, &Address::new(Kind::Interface, &name))?;
            version(resource, found, &name).map_err(problem)
        }
        spec::Kind::Route(found) => {
            declares(resource, &Address::new(Kind::Service, &found.service))?;
            let targets = found.targets.iter().map(|target| &target.version);
            for version in targets.chain(&found.shadows) {
                let name = format!("{}@{version}", found.service);
                declares(resource, &Address::new(Kind::Version, name))?;
            }
            route(found).map_err(problem)
        }
        spec::Kind::Session(_) | spec::Kind::Vpod(_) | spec::Kind::Cluster(_) => {
            Err(Invalid::Unsupported {
                address: resource.address.clone(),
            })
        }
    }
}

/// Makes sure that a dependency that follows from the spec is declared, since
/// the declared ones are what keeps it from being deleted.
fn declares(resource: &Resource, dependency: &Address) -> Result<(), Invalid> {
    let dependency = dependency.to_string();
    if resource.dependencies.contains(&dependency) {
        return Ok(());
    }
    Err(Invalid::Undeclared {
        address: resource.address.clone(),
        dependency,
    })
}

fn interface(resource: &Resource, found: &state::Interface) -> Result<Checked, String> {
    let name = version_name(&format!("{}@{}", found.service, found.version))?;
    if name.service.protobuf() != found.protobuf_service {
        return Err(format!(
            "the service is `{}` in its name, but `{}` in Protobuf",
            name.service.protobuf(),
            found.protobuf_service
        ));
    }
    let pool = DescriptorPool::decode(found.file_descriptor_set.as_slice())
        .map_err(|error| format!("the descriptors do not decode: {error}"))?;
    if pool.get_service_by_name(&found.protobuf_service).is_none() {
        return Err(format!(
            "the descriptors hold no service `{}`",
            found.protobuf_service
        ));
    }
    Ok(Checked::Interface(InterfaceEntry {
        name,
        digest: digest(&resource.digest)?,
        protobuf_service: found.protobuf_service.clone(),
        descriptors: DescriptorSet::decode(Bytes::copy_from_slice(&found.file_descriptor_set))
            .map_err(|error| format!("the descriptors do not decode: {error}"))?,
        comments: found.comments.iter().map(comment).collect(),
    }))
}

fn comment(found: &state::Comment) -> (Box<str>, Box<str>) {
    (found.element.as_str().into(), found.text.as_str().into())
}

fn service(found: &state::Service) -> Result<Checked, String> {
    let name: ServiceName = found
        .name
        .parse()
        .map_err(|error: vimana_proto::NameError| error.to_string())?;
    if name.domain() != found.domain || name.protobuf() != found.protobuf_service {
        return Err(format!(
            "the name says otherwise than domain `{}` and Protobuf service `{}`",
            found.domain, found.protobuf_service
        ));
    }
    let written = found
        .limits
        .as_ref()
        .ok_or("it has no limits, which a plan resolves")?;
    Ok(Checked::Service(Box::new(ServiceParts {
        name,
        limits: limits(written)?,
        cors: found.cors.as_ref().map(cors).transpose()?.map(Arc::new),
        outbound_hosts: outbound_hosts(written)?,
        requests_per_instance: requests_per_instance(found),
        auth: found.auth.as_ref().map(auth::auth).transpose()?,
        json: found.json.map(json_options).unwrap_or_default(),
    })))
}

fn json_options(found: state::Json) -> JsonOptions {
    JsonOptions {
        ignore_unknown: found.ignore_unknown,
        always_print_fields_with_no_presence: found.always_print_fields_with_no_presence,
        preserve_proto_field_names: found.preserve_proto_field_names,
        enums_as_integers: found.enums_as_integers,
    }
}

fn version(resource: &Resource, found: &state::Version, name: &str) -> Result<Checked, String> {
    let component = found.component.as_ref().ok_or("it has no component")?;
    Ok(Checked::Version(Box::new(VersionParts {
        name: version_name(name)?,
        digest: digest(&resource.digest)?,
        component: digest(&component.digest)?,
        size_bytes: component.size_bytes,
        interface: digest(&found.interface_digest)?,
        otlp: found.otlp.as_ref().map(otlp::exporter).transpose()?,
    })))
}

fn route(found: &state::Route) -> Result<Checked, String> {
    let service = found
        .service
        .parse()
        .map_err(|error: vimana_proto::NameError| error.to_string())?;
    let mut targets = BTreeMap::new();
    for target in &found.targets {
        let version: semver::Version = target
            .version
            .parse()
            .map_err(|_| format!("`{}` is no semantic version", target.version))?;
        if target.weight == 0 {
            return Err(format!("version {version} has the weight 0"));
        }
        if targets.insert(version.clone(), target.weight).is_some() {
            return Err(format!("version {version} has two weights"));
        }
    }
    let shadows = traffic::shadows(found, &targets)?;
    let targets = targets
        .into_iter()
        .map(|(version, weight)| Target { version, weight })
        .collect();
    Ok(Checked::Route(RouteParts {
        service,
        targets,
        sticky: found.sticky.as_ref().map(traffic::sticky).transpose()?,
        shadows,
    }))
}

fn version_name(text: &str) -> Result<VersionName, String> {
    text.parse()
        .map_err(|error: vimana_proto::NameError| error.to_string())
}

fn digest(text: &str) -> Result<Digest, String> {
    text.parse()
        .map_err(|error: vimana_proto::ParseDigestError| error.to_string())
}
