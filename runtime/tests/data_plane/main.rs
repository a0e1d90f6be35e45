//! The data plane over real sockets, with guests that are written in WebAssembly
//! text and made while the tests run.
#![allow(clippy::unwrap_used, missing_docs)]

mod artifacts;
mod auth;
mod client;
mod connect;
mod context;
mod examples;
mod failures;
mod grpc;
mod guest;
mod health;
mod issuer;
mod json;
mod lazy;
mod logs;
mod node;
mod reflection;
mod reuse;
mod routing;
mod stateful;
mod streams;
mod telemetry;
mod tls;
mod traffic;
mod web;
