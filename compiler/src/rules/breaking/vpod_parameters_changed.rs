//! # Parameters of a vpod function changed
//!
//! A function of a vpod needs more arguments than before, or takes fewer.
//!
//! ## Why
//!
//! JavaScript does not complain: what is not given is `undefined`, and what is
//! too much is dropped.
//!
//! A further parameter that has a default value, or a rest parameter, breaks
//! nobody.
//!
//! ## Wrong
//!
//! ```diff
//! -export function score(answer) {
//! +export function score(question, answer) {
//! ```
//!
//! ## Right
//!
//! ```diff
//! -export function score(answer) {
//! +export function score(answer, question = "") {
//! ```

use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0282", Classes::ALL);

pub(crate) fn change(pod: &str, function: &str, counts: [&str; 2]) -> Change {
    let name = pod.rsplit('/').next().unwrap_or(pod);
    let [old, new] = counts;
    Change::new(
        &RULE,
        RULE.breaks,
        format!("{pod}/{function}"),
        format!("the function `{function}` of the vpod `{name}` takes `{new}`, and took `{old}`"),
    )
    .help("give further parameters a default value, and leave out none")
}
