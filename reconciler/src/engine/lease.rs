//! Who holds a lease and for how long, from a node's refusal.

use std::time::Duration;

use vimana_proto::lease::{EXPIRES_IN_MS, HOLDER};

/// What to assume where a node does not say: the default length of a lease.
const UNKNOWN: Duration = Duration::from_secs(10);

/// The longest that a lease can last.
const LONGEST: Duration = Duration::from_secs(60);

/// The holder, and the time until the lease ends unless it is renewed.
pub(super) fn held(status: &tonic::Status) -> (String, Duration) {
    let metadata = status.metadata();
    let holder = metadata
        .get_bin(HOLDER)
        .and_then(|value| value.to_bytes().ok())
        .and_then(|bytes| String::from_utf8(bytes.to_vec()).ok())
        .unwrap_or_else(|| "somebody else".to_owned());
    let expires_in = metadata
        .get(EXPIRES_IN_MS)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map_or(UNKNOWN, Duration::from_millis);
    (holder, expires_in.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use tonic::metadata::MetadataValue;

    use super::*;

    fn refusal(expires_in_ms: &str) -> tonic::Status {
        let mut status = tonic::Status::aborted("the lease is held");
        let metadata = status.metadata_mut();
        metadata.insert_bin(HOLDER, MetadataValue::from_bytes("Zoë@host".as_bytes()));
        metadata.insert(EXPIRES_IN_MS, expires_in_ms.parse().unwrap());
        status
    }

    #[test]
    fn metadata_says_who_holds_the_lease_and_for_how_long() {
        let expected = ("Zoë@host".to_owned(), Duration::from_millis(7500));
        assert_eq!(held(&refusal("7500")), expected);
    }

    #[test]
    fn a_node_that_does_not_say_is_given_the_default() {
        let silent = tonic::Status::aborted("the lease is held");
        assert_eq!(held(&silent), ("somebody else".to_owned(), UNKNOWN));
        assert_eq!(held(&refusal("soon")).1, UNKNOWN);
    }

    #[test]
    fn a_lease_never_makes_one_wait_for_longer_than_a_lease_can_last() {
        assert_eq!(held(&refusal("99999999999")).1, LONGEST);
    }
}
