//! The client's stream on its way to the host, which knows values and no refusals.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use parking_lot::Mutex;
use wasmtime::component::Val;

use super::callee::Callee;
use super::telemetry::Received;
use crate::data_plane::failure::Refusal;
use crate::host::{CallError, Input, InputFailed};

/// Why a client's stream failed, kept where the host's answer can be told of it. Takes
/// no memory until there is a stream.
#[derive(Default)]
pub(super) struct InputFailure(Option<Arc<Mutex<Option<Refusal>>>>);

impl InputFailure {
    /// The requests as the host takes them.
    pub(super) fn watch(
        &mut self,
        requests: BoxStream<'static, Result<Vec<Val>, Refusal>>,
        received: Received,
    ) -> Input {
        let failure = Arc::clone(self.0.get_or_insert_default());
        requests
            .map(move |batch| {
                received.count(batch.as_ref().map_or(0, Vec::len));
                batch.map_err(|refusal| {
                    *failure.lock() = Some(refusal);
                    InputFailed
                })
            })
            .boxed()
    }

    /// Why the call has no response.
    pub(super) fn explain(&self, callee: &Callee, error: CallError) -> Refusal {
        let known = match (&error, &self.0) {
            (CallError::Input, Some(failure)) => failure.lock().take(),
            _ => None,
        };
        known.unwrap_or_else(|| Refusal::call(callee, error))
    }
}
