//! # String that is no text
//!
//! The escape sequences of a string stand for bytes that are not valid UTF-8, and its
//! field holds text.
//!
//! ## Why
//!
//! Only a field of type `bytes` takes any bytes. In the example `\xe9` is the byte
//! that stands for `é` in Latin-1, and for nothing in UTF-8.
//!
//! ## Wrong
//!
//! ```textproto
//! domain: "caf\xe9.example"
//! ```
//!
//! ## Right
//!
//! ```textproto
//! domain: "caf\u00e9.example"
//! ```

use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0016");
