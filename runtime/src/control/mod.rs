//! The control API: gRPC and HTTP/JSON on one port.

mod auth;
mod checked;
mod cors;
mod endpoint;
mod guard;
mod json;
mod limits;
mod logs;
mod metrics;
mod model;
mod otlp;
mod plane;
mod service;
mod status;
mod traffic;
mod upload;

pub(crate) use endpoint::Endpoint;
pub use endpoint::ReflectionError;
pub(crate) use logs::LogReader;
pub(crate) use plane::ControlPlane;
pub(crate) use service::{ControlService, NodeFacts};
