//! Gets the keys of an issuer over HTTP.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::{AGE, CACHE_CONTROL};
use reqwest::{Client, redirect};

use super::keys::{KeySet, KeySetError};

const MAX_BYTES: usize = 256 << 10;
const TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long keys are taken as they are: what the issuer says, within these bounds.
const MIN_AGE: Duration = Duration::from_mins(1);
const MAX_AGE: Duration = Duration::from_hours(24);
const DEFAULT_AGE: Duration = Duration::from_mins(5);

/// Fetches key sets. One for a node: it keeps connections.
#[derive(Default)]
pub(super) struct Fetcher(OnceLock<Option<Client>>);

/// Keys, and how long they are fresh.
pub(super) struct Fetched {
    pub(super) keys: KeySet,
    pub(super) document: Bytes,
    pub(super) fresh_for: Duration,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no client can be made")]
    Client,
    #[error("the issuer cannot be asked")]
    Http(#[from] reqwest::Error),
    #[error("the issuer answers {0}")]
    Status(reqwest::StatusCode),
    #[error("the keys are larger than {MAX_BYTES} bytes")]
    TooLarge,
    #[error(transparent)]
    Keys(#[from] KeySetError),
}

impl Fetcher {
    pub(super) async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        let client = self.0.get_or_init(client).as_ref();
        let client = client.ok_or(FetchError::Client)?;
        let mut response = client.get(url).send().await?;
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status()));
        }
        let fresh_for = fresh_for(response.headers());
        let mut document = BytesMut::new();
        while let Some(chunk) = response.chunk().await? {
            if document.len() + chunk.len() > MAX_BYTES {
                return Err(FetchError::TooLarge);
            }
            document.extend_from_slice(&chunk);
        }
        Ok(Fetched {
            keys: KeySet::parse(&document)?,
            document: document.freeze(),
            fresh_for,
        })
    }
}

/// A redirect could lead to where nobody would take keys from.
fn client() -> Option<Client> {
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("vimana/", env!("CARGO_PKG_VERSION")))
        .build();
    client
        .inspect_err(|error| tracing::error!(%error, "no client can be made for issuers"))
        .ok()
}

/// How long a response may be used (RFC 9111, sections 4.2 and 5.2.2).
fn fresh_for(headers: &HeaderMap) -> Duration {
    let values = headers.get_all(CACHE_CONTROL).into_iter();
    let directives = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase());
    let mut age = None;
    for directive in directives {
        if directive == "no-store" || directive == "no-cache" {
            return MIN_AGE;
        }
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            age = seconds.trim_matches('"').parse().ok();
        }
    }
    let Some(age) = age.map(Duration::from_secs) else {
        return DEFAULT_AGE;
    };
    let spent = headers
        .get(AGE)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map_or(Duration::ZERO, Duration::from_secs);
    age.saturating_sub(spent).clamp(MIN_AGE, MAX_AGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(cache_control: &'static str, age: Option<&'static str>) -> Duration {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, cache_control.parse().unwrap());
        if let Some(age) = age {
            headers.insert(AGE, age.parse().unwrap());
        }
        fresh_for(&headers)
    }

    #[test]
    fn keys_are_fresh_for_as_long_as_the_issuer_says_within_bounds() {
        assert_eq!(with("public, Max-Age=3600", None), Duration::from_hours(1));
        assert_eq!(with("max-age=3600", Some("600")), Duration::from_mins(50));
        assert_eq!(with("max-age=3600", Some("9999")), MIN_AGE);
        assert_eq!(with("max-age=0", None), MIN_AGE);
        assert_eq!(with("max-age=99999999", None), MAX_AGE);
        assert_eq!(with("no-store", None), MIN_AGE);
        assert_eq!(with("max-age=600, no-cache", None), MIN_AGE);
        assert_eq!(with("max-age=soon", None), DEFAULT_AGE);
        assert_eq!(fresh_for(&HeaderMap::new()), DEFAULT_AGE);
    }
}
