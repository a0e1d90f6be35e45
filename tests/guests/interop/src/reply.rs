//! Messages and statuses that a client asks for.

use crate::grpc_testing::test_service::types::{EchoStatus, GrpclbRouteType, Payload, PayloadType};
use crate::vimana::service::types::Code;
use crate::{SimpleResponse, Status};

/// What one response may hold, so that a wrong size is answered and not trapped.
const MAX_BODY: usize = 4 << 20;

pub fn simple(body: Vec<u8>) -> Result<SimpleResponse, Status> {
    Ok(SimpleResponse {
        payload: Some(payload(body)),
        username: String::new(),
        oauth_scope: String::new(),
        server_id: String::new(),
        grpclb_route_type: GrpclbRouteType::GrpclbRouteTypeUnknown,
        hostname: String::new(),
    })
}

pub fn payload(body: Vec<u8>) -> Payload {
    Payload { type_: PayloadType::Compressable, body }
}

/// A body of so many zeros.
pub fn zeros(size: i32) -> Result<Vec<u8>, Status> {
    let size = usize::try_from(size).ok().filter(|size| *size <= MAX_BODY);
    match size {
        Some(size) => Ok(vec![0; size]),
        None => Err(status(Code::InvalidArgument, "a response has between 0 and 4 MiB")),
    }
}

/// The status that a request asks for, as an error unless it is OK.
pub fn echo_status(asked: Option<EchoStatus>) -> Result<(), Status> {
    match asked {
        None | Some(EchoStatus { code: 0, .. }) => Ok(()),
        Some(EchoStatus { code, message }) => Err(status(named(code), &message)),
    }
}

pub fn status(code: Code, message: &str) -> Status {
    Status { code, message: message.to_owned(), details: Vec::new() }
}

/// The code of a number. What has no name is UNKNOWN, as clients take it.
fn named(code: i32) -> Code {
    match code {
        1 => Code::Cancelled,
        3 => Code::InvalidArgument,
        4 => Code::DeadlineExceeded,
        5 => Code::NotFound,
        6 => Code::AlreadyExists,
        7 => Code::PermissionDenied,
        8 => Code::ResourceExhausted,
        9 => Code::FailedPrecondition,
        10 => Code::Aborted,
        11 => Code::OutOfRange,
        12 => Code::Unimplemented,
        13 => Code::Internal,
        14 => Code::Unavailable,
        15 => Code::DataLoss,
        16 => Code::Unauthenticated,
        _ => Code::Unknown,
    }
}
