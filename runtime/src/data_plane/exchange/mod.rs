//! From a request's values to a response's values: what is the same for every
//! protocol.
//!
//! A front reads a request and writes a response as its protocol wants them. It begins an
//! [`Observation`] and asks [`Callee::admit`] before it reads a body; all else that lies
//! between goes through [`DataPlane::exchange`]. So the order is:
//!
//! 1. telemetry: the span, and what is counted;
//! 2. who calls, and whether they may;
//! 3. whether there is room: concurrent requests, queue, streams;
//! 4. which others than the version that serves see a copy;
//! 5. the call itself, in an instance of the guest, which may serve several where the
//!    service wants it.
//!
//! Each step is a file beside this one and a line in `exchange`. What a step must hold
//! until the response is complete travels with the [`ReplyStream`].

mod admission;
mod auth;
mod callee;
mod input;
mod mirror;
mod reply;
mod request;
mod telemetry;

use std::num::NonZeroU32;
use std::sync::Arc;

use http::header::SET_COOKIE;
use tonic::Code;
use vimana_interface::Arity;

use super::DataPlane;
use super::failure::Refusal;
use crate::host::{Answer, CallError, Invocation, Request, RequestId, Reuse};

pub(crate) use auth::KeySet;
pub(super) use auth::{Admitted, Authenticator, Authenticators};
pub(super) use callee::Callee;
use input::InputFailure;

pub(super) use reply::{Replies, Reply, ReplyStream};
pub(super) use request::{Head, Requests};
pub(super) use telemetry::Observation;

impl DataPlane {
    /// Answers a request. To drop the future, or the reply's stream, is to cancel the
    /// guest.
    pub(super) async fn exchange(
        &self,
        callee: &Callee,
        mut head: Head,
        requests: Requests,
    ) -> Result<Reply, Refusal> {
        let mut observation = std::mem::take(&mut head.observation);
        observation.until(head.deadline);
        observation.enter(&mut head.metadata);
        let answer = self
            .observed(callee, head, requests, &mut observation)
            .await;
        let answer = match answer {
            Ok(reply) => Ok(reply.observed(observation)),
            Err(refusal) => Err(observation.refused(refusal)),
        };
        let Some(cookie) = &callee.cookie else {
            return answer;
        };
        // Whoever is refused comes back to the same version as well.
        answer
            .map(|reply| reply.with_header(SET_COOKIE, cookie.clone()))
            .map_err(|refusal| refusal.with_header(SET_COOKIE, cookie.clone()))
    }

    async fn observed(
        &self,
        callee: &Callee,
        head: Head,
        requests: Requests,
        observation: &mut Observation,
    ) -> Result<Reply, Refusal> {
        let permit = admission::admit(callee, head.deadline, observation).await?;
        self.mirror(callee, &head, &requests, observation);
        let mut reply = self.call(callee, head, requests, observation).await?;
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
        observation: &Observation,
    ) -> Result<Reply, Refusal> {
        let not_ready = || Refusal::of(callee, Code::Unavailable, "the service is not ready");
        let ready = self.versions.ready(&callee.slot, head.deadline).await;
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
            log: Arc::clone(&callee.slot.log),
            outbound: Arc::clone(&callee.outbound),
            caller: head.admitted.caller,
            trace: observation.trace().map(Arc::clone),
        };
        let component = &ready.component;
        let arity = callee.method.method().arity;
        let mut failure = InputFailure::default();
        let request = match requests {
            Requests::One(request) if arity == Arity::Unary => {
                let requests = callee.requests_per_instance;
                let reuse = (requests > NonZeroU32::MIN).then_some(Reuse {
                    pool: &ready.pool,
                    requests,
                });
                let answer = (self.host).call(component, function, invocation, request, reuse);
                return one_reply(answer.await, |error| Refusal::call(callee, error));
            }
            Requests::One(request) => Request::One(request),
            Requests::Stream(requests) => {
                Request::Stream(failure.watch(requests, observation.received()))
            }
        };
        if !arity.server_streams() {
            let answer = self.host.collect(component, function, invocation, request);
            return one_reply(answer.await, |error| failure.explain(callee, error));
        }
        let opened = self.host.open(component, function, invocation, request);
        match opened.await {
            Ok(mut streaming) => Ok(Reply {
                observation: Observation::default(),
                headers: std::mem::take(&mut streaming.headers),
                body: Replies::Stream(ReplyStream::new(callee.clone(), streaming, failure)),
            }),
            Err(failed) => Err(failure
                .explain(callee, failed.error)
                .with_metadata(failed.headers, failed.trailers)),
        }
    }
}

fn one_reply(answer: Answer, explain: impl FnOnce(CallError) -> Refusal) -> Result<Reply, Refusal> {
    match answer.outcome {
        Ok(message) => Ok(Reply {
            observation: Observation::default(),
            headers: answer.headers,
            body: Replies::One {
                message,
                trailers: answer.trailers,
            },
        }),
        Err(error) => Err(explain(error).with_metadata(answer.headers, answer.trailers)),
    }
}
