use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use vimana_proto::Digest;
use vimana_proto::state::v1::{Resource, spec};

use super::{Event, ExecuteError, Observer};
use crate::engine::Engine;
use crate::plan::Plan;

/// Why a component's bytes cannot be had.
pub type ComponentsError = Box<dyn std::error::Error + Send + Sync>;

/// Where the bytes of components come from.
#[async_trait]
pub trait Components: Send + Sync {
    /// The component whose SHA-256 is `digest`.
    async fn load(&self, digest: &Digest) -> Result<Arc<[u8]>, ComponentsError>;
}

/// For plans that need no component the node does not have.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoComponents;

#[async_trait]
impl Components for NoComponents {
    async fn load(&self, _: &Digest) -> Result<Arc<[u8]>, ComponentsError> {
        Err("there is no place to load components from".into())
    }
}

/// Uploads what the plan needs and the node lacks, one component at a time: each may
/// be large, and the network is the limit.
pub(super) async fn upload(
    plan: &Plan,
    engine: &dyn Engine,
    components: &dyn Components,
    observer: &dyn Observer,
) -> Result<(), ExecuteError> {
    let needed: BTreeSet<Digest> = plan
        .pending()
        .filter_map(|change| component(change.resource()?))
        .collect();
    if needed.is_empty() {
        return Ok(());
    }
    let needed: Vec<_> = needed.into_iter().collect();
    for digest in engine.missing_components(&needed).await? {
        let component = components
            .load(&digest)
            .await
            .map_err(|source| ExecuteError::Component { digest, source })?;
        let found = Digest::of(&component);
        if found != digest {
            return Err(ExecuteError::ComponentChanged { digest, found });
        }
        let size = component.len();
        observer.event(&Event::Uploading { digest, size });
        engine.upload_component(&digest, component).await?;
        observer.event(&Event::Uploaded { digest, size });
    }
    Ok(())
}

/// The component that a resource refers to.
fn component(resource: &Resource) -> Option<Digest> {
    match resource.spec.as_ref()?.kind.as_ref()? {
        spec::Kind::Version(version) => version.component.as_ref()?.digest.parse().ok(),
        _ => None,
    }
}
