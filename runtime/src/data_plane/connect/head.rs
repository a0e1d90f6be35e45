//! What the headers of a request say: version, timeout, metadata.

use std::time::Duration;

use http::HeaderMap;
use tonic::Code;

use crate::data_plane::failure::Refusal;

pub(super) const VERSION: &str = "connect-protocol-version";
const TIMEOUT: &str = "connect-timeout-ms";

/// Headers that say how messages travel and are none of a guest's.
const PROTOCOL_HEADERS: [&str; 6] = [
    "accept",
    "accept-encoding",
    "connect-accept-encoding",
    "connect-content-encoding",
    TIMEOUT,
    VERSION,
];

/// Refuses another version of the protocol than the one there is.
pub(super) fn check_version(found: Option<&[u8]>, expected: &str) -> Result<(), Refusal> {
    match found {
        Some(found) if found != expected.as_bytes() => Err(Refusal::new(
            Code::InvalidArgument,
            format!(
                "the version of the protocol is `{expected}`, not `{}`",
                String::from_utf8_lossy(found)
            ),
        )),
        _ => Ok(()),
    }
}

/// `Connect-Timeout-Ms`: at most 10 digits.
pub(super) fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, Refusal> {
    let Some(value) = headers.get(TIMEOUT) else {
        return Ok(None);
    };
    let digits = value.to_str().unwrap_or_default();
    let is_number =
        (1..=10).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .parse()
        .ok()
        .filter(|_| is_number)
        .map(|millis| Some(Duration::from_millis(millis)))
        .ok_or_else(|| {
            let reason = "`Connect-Timeout-Ms` is no timeout; expected at most 10 digits";
            Refusal::new(Code::InvalidArgument, reason)
        })
}

/// What is left of the headers for a guest.
pub(super) fn metadata(mut headers: HeaderMap) -> HeaderMap {
    for name in PROTOCOL_HEADERS {
        headers.remove(name);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_a_number_of_milliseconds() {
        let parse = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(TIMEOUT, value.parse().unwrap());
            timeout(&headers).ok()
        };
        assert_eq!(parse("1500"), Some(Some(Duration::from_millis(1500))));
        assert_eq!(parse("0"), Some(Some(Duration::ZERO)));
        for bad in ["", "-1", "+1", "1s", "12345678901", "1.5"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert!(matches!(timeout(&HeaderMap::new()), Ok(None)));
    }

    #[test]
    fn there_is_one_version() {
        assert!(check_version(None, "1").is_ok());
        assert!(check_version(Some(b"1"), "1").is_ok());
        assert!(check_version(Some(b"2"), "1").is_err());
        assert!(check_version(Some(b"1"), "v1").is_err());
    }
}
