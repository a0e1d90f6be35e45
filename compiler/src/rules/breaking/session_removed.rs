//! # Session removed
//!
//! A session that clients connect to by name is not there any more, and with it
//! all its vpods.
//!
//! ## Why
//!
//! Clients that connect to it get an error, whatever their version.
//!
//! ## Wrong
//!
//! ```diff
//!  sessions:
//! -  - name: aggregator
//! +  - name: collector
//! ```
//!
//! ## Right
//!
//! ```diff
//!  sessions:
//!    - name: aggregator
//! +  - name: collector
//! ```

use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0283", Classes::ALL);

pub(crate) fn change(name: &str) -> Change {
    Change::new(
        &RULE,
        RULE.breaks,
        name,
        format!("the session `{name}` is removed"),
    )
    .help("keep it until nobody connects to it")
}
