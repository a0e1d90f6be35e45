//! # Text format syntax
//!
//! `service.txtpb` is not in the Protobuf text format
//! (<https://protobuf.dev/reference/protobuf/textformat-spec/>). Every syntax
//! error of the file is reported, and what stands between them is read.
//!
//! A field is `name: value`, or `name { ... }` for a message. Strings need
//! quotes, names of enum values, `true` and `false` have none. Comments begin
//! with `#`.
//!
//! This is wrong:
//!
//! ```textproto
//! // Where we run.
//! regional { regions: ["/us-east" "aws/eu-west" }
//! target = LATENCY
//! ```
//!
//! This is right:
//!
//! ```textproto
//! # Where we run.
//! regional { regions: ["/us-east", "aws/eu-west"] }
//! target: LATENCY
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::source::RepoPath;
use crate::textproto::SyntaxError;

pub(crate) const CODE: &str = "VM0010";

pub(crate) fn diagnostic(file: &RepoPath, error: &SyntaxError) -> Diagnostic {
    let span = |range| Span::new(file.clone(), range);
    let mut diagnostic =
        Diagnostic::error(CODE, error.kind.to_string()).at(span(error.range.clone()), "");
    if let Some((range, text)) = error.related() {
        diagnostic = diagnostic.also(span(range), text);
    }
    diagnostic.help = error.help();
    diagnostic
}
