//! # Unknown field
//!
//! `service.txtpb` sets a field that its message does not have. The same is found
//! where a name in brackets is that of no extension and of no type.
//!
//! ## Why
//!
//! A setting that is misspelt would be without effect, and nobody would notice until
//! it is needed.
//!
//! ## Wrong
//!
//! ```textproto
//! version { version: "1.0.0" wieght: 90 }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! ```

use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0011");
