//! # Silencer that silences nothing
//!
//! A comment `vimana:allow` names a rule that finds nothing at its line. It is said
//! only where no error is left that may hide what the silencer is for. `vimana fix`
//! removes it.
//!
//! ## Why
//!
//! What it excused has been mended, or the comment has been parted from its line. It
//! would silence the next mistake there, whose author did not think of it.
//!
//! ## Wrong
//!
//! ```proto
//! import "vimana/options.proto";
//! // vimana:allow VM0045 other tools bring the options along
//! service FooService {}
//! ```
//!
//! ## Right
//!
//! ```proto
//! import "vimana/options.proto";
//! service FooService {}
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::{Declared, list};

pub(crate) const RULE: Declared = Declared::warning("VM0090");

/// `unused` are the codes that it names in vain.
pub(crate) fn diagnostic(span: Span, unused: &[&str], fix: Fix) -> Diagnostic {
    let message = format!(
        "this silencer silences nothing: there is no finding of {} here",
        list(unused)
    );
    let help = format!("{}; `vimana fix` does", fix.title);
    RULE.diagnostic(message).at(span, "").help(help).fix(fix)
}
