//! `ProtoJSON`: <https://protobuf.dev/programming-guides/json/>.

mod any;
mod number;
mod read;
mod write;

pub(super) use read::read;
pub(super) use write::{write, write_field};
