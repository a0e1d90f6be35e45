//! # Unknown field
//!
//! `service.txtpb` sets a field that its message does not have. It is an
//! error, since a setting that is misspelt would otherwise be without effect.
//!
//! The same is found where a name in brackets is that of no extension and of no
//! type.
//!
//! This is wrong:
//!
//! ```textproto
//! version { version: "1.0.0" wieght: 90 }
//! ```
//!
//! This is right:
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! ```

pub(crate) const CODE: &str = "VM0011";
