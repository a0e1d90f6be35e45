//! # Field set twice
//!
//! A field of `service.txtpb` that holds one value is set a second time, or two
//! fields are set that exclude each other, as `regional` and `global` do. One of
//! them would be without effect, and it would not be said which.
//!
//! This is wrong:
//!
//! ```textproto
//! target: COST
//! target: LATENCY
//! ```
//!
//! This is right:
//!
//! ```textproto
//! target: LATENCY
//! ```

pub(crate) const CODE: &str = "VM0013";
