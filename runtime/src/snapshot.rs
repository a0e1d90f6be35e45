//! What is to be served, as one immutable value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use vimana_interface::codec::JsonOptions;
use vimana_proto::{Digest, OutboundHost, ServiceName, VersionName};

use crate::descriptors::DescriptorSet;

/// All services of all workspaces at one moment.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Grows with every snapshot of a node; starts anew with the node.
    pub number: u64,
    /// The services by name. One that did not change is the same `Arc` as in the
    /// snapshot before.
    pub services: BTreeMap<ServiceName, Arc<ServiceEntry>>,
    /// The domains that describe their services below `/.well-known/`.
    pub described: Arc<BTreeSet<String>>,
    /// Where the node reads what is not in a configuration.
    pub variables: Arc<Variables>,
}

/// A service with all that it needs in order to be served.
#[derive(Debug, Clone)]
pub struct ServiceEntry {
    /// The name; its domain is the canonical domain.
    pub name: ServiceName,
    /// The workspace that owns the service.
    pub workspace: String,
    /// What one request may use, and all requests together.
    pub limits: Limits,
    /// The hosts that guests may send HTTP requests to.
    pub outbound_hosts: Arc<[OutboundHost]>,
    /// How many requests an instance of a component serves.
    pub requests_per_instance: NonZeroU32,
    /// Which web pages of other origins may call; none where none may.
    pub cors: Option<Arc<Cors>>,
    /// How messages are written and read as JSON.
    pub json: JsonOptions,
    /// The versions that are ready or shall be, also those without traffic.
    pub versions: BTreeMap<semver::Version, Arc<VersionEntry>>,
    /// How traffic is shared: every version is one of [`Self::versions`], and
    /// every weight is above 0. Empty where no route was applied: then the
    /// service takes no traffic.
    pub targets: Vec<Target>,
    /// What keeps one caller with one version; none for nothing.
    pub sticky: Option<Sticky>,
    /// The versions that get a copy of each request: each is one of
    /// [`Self::versions`], and takes no traffic.
    pub shadows: Vec<semver::Version>,
    /// Who may call; none for everybody.
    pub auth: Option<Arc<Auth>>,
}

/// What one request may use, and all requests together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of linear memory.
    pub memory_bytes: u64,
    /// Wall time.
    pub timeout: Duration,
    /// CPU time.
    pub cpu_time: Duration,
    /// Bytes of one request message.
    pub request_bytes: u64,
    /// Bytes of one response message.
    pub response_bytes: u64,
    /// How many requests run at once.
    pub concurrent_requests: u32,
    /// How many further requests wait for their turn.
    pub queue_length: u32,
    /// How many streaming calls run at once; they count among
    /// [`Self::concurrent_requests`] as well.
    pub streams: u32,
}

impl Limits {
    /// What a service has where its configuration says nothing.
    pub const DEFAULT: Self = Self {
        memory_bytes: 128 << 20,
        timeout: Duration::from_secs(10),
        cpu_time: Duration::from_secs(10),
        request_bytes: 4 << 20,
        response_bytes: 4 << 20,
        concurrent_requests: 100,
        queue_length: 100,
        streams: 100,
    };
}

/// Which web pages of other origins may call a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// The origins.
    pub allow_origins: Origins,
    /// Headers of requests besides those of the protocols, in lower case.
    pub allow_headers: BTreeSet<String>,
    /// Headers of responses besides those of the protocols, in lower case.
    pub expose_headers: BTreeSet<String>,
    /// Whether cookies may be sent; never with [`Origins::All`].
    pub allow_credentials: bool,
    /// How long the answer to a preflight request may be kept.
    pub max_age: Duration,
}

/// Origins of web pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// Every origin.
    All,
    /// These, as browsers send them.
    Listed(BTreeSet<String>),
}

/// A version's share of the traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The version.
    pub version: semver::Version,
    /// The share, relative to the sum of all.
    pub weight: u32,
}

/// What keeps one caller with one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sticky {
    /// A header.
    Header(HeaderName),
    /// A cookie, which answers set where requests have none.
    Cookie(String),
}

/// Who may call a service: those with a JSON Web Token (RFC 7519) of an issuer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Auth {
    /// Where the issuer's keys are, in their order.
    pub key_sets: Vec<KeySource>,
    /// The `iss` of tokens.
    pub issuer: String,
    /// The `aud` of tokens.
    pub audience: String,
    /// How far clocks may differ.
    pub clock_skew: Duration,
    /// Who may call which methods; none for everybody with a token.
    pub allow: Vec<Allow>,
}

/// Where keys of an issuer are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeySource {
    /// Where they are fetched.
    Url(String),
    /// The keys themselves, a JSON Web Key Set (RFC 7517). It was read once when it
    /// was applied, and holds keys that can be used.
    Keys(String),
}

/// Callers who may call some methods.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Allow {
    /// The methods, as in `SayHello`; none for all.
    pub methods: BTreeSet<String>,
    /// Whether callers without a token may call them.
    pub anonymous: bool,
    /// The values of `sub`; none for any.
    pub subjects: BTreeSet<String>,
    /// The values of `scope` that are all needed.
    pub scopes: BTreeSet<String>,
}

/// A component that implements an interface.
#[derive(Debug, Clone)]
pub struct VersionEntry {
    /// The workspace that owns the version.
    pub workspace: String,
    /// The name.
    pub name: VersionName,
    /// The digest of the version's `Spec`; it covers the component's digest and
    /// the interface's.
    pub digest: Digest,
    /// The digest of the component.
    pub component: Digest,
    /// The file that holds the component. Its content was verified when it was
    /// stored.
    pub component_file: PathBuf,
    /// The interface that the component implements.
    pub interface: Arc<InterfaceEntry>,
    /// Where telemetry goes to.
    pub otlp: Option<Exporter>,
}

/// Where telemetry goes to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Exporter {
    /// How it is sent.
    pub protocol: ExportProtocol,
    /// The URL of the receiver.
    pub endpoint: String,
    /// What is sent with it. A value may name variables of the workspace, as `${NAME}`.
    pub headers: Vec<(HeaderName, String)>,
}

/// How telemetry is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportProtocol {
    /// OTLP/gRPC.
    Grpc,
    /// OTLP/HTTP with binary Protobuf.
    Http,
}

impl fmt::Debug for Exporter {
    /// Without the values of headers, which may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.headers.iter().map(|(name, _)| name);
        f.debug_struct("Exporter")
            .field("protocol", &self.protocol)
            .field("endpoint", &self.endpoint)
            .field("headers", &names.collect::<Vec<_>>())
            .finish()
    }
}

/// Where the values of variables are, by workspace and name.
pub type Variables = BTreeMap<(String, String), VariableSource>;

/// Where the value of a variable is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableSource {
    /// In a variable of the node's environment.
    Environment(String),
    /// In a file of the node's machine.
    File(PathBuf),
}

/// A service definition at one version.
#[derive(Debug, Clone)]
pub struct InterfaceEntry {
    /// The service and the version of the definition.
    pub name: VersionName,
    /// The digest of the interface's `Spec`.
    pub digest: Digest,
    /// The service's full name in Protobuf.
    pub protobuf_service: String,
    /// The file of the definition with all imports. They were decoded once when they
    /// were applied, and hold [`Self::protobuf_service`].
    pub descriptors: DescriptorSet,
    /// The comments of its elements, by full name.
    pub comments: Box<[(Box<str>, Box<str>)]>,
}
