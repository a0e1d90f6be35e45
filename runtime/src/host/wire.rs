//! What a guest may know and decide of its call's messages on the wire: which of them
//! are compressed.

use std::collections::BTreeSet;

use parking_lot::Mutex;

/// How many changes between compressed and not are kept for one request. A client that
/// changes its mind more often is told of as it was then.
const MAX_CHANGES: usize = 4096;
/// How many messages a guest may name before they are sent. Beyond, all that follow
/// stay uncompressed, which is the safe side.
const MAX_NAMED: usize = 4096;

/// The messages of one call, by their places, counted from 0.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    request: Mutex<Request>,
    response: Mutex<Response>,
}

/// Which messages of the request came compressed, as the places where that changes: up
/// to the first they are not, from there they are, and so on.
#[derive(Debug, Default)]
struct Request {
    received: u64,
    changes: Vec<u64>,
}

/// Which messages of the response stay uncompressed.
#[derive(Debug, Default)]
struct Response {
    named: BTreeSet<u64>,
    all_from: Option<u64>,
}

impl Wire {
    /// Notes the next message of the request.
    pub(crate) fn received(&self, is_compressed: bool) {
        let mut request = self.request.lock();
        let place = request.received;
        request.received += 1;
        let was_compressed = request.changes.len() % 2 == 1;
        if is_compressed != was_compressed && request.changes.len() < MAX_CHANGES {
            request.changes.push(place);
        }
    }

    /// Whether the request's message at a place came compressed.
    pub(super) fn is_compressed(&self, place: u64) -> bool {
        let request = self.request.lock();
        let changes = request.changes.partition_point(|change| *change <= place);
        place < request.received && changes % 2 == 1
    }

    /// Has the response's message at a place sent as it is.
    pub(super) fn leave_uncompressed(&self, place: u64) {
        let mut response = self.response.lock();
        if response.named.len() < MAX_NAMED {
            response.named.insert(place);
        } else {
            let from = response.all_from.map_or(place, |from| from.min(place));
            response.all_from = Some(from);
        }
    }

    /// Whether the response's message at a place may be compressed. Asked in order, for
    /// each place once.
    pub(crate) fn may_compress(&self, place: u64) -> bool {
        let mut response = self.response.lock();
        let is_named = response.named.remove(&place);
        let is_beyond = response.all_from.is_some_and(|from| place >= from);
        !is_named && !is_beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_of_a_request_is_told_of() {
        let wire = Wire::default();
        let came = [true, true, false, true, false, false];
        for compressed in came {
            wire.received(compressed);
        }
        let told: Vec<bool> = (0..6).map(|place| wire.is_compressed(place)).collect();
        assert_eq!(told, came);
        wire.received(true);
        assert!(!wire.is_compressed(7), "it has not come");
    }

    #[test]
    fn a_client_that_changes_its_mind_for_ever_takes_no_memory() {
        let wire = Wire::default();
        for place in 0..100_000_u64 {
            wire.received(place % 2 == 0);
        }
        assert_eq!(wire.request.lock().changes.len(), MAX_CHANGES);
        assert!(wire.is_compressed(0) && !wire.is_compressed(1));
    }

    #[test]
    fn what_is_named_stays_uncompressed() {
        let wire = Wire::default();
        wire.leave_uncompressed(1);
        let may: Vec<bool> = (0..3).map(|place| wire.may_compress(place)).collect();
        assert_eq!(may, [true, false, true]);
    }

    #[test]
    fn what_is_named_beyond_the_bound_stays_uncompressed_as_well() {
        let wire = Wire::default();
        for place in 0..100_000 {
            wire.leave_uncompressed(place);
        }
        assert_eq!(wire.response.lock().named.len(), MAX_NAMED);
        assert!((0..200_000).all(|place| !wire.may_compress(place)));
    }
}
