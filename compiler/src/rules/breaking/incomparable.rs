//! # Base does not compile
//!
//! The state that the repository is compared with has errors of its own.
//!
//! ## Why
//!
//! What compiles there is compared, and the rest is not: a breaking change of
//! it is not found.
//!
//! ## Wrong
//!
//! When `HEAD~1` lacks the component of a service:
//!
//! ```sh
//! vimana check --base HEAD~1
//! ```
//!
//! ## Right
//!
//! ```sh
//! vimana check --base HEAD~2
//! ```

use crate::diagnostic::Diagnostic;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0207");

pub(crate) fn diagnostic(base: &str, errors: usize, first: Option<&str>) -> Diagnostic {
    let count = if errors == 1 {
        "an error".to_owned()
    } else {
        format!("{errors} errors")
    };
    let diagnostic = RULE
        .diagnostic(format!(
            "`{base}` has {count}: only what compiles there is compared"
        ))
        .help(format!(
            "`vimana check --rev {base}` shows them; name another base where they matter"
        ));
    match first {
        Some(first) => diagnostic.note(format!("the first is: {first}")),
        None => diagnostic,
    }
}
