//! From a request's values to a response's values: what is the same for every
//! protocol.
//!
//! A front reads a request and writes a response as its protocol wants them. All that
//! lies between goes through [`DataPlane::exchange`], in this order:
//!
//! 1. who calls, and whether they may;
//! 2. whether there is room: concurrent requests, queue, streams;
//! 3. which version serves, and which others see a copy;
//! 4. telemetry: the span, and what is counted;
//! 5. the call itself, in an instance of the guest.
//!
//! Each step is a file beside this one and a line in `exchange`. What a step must hold
//! until the response is complete travels with the [`ReplyStream`].

mod admission;
mod auth;
mod callee;
mod mirror;
mod reply;
mod request;

use std::sync::Arc;

use http::header::SET_COOKIE;
use tonic::Code;

use super::DataPlane;
use super::failure::Refusal;
use crate::host::{Caller, Invocation, RequestId};

pub(crate) use auth::KeySet;
pub(super) use auth::{Authenticator, Authenticators};
pub(super) use callee::Callee;
pub(super) use reply::{Replies, Reply, ReplyStream};
pub(super) use request::{Head, Protocol, Requests};

impl DataPlane {
    /// Answers a request. To drop the future, or the reply's stream, is to cancel the
    /// guest.
    pub(super) async fn exchange(
        &self,
        callee: &Callee,
        head: Head,
        requests: Requests,
    ) -> Result<Reply, Refusal> {
        tracing::trace!(
            method = &*callee.method.path,
            protocol = head.protocol.name(),
            "a request"
        );
        let answer = self.admitted(callee, head, requests).await;
        let Some(cookie) = &callee.cookie else {
            return answer;
        };
        // Whoever is refused comes back to the same version as well.
        answer
            .map(|reply| reply.with_header(SET_COOKIE, cookie.clone()))
            .map_err(|refusal| refusal.with_header(SET_COOKIE, cookie.clone()))
    }

    async fn admitted(
        &self,
        callee: &Callee,
        mut head: Head,
        requests: Requests,
    ) -> Result<Reply, Refusal> {
        let caller = auth::admit(callee, &mut head).await?;
        let permit = admission::admit(callee, head.deadline).await?;
        self.mirror(callee, &head, &requests);
        let mut reply = self.call(callee, head, requests, caller).await?;
        if let Replies::Stream(stream) = &mut reply.body {
            stream.hold(permit);
        }
        Ok(reply)
    }

    /// Calls the method.
    async fn call(
        &self,
        callee: &Callee,
        head: Head,
        requests: Requests,
        caller: Option<Arc<Caller>>,
    ) -> Result<Reply, Refusal> {
        let not_ready = || Refusal::of(callee, Code::Unavailable, "the service is not ready");
        let ready = callee.slot.ready(head.deadline).await;
        let ready = ready.ok_or_else(not_ready)?;
        let function = ready.function(callee.method.index).ok_or_else(not_ready)?;
        let invocation = Invocation {
            version: Arc::clone(&callee.slot.label),
            method: Arc::clone(&callee.method.path),
            request_id: RequestId::random(),
            metadata: head.metadata,
            deadline: head.deadline,
            limits: callee.limits,
            wire: head.wire,
            log_rate: Arc::clone(&callee.quota.log),
            outbound: Arc::clone(&callee.outbound),
            caller,
        };
        let Requests::One(request) = requests else {
            return Err(callee.streams_unserved());
        };
        let answer = self
            .host
            .call(&ready.component, function, invocation, request)
            .await;
        match answer.outcome {
            Ok(message) => Ok(Reply {
                headers: answer.headers,
                body: Replies::One {
                    message,
                    trailers: answer.trailers,
                },
            }),
            Err(error) => {
                Err(Refusal::call(callee, error).with_metadata(answer.headers, answer.trailers))
            }
        }
    }
}
