//! What one folder says, as little as the rest of a compilation needs of it.
//!
//! A [`Unit`] is made of the files of one folder and of what they import, in any
//! order and on any thread. What is parsed and linked for it is dropped as soon as
//! it is there, so that a repository needs the memory of its units, not of its
//! files. Nothing in it depends on other folders but through the files that
//! [`Unit::inputs`] names, which is why it can be kept in a [`crate::cache`].

mod all;
pub(crate) mod facts;
mod make;
mod record;

use std::collections::BTreeMap;

use vimana_proto::{Address, Digest, ServiceName};

use crate::desired::ComponentFile;
use crate::diagnostic::{Diagnostic, Span};
use crate::graph::{GraphBuilder, Origin};
use crate::policy::Silencers;
use crate::services::Claim;
use crate::source::RepoPath;
use crate::texts::Inputs;

pub(crate) use all::{all, each};
pub(crate) use make::Maker;
pub(crate) use record::{decode, encode};

/// What one folder says.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    /// All that was read or looked for.
    pub(crate) inputs: Inputs,
    /// What is wrong, before silencers and levels.
    pub(crate) found: Vec<Diagnostic>,
    /// The silencers in what was read.
    pub(crate) silencers: Silencers,
    /// The service; none where the folder has none that can be used.
    pub(crate) service: Option<ServiceUnit>,
}

/// A service, as little as others need to know of it, and its resources.
#[derive(Debug)]
pub(crate) struct ServiceUnit {
    pub(crate) folder: RepoPath,
    pub(crate) name: ServiceName,
    pub(crate) id: String,
    /// The name in the newest definition.
    pub(crate) span: Span,
    pub(crate) id_span: Span,
    /// Where its configuration says the domain.
    pub(crate) domain: Option<Origin>,
    /// The WIT packages that callers import it by.
    pub(crate) packages: Vec<String>,
    /// The packages of other services that it imports. Where there are any, the
    /// rest is not complete until it is known what those give.
    pub(crate) wanted: Vec<String>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) graph: GraphBuilder,
    /// Which versions call which interfaces of other services.
    pub(crate) calls: Vec<(Address, Address)>,
    pub(crate) components: BTreeMap<Digest, ComponentFile>,
}
