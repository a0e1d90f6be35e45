//! # Number out of range
//!
//! A number in `service.txtpb` is too large or too small for its field.
//!
//! ## Why
//!
//! It would be cut to something else. A weight, for example, cannot be negative.
//!
//! ## Wrong
//!
//! ```textproto
//! version { version: "1.0.0" weight: -1 }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" weight: 0 }
//! ```

use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0015");
