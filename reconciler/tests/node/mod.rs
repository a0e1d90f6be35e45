//! The control API over a simulated node, on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::metadata::MetadataValue;
use tonic::{Request, Response, Status, Streaming};
use vimana_proto::control::v1::control_server::{Control, ControlServer};
use vimana_proto::control::v1::{self as control, *};
use vimana_proto::lease::{EXPIRES_IN_MS, HOLDER};
use vimana_proto::{Digest, Generation};
use vimana_reconciler::engine::{ApplyName, Begin};
use vimana_reconciler::{Engine as _, EngineError, Simulated};

pub(crate) struct Node {
    address: SocketAddr,
    api: Arc<Api>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct Api {
    node: Simulated,
    largest_chunk: AtomicUsize,
}

impl Node {
    pub(crate) async fn start(token: Option<&'static str>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let api = Arc::new(Api::default());
        let service = ControlServer::from_arc(Arc::clone(&api));
        let guard = move |request: Request<()>| {
            let found = request.metadata().get("authorization");
            match token {
                Some(token)
                    if found.is_none_or(|found| found != format!("Bearer {token}").as_str()) =>
                {
                    Err(Status::unauthenticated("the token is wrong"))
                }
                _ => Ok(request),
            }
        };
        let (stop, stopped) = oneshot::channel();
        let server = tonic::transport::Server::builder()
            .add_service(tonic::service::interceptor::InterceptedService::new(
                service, guard,
            ))
            .serve_with_incoming_shutdown(TcpListenerStream::new(listener), async {
                // A dropped sender stops the node as well.
                let _ = stopped.await;
            });
        let serving = tokio::spawn(async move { server.await.unwrap() });
        Self {
            address,
            api,
            stop,
            serving,
        }
    }

    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap();
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn simulated(&self) -> &Simulated {
        &self.api.node
    }

    pub(crate) fn largest_chunk(&self) -> usize {
        self.api.largest_chunk.load(Ordering::Relaxed)
    }
}

fn status(error: EngineError) -> Status {
    match error {
        EngineError::Stale { reason } => Status::failed_precondition(reason),
        EngineError::LeaseHeld {
            holder, expires_in, ..
        } => {
            let mut status = Status::aborted("the lease is held");
            let metadata = status.metadata_mut();
            metadata.insert_bin(HOLDER, MetadataValue::from_bytes(holder.as_bytes()));
            let milliseconds = u64::try_from(expires_in.as_millis()).unwrap();
            metadata.insert(EXPIRES_IN_MS, milliseconds.into());
            status
        }
        EngineError::NotFound { reason } => Status::not_found(reason),
        EngineError::Refused { reason, .. } => Status::invalid_argument(reason),
        error => Status::internal(error.to_string()),
    }
}

fn name(workspace: String, generation: u64) -> ApplyName {
    ApplyName {
        workspace,
        generation: Generation(generation),
    }
}

#[tonic::async_trait]
impl Control for Api {
    type ReadLogsStream = tokio_stream::Empty<Result<ReadLogsResponse, Status>>;

    async fn read_logs(
        &self,
        _: Request<ReadLogsRequest>,
    ) -> Result<Response<Self::ReadLogsStream>, Status> {
        Err(Status::unimplemented("a simulated node runs no guests"))
    }

    async fn get_node(
        &self,
        _: Request<GetNodeRequest>,
    ) -> Result<Response<control::Node>, Status> {
        Ok(Response::new(control::Node {
            version: "0.0.0-test".to_owned(),
            ..control::Node::default()
        }))
    }

    async fn get_inventory(
        &self,
        request: Request<GetInventoryRequest>,
    ) -> Result<Response<Inventory>, Status> {
        let workspace = request.into_inner().workspace;
        let live = self.node.observe(&workspace).await.map_err(status)?;
        Ok(Response::new(Inventory {
            generation: live.generation.0,
            resources: live.resources,
            supported_kinds: live
                .supported_kinds
                .iter()
                .map(ToString::to_string)
                .collect(),
        }))
    }

