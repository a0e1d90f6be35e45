//! `ProtoJSON`: <https://protobuf.dev/programming-guides/json/>.

mod any;
mod number;
mod options;
mod parse;
mod read;
mod text;
mod write;

pub(super) use number::scalar;
pub use options::JsonOptions;
pub use parse::parse;
pub(super) use read::{JsonReader, read};
pub(super) use text::{Text, Token};
pub(super) use write::{any, write, write_field};
