//! `ProtoJSON`: <https://protobuf.dev/programming-guides/json/>.

mod any;
mod number;
mod parse;
mod read;
mod write;

pub use parse::parse;
pub(super) use read::{Unknown, read};
pub(super) use write::{write, write_field};
