//! The nouns of vimana.
//!
//! The `.proto` files beside this crate's `src/` are the single source of what a
//! resource is; this crate holds what is generated from them, the types that name
//! things ([`Address`], [`ServiceName`], [`VersionName`], [`Digest`],
//! [`Generation`], [`OutboundHost`]) and the deterministic encoding that a [`Digest`] is taken of.
//!
//! # Invariants
//!
//! - Equal messages have equal bytes: maps are ordered, and messages hold no
//!   unknown fields.
//! - Nothing here does I/O, reads a clock or draws a random number.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod descriptors;
mod digest;
mod generated;
mod kind;
pub mod lease;
mod name;
mod outbound;
mod resource;

pub use descriptors::{DESCRIPTOR_SET, descriptor_pool, to_dynamic};
pub use digest::{Digest, ParseDigestError};
pub use generated::google;
pub use generated::grpc::health;
pub use generated::vimana::{self as options, config, control, state};
pub use kind::{Kind, ParseKindError};
pub use name::{Address, Generation, NameError, ServiceName, VersionName};
pub use outbound::{OutboundHost, OutboundHostError};

/// The text of `vimana/options.proto`, which the compiler offers by itself.
pub const OPTIONS_PROTO: &str = include_str!("../vimana/options.proto");

/// The text of `google/api/http.proto`.
pub const GOOGLE_HTTP_PROTO: &str = include_str!("../google/api/http.proto");

/// The text of `google/api/annotations.proto`.
pub const GOOGLE_ANNOTATIONS_PROTO: &str = include_str!("../google/api/annotations.proto");

/// The descriptors of `grpc/health/v1/health.proto`, as an encoded
/// `google.protobuf.FileDescriptorSet`.
pub const HEALTH_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/health.binpb"));

/// The text of `google/api/httpbody.proto`.
pub const GOOGLE_HTTPBODY_PROTO: &str = include_str!("../google/api/httpbody.proto");
