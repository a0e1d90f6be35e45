//! Limits as they arrive, checked.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use vimana_proto::state::v1 as state;
use vimana_proto::{OutboundHost, OutboundHostError};

use crate::snapshot::Limits;

const MEMORY: RangeInclusive<u64> = 1..=4 << 30;
const MESSAGE: RangeInclusive<u64> = 1..=u32::MAX as u64;
const MAX_CONCURRENT: u32 = 100_000;
const MAX_OUTBOUND_HOSTS: usize = 1000;

/// What one request may use, and all requests together. What the node was given
/// before there was such a limit is as if it had the default.
pub(super) fn limits(found: &state::Limits) -> Result<Limits, String> {
    let default = Limits::DEFAULT;
    let timeout = duration(found.timeout).ok_or("the timeout is missing or not above zero")?;
    let message_bytes = within("messages", found.message_bytes, &MESSAGE)?;
    Ok(Limits {
        memory_bytes: within("a memory", found.memory_bytes, &MEMORY)?,
        timeout,
        cpu_time: match found.cpu_time {
            None => timeout,
            some => duration(some).ok_or("the CPU time is not above zero")?,
        },
        request_bytes: size("requests", found.request_bytes, message_bytes)?,
        response_bytes: size("responses", found.response_bytes, message_bytes)?,
        concurrent_requests: match found.concurrent_requests {
            0 => default.concurrent_requests,
            some => some.min(MAX_CONCURRENT),
        },
        queue_length: found.queue_length.min(MAX_CONCURRENT),
        streams: found.streams.min(MAX_CONCURRENT),
    })
}

/// The hosts that guests may send HTTP requests to.
pub(super) fn outbound_hosts(found: &state::Limits) -> Result<Arc<[OutboundHost]>, String> {
    if found.outbound_hosts.len() > MAX_OUTBOUND_HOSTS {
        return Err(format!(
            "{} outbound hosts; expected at most {MAX_OUTBOUND_HOSTS}",
            found.outbound_hosts.len()
        ));
    }
    found
        .outbound_hosts
        .iter()
        .map(|text| {
            text.parse()
                .map_err(|error: OutboundHostError| format!("outbound host `{text}`: {error}"))
        })
        .collect()
}

/// How many requests an instance serves.
pub(super) fn requests_per_instance(found: &state::Service) -> NonZeroU32 {
    NonZeroU32::new(found.requests_per_instance).unwrap_or(NonZeroU32::MIN)
}

fn duration(found: Option<prost_types::Duration>) -> Option<Duration> {
    found
        .and_then(|found| Duration::try_from(found).ok())
        .filter(|found| !found.is_zero())
}

fn size(what: &str, found: u64, default: u64) -> Result<u64, String> {
    let found = if found == 0 { default } else { found };
    within(what, found, &MESSAGE)
}

fn within(what: &str, found: u64, bounds: &RangeInclusive<u64>) -> Result<u64, String> {
    if bounds.contains(&found) {
        return Ok(found);
    }
    let (least, most) = (bounds.start(), bounds.end());
    Err(format!(
        "{what} of {found} bytes; expected {least} to {most}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> state::Limits {
        state::Limits {
            memory_bytes: 1 << 20,
            timeout: prost_types::Duration::try_from(Duration::from_secs(2)).ok(),
            message_bytes: 1 << 16,
            ..Default::default()
        }
    }

    #[test]
    fn what_was_written_before_a_limit_was_there_has_its_default() {
        let limits = limits(&written()).unwrap();
        assert_eq!(limits.cpu_time, Duration::from_secs(2));
        assert_eq!(
            (limits.request_bytes, limits.response_bytes),
            (1 << 16, 1 << 16)
        );
        assert_eq!(limits.concurrent_requests, 100);
        assert_eq!(outbound_hosts(&written()), Ok([].into()));
    }

    #[test]
    fn what_cannot_be_kept_to_is_refused() {
        let refused = |change: fn(&mut state::Limits)| {
            let mut found = written();
            change(&mut found);
            limits(&found).unwrap_err()
        };
        assert_eq!(
            refused(|limits| limits.memory_bytes = 0),
            "a memory of 0 bytes; expected 1 to 4294967296"
        );
        assert_eq!(
            refused(|limits| limits.request_bytes = 1 << 40),
            "requests of 1099511627776 bytes; expected 1 to 4294967295"
        );
        assert_eq!(
            refused(|limits| limits.cpu_time = Some(prost_types::Duration::default())),
            "the CPU time is not above zero"
        );
        let mut found = written();
        found.outbound_hosts = vec!["api.example.com".to_owned(), "*".to_owned()];
        assert_eq!(
            outbound_hosts(&found).unwrap_err(),
            "outbound host `*`: it would allow every host"
        );
    }
}
