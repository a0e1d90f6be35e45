//! # Vpod removed
//!
//! A virtual pod that the base has is not there any more, or bears another
//! name.
//!
//! ## Why
//!
//! Others call it by name, as `vpod://NAME/...`, and so do pages.
//!
//! A vpod has no version that could grow. Set the rule to `warning` in
//! `vimana.toml`, or silence it at the session's line, where the change is
//! meant.
//!
//! ## Wrong
//!
//! ```diff
//!  sessions:
//!    - name: aggregator
//!      containers:
//! -      - name: evaluator
//! ```
//!
//! ## Right
//!
//! With the pod left in place until nobody calls it:
//!
//! ```diff
//!  sessions:
//!    - name: aggregator
//!      containers:
//!        - name: evaluator
//! ```

use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0280", Classes::ALL);

pub(crate) fn change(session: &str, name: &str) -> Change {
    Change::new(
        &RULE,
        RULE.breaks,
        format!("{session}/{name}"),
        format!("the vpod `{name}` of the session `{session}` is removed"),
    )
    .help("keep it until nobody calls it")
}
