//! The header `grpc-message`.

use http::Response;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode, percent_encode};
use tonic::body::Body;

/// What must be encoded in a `grpc-message` (gRPC over HTTP/2, "Responses"), and
/// the space, which HTTP allows only between other characters.
const ENCODED: AsciiSet = CONTROLS.add(b' ').add(b'%');

/// Encodes the message of a status no more than it must be. tonic encodes `?` and
/// `#` as well, which clients in JavaScript decode by `decodeURI`: it leaves them.
pub(super) fn with_portable_message(mut response: Response<Body>) -> Response<Body> {
    if let Some(message) = response.headers_mut().get_mut("grpc-message") {
        let decoded: Vec<u8> = percent_decode(message.as_bytes()).collect();
        if let Ok(encoded) = percent_encode(&decoded, &ENCODED).to_string().try_into() {
            *message = encoded;
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::Status;

    #[test]
    fn a_message_is_encoded_so_that_javascript_reads_it() {
        let status = Status::not_found("which? `a/b#1` is 100 % Käse\n");
        let response = with_portable_message(status.into_http());
        assert_eq!(
            response.headers()["grpc-message"],
            "which?%20`a/b#1`%20is%20100%20%25%20K%C3%A4se%0A"
        );
        assert_eq!(
            Status::from_header_map(response.headers())
                .unwrap()
                .message(),
            "which? `a/b#1` is 100 % Käse\n"
        );
    }
}
