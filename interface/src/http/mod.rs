//! HTTP/JSON transcoding: the semantics of `google/api/http.proto` (and of
//! `vimana.http`, which is the same option), one binding at a time.
//!
//! [`rules`] reads and checks a method's bindings, [`overlap`] tells whether two of
//! them claim the same request, a [`Router`] finds the binding of a request, and
//! [`bind`] makes the request message's JSON from it.

mod bind;
mod check;
mod decode;
mod overlap;
mod parameter;
mod query;
mod router;
mod rule;
mod rules;
mod template;

pub use bind::bind;
pub use overlap::overlap;
pub use parameter::{BindError, BindErrorKind};
pub use router::{Match, RouteError, Router};
pub use rule::{Body, Rule, Verb};
pub use rules::{RuleError, rules};
pub use template::{FieldPath, Segment, Template, TemplateError, TemplateErrorKind, Variable};
