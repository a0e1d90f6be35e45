//! # Function of a vpod removed
//!
//! The program of a vpod no longer exports a function.
//!
//! ## Why
//!
//! Whoever calls `vpod://NAME/FUNCTION` gets an error.
//!
//! ## Wrong
//!
//! ```diff
//! -export function score(answer) {
//! +export function rate(answer) {
//! ```
//!
//! ## Right
//!
//! ```diff
//!  export function score(answer) {
//! +export const rate = score;
//! ```

use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0281", Classes::ALL);

pub(crate) fn change(pod: &str, function: &str) -> Change {
    let name = pod.rsplit('/').next().unwrap_or(pod);
    Change::new(
        &RULE,
        RULE.breaks,
        format!("{pod}/{function}"),
        format!("the vpod `{name}` no longer exports the function `{function}`"),
    )
    .help(format!("export a function `{function}` again"))
}
