//! # Unknown enum value
//!
//! A field of `service.txtpb` is set to a name that its enum does not have. The help
//! lists the names that it has.
//!
//! ## Why
//!
//! Names are case-sensitive, and a name that the enum lacks stands for no value.
//!
//! ## Wrong
//!
//! ```textproto
//! target: Latency
//! ```
//!
//! ## Right
//!
//! ```textproto
//! target: LATENCY
//! ```

use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0014");
