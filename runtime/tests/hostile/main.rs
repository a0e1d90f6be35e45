//! Guests and clients that mean harm, each beside a service that keeps answering.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../data_plane/client.rs"]
#[allow(dead_code, reason = "shared with the tests of the data plane")]
mod client;
#[path = "../data_plane/guest.rs"]
#[allow(dead_code, reason = "shared with the tests of the data plane")]
mod guest;
#[path = "../data_plane/node.rs"]
#[allow(dead_code, reason = "shared with the tests of the data plane")]
mod node;

mod attackers;
mod clients;
mod guests;
mod hosts;
mod limits;
mod memory;
mod neighbour;
mod outbound;
mod p99;
mod streaming;
