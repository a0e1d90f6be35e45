//! The codec, against another implementation and the specifications.
#![allow(clippy::unwrap_used)]

mod differential;
mod embedded;
mod exact;
mod extremes;
mod json;
mod protobuf;
mod random;
mod schema;
mod types;
