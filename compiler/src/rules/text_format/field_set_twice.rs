//! # Field set twice
//!
//! A field of `service.txtpb` that holds one value is set a second time, or two fields
//! are set that exclude each other, as `regional` and `global` do.
//!
//! ## Why
//!
//! One of the two would be without effect, and nothing says which.
//!
//! ## Wrong
//!
//! ```textproto
//! target: COST
//! target: LATENCY
//! ```
//!
//! ## Right
//!
//! ```textproto
//! target: LATENCY
//! ```

use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0013");
