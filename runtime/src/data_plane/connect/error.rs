//! How Connect says that a call came to nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::StatusCode;
use prost_types::Any;
use serde_json::{Value, json};
use tonic::Code;

use crate::data_plane::failure::RefusalParts;

/// `{"code", "message", "details"}`
/// (<https://connectrpc.com/docs/protocol/#error-end-stream>).
pub(super) fn to_json(refusal: &RefusalParts) -> Value {
    let mut error = json!({ "code": name(refusal.code) });
    if !refusal.message.is_empty() {
        error["message"] = Value::from(refusal.message.as_str());
    }
    if !refusal.details.is_empty() {
        error["details"] = refusal.details.iter().map(detail).collect();
    }
    error
}

fn detail(any: &Any) -> Value {
    let name = any.type_url.rsplit('/').next().unwrap_or_default();
    json!({ "type": name, "value": STANDARD_NO_PAD.encode(&any.value) })
}

/// The name of a code. `ok` is none of an error: a guest that fails with it has an
/// error of unknown kind.
pub(super) fn name(code: Code) -> &'static str {
    match code {
        Code::Cancelled => "canceled",
        Code::Ok | Code::Unknown => "unknown",
        Code::InvalidArgument => "invalid_argument",
        Code::DeadlineExceeded => "deadline_exceeded",
        Code::NotFound => "not_found",
        Code::AlreadyExists => "already_exists",
        Code::PermissionDenied => "permission_denied",
        Code::ResourceExhausted => "resource_exhausted",
        Code::FailedPrecondition => "failed_precondition",
        Code::Aborted => "aborted",
        Code::OutOfRange => "out_of_range",
        Code::Unimplemented => "unimplemented",
        Code::Internal => "internal",
        Code::Unavailable => "unavailable",
        Code::DataLoss => "data_loss",
        Code::Unauthenticated => "unauthenticated",
    }
}

/// The HTTP status of an error of a unary call
/// (<https://connectrpc.com/docs/protocol/#error-codes>).
pub(super) fn http_status(code: Code) -> StatusCode {
    match code {
        // What HTTP/JSON maps otherwise than Connect.
        Code::Ok => StatusCode::INTERNAL_SERVER_ERROR,
        code => crate::transcode::http_status(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::failure::Refusal;

    #[test]
    fn an_error_has_its_details_without_padding() {
        let mut parts = Refusal::new(Code::NotFound, "no shelf").into_parts();
        parts.details.push(Any {
            type_url: "type.googleapis.com/bar.Ping".into(),
            value: vec![8, 1],
        });
        let expected = json!({
            "code": "not_found",
            "message": "no shelf",
            "details": [{ "type": "bar.Ping", "value": "CAE" }],
        });
        assert_eq!(to_json(&parts), expected);
        let bare = Refusal::new(Code::Cancelled, "").into_parts();
        assert_eq!(to_json(&bare), json!({ "code": "canceled" }));
    }

    #[test]
    fn codes_have_the_statuses_of_the_specification() {
        let table = [
            (1, 499),
            (2, 500),
            (3, 400),
            (4, 504),
            (5, 404),
            (6, 409),
            (7, 403),
            (8, 429),
            (9, 400),
            (10, 409),
            (11, 400),
            (12, 501),
            (13, 500),
            (14, 503),
            (15, 500),
            (16, 401),
        ];
        for (code, status) in table {
            assert_eq!(http_status(Code::from_i32(code)), status, "{code}");
        }
    }
}
