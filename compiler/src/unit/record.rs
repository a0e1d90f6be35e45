//! Units as bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vimana_proto::{Address, Digest, ServiceName};

use super::{ServiceUnit, Unit};
use crate::desired::ComponentFile;
use crate::diagnostic::{Diagnostic, Fix, Label, Severity, Span};
use crate::graph::{EdgeKind, GraphBuilder, Node, Origin, PackedSpec};
use crate::policy::{Silencer, Silencers};
use crate::rules::Rule;
use crate::services::Claim;
use crate::source::RepoPath;
use crate::texts::{Inputs, Seen};

#[derive(Serialize, Deserialize)]
struct UnitRecord {
    inputs: Vec<(RepoPath, Seen)>,
    found: Vec<DiagnosticRecord>,
    silencers: Vec<(RepoPath, Vec<Silencer>)>,
    service: Option<ServiceRecord>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct DiagnosticRecord {
    code: String,
    severity: Severity,
    message: String,
    labels: Vec<Label>,
    help: Option<String>,
    notes: Vec<String>,
    fixes: Vec<Fix>,
}

#[derive(Serialize, Deserialize)]
struct ServiceRecord {
    folder: RepoPath,
    name: String,
    id: String,
    span: Span,
    id_span: Span,
    domain: Option<OriginRecord>,
    packages: Vec<String>,
    wanted: Vec<String>,
    claims: Vec<Claim>,
    /// Those that nodes and edges refer to, by their numbers.
    addresses: Vec<String>,
    nodes: Vec<NodeRecord>,
    edges: Vec<(u32, u32, EdgeKind)>,
    calls: Vec<(u32, u32)>,
    components: Vec<([u8; 32], RepoPath, u64)>,
}

#[derive(Serialize, Deserialize)]
struct NodeRecord {
    address: u32,
    digest: [u8; 32],
    origin: OriginRecord,
    #[serde(with = "serde_bytes")]
    head: Box<[u8]>,
    files: Vec<FileRecord>,
}

/// A commit is no part of it: the same file is in many.
#[derive(Serialize, Deserialize)]
struct OriginRecord {
    file: RepoPath,
    line: u32,
    column: u32,
}

/// An encoded descriptor.
#[derive(Serialize, Deserialize)]
enum FileRecord {
    /// Of a file of the folder itself.
    Own(#[serde(with = "serde_bytes")] Box<[u8]>),
    /// Of one that others have too, which is kept apart.
    Shared([u8; 32]),
}

/// The bytes of a unit. `share` keeps a descriptor that other units have too, and
/// says what it is called; none where it is the unit's own.
pub(crate) fn encode(
    unit: &Unit,
    mut share: impl FnMut(&Arc<[u8]>) -> Option<Digest>,
) -> Option<Vec<u8>> {
    let record = UnitRecord {
        inputs: unit
            .inputs
            .iter()
            .map(|(path, seen)| (path.clone(), *seen))
            .collect(),
        found: unit.found.iter().map(DiagnosticRecord::of).collect(),
        silencers: unit
            .silencers
            .by_file()
            .map(|(path, silencers)| (path.clone(), silencers.to_vec()))
            .collect(),
        service: unit
            .service
            .as_ref()
            .map(|service| ServiceRecord::of(service, &mut share)),
    };
    postcard::to_stdvec(&record).ok()
}

/// The unit of `bytes`, which [`encode`] made. `shared` finds what was kept apart.
/// None where anything is not there or not understood.
pub(crate) fn decode(
    bytes: &[u8],
    mut shared: impl FnMut(Digest) -> Option<Arc<[u8]>>,
    is_current: impl FnOnce(&Inputs) -> bool,
) -> Option<Unit> {
    let (inputs, rest): (Vec<(RepoPath, Seen)>, _) = postcard::take_from_bytes(bytes).ok()?;
    let inputs: Inputs = inputs.into_iter().collect();
    if !is_current(&inputs) {
        return None;
    }
    // The fields of a record follow one another.
    #[derive(Deserialize)]
    struct Rest {
        found: Vec<DiagnosticRecord>,
        silencers: Vec<(RepoPath, Vec<Silencer>)>,
        service: Option<ServiceRecord>,
    }
    let rest: Rest = postcard::from_bytes(rest).ok()?;
    let mut silencers = Silencers::default();
    for (path, found) in rest.silencers {
        silencers.add(&path, found);
    }
    Some(Unit {
        inputs,
        found: rest
            .found
            .into_iter()
            .map(DiagnosticRecord::into_diagnostic)
            .collect::<Option<_>>()?,
        silencers,
        service: match rest.service {
            Some(service) => Some(service.into_unit(&mut shared)?),
            None => None,
        },
    })
}

impl DiagnosticRecord {
    pub(super) fn of(diagnostic: &Diagnostic) -> Self {
        let Diagnostic {
            code,
            severity,
            message,
            labels,
            help,
            notes,
            fixes,
        } = diagnostic.clone();
        Self {
            code: code.to_owned(),
            severity,
            message,
            labels,
            help,
            notes,
            fixes,
        }
    }

