//! # Wrong type
//!
//! A field of `service.txtpb` is set to something of another type than its own. The
//! message says what was expected and what was found.
//!
//! ## Why
//!
//! The text format converts nothing. In the example the weight is a number, the name
//! of a target has no quotes, and a version is a string.
//!
//! ## Wrong
//!
//! ```textproto
//! target: "LATENCY"
//! version { version: 1 weight: "90" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! target: LATENCY
//! version { version: "1.0.0" weight: 90 }
//! ```

use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0012");
