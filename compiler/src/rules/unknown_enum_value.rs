//! # Unknown enum value
//!
//! A field of `service.txtpb` is set to a name that its enum does not have. The
//! help lists the names that it has. They are case-sensitive.
//!
//! This is wrong:
//!
//! ```textproto
//! target: Latency
//! ```
//!
//! This is right:
//!
//! ```textproto
//! target: LATENCY
//! ```

pub(crate) const CODE: &str = "VM0014";
