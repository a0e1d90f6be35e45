//! # Generated type of a field changed
//!
//! An option of a field says which type generated code has for it.
//!
//! ## Why
//!
//! `jstype` in JavaScript, `ctype` in C++. Another value is another type.
//!
//! ## Wrong
//!
//! ```diff
//! -int64 size = 4;
//! +int64 size = 4 [jstype = JS_STRING];
//! ```
//!
//! ## Right
//!
//! ```diff
//!  int64 size = 4;
//! +string size_text = 5;
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::Field;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0251", Classes::SOURCE);

pub(crate) fn change(base: &Field, head: &Field, option: &str, values: [&str; 2]) -> Change {
    let [old, new] = values;
    Change::new(
        &RULE,
        RULE.breaks,
        &*head.full_name,
        format!(
            "the option `{option}` of {} is changed from `{old}` to `{new}`",
            head.title()
        ),
    )
    .at(head.spot(&[]), format!("was `{old}`"))
    .was(base.spot(&[]), format!("{option} = {old}"))
    .help(format!("write `[{option} = {old}]`"))
}
