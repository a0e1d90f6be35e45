//! OTLP over HTTP, in Protobuf.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::{Client, redirect};

use super::counts::Signal;
use super::failure::{SendError, chain};

/// Bytes of an answer that are looked at.
const MAX_ANSWER: usize = 64 << 10;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The client of all receivers, which keeps connections.
#[derive(Default)]
pub(super) struct HttpClient(OnceLock<Option<Client>>);

pub(super) struct HttpRemote {
    /// Without a slash at the end.
    endpoint: String,
}

impl HttpRemote {
    pub(super) fn new(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
        }
    }

    pub(super) async fn send(
        &self,
        client: &HttpClient,
        signal: Signal,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<Bytes, SendError> {
        let client = client.0.get_or_init(make).as_ref();
        let client = client.ok_or_else(|| SendError::Never("no client can be made".to_owned()))?;
        let protobuf = HeaderValue::from_static("application/x-protobuf");
        headers.insert(CONTENT_TYPE, protobuf);
        let url = format!("{}/{}", self.endpoint, signal.http_path());
        let response = client.post(url).headers(headers).body(body).send().await;
        // The URL is the operator's own, and told apart.
        let mut response =
            response.map_err(|error| SendError::later(chain(&error.without_url())))?;
        let status = response.status();
        if !status.is_success() {
            return Err(refused(status, response.headers()));
        }
        let mut answer = Vec::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            if answer.len() + chunk.len() > MAX_ANSWER {
                break;
            }
            answer.extend_from_slice(&chunk);
        }
        Ok(answer.into())
    }
}

/// A redirect would take headers to where nobody wanted them.
fn make() -> Option<Client> {
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("vimana/", env!("CARGO_PKG_VERSION")))
        .build();
    client
        .inspect_err(|error| tracing::error!(%error, "no client can be made for telemetry"))
        .ok()
}

/// OTLP, "Retryable Response Codes".
fn refused(status: StatusCode, headers: &HeaderMap) -> SendError {
    let reason = format!("the receiver answers {status}");
    if !matches!(status.as_u16(), 429 | 502 | 503 | 504) {
        return SendError::Never(reason);
    }
    let after = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok());
    SendError::Later {
        reason,
        after: after.and_then(|value| retry_after(value, SystemTime::now())),
    }
}

/// Seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = http_date(value.trim())?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7, the form that may be sent).
fn http_date(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.strip_suffix(" GMT")?.split(' ');
    let mut part = || parts.next();
    let day: u64 = part()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = part()?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let year: u64 = part()?
        .parse()
        .ok()
        .filter(|year| (1970..=9999).contains(year))?;
    let mut clock = part()?.split(':').map(str::parse::<u64>);
    let mut unit = |limit: u64| clock.next()?.ok().filter(|value| *value <= limit);
    let (hour, minute, second) = (unit(23)?, unit(59)?, unit(60)?);
    // Days since the epoch, counted in years that begin in March.
    let month = u64::try_from(month).ok()? + 1;
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    let days = days.checked_sub(719_469)?;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_says_when_in_seconds_or_by_a_date() {
        let epoch = SystemTime::UNIX_EPOCH;
        let after = |value| retry_after(value, epoch + Duration::from_secs(784_111_700));
        assert_eq!(after("120"), Some(Duration::from_mins(2)));
        assert_eq!(
            after("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(Duration::from_secs(77))
        );
        assert_eq!(after("Sun, 06 Nov 1984 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(after("soon"), None);
        assert_eq!(after("Sun, 06 Foo 1994 08:49:37 GMT"), None);
        let leap = http_date("Thu, 29 Feb 2024 00:00:00 GMT").unwrap();
        assert_eq!(leap, epoch + Duration::from_secs(1_709_164_800));
        assert_eq!(
            http_date("Thu, 01 Jan 1970 00:00:01 GMT"),
            Some(epoch + Duration::from_secs(1))
        );
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for (status, again) in [
            (429, true),
            (502, true),
            (503, true),
            (504, true),
            (400, false),
            (401, false),
            (500, false),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let error = refused(status, &HeaderMap::new());
            assert_eq!(matches!(error, SendError::Later { .. }), again, "{status}");
        }
    }
}
