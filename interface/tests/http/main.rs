//! HTTP transcoding: rules, routes and requests.
#![allow(clippy::unwrap_used)]

mod bind;
mod router;
mod rules;
mod schema;
