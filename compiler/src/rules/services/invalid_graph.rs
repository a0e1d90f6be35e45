//! # Resources that do not fit together
//!
//! Two resources have one address, a resource refers to one that is not there, or
//! resources need each other in a circle.
//!
//! ## Why
//!
//! None of them could be put first. Mostly another finding says what leads to it, and
//! this one is left out; where it stands alone, please report it.
//!
//! ## Wrong
//!
//! The service has no version to route to:
//!
//! ```text
//! route/example.com:bar.FooService -> version/example.com:bar.FooService@1.0.0
//! ```
//!
//! ## Right
//!
//! ```text
//! version/example.com:bar.FooService@1.0.0
//! route/example.com:bar.FooService -> version/example.com:bar.FooService@1.0.0
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::graph::GraphError;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0065");

pub(crate) fn diagnostic(error: &GraphError) -> Diagnostic {
    let origin = match error {
        GraphError::Duplicate { second, .. } => Some(second),
        GraphError::Dangling { origin, .. } => origin.as_ref(),
        GraphError::Cycle { origin, .. } => Some(origin),
    };
    let diagnostic = RULE.diagnostic(error.to_string()).help(
        "please report it, with the repository: another finding should have said what leads to it",
    );
    match origin {
        Some(origin) => diagnostic.at(Span::start_of(origin.file.clone()), ""),
        None => diagnostic,
    }
}

// No repository leads here: what would is found before by the rules about
// services, versions and names. So the rule is shown on errors as they would be.
#[cfg(test)]
mod tests {
    use vimana_proto::{Address, Kind};

    use super::*;
    use crate::graph::{EdgeKind, Origin};
    use crate::source::RepoPath;

    #[test]
    fn each_kind_of_error_is_a_finding_at_the_file_that_it_comes_from() {
        let origin = Origin::file(RepoPath::new("a/a.proto").unwrap());
        let address = |name| Address::new(Kind::Route, name);
        for error in [
            GraphError::Duplicate {
                address: address("a"),
                first: origin.clone(),
                second: origin.clone(),
            },
            GraphError::Dangling {
                from: address("a"),
                to: address("b"),
                kind: EdgeKind::Calls,
                origin: Some(origin.clone()),
            },
            GraphError::Cycle {
                addresses: vec![address("a"), address("b")],
                origin: origin.clone(),
            },
        ] {
            let found = diagnostic(&error);
            assert_eq!(found.code, "VM0065");
            assert_eq!(found.message, error.to_string());
            assert_eq!(found.primary(), Some(&Span::start_of(origin.file.clone())));
        }
    }
}
