//! The Protobuf text format
//! (<https://protobuf.dev/reference/protobuf/textformat-spec/>), in two phases:
//! [`parse`] makes a tree of a text that keeps every byte of it, and [`bind`]
//! makes a message of a tree.
//!
//! # Invariants
//!
//! - Printing the tree of a text gives the text, whatever the text is.
//! - Every syntax error is reported, up to [`MAX_ERRORS`]; what stands between
//!   them is parsed.
//! - No text makes either phase panic, or recurse more than [`MAX_DEPTH`] deep.

pub mod bind;
mod error;
pub mod format;
mod lexer;
mod literal;
mod parser;
mod syntax;
#[cfg(test)]
mod tests;
mod tree;

pub use error::{Repair, SyntaxError, SyntaxErrorKind};
pub use lexer::{Token, TokenKind};
pub use parser::parse;
pub use syntax::{Field, List, Message, Name, Scalar, Value};
pub use tree::{Document, Element, Node, NodeKind};

/// How deep messages and lists may be nested, as in other implementations.
pub const MAX_DEPTH: usize = 100;

/// How many syntax errors of one text are reported.
pub const MAX_ERRORS: usize = 50;
