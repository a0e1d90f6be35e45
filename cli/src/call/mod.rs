//! A client for any gRPC service, by descriptors that are known only when it runs.
//!
//! [`schema`] is what can be called; it comes out of a [`repository`] or by
//! [`reflection`]. [`channel`] is the connection. [`documents`] cuts what was typed
//! into messages, [`request`] encodes each, [`exchange`] makes the call, and
//! [`answer`] and [`failure`] say what came of it.

pub(crate) mod answer;
pub(crate) mod channel;
mod documents;
pub(crate) mod example;
pub(crate) mod exchange;
pub(crate) mod failure;
mod indent;
pub(crate) mod input;
mod locate;
pub(crate) mod metadata;
pub(crate) mod name;
pub(crate) mod reflection;
pub(crate) mod repository;
pub(crate) mod request;
pub(crate) mod schema;
pub(crate) mod target;
