//! # Name in WIT changed
//!
//! A function, a field, a type or a case has another name in WIT, while
//! Protobuf names it as before.
//!
//! ## Why
//!
//! An option like `(vimana.wit_name)` is new, gone, or has another value; or
//! another element now takes part in telling names apart. Components are built
//! against these names.
//!
//! ## Wrong
//!
//! ```diff
//! -string type = 2;
//! +string type = 2 [(vimana.wit_name) = "kind"];
//! ```
//!
//! ## Right
//!
//! ```diff
//!  string type = 2;
//! +string kind = 3;
//! ```

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0270", Classes::SOURCE);

pub(crate) fn change(
    kind: &str,
    element: &str,
    names: [&str; 2],
    base: Spot,
    head: Spot,
) -> Change {
    let [old, new] = names;
    Change::new(
        &RULE,
        RULE.breaks,
        element,
        format!("the {kind} of `{element}` in WIT is renamed from `{old}` to `{new}`"),
    )
    .at(head, format!("was `{old}` in WIT"))
    .was(base, format!("`{old}` in WIT"))
    .help(format!(
        "name it `{old}` with an option, for example `(vimana.wit_name)`"
    ))
}
