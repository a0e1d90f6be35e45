//! # Call of another service
//!
//! A component imports the `rpc` interface of another service of the repository, which
//! has the functions that it imports, as it imports them. The version is known as a
//! caller of that service: `vimana graph` shows it, and a change of the service that
//! would break it is reported.
//!
//! ## Why
//!
//! A node of this release does not link services to one another yet, and so cannot
//! start the version.
//!
//! ## Wrong
//!
//! This world, beside a service `bar.Stock`:
//!
//! ```wit
//! import bar:stock/rpc@1.0.0;
//! ```
//!
//! ## Right
//!
//! Compose the component with one that exports the interface:
//!
//! ```sh
//! wac plug orders.wasm --plug stock.wasm -o orders-1.0.0.wasm
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::warning("VM0110");

pub(crate) fn diagnostic(
    span: Span,
    component: &RepoPath,
    import: &str,
    service: &str,
    offered: Span,
) -> Diagnostic {
    RULE.diagnostic(format!(
            "`{component}` imports `{import}`, which `{service}` gives; nodes of this release do not link services to one another"
        ))
    .at(span, "the component is for this version")
    .also(offered, "this is what it calls")
    .help("compose the component with one that exports the interface, to run it today")
}
