//! # Unknown region
//!
//! A regional placement selects a region that no cluster of `vimana.toml` is in.
//! A selector is `provider/region`, or `/region` for any provider; it selects the
//! region of that name and those that continue it with `-`: `/us-east` selects
//! `aws/us-east-1`.
//!
//! For this
//!
//! ```textproto
//! regional { regions: ["/us-east"] }
//! ```
//!
//! some cluster must be there, or stand for the region:
//!
//! ```toml
//! [cluster.local]
//! region = "dev/local"
//! also = ["aws/us-east-1"]
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0061";

/// `nearest` is the selector of the known region that is most like it.
pub(crate) fn diagnostic(
    span: Span,
    selector: &str,
    nearest: Option<&str>,
    regions: &[String],
) -> Diagnostic {
    let diagnostic = Diagnostic::error(CODE, format!("no cluster is in the region `{selector}`"))
        .at(span, "")
        .note(format!("the clusters are in {}", super::list(regions)));
    match nearest {
        Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
        None => diagnostic.help(
            "add the region to a cluster in `vimana.toml`: `also = [\"PROVIDER/REGION\"]`",
        ),
    }
}
