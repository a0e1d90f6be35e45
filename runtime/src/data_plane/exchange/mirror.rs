//! The copies of a request that shadows get.

use http::HeaderMap;
use tokio::time::{Instant, timeout_at};
use tonic::Code;

use super::{Admitted, Callee, Head, Observation, Replies, Requests, admission};
use crate::data_plane::DataPlane;
use crate::data_plane::failure::Refusal;
use crate::data_plane::traffic::{Copy, Shadows};
use crate::telemetry::Protocol;

impl DataPlane {
    /// Gives a copy of a request to the shadows of its service, and goes on at once.
    /// What becomes of the copies nobody learns.
    pub(super) fn mirror(
        &self,
        callee: &Callee,
        head: &Head,
        requests: &Requests,
        observation: &Observation,
    ) {
        let (Requests::One(message), Some(protocol)) = (requests, observation.protocol()) else {
            return;
        };
        for copy in callee.shadows.copies(&callee.method, message) {
            let Some(plane) = self.me.get().and_then(std::sync::Weak::upgrade) else {
                return;
            };
            let metadata = head.metadata.clone();
            let callee = shadow_callee(callee, &copy);
            tokio::spawn(async move {
                plane.work_on(&copy, &callee, metadata, protocol).await;
            });
        }
    }

    async fn work_on(&self, copy: &Copy, callee: &Callee, metadata: HeaderMap, protocol: Protocol) {
        let Some(_turn) = copy.turn().await else {
            return;
        };
        let Some(_permit) = admission::admit_copy(callee) else {
            return;
        };
        let Some(message) = copy.message() else {
            return;
        };
        let began = Instant::now();
        let mut observation = Observation::copy(callee, protocol, began, &metadata);
        let mut metadata = metadata;
        observation.enter(&mut metadata);
        let head = Head {
            metadata,
            // Its own: the one who asked does not wait for it.
            deadline: began + callee.limits.timeout,
            observation: Observation::default(),
            wire: None,
            admitted: Admitted::ANYBODY,
        };
        let deadline = head.deadline;
        observation.until(deadline);
        let answer = async {
            let reply = self
                .call(callee, head, Requests::One(message), &observation)
                .await?;
            let Replies::Stream(mut replies) = reply.body else {
                return Ok(());
            };
            // To drop the stream is to cancel the guest.
            while let Some(messages) = replies.next().await {
                observation.sent(messages?.len());
            }
            Ok::<_, Refusal>(())
        };
        let code = match timeout_at(deadline, answer).await {
            Ok(Ok(())) => Code::Ok,
            Ok(Err(refusal)) => refusal.code(),
            Err(_) => Code::DeadlineExceeded,
        };
        observation.end(code);
        if code != Code::Ok {
            tracing::debug!(version = &*callee.slot.label, ?code, "a shadow failed");
        }
    }
}

/// The same method of the shadow's version. It has no shadows itself.
fn shadow_callee(callee: &Callee, copy: &Copy) -> Callee {
    Callee {
        slot: copy.shadow.slot.clone(),
        method: copy.method.clone(),
        limits: callee.limits,
        requests_per_instance: callee.requests_per_instance,
        quota: callee.quota.clone(),
        outbound: callee.outbound.clone(),
        json: callee.json,
        auth: None,
        shadows: Shadows::default(),
        cookie: None,
    }
}
