//! # Unknown region
//!
//! A regional placement selects a region that no cluster of `vimana.toml` is in. A
//! selector is `provider/region`, or `/region` for any provider; it selects the region
//! of that name and those that continue it with `-`: `/us-east` selects
//! `aws/us-east-1`.
//!
//! ## Why
//!
//! The service would run nowhere.
//!
//! ## Wrong
//!
//! No cluster is in `aws/ap-south`:
//!
//! ```textproto
//! regional { regions: ["aws/ap-south"] }
//! ```
//!
//! ## Right
//!
//! Some cluster is there, or stands for the region, in `vimana.toml`:
//!
//! ```toml
//! [cluster.local]
//! region = "dev/local"
//! also = ["aws/ap-south-1"]
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::{Declared, list};

pub(crate) const RULE: Declared = Declared::required("VM0061");

/// `nearest` is the selector of the known region that is most like it.
pub(crate) fn diagnostic(
    span: Span,
    selector: &str,
    nearest: Option<&str>,
    regions: &[String],
) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("no cluster is in the region `{selector}`"))
        .at(span.clone(), "")
        .note(format!("the clusters are in {}", list(regions)));
    match nearest {
        Some(nearest) => diagnostic
            .help(format!("did you mean `{nearest}`?"))
            .fix(Fix::likely(
                format!("write `\"{nearest}\"`"),
                span,
                format!("\"{nearest}\""),
            )),
        None => diagnostic
            .help("add the region to a cluster in `vimana.toml`: `also = [\"PROVIDER/REGION\"]`"),
    }
}
