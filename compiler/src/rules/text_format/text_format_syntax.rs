//! # Text format syntax
//!
//! `service.txtpb` is not in the Protobuf text format
//! (<https://protobuf.dev/reference/protobuf/textformat-spec/>). Every syntax error of
//! the file is reported, and what stands between them is read.
//!
//! ## Why
//!
//! A field is `name: value`, or `name { ... }` for a message. Strings need quotes;
//! names of enum values, `true` and `false` have none. Comments begin with `#`. What
//! is written otherwise has no meaning that every tool agrees on.
//!
//! ## Wrong
//!
//! ```textproto
//! // Where we run.
//! regional { regions: ["/us-east" "aws/eu-west" }
//! target = LATENCY
//! ```
//!
//! ## Right
//!
//! ```textproto
//! # Where we run.
//! regional { regions: ["/us-east", "aws/eu-west"] }
//! target: LATENCY
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;
use crate::source::RepoPath;
use crate::textproto::{Repair, SyntaxError};

pub(crate) const RULE: Declared = Declared::required("VM0010");

pub(crate) fn diagnostic(file: &RepoPath, error: &SyntaxError) -> Diagnostic {
    let span = |range| Span::new(file.clone(), range);
    let mut diagnostic = RULE
        .diagnostic(error.kind.to_string())
        .at(span(error.range.clone()), "");
    if let Some((range, text)) = error.related() {
        diagnostic = diagnostic.also(span(range), text);
    }
    diagnostic.help = error.help();
    diagnostic
        .fixes
        .extend(error.repair().map(|repair| fix(file, repair)));
    diagnostic
}

/// The fix that makes a repair of the text of `file`.
pub(crate) fn fix(file: &RepoPath, repair: Repair) -> Fix {
    let title = format!("write `{}`", repair.replacement);
    let span = Span::new(file.clone(), repair.range);
    if repair.is_certain {
        Fix::safe(title, span, repair.replacement)
    } else {
        Fix::likely(title, span, repair.replacement)
    }
}
