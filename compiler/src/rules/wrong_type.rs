//! # Wrong type
//!
//! A field of `service.txtpb` is set to something of another type than its own.
//! The message says what was expected and what was found.
//!
//! This is wrong, since the weight is a number, the name of a target has no
//! quotes, and a version is a string:
//!
//! ```textproto
//! target: "LATENCY"
//! version { version: 1 weight: "90" }
//! ```
//!
//! This is right:
//!
//! ```textproto
//! target: LATENCY
//! version { version: "1.0.0" weight: 90 }
//! ```

pub(crate) const CODE: &str = "VM0012";
