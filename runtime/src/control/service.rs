//! The gRPC service `vimana.control.v1.Control`.

use std::net::SocketAddr;
use std::sync::Arc;

use tonic::{Request, Response, Status, Streaming};
use vimana_proto::control::v1::control_server::Control;
use vimana_proto::control::v1::resource_status::Health;
use vimana_proto::control::v1::{
    Apply, ApplyStepRequest, ApplyStepResponse, BeginApplyRequest, BeginApplyResponse,
    FindMissingComponentsRequest, FindMissingComponentsResponse, FinishApplyRequest,
    FinishApplyResponse, GetApplyRequest, GetInventoryRequest, GetNodeRequest, GetStatusRequest,
    GetStatusResponse, Inventory, ListAppliesRequest, ListAppliesResponse, Node, ReadLogsRequest,
    RenewLeaseRequest, RenewLeaseResponse, ResourceStatus, UploadComponentRequest,
    UploadComponentResponse,
};
use vimana_proto::state::v1::{Resource, spec};
use vimana_proto::{Address, Digest, Generation, Kind};

use super::checked::{self, SUPPORTED_KINDS};
use super::logs::{Lines, LogReader};
use super::plane::ControlPlane;
use super::upload;
use crate::serving;
use crate::store::{Begin, Moment, StepKey, StoreError, service_of};

const DEFAULT_APPLIES: u32 = 50;
const MAX_APPLIES: u32 = 1000;
const MAX_DIGESTS: usize = 100_000;
const MAX_HOLDER_BYTES: usize = 256;
const MAX_COMMIT_BYTES: usize = 128;

/// What a node says about itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NodeFacts {
    pub(crate) data_address: SocketAddr,
    pub(crate) control_address: SocketAddr,
    pub(crate) started_at: Moment,
    /// Whether the data plane is served over TLS.
    pub(crate) is_secure: bool,
}

/// The service.
#[derive(Clone)]
pub(crate) struct ControlService {
    plane: Arc<ControlPlane>,
    facts: NodeFacts,
    logs: LogReader,
}

impl ControlService {
    pub(crate) const fn new(plane: Arc<ControlPlane>, facts: NodeFacts, logs: LogReader) -> Self {
        Self { plane, facts, logs }
    }

    fn status_of(&self, workspace: &str, resource: Resource) -> ResourceStatus {
        let (health, message, observed) = match resource.address.parse() {
            Ok(address) => self.health(workspace, &address),
            Err(_) => (Health::Unhealthy, "its address is unknown".into(), None),
        };
        ResourceStatus {
            resource: Some(without_descriptors(resource)),
            health: health.into(),
            message,
            observed_digest: observed
                .map(|digest| digest.to_string())
                .unwrap_or_default(),
        }
    }

    fn health(&self, workspace: &str, address: &Address) -> (Health, String, Option<Digest>) {
        if let Some(reason) = self.plane.unserved(workspace, address) {
            return (Health::Unhealthy, reason, None);
        }
        let Some(digest) = self.plane.published(workspace, address) else {
            return (Health::Pending, String::new(), None);
        };
        if address.kind() != Kind::Version {
            return (Health::Healthy, String::new(), Some(digest));
        }
        match self.plane.serving().health(address) {
            serving::Health::Healthy { digest } => (Health::Healthy, String::new(), Some(digest)),
            serving::Health::Pending => (Health::Pending, String::new(), None),
            serving::Health::Unhealthy { reason } => (Health::Unhealthy, reason, None),
        }
    }
}

#[tonic::async_trait]
impl Control for ControlService {
    type ReadLogsStream = Lines;

    async fn get_node(&self, _: Request<GetNodeRequest>) -> Result<Response<Node>, Status> {
        Ok(Response::new(Node {
            version: env!("CARGO_PKG_VERSION").into(),
            data_address: self.facts.data_address.to_string(),
            control_address: self.facts.control_address.to_string(),
            supported_kinds: supported_kinds(),
            started_at: Some(self.facts.started_at.into()),
            data_is_secure: self.facts.is_secure,
        }))
    }

    async fn get_inventory(
        &self,
        request: Request<GetInventoryRequest>,
    ) -> Result<Response<Inventory>, Status> {
        let workspace = checked::workspace(request.into_inner().workspace)?;
        let inventory = self
            .plane
            .store
            .run(move |store| store.inventory(&workspace))
            .await?;
        Ok(Response::new(Inventory {
            generation: inventory.generation.0,
            resources: inventory.resources,
            supported_kinds: supported_kinds(),
        }))
    }

    async fn get_status(
        &self,
        request: Request<GetStatusRequest>,
    ) -> Result<Response<GetStatusResponse>, Status> {
        let GetStatusRequest { workspace, name } = request.into_inner();
        let workspace = checked::workspace(workspace)?;
        let inventory = {
            let workspace = workspace.clone();
            self.plane
                .store
                .run(move |store| store.inventory(&workspace))
                .await?
        };
        let resources: Vec<_> = inventory
            .resources
            .into_iter()
            .filter(|resource| is_named(resource, &name))
            .map(|resource| self.status_of(&workspace, resource))
            .collect();
        if resources.is_empty() && !name.is_empty() {
            return Err(Status::not_found(format!(
                "workspace `{workspace}` has no `{name}`"
            )));
        }
        Ok(Response::new(GetStatusResponse {
            generation: inventory.generation.0,
            resources,
        }))
    }

