//! HTTP transcoding: rules, routes and requests.
#![allow(clippy::unwrap_used)]

mod bodies;
mod conflicts;
mod precedence;
mod router;
mod rules;
mod schema;
mod transcoder;
