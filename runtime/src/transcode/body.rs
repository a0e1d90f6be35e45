use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body::Body as HttpBody;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tonic::Code;

use super::Failure;
use super::compression::Coding;

/// Compressed bodies from here on are decompressed beside the async runtime.
const LARGE: usize = 16 << 10;

/// Whether a request speaks gRPC: by its content type alone, so that a `POST` of
/// JSON to a gRPC path is answered as JSON.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let rest = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.as_bytes().strip_prefix(b"application/grpc"));
    // `application/grpc-web` is another protocol.
    matches!(rest, Some([] | [b'+' | b';' | b' ', ..]))
}

/// Reads a body of at most `limit` bytes, compressed or not.
pub(crate) async fn read_body<B>(
    headers: &HeaderMap,
    body: B,
    limit: usize,
) -> Result<Bytes, Failure>
where
    B: HttpBody,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let bytes = match Limited::new(body, limit).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Err(Failure::body_too_large(limit));
        }
        Err(error) => {
            tracing::debug!(error, "a request body could not be read");
            return Err(Failure::new(
                Code::Cancelled,
                "the body ended before it was complete",
            ));
        }
    };
    if bytes.is_empty() {
        return Ok(bytes);
    }
    match Coding::of_request(headers)? {
        None => Ok(bytes),
        Some(coding) if bytes.len() < LARGE => coding.decompress(&bytes, limit),
        Some(coding) => {
            let work = move || coding.decompress(&bytes, limit);
            tokio::task::spawn_blocking(work)
                .await
                .unwrap_or_else(|_| Err(Failure::new(Code::Internal, "the node failed")))
        }
    }
}

/// Reads a body of JSON, which may be empty. A body without a content type is taken
/// for JSON.
pub(crate) async fn read_json<B>(
    headers: &HeaderMap,
    body: B,
    limit: usize,
) -> Result<Bytes, Failure>
where
    B: HttpBody,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let bytes = read_body(headers, body, limit).await?;
    if !bytes.is_empty() {
        check_content_type(headers)?;
    }
    Ok(bytes)
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Failure> {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    // What nearly all send.
    if value.as_bytes() == b"application/json" {
        return Ok(());
    }
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

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
    use http_body_util::Full;

    use super::*;

    async fn read(content_type: &str, body: &'static str) -> Result<Bytes, StatusCode> {
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
            assert_eq!(read(good, "1").await, Ok(Bytes::from("1")), "{good}");
        }
        for bad in [
            "text/plain",
            "application/json; charset=latin1",
            "json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ] {
            assert_eq!(
                read(bad, "1").await,
                Err(StatusCode::UNSUPPORTED_MEDIA_TYPE),
                "{bad}"
            );
        }
    }

    #[tokio::test]
    async fn a_coding_that_is_not_known_is_415_and_says_which_are() {
        for coding in ["br", "gzip, zstd", "deflate"] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, coding.parse().unwrap());
            let body = Full::new(Bytes::from_static(b"{}"));
            let failure = read_json(&headers, body, 16).await.unwrap_err();
            let response = failure.into_response();
            assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
            assert_eq!(response.headers()[ACCEPT_ENCODING], "gzip, zstd");
        }
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
        assert_eq!(read("text/plain", "").await, Ok(Bytes::new()));
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_413() {
        let too_large = read("application/json", "\"12345678901234567890\"").await;
        assert_eq!(too_large, Err(StatusCode::PAYLOAD_TOO_LARGE));
    }
}
