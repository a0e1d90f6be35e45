use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status, Streaming};
use vimana_proto::control::v1::control_client::ControlClient;
use vimana_proto::control::v1::read_logs_response::Entry;
use vimana_proto::control::v1::{
    self as control, ApplyStepRequest, BeginApplyRequest, FindMissingComponentsRequest,
    FinishApplyRequest, GetApplyRequest, GetInventoryRequest, GetNodeRequest, GetStatusRequest,
    GetStatusResponse, ListAppliesRequest, ReadLogsRequest, ReadLogsResponse, RenewLeaseRequest,
    UploadComponentRequest,
};
use vimana_proto::state::v1::Resource;
use vimana_proto::{Digest, Generation};

use super::{ApplyName, Begin, Engine, EngineError, lease};
use crate::Live;

/// An inventory of 10,000 resources with their descriptors is large, and the node is
/// one that the user chose.
const MAX_MESSAGE_BYTES: usize = 512 << 20;
/// What one message of an upload carries.
const CHUNK_BYTES: usize = 1 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A step may compile a component of many megabytes.
const CALL_TIMEOUT: Duration = Duration::from_mins(5);
/// A node that answers no ping for this long is gone, however long a call may take.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// A `vimana serve` node, over its control API.
#[derive(Debug, Clone)]
pub struct Embedded {
    client: ControlClient<InterceptedService<Channel, Authorization>>,
    endpoint: String,
}

/// Lines of a node's logs.
#[derive(Debug)]
pub struct LogStream {
    entries: Streaming<ReadLogsResponse>,
    engine: Embedded,
}

impl LogStream {
    /// The next line, or how many are lost; none behind the last.
    pub async fn next(&mut self) -> Result<Option<Entry>, EngineError> {
        match self.entries.message().await {
            Ok(Some(response)) => Ok(response.entry),
            Ok(None) => Ok(None),
            Err(status) => Err(self.engine.error(&status)),
        }
    }
}

/// Adds the bearer token to each call.
#[derive(Debug, Clone)]
struct Authorization(Option<MetadataValue<Ascii>>);

impl Interceptor for Authorization {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request
                .metadata_mut()
                .insert("authorization", token.clone());
        }
        Ok(request)
    }
}

impl Embedded {
    /// Connects to the control API at `endpoint`, `http://HOST:PORT`. `token` is
    /// what the node's `--token-file` holds.
    pub async fn connect(endpoint: &str, token: Option<&str>) -> Result<Self, EngineError> {
        let invalid = |reason: &str| EngineError::Endpoint {
            endpoint: endpoint.to_owned(),
            reason: reason.to_owned(),
        };
        let authorization = token
            .map(|token| {
                let mut value: MetadataValue<Ascii> = format!("Bearer {}", token.trim())
                    .parse()
                    .map_err(|_| invalid("the token holds characters that no header can"))?;
                value.set_sensitive(true);
                Ok(value)
            })
            .transpose()?;
        let transport = Endpoint::from_shared(endpoint.to_owned())
            .ok()
            .filter(|transport| transport.uri().host().is_some())
            .ok_or_else(|| invalid("expected a URL such as `http://127.0.0.1:7700`"))?;
        if transport.uri().scheme_str() != Some("http") {
            return Err(invalid("expected `http://`; TLS is left to a proxy"));
        }
        let channel = transport
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .tcp_nodelay(true)
            .connect()
            .await
            .map_err(|error| EngineError::Unreachable {
                endpoint: endpoint.to_owned(),
                reason: innermost(&error),
            })?;
        let client = ControlClient::with_interceptor(channel, Authorization(authorization))
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        Ok(Self {
            client,
            endpoint: endpoint.to_owned(),
        })
    }

    /// Describes the node.
    pub async fn node(&self) -> Result<control::Node, EngineError> {
        let answer = self.client.clone().get_node(GetNodeRequest {}).await;
        self.answer(answer)
    }

    /// Reads what guests wrote. Where the request says `follow`, the answer goes on.
    pub async fn read_logs(&self, request: ReadLogsRequest) -> Result<LogStream, EngineError> {
        let answer = self.client.clone().read_logs(request).await;
        Ok(LogStream {
            entries: self.answer(answer)?,
            engine: self.clone(),
        })
    }

    fn answer<T>(&self, answer: Result<tonic::Response<T>, Status>) -> Result<T, EngineError> {
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| self.error(&status))
    }

    fn error(&self, status: &Status) -> EngineError {
        let endpoint = self.endpoint.clone();
        let reason = status.message().to_owned();
        match status.code() {
            // The client's own transport answers UNKNOWN and CANCELLED too, with the
            // cause attached; a node's answer has none.
            Code::Unavailable => EngineError::Unreachable {
                endpoint,
                reason: status.source().map_or(reason, innermost),
            },
            Code::Unknown | Code::Cancelled | Code::Internal if status.source().is_some() => {
                EngineError::Unreachable {
                    endpoint,
                    reason: status.source().map_or(reason, innermost),
                }
            }
            Code::DeadlineExceeded => EngineError::Unreachable { endpoint, reason },
            Code::Unauthenticated | Code::PermissionDenied => {
                EngineError::Unauthenticated { endpoint, reason }
            }
            Code::FailedPrecondition => EngineError::Stale { reason },
            Code::Aborted => {
                let (holder, expires_in) = lease::held(status);
                EngineError::LeaseHeld {
                    holder,
                    expires_in,
                    reason,
                }
            }
            Code::NotFound => EngineError::NotFound { reason },
            code => EngineError::Refused {
                code: format!("{code:?}"),
                reason,
            },
        }
    }
}

