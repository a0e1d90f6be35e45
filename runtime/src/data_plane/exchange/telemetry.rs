//! What is told of a request.

use std::sync::Arc;

use http::StatusCode;
use tokio::time::Instant;
use tonic::Code;

use super::Callee;
use crate::data_plane::failure::Refusal;
use crate::data_plane::versions::VersionSlot;
use crate::telemetry::{Protocol, Series};

/// A request from its head to the end of its answer. It goes along with what is left to
/// do, and tells when it is dropped. A request that nobody knows the end of was given
/// up: by the clock where its time was up, or else by its client.
#[derive(Default)]
pub(in crate::data_plane) struct Observation(Option<Observed>);

struct Observed {
    slot: Arc<VersionSlot>,
    /// The method's place in the interface.
    method: usize,
    protocol: Protocol,
    began: Instant,
    deadline: Option<Instant>,
    code: Option<Code>,
    /// Of HTTP, where it is not the one that belongs to the code.
    status: Option<StatusCode>,
}

impl Observation {
    /// A request of `callee`, whose head came at `began`.
    pub(in crate::data_plane) fn begin(
        callee: &Callee,
        protocol: Protocol,
        began: Instant,
    ) -> Self {
        let observed = Observed {
            slot: Arc::clone(&callee.slot),
            method: callee.method.index,
            protocol,
            began,
            deadline: None,
            code: None,
            status: None,
        };
        if let Some(series) = observed.series() {
            series.begin();
        }
        Self(Some(observed))
    }

    /// The request must be answered by `deadline`.
    pub(in crate::data_plane) fn until(&mut self, deadline: Instant) {
        if let Some(observed) = &mut self.0 {
            observed.deadline = Some(deadline);
        }
    }

    /// The request ended with `code`, unless it is said to end otherwise.
    pub(in crate::data_plane) fn end(&mut self, code: Code) {
        if let Some(observed) = &mut self.0 {
            observed.code = Some(code);
        }
    }

    /// The request has ended with `code`: nothing follows.
    pub(super) fn finish(&mut self, code: Code) {
        self.end(code);
        self.0 = None;
    }

    /// The request came to nothing, and that is the end of it.
    pub(in crate::data_plane) fn refused(mut self, refusal: Refusal) -> Refusal {
        self.end(refusal.code());
        refusal
    }

    /// As [`Self::refused`], with a status that HTTP has and gRPC has not.
    pub(in crate::data_plane) fn rejected(mut self, code: Code, status: StatusCode) {
        self.end(code);
        if let Some(observed) = &mut self.0 {
            observed.status = Some(status);
        }
    }

    /// How the request came.
    pub(super) fn protocol(&self) -> Option<Protocol> {
        Some(self.0.as_ref()?.protocol)
    }

    /// There was no room for the request.
    pub(super) fn no_room(&self) {
        if let Some(series) = self.series() {
            series.refuse();
        }
    }

    /// The client has sent messages of a stream.
    pub(super) fn received(&self) -> Received {
        let observed = self.0.as_ref();
        Received(observed.map(|observed| {
            let slot = Arc::clone(&observed.slot);
            (slot, observed.method, observed.protocol)
        }))
    }

    /// Messages of a stream go to the client.
    pub(super) fn sent(&self, messages: usize) {
        if let Some(series) = self.series() {
            series.send(messages);
        }
    }

    fn series(&self) -> Option<&Series> {
        self.0.as_ref()?.series()
    }
}

impl Observed {
    fn series(&self) -> Option<&Series> {
        self.slot.metrics.series(self.method, self.protocol)
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        let now = Instant::now();
        let code = self.code.unwrap_or_else(|| {
            let is_late = self.deadline.is_some_and(|deadline| now >= deadline);
            if is_late {
                Code::DeadlineExceeded
            } else {
                Code::Cancelled
            }
        });
        if let Some(series) = self.series() {
            series.end(code, now.saturating_duration_since(self.began));
        }
    }
}

/// Counts the messages of a client's stream.
pub(super) struct Received(Option<(Arc<VersionSlot>, usize, Protocol)>);

impl Received {
    pub(super) fn count(&self, messages: usize) {
        let Some((slot, method, protocol)) = &self.0 else {
            return;
        };
        if let Some(series) = slot.metrics.series(*method, *protocol) {
            series.receive(messages);
        }
    }
}
