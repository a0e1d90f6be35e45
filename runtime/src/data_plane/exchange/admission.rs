//! Whether there is room for a request: concurrent requests, the queue, streams.

use tokio::time::Instant;

use super::Callee;
use crate::data_plane::failure::Refusal;
use crate::data_plane::quota::{Denied, Kind, Permit};

/// Waits for the request's turn. The permit is held until the answer is complete.
pub(super) async fn admit(callee: &Callee, deadline: Instant) -> Result<Permit, Refusal> {
    let kind = if callee.method.is_unary() {
        Kind::Unary
    } else {
        Kind::Stream
    };
    callee
        .quota
        .enter(kind, deadline)
        .await
        .map_err(|denied| match denied {
            Denied::Full(retry) => Refusal::busy(callee, retry),
            Denied::Late => Refusal::deadline(callee),
        })
}
