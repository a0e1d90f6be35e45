//! From a request's value to a response's value.

use std::sync::Arc;

use http::HeaderMap;
use tokio::time::Instant;
use tonic::Code;
use wasmtime::component::Val;

use super::failure::Refusal;
use super::interfaces::MethodModel;
use super::versions::VersionSlot;
use crate::host::{Host, Invocation, RequestId};
use crate::snapshot::Limits;

/// The method that a request calls, of the version that was drawn for it.
pub(super) struct Callee {
    pub(super) slot: Arc<VersionSlot>,
    pub(super) method: Arc<MethodModel>,
    pub(super) limits: Limits,
}

/// A response before it is encoded.
pub(super) struct Reply {
    pub(super) value: Val,
    pub(super) headers: HeaderMap,
    pub(super) trailers: HeaderMap,
}

impl Callee {
    /// Bytes of one message, as far as this machine can address them.
    pub(super) fn message_limit(&self) -> usize {
        usize::try_from(self.limits.message_bytes).unwrap_or(usize::MAX)
    }

    /// Refuses what is not served.
    pub(super) fn check_arity(&self) -> Result<(), Refusal> {
        if self.method.is_unary() {
            return Ok(());
        }
        Err(Refusal::of(
            self,
            Code::Unimplemented,
            "streaming methods are not served yet",
        ))
    }

    /// Calls the method.
    pub(super) async fn invoke(
        &self,
        host: &Host,
        metadata: HeaderMap,
        deadline: Instant,
        request: Val,
    ) -> Result<Reply, Refusal> {
        let not_ready = || Refusal::of(self, Code::Unavailable, "the service is not ready");
        let ready = self.slot.ready(deadline).await.ok_or_else(not_ready)?;
        let function = ready.function(self.method.index).ok_or_else(not_ready)?;
        let invocation = Invocation {
            version: Arc::clone(&self.slot.label),
            method: Arc::clone(&self.method.path),
            request_id: RequestId::random(),
            metadata,
            deadline,
            limits: self.limits,
        };
        let answer = host
            .call(&ready.component, function, invocation, request)
            .await;
        match answer.outcome {
            Ok(value) => Ok(Reply {
                value,
                headers: answer.headers,
                trailers: answer.trailers,
            }),
            Err(error) => {
                Err(Refusal::call(self, error).with_metadata(answer.headers, answer.trailers))
            }
        }
    }

    /// A response that the codec cannot write, which verification rules out.
    pub(super) fn response_broken(&self, error: &dyn std::fmt::Display) -> Refusal {
        tracing::error!(
            version = &*self.slot.label,
            method = &*self.method.path,
            %error,
            "a response cannot be encoded"
        );
        Refusal::of(self, Code::Internal, "the service failed")
    }
}