    async fn get_status(
        &self,
        request: Request<GetStatusRequest>,
    ) -> Result<Response<GetStatusResponse>, Status> {
        let GetStatusRequest { workspace, name } = request.into_inner();
        let answer = self.node.status(&workspace, &name).await;
        answer.map(Response::new).map_err(status)
    }

    async fn find_missing_components(
        &self,
        request: Request<FindMissingComponentsRequest>,
    ) -> Result<Response<FindMissingComponentsResponse>, Status> {
        let digests: Vec<Digest> = request
            .into_inner()
            .digests
            .iter()
            .map(|digest| digest.parse().unwrap())
            .collect();
        let missing = self
            .node
            .missing_components(&digests)
            .await
            .map_err(status)?;
        Ok(Response::new(FindMissingComponentsResponse {
            digests: missing.iter().map(ToString::to_string).collect(),
        }))
    }

    async fn upload_component(
        &self,
        request: Request<Streaming<UploadComponentRequest>>,
    ) -> Result<Response<UploadComponentResponse>, Status> {
        let mut messages = request.into_inner();
        let (mut digest, mut content) = (String::new(), Vec::new());
        while let Some(message) = messages.message().await? {
            digest += &message.digest;
            self.largest_chunk
                .fetch_max(message.chunk.len(), Ordering::Relaxed);
            content.extend(message.chunk);
        }
        let digest = digest.parse().unwrap();
        let stored_bytes = content.len() as u64;
        let stored = self.node.upload_component(&digest, content.into()).await;
        stored.map_err(status)?;
        Ok(Response::new(UploadComponentResponse { stored_bytes }))
    }

    async fn begin_apply(
        &self,
        request: Request<BeginApplyRequest>,
    ) -> Result<Response<BeginApplyResponse>, Status> {
        let request = request.into_inner();
        let begin = Begin {
            workspace: request.workspace,
            parent: Generation(request.parent_generation),
            steps: request.steps,
            holder: request.holder,
            commit: Some(request.commit),
            lease: request.lease_duration.unwrap().try_into().unwrap(),
        };
        let generation = self.node.begin(&begin).await.map_err(status)?;
        Ok(Response::new(BeginApplyResponse {
            generation: generation.0,
            lease_expires_at: None,
        }))
    }

    async fn apply_step(
        &self,
        request: Request<ApplyStepRequest>,
    ) -> Result<Response<ApplyStepResponse>, Status> {
        let request = request.into_inner();
        let apply = name(request.workspace, request.generation);
        let step = request.step as usize;
        let observed = self
            .node
            .step(&apply, step, request.resource.as_ref())
            .await;
        Ok(Response::new(ApplyStepResponse {
            observed_digest: observed
                .map_err(status)?
                .map(|digest| digest.to_string())
                .unwrap_or_default(),
            lease_expires_at: None,
        }))
    }

    async fn renew_lease(
        &self,
        request: Request<RenewLeaseRequest>,
    ) -> Result<Response<RenewLeaseResponse>, Status> {
        let request = request.into_inner();
        let apply = name(request.workspace, request.generation);
        self.node.renew(&apply).await.map_err(status)?;
        Ok(Response::new(RenewLeaseResponse::default()))
    }

    async fn finish_apply(
        &self,
        request: Request<FinishApplyRequest>,
    ) -> Result<Response<FinishApplyResponse>, Status> {
        let request = request.into_inner();
        let apply = name(request.workspace, request.generation);
        self.node.finish(&apply).await.map_err(status)?;
        Ok(Response::new(FinishApplyResponse::default()))
    }

    async fn list_applies(
        &self,
        request: Request<ListAppliesRequest>,
    ) -> Result<Response<ListAppliesResponse>, Status> {
        let request = request.into_inner();
        let applies = self.node.history(&request.workspace, request.limit).await;
        let applies = applies.map_err(status)?;
        Ok(Response::new(ListAppliesResponse { applies }))
    }

    async fn get_apply(
        &self,
        request: Request<GetApplyRequest>,
    ) -> Result<Response<Apply>, Status> {
        let request = request.into_inner();
        let apply = name(request.workspace, request.generation);
        self.node
            .journal(&apply)
            .await
            .map(Response::new)
            .map_err(status)
    }
}
