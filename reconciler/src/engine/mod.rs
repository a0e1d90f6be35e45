//! What plans are made from and executed against.

mod embedded;
mod error;
mod lease;
mod simulated;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use vimana_proto::control::v1::{self as control, GetStatusResponse};
use vimana_proto::state::v1::Resource;
use vimana_proto::{Digest, Generation};

use crate::Live;

pub use embedded::{Embedded, LogStream};
pub use error::EngineError;
pub use simulated::{Fault, Simulated};

/// A place that resources live in.
///
/// Every call may be repeated: whoever is not sure whether a call arrived, makes it
/// again.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Reads all that a workspace has, at one generation.
    async fn observe(&self, workspace: &str) -> Result<Live, EngineError>;

    /// Which of `digests` are the digests of components that have to be uploaded.
    async fn missing_components(&self, digests: &[Digest]) -> Result<Vec<Digest>, EngineError>;

    /// Stores a component whose digest is `digest`.
    async fn upload_component(
        &self,
        digest: &Digest,
        component: Arc<[u8]>,
    ) -> Result<(), EngineError>;

    /// Takes the lease and the next generation, and writes the steps into the
    /// journal.
    async fn begin(&self, begin: &Begin) -> Result<Generation, EngineError>;

    /// Executes a step of the current apply, and answers when what it changed is
    /// healthy. `put` is the resource to put; `None` to delete. Returns the digest
    /// that is served now.
    async fn step(
        &self,
        apply: &ApplyName,
        step: usize,
        put: Option<&Resource>,
    ) -> Result<Option<Digest>, EngineError>;

    /// Holds the lease for as long again.
    async fn renew(&self, apply: &ApplyName) -> Result<(), EngineError>;

    /// Closes the journal of an apply and releases the lease.
    async fn finish(&self, apply: &ApplyName) -> Result<(), EngineError>;

    /// Reads the health of what a workspace has; of all of it where `name` is empty,
    /// else of the service, version or address that it names.
    async fn status(&self, workspace: &str, name: &str) -> Result<GetStatusResponse, EngineError>;

    /// Reads the latest applies of a workspace, the newest first, without their
    /// steps.
    async fn history(
        &self,
        workspace: &str,
        limit: u32,
    ) -> Result<Vec<control::Apply>, EngineError>;

    /// Reads one apply with its steps.
    async fn journal(&self, apply: &ApplyName) -> Result<control::Apply, EngineError>;
}

/// What names an apply: each makes a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplyName {
    /// The workspace.
    pub workspace: String,
    /// The generation.
    pub generation: Generation,
}

/// The beginning of an apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Begin {
    /// The workspace.
    pub workspace: String,
    /// The generation that the plan was made from.
    pub parent: Generation,
    /// The steps in the order of the plan.
    pub steps: Vec<control::PlannedStep>,
    /// Who applies, for people.
    pub holder: String,
    /// The commit that was compiled.
    pub commit: Option<String>,
    /// How long the lease lasts unless it is renewed.
    pub lease: Duration,
}
