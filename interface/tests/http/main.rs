//! HTTP transcoding: rules, routes and requests.
#![allow(clippy::unwrap_used)]

mod bind;
mod conflicts;
mod router;
mod rules;
mod schema;
