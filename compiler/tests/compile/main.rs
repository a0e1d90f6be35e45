//! Whole repositories in memory, and what compiling them gives.
#![allow(clippy::unwrap_used, unreachable_pub)]
// The clearest way to write a listing; a test has time.
#![allow(clippy::format_collect)]
// snapbox writes them so.
#![allow(clippy::needless_raw_string_hashes)]

mod bad_input;
mod cached;
mod cases;
mod checked;
mod desired;
mod hostile;
mod http;
mod links;
mod lints;
mod mending;
mod neighbours;
mod protobuf;
mod repo;
mod services;
mod vpods;