    pub(super) fn into_diagnostic(self) -> Option<Diagnostic> {
        Some(Diagnostic {
            code: Rule::find(&self.code)?.code(),
            severity: self.severity,
            message: self.message,
            labels: self.labels,
            help: self.help,
            notes: self.notes,
            fixes: self.fixes,
        })
    }
}

impl OriginRecord {
    fn of(origin: &Origin) -> Self {
        Self {
            file: origin.file.clone(),
            line: origin.line,
            column: origin.column,
        }
    }

    fn into_origin(self) -> Origin {
        Origin::at(self.file, self.line, self.column)
    }
}

/// Gives addresses their numbers.
#[derive(Default)]
struct Addresses<'a> {
    numbers: BTreeMap<&'a Address, u32>,
    texts: Vec<String>,
}

impl<'a> Addresses<'a> {
    fn number(&mut self, address: &'a Address) -> u32 {
        let next = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(address).or_insert_with(|| {
            self.texts.push(address.to_string());
            next
        })
    }
}

impl ServiceRecord {
    fn of(service: &ServiceUnit, share: &mut impl FnMut(&Arc<[u8]>) -> Option<Digest>) -> Self {
        let mut addresses = Addresses::default();
        let (nodes, edges) = service.graph.parts();
        let nodes = nodes
            .iter()
            .map(|node| NodeRecord {
                address: addresses.number(&node.address),
                digest: *node.digest.as_bytes(),
                origin: OriginRecord::of(&node.origin),
                head: node.packed.head.clone(),
                files: node
                    .packed
                    .files
                    .iter()
                    .map(|file| match share(file) {
                        Some(digest) => FileRecord::Shared(*digest.as_bytes()),
                        None => FileRecord::Own((**file).into()),
                    })
                    .collect(),
            })
            .collect();
        let edges = edges
            .iter()
            .map(|(from, to, kind)| (addresses.number(from), addresses.number(to), *kind))
            .collect();
        let calls = service
            .calls
            .iter()
            .map(|(from, to)| (addresses.number(from), addresses.number(to)))
            .collect();
        Self {
            folder: service.folder.clone(),
            name: service.name.to_string(),
            id: service.id.clone(),
            span: service.span.clone(),
            id_span: service.id_span.clone(),
            domain: service.domain.as_ref().map(OriginRecord::of),
            packages: service.packages.clone(),
            wanted: service.wanted.clone(),
            claims: service.claims.clone(),
            addresses: addresses.texts,
            nodes,
            edges,
            calls,
            components: service
                .components
                .iter()
                .map(|(digest, file)| (*digest.as_bytes(), file.path.clone(), file.size))
                .collect(),
        }
    }

    fn into_unit(
        self,
        shared: &mut impl FnMut(Digest) -> Option<Arc<[u8]>>,
    ) -> Option<ServiceUnit> {
        let addresses = self
            .addresses
            .iter()
            .map(|text| text.parse().ok())
            .collect::<Option<Vec<Address>>>()?;
        let address = |number: u32| addresses.get(number as usize).cloned();
        let nodes = self
            .nodes
            .into_iter()
            .map(|node| {
                let files = node.files.into_iter().map(|file| match file {
                    FileRecord::Own(bytes) => Some(Arc::from(bytes)),
                    FileRecord::Shared(digest) => shared(Digest::from_bytes(digest)),
                });
                Some(Node {
                    address: address(node.address)?,
                    digest: Digest::from_bytes(node.digest),
                    origin: node.origin.into_origin(),
                    packed: PackedSpec {
                        head: node.head,
                        files: files.collect::<Option<_>>()?,
                    },
                })
            })
            .collect::<Option<_>>()?;
        let edges = self.edges.into_iter();
        let edges = edges.map(|(from, to, kind)| Some((address(from)?, address(to)?, kind)));
        let calls = self.calls.into_iter();
        let calls = calls.map(|(from, to)| Some((address(from)?, address(to)?)));
        let components = self.components.into_iter();
        Some(ServiceUnit {
            folder: self.folder,
            name: self.name.parse::<ServiceName>().ok()?,
            id: self.id,
            span: self.span,
            id_span: self.id_span,
            domain: self.domain.map(OriginRecord::into_origin),
            packages: self.packages,
            wanted: self.wanted,
            claims: self.claims,
            graph: GraphBuilder::of(nodes, edges.collect::<Option<_>>()?),
            calls: calls.collect::<Option<_>>()?,
            components: components
                .map(|(digest, path, size)| {
                    (Digest::from_bytes(digest), ComponentFile { path, size })
                })
                .collect(),
        })
    }
}
