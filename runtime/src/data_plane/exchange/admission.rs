//! Whether there is room for a request: concurrent requests, the queue, streams.

use tokio::time::Instant;

use super::{Callee, Observation};
use crate::data_plane::failure::Refusal;
use crate::data_plane::quota::{Denied, Kind, Permit};

/// A permit for a copy of a request, which nobody waits for: where the service has no
/// room at once, the copy is left out.
pub(super) fn admit_copy(callee: &Callee) -> Option<Permit> {
    callee.quota.try_enter(kind(callee))
}

/// Waits for the request's turn. The permit is held until the answer is complete.
pub(super) async fn admit(
    callee: &Callee,
    deadline: Instant,
    observation: &Observation,
) -> Result<Permit, Refusal> {
    callee
        .quota
        .enter(kind(callee), deadline)
        .await
        .map_err(|denied| match denied {
            Denied::Full(retry) => {
                observation.no_room();
                Refusal::busy(callee, retry)
            }
            Denied::Late => Refusal::deadline(callee),
        })
}

fn kind(callee: &Callee) -> Kind {
    if callee.method.is_unary() {
        Kind::Unary
    } else {
        Kind::Stream
    }
}
