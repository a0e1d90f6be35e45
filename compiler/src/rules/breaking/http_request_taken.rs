//! # HTTP request taken by another method
//!
//! A request that one method answered is answered by another one now.
//!
//! ## Why
//!
//! The rule that matched it is gone, or a more specific rule that is new stands
//! before it. Clients get an answer, but to another question.
//!
//! ## Wrong
//!
//! ```diff
//!  // GetBook
//! -  get: "/v1/books/{book}"
//! +  get: "/v2/books/{book}"
//!  // FindBook
//! +  get: "/v1/books/{isbn}"
//! ```
//!
//! ## Right
//!
//! ```diff
//!  // GetBook
//!    get: "/v1/books/{book}"
//!  // FindBook
//! +  get: "/v1/isbn/{isbn}"
//! ```

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0229", Classes::JSON);

pub(crate) fn change(
    methods: [&str; 2],
    rules: [&str; 2],
    example: &str,
    base: Spot,
    head: Spot,
) -> Change {
    let [old, new] = methods;
    let [old_rule, new_rule] = rules;
    Change::new(
        &RULE,
        RULE.breaks,
        old,
        format!("`{example}` was answered by `{old}`, and is now by `{new}`"),
    )
    .at(head, format!("`{new_rule}` matches it"))
    .was(base, old_rule)
    .help("give the new rule another path")
}
