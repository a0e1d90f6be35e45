use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body::Body as HttpBody;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::Value;
use tonic::Code;
use vimana_interface::codec::parse_json;

use super::Failure;

/// Whether a request speaks gRPC: by its content type alone, so that a `POST` of
/// JSON to a gRPC path is answered as JSON.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let rest = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.as_bytes().strip_prefix(b"application/grpc"));
    // `application/grpc-web` is another protocol.
    matches!(rest, Some([] | [b'+' | b';' | b' ', ..]))
}

/// Reads a body of at most `limit` bytes.
async fn read_body<B>(body: B, limit: usize) -> Result<Bytes, Failure>
where
    B: HttpBody,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::body_too_large(limit)),
        Err(error) => {
            tracing::debug!(error, "a request body could not be read");
            Err(Failure::new(
                Code::Cancelled,
                "the body ended before it was complete",
            ))
        }
    }
}

/// Reads a body of JSON; `None` where it is empty. A body without a content type
/// is taken for JSON.
pub(crate) async fn read_json<B>(
    headers: &HeaderMap,
    body: B,
    limit: usize,
) -> Result<Option<Value>, Failure>
where
    B: HttpBody,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let bytes = read_body(body, limit).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    check_content_type(headers)?;
    check_content_encoding(headers)?;
    parse_json(&bytes).map(Some).map_err(|error| {
        Failure::new(
            Code::InvalidArgument,
            format!("the body is no valid JSON: {error}"),
        )
    })
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Failure> {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(value.as_bytes());
    let (media_type, parameters) = text.split_once(';').unwrap_or((&text, ""));
    let media_type = media_type.trim().to_ascii_lowercase();
    let is_json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    let is_utf8 = parameters.split(';').all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        !name.trim().eq_ignore_ascii_case("charset")
            || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if is_json && is_utf8 {
        return Ok(());
    }
    Err(Failure::unsupported_media_type(&text))
}

fn check_content_encoding(headers: &HeaderMap) -> Result<(), Failure> {
    match headers.get(CONTENT_ENCODING) {
        Some(value) if !value.as_bytes().eq_ignore_ascii_case(b"identity") => {
            let text = String::from_utf8_lossy(value.as_bytes());
            Err(Failure::unsupported_encoding(&text))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use http_body_util::Full;

    use super::*;

    async fn read(content_type: &str, body: &'static str) -> Result<Option<Value>, StatusCode> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        read_json(&headers, Full::new(Bytes::from(body)), 16)
            .await
            .map_err(|failure| failure.into_response().status())
    }

    #[tokio::test]
    async fn what_is_no_json_is_refused_by_its_type() {
        for good in [
            "application/json",
            "Application/JSON; charset=\"UTF-8\"",
            "application/problem+json",
        ] {
            assert_eq!(read(good, "1").await, Ok(Some(Value::from(1))), "{good}");
        }
        for bad in ["text/plain", "application/json; charset=latin1", "json"] {
            assert_eq!(
                read(bad, "1").await,
                Err(StatusCode::UNSUPPORTED_MEDIA_TYPE),
                "{bad}"
            );
        }
    }

    #[tokio::test]
    async fn a_compressed_body_is_415() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, "gzip".parse().unwrap());
        let body = Full::new(Bytes::from_static(b"\x1f\x8b"));
        let failure = read_json(&headers, body, 16).await.unwrap_err();
        assert_eq!(
            failure.into_response().status(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
    }

    #[test]
    fn grpc_is_told_from_what_begins_alike() {
        let is = |content_type: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
            is_grpc(&headers)
        };
        assert!(is("application/grpc"));
        assert!(is("application/grpc+proto"));
        assert!(!is("application/grpc-web"));
        assert!(!is("application/json"));
        assert!(!is_grpc(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn an_empty_body_needs_no_type() {
        assert_eq!(read("text/plain", "").await, Ok(None));
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_413_and_broken_json_400() {
        let too_large = read("application/json", "\"12345678901234567890\"").await;
        assert_eq!(too_large, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(
            read("application/json", "{").await,
            Err(StatusCode::BAD_REQUEST)
        );
    }
}
