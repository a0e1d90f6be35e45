//! # Invalid origin
//!
//! An entry of `http.cors.allow_origins` in `service.txtpb` is no origin as browsers
//! send it: a scheme, `://`, a host in lower case, and a port unless it is the one that
//! the scheme has anyway. `*` stands for every origin.
//!
//! ## Why
//!
//! The entry is compared with the header `Origin` as it stands. One with a path, a slash
//! at its end, capital letters or the port 443 of `https` never equals any, so that the
//! pages it is meant for stay locked out. `null` is refused because any page can take
//! it on, and so are patterns as `https://*.example.com`: whoever gets a name under the
//! domain would be let in.
//!
//! ## Wrong
//!
//! ```textproto
//! http { cors { allow_origins: ["https://App.example.com/", "example.com"] } }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! http { cors { allow_origins: ["https://app.example.com", "https://example.com"] } }
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0195");

/// `meant` is the origin that was probably meant.
pub(crate) fn diagnostic(span: Span, found: &str, why: &str, meant: Option<String>) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("`{found}` is no origin: {why}"))
        .at(span.clone(), "");
    match meant {
        Some(meant) => {
            let quoted = format!("\"{meant}\"");
            let title = format!("write `{quoted}`");
            diagnostic
                .help(title.clone())
                .fix(Fix::likely(title, span, quoted))
        }
        None => diagnostic.help("write an origin, as in `\"https://app.example.com\"`"),
    }
}