    async fn find_missing_components(
        &self,
        request: Request<FindMissingComponentsRequest>,
    ) -> Result<Response<FindMissingComponentsResponse>, Status> {
        let digests = request.into_inner().digests;
        if digests.len() > MAX_DIGESTS {
            return Err(Status::invalid_argument(format!(
                "at most {MAX_DIGESTS} digests can be asked for at a time"
            )));
        }
        let mut digests = digests
            .iter()
            .map(|digest| digest.parse::<Digest>())
            .collect::<Result<Vec<_>, _>>()
            .map_err(checked::Invalid::from)?;
        digests.sort_unstable();
        digests.dedup();
        let missing = self
            .plane
            .store
            .run(move |store| {
                digests.retain(|digest| store.components().size(digest).is_none());
                Ok::<_, StoreError>(digests)
            })
            .await?;
        Ok(Response::new(FindMissingComponentsResponse {
            digests: missing.iter().map(Digest::to_string).collect(),
        }))
    }

    async fn upload_component(
        &self,
        request: Request<Streaming<UploadComponentRequest>>,
    ) -> Result<Response<UploadComponentResponse>, Status> {
        let stored_bytes = upload::receive(&self.plane.store, request.into_inner()).await?;
        Ok(Response::new(UploadComponentResponse { stored_bytes }))
    }

    async fn begin_apply(
        &self,
        request: Request<BeginApplyRequest>,
    ) -> Result<Response<BeginApplyResponse>, Status> {
        let request = request.into_inner();
        checked::steps(&request.steps)?;
        check_length("holder", &request.holder, MAX_HOLDER_BYTES)?;
        check_length("commit", &request.commit, MAX_COMMIT_BYTES)?;
        let begin = Begin {
            workspace: checked::workspace(request.workspace)?,
            parent: Generation(request.parent_generation),
            steps: request.steps,
            holder: request.holder,
            commit: request.commit,
            lease: checked::lease(request.lease_duration)?,
        };
        let begun = self
            .plane
            .store
            .run(move |store| store.begin(&begin))
            .await?;
        Ok(Response::new(BeginApplyResponse {
            generation: begun.generation.0,
            lease_expires_at: Some(begun.lease_expires_at.into()),
        }))
    }

    async fn apply_step(
        &self,
        request: Request<ApplyStepRequest>,
    ) -> Result<Response<ApplyStepResponse>, Status> {
        let request = request.into_inner();
        let key = StepKey {
            workspace: checked::workspace(request.workspace)?,
            generation: Generation(request.generation),
            step: request.step,
        };
        let done = self.plane.step(key, request.resource).await?;
        Ok(Response::new(ApplyStepResponse {
            observed_digest: done
                .digest
                .map(|digest| digest.to_string())
                .unwrap_or_default(),
            lease_expires_at: Some(done.lease_expires_at.into()),
        }))
    }

    async fn renew_lease(
        &self,
        request: Request<RenewLeaseRequest>,
    ) -> Result<Response<RenewLeaseResponse>, Status> {
        let request = request.into_inner();
        let workspace = checked::workspace(request.workspace)?;
        let lease_expires_at = self
            .plane
            .store
            .run(move |store| store.renew(&workspace, Generation(request.generation)))
            .await?;
        Ok(Response::new(RenewLeaseResponse {
            lease_expires_at: Some(lease_expires_at.into()),
        }))
    }

    async fn finish_apply(
        &self,
        request: Request<FinishApplyRequest>,
    ) -> Result<Response<FinishApplyResponse>, Status> {
        let request = request.into_inner();
        let workspace = checked::workspace(request.workspace)?;
        let apply = self
            .plane
            .store
            .run(move |store| store.finish(&workspace, Generation(request.generation)))
            .await?;
        Ok(Response::new(FinishApplyResponse { apply: Some(apply) }))
    }

    async fn read_logs(
        &self,
        request: Request<ReadLogsRequest>,
    ) -> Result<Response<Lines>, Status> {
        let lines = self.logs.read(request.into_inner(), &self.plane)?;
        Ok(Response::new(lines))
    }

    async fn list_applies(
        &self,
        request: Request<ListAppliesRequest>,
    ) -> Result<Response<ListAppliesResponse>, Status> {
        let request = request.into_inner();
        let workspace = checked::workspace(request.workspace)?;
        let limit = match request.limit {
            0 => DEFAULT_APPLIES,
            limit => limit.min(MAX_APPLIES),
        };
        let applies = self
            .plane
            .store
            .run(move |store| store.applies(&workspace, limit))
            .await?;
        Ok(Response::new(ListAppliesResponse { applies }))
    }

    async fn get_apply(
        &self,
        request: Request<GetApplyRequest>,
    ) -> Result<Response<Apply>, Status> {
        let request = request.into_inner();
        let workspace = checked::workspace(request.workspace)?;
        let apply = self
            .plane
            .store
            .run(move |store| store.apply(&workspace, Generation(request.generation)))
            .await?;
        Ok(Response::new(apply))
    }
}

fn supported_kinds() -> Vec<String> {
    SUPPORTED_KINDS.map(|kind| kind.to_string()).to_vec()
}

fn check_length(field: &str, text: &str, limit: usize) -> Result<(), Status> {
    if text.len() <= limit {
        return Ok(());
    }
    Err(Status::invalid_argument(format!(
        "`{field}` has {} bytes; expected at most {limit}",
        text.len()
    )))
}

/// Whether `name` means this resource: all where it is empty, one address, one
/// version with its interface, or all of a service.
fn is_named(resource: &Resource, name: &str) -> bool {
    if name.is_empty() || resource.address == name {
        return true;
    }
    let is_address = resource
        .address
        .split_once('/')
        .is_some_and(|(_, rest)| rest == name);
    is_address || service_of(resource).is_some_and(|service| service == name)
}

fn without_descriptors(mut resource: Resource) -> Resource {
    if let Some(spec::Kind::Interface(interface)) =
        resource.spec.as_mut().and_then(|spec| spec.kind.as_mut())
    {
        interface.file_descriptor_set.clear();
        interface.wit.clear();
    }
    resource
}
