use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use prost_types::Any;
use serde_json::json;
use tonic::Code;
use vimana_interface::codec::MessageCodec;

/// `google.rpc.Status`, as `grpc-status-details-bin` holds it
/// (<https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto>).
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RpcStatus {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
    #[prost(string, tag = "2")]
    pub(crate) message: String,
    #[prost(message, repeated, tag = "3")]
    pub(crate) details: Vec<Any>,
}

/// The HTTP status of a gRPC code, as `google/rpc/code.proto` maps them.
pub(crate) fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => {
            StatusCode::BAD_REQUEST
        }
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Aborted | Code::AlreadyExists => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Cancelled => {
            StatusCode::from_u16(499).expect("499 is within 100 to 999, which is all it takes")
        }
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
    }
}

/// `google.rpc.Status` as JSON. `codec` knows the types of details; of others, the
/// bytes are kept in base64.
pub(crate) fn status_json(
    code: Code,
    message: &str,
    details: &[Any],
    codec: Option<&MessageCodec>,
) -> Vec<u8> {
    let head = json!({ "code": code as i32, "message": message });
    let mut out = head.to_string().into_bytes();
    out.pop();
    out.extend_from_slice(b",\"details\":[");
    for (index, any) in details.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let known = codec.and_then(|codec| codec.any_json(&any.type_url, &any.value));
        let json = known.unwrap_or_else(|| {
            json!({ "@type": any.type_url, "value": STANDARD.encode(&any.value) })
                .to_string()
                .into_bytes()
        });
        out.extend_from_slice(&json);
    }
    out.extend_from_slice(b"]}");
    out
}
