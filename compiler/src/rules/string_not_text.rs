//! # String that is no text
//!
//! The escape sequences of a string stand for bytes that are not valid UTF-8,
//! and its field holds text. Only a field of type `bytes` takes any bytes.
//!
//! This is wrong, since `\xe9` is the byte that stands for `é` in Latin-1:
//!
//! ```textproto
//! domain: "caf\xe9.example"
//! ```
//!
//! This is right, as far as the text goes:
//!
//! ```textproto
//! domain: "caf\u00e9.example"
//! ```

pub(crate) const CODE: &str = "VM0016";
