//! HTTP/JSON in front of gRPC: what the control API and the data plane share.
//!
//! The rules themselves (path templates, binding of fields) are
//! [`vimana_interface::http`]; this module is the glue to HTTP: which status
//! answers which error, what a body may be, and how an error is written.

mod accept;
mod body;
mod compression;
mod failure;
mod grpc;
mod status;

pub(crate) use accept::{Quality, media_type_quality};
pub(crate) use body::{is_grpc, read_body, read_json};
pub(crate) use compression::{StreamCompressor, compress_response};
pub(crate) use failure::{Failure, json_response};
pub(crate) use grpc::{grpc_error, grpc_request, read_grpc_reply};
pub(crate) use status::{RpcStatus, http_status, status_json};
