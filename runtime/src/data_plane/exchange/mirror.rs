//! The copies of a request that shadows get.

use http::HeaderMap;
use tokio::time::{Instant, timeout_at};

use super::{Callee, Head, Protocol, Replies, Requests, admission};
use crate::data_plane::DataPlane;
use crate::data_plane::failure::Refusal;
use crate::data_plane::traffic::{Copy, Shadows};

impl DataPlane {
    /// Gives a copy of a request to the shadows of its service, and goes on at once.
    /// What becomes of the copies nobody learns.
    pub(super) fn mirror(&self, callee: &Callee, head: &Head, requests: &Requests) {
        let Requests::One(message) = requests else {
            return;
        };
        for copy in callee.shadows.copies(&callee.method, message) {
            let Some(plane) = self.me.get().and_then(std::sync::Weak::upgrade) else {
                return;
            };
            let (metadata, protocol) = (head.metadata.clone(), head.protocol);
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
        let head = Head {
            metadata,
            // Its own: the one who asked does not wait for it.
            deadline: Instant::now() + callee.limits.timeout,
            protocol,
            wire: None,
            connection: None,
        };
        let deadline = head.deadline;
        let answer = async {
            let reply = self
                .call(callee, head, Requests::One(message), None)
                .await?;
            let Replies::Stream(mut replies) = reply.body else {
                return Ok(());
            };
            // To drop the stream is to cancel the guest.
            while let Some(messages) = replies.next().await {
                messages?;
            }
            Ok::<_, Refusal>(())
        };
        if !matches!(timeout_at(deadline, answer).await, Ok(Ok(()))) {
            tracing::debug!(version = &*callee.slot.label, "a shadow failed");
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
