//! # Option of generated code changed
//!
//! An option of the file says where generated code goes to and what it is
//! called, for example `go_package` or `java_package`.
//!
//! ## Why
//!
//! Another value moves all of it.
//!
//! ## Wrong
//!
//! ```diff
//! -option go_package = "example.com/library";
//! +option go_package = "example.com/library/v2";
//! ```
//!
//! ## Right
//!
//! Since an option that was not set before names what was unnamed:
//!
//! ```diff
//! +option swift_prefix = "LIB";
//! ```

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0216", Classes::SOURCE);

pub(crate) fn change(option: &str, values: [&str; 2], base: Spot, head: Spot) -> Change {
    let [old, new] = values;
    let message = match new {
        "" => format!("the option `{option}` of `{}` is removed", head.file),
        new => format!(
            "the option `{option}` of `{}` is changed from `{old}` to `{new}`",
            head.file
        ),
    };
    let element = format!("{}:{option}", head.file);
    Change::new(&RULE, RULE.breaks, element, message)
        .at(head, format!("was `{old}`"))
        .was(base, format!("option {option} = {old}"))
        .help(format!("set `{option}` to `{old}` again"))
}
