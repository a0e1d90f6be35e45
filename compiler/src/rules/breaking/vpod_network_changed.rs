//! # Network of a vpod changed
//!
//! A vpod belongs to another network.
//!
//! ## Why
//!
//! Those that reached it within the old one no longer do.
//!
//! ## Wrong
//!
//! ```diff
//!        - name: evaluator
//! -        network: inner
//! +        network: outer
//! ```
//!
//! ## Right
//!
//! ```diff
//!        - name: evaluator
//!          network: inner
//! ```

use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0284", Classes::WIRE.and(Classes::JSON));

pub(crate) fn change(pod: &str, networks: [&str; 2]) -> Change {
    let name = pod.rsplit('/').next().unwrap_or(pod);
    let [old, new] = networks;
    Change::new(
        &RULE,
        RULE.breaks,
        pod,
        format!("the network of the vpod `{name}` is changed from `{old}` to `{new}`"),
    )
    .help(format!("write `network: {old}`"))
}