/// The last cause, which says what happened; the ones before only say where.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

fn digest(text: &str) -> Result<Digest, EngineError> {
    text.parse().map_err(
        |error: vimana_proto::ParseDigestError| EngineError::Answer {
            reason: error.to_string(),
        },
    )
}

#[async_trait]
impl Engine for Embedded {
    async fn observe(&self, workspace: &str) -> Result<Live, EngineError> {
        let request = GetInventoryRequest {
            workspace: workspace.to_owned(),
        };
        let inventory = self.answer(self.client.clone().get_inventory(request).await)?;
        Ok(Live {
            generation: Generation(inventory.generation),
            resources: inventory.resources,
            // A newer node may support kinds that this version cannot put anyhow.
            supported_kinds: inventory
                .supported_kinds
                .iter()
                .filter_map(|kind| kind.parse().ok())
                .collect(),
        })
    }

    async fn missing_components(&self, digests: &[Digest]) -> Result<Vec<Digest>, EngineError> {
        let request = FindMissingComponentsRequest {
            digests: digests.iter().map(ToString::to_string).collect(),
        };
        let missing = self.answer(self.client.clone().find_missing_components(request).await)?;
        missing.digests.iter().map(|text| digest(text)).collect()
    }

    async fn upload_component(
        &self,
        digest: &Digest,
        component: Arc<[u8]>,
    ) -> Result<(), EngineError> {
        let digest = digest.to_string();
        let chunks = component.len().div_ceil(CHUNK_BYTES).max(1);
        let messages = (0..chunks).map(move |index| {
            let start = index * CHUNK_BYTES;
            let end = (start + CHUNK_BYTES).min(component.len());
            UploadComponentRequest {
                digest: if index == 0 {
                    digest.clone()
                } else {
                    String::new()
                },
                chunk: component[start..end].to_vec(),
            }
        });
        let messages = tokio_stream::iter(messages);
        self.answer(self.client.clone().upload_component(messages).await)?;
        Ok(())
    }

    async fn begin(&self, begin: &Begin) -> Result<Generation, EngineError> {
        let request = BeginApplyRequest {
            workspace: begin.workspace.clone(),
            parent_generation: begin.parent.0,
            steps: begin.steps.clone(),
            holder: begin.holder.clone(),
            commit: begin.commit.clone().unwrap_or_default(),
            lease_duration: begin.lease.try_into().ok(),
        };
        let answer = self.answer(self.client.clone().begin_apply(request).await)?;
        Ok(Generation(answer.generation))
    }

    async fn step(
        &self,
        apply: &ApplyName,
        step: usize,
        put: Option<&Resource>,
    ) -> Result<Option<Digest>, EngineError> {
        let request = ApplyStepRequest {
            workspace: apply.workspace.clone(),
            generation: apply.generation.0,
            step: u32::try_from(step).map_err(|_| EngineError::Answer {
                reason: format!("no node takes step {step}"),
            })?,
            resource: put.cloned(),
        };
        let answer = self.answer(self.client.clone().apply_step(request).await)?;
        Some(answer.observed_digest)
            .filter(|text| !text.is_empty())
            .map(|text| digest(&text))
            .transpose()
    }

    async fn renew(&self, apply: &ApplyName) -> Result<(), EngineError> {
        let request = RenewLeaseRequest {
            workspace: apply.workspace.clone(),
            generation: apply.generation.0,
        };
        self.answer(self.client.clone().renew_lease(request).await)?;
        Ok(())
    }

    async fn finish(&self, apply: &ApplyName) -> Result<(), EngineError> {
        let request = FinishApplyRequest {
            workspace: apply.workspace.clone(),
            generation: apply.generation.0,
        };
        self.answer(self.client.clone().finish_apply(request).await)?;
        Ok(())
    }

    async fn status(&self, workspace: &str, name: &str) -> Result<GetStatusResponse, EngineError> {
        let request = GetStatusRequest {
            workspace: workspace.to_owned(),
            name: name.to_owned(),
        };
        self.answer(self.client.clone().get_status(request).await)
    }

    async fn history(
        &self,
        workspace: &str,
        limit: u32,
    ) -> Result<Vec<control::Apply>, EngineError> {
        let request = ListAppliesRequest {
            workspace: workspace.to_owned(),
            limit,
        };
        let answer = self.answer(self.client.clone().list_applies(request).await)?;
        Ok(answer.applies)
    }

    async fn journal(&self, apply: &ApplyName) -> Result<control::Apply, EngineError> {
        let request = GetApplyRequest {
            workspace: apply.workspace.clone(),
            generation: apply.generation.0,
        };
        self.answer(self.client.clone().get_apply(request).await)
    }
}
