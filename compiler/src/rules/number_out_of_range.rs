//! # Number out of range
//!
//! A number in `service.txtpb` is too large or too small for its field. It
//! would be cut to something else, so it is refused.
//!
//! This is wrong, since a weight cannot be negative:
//!
//! ```textproto
//! version { version: "1.0.0" weight: -1 }
//! ```
//!
//! This is right:
//!
//! ```textproto
//! version { version: "1.0.0" weight: 0 }
//! ```

pub(crate) const CODE: &str = "VM0015";
