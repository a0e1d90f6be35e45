//! A status other than OK.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;
use prost_reflect::DescriptorPool;
use tonic::{Code, Status};
use vimana_interface::codec::{JsonOptions, MessageCodec};
use vimana_reconciler::render::printable;

use super::indent::indent;

/// `google.rpc.Status`, as `grpc-status-details-bin` holds it.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

/// The name of a code as gRPC writes it.
pub(crate) const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// The details of a status.
pub(crate) fn details(status: &Status) -> Vec<prost_types::Any> {
    RpcStatus::decode(status.details())
        .map(|status| status.details)
        .unwrap_or_default()
}

/// The name of the message that a detail is.
pub(crate) fn type_name(detail: &prost_types::Any) -> &str {
    detail.type_url.rsplit('/').next().unwrap_or_default()
}

/// A status for people: code and message, and each detail as far as `pools` know it.
pub(crate) fn text(method: &str, status: &Status, pools: &[DescriptorPool]) -> String {
    let mut text = format!("{method} answered {}", code_name(status.code()));
    if !status.message().is_empty() {
        let _ = write!(text, ": {}", printable(status.message()));
    }
    for detail in details(status) {
        let name = type_name(&detail).to_owned();
        let _ = write!(text, "\n  detail {}: ", printable(&name));
        let known = pools.iter().find_map(|pool| json(&detail, pool));
        if let Some(json) = known {
            text.push_str(&json.replace('\n', "\n  "));
        } else {
            let bytes = STANDARD.encode(&detail.value);
            let _ = write!(text, "{bytes} (base64; nobody here knows this message)");
        }
    }
    text
}

fn json(detail: &prost_types::Any, pool: &DescriptorPool) -> Option<String> {
    let message = pool.get_message_by_name(type_name(detail))?;
    let codec = MessageCodec::of_descriptor(&message);
    let value = codec.from_protobuf(&detail.value).ok()?;
    let mut json = Vec::new();
    codec
        .write_json(&value, JsonOptions::default(), &mut json)
        .ok()?;
    String::from_utf8(indent(&json)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_with_its_details() {
        let any = |name: &str, value: &[u8]| prost_types::Any {
            type_url: format!("type.googleapis.com/{name}"),
            value: value.to_vec(),
        };
        let rpc = RpcStatus {
            code: 5,
            message: String::new(),
            details: vec![
                any("vimana.control.v1.GetStatusRequest", b"\x0a\x01a\x12\x01b"),
                any("a.Stranger", b"\x01\x02"),
            ],
        };
        let status = Status::with_details(
            Code::NotFound,
            "no shelf\u{1b}[0m",
            rpc.encode_to_vec().into(),
        );
        let pools = [vimana_proto::descriptor_pool().clone()];
        assert_eq!(
            text("a.B/C", &status, &pools),
            "a.B/C answered NOT_FOUND: no shelf\\u{1b}[0m\n  detail vimana.control.v1.GetStatusRequest: {\n    \"workspace\": \"a\",\n    \"name\": \"b\"\n  }\n  detail a.Stranger: AQI= (base64; nobody here knows this message)"
        );
    }
}
