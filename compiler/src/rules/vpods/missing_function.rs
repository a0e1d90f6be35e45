//! # Call of a function that is not exported
//!
//! A vpod calls `http://NAME/FUNCTION`, and the program of the vpod `NAME` exports no
//! such function.
//!
//! ## Why
//!
//! The call fails. Only modules are looked into, those with the launcher `Javascript`,
//! which export nothing of other modules.
//!
//! ## Wrong
//!
//! ```js
//! // aggregator.js
//! export const aggregate = async (body) => body;
//! // client.js
//! await fetch("http://aggregator/agregate");
//! ```
//!
//! ## Right
//!
//! ```js
//! // aggregator.js
//! export const aggregate = async (body) => body;
//! // client.js
//! await fetch("http://aggregator/aggregate");
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Declared, list, nearest};

pub(crate) const RULE: Declared = Declared::warning("VM0088");

/// `program` is where the callee names its program, `known` what that exports.
pub(crate) fn diagnostic(
    span: Span,
    callee: &str,
    function: &str,
    program: Span,
    known: &[&str],
) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("`{callee}` exports no function `{function}`"))
        .at(span, "called here")
        .also(program, "looked for in this program");
    match nearest(function, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("it exports {}", list(known))),
    }
}
