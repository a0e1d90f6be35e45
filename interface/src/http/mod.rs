//! HTTP/JSON transcoding: the semantics of `google/api/http.proto` (and of
//! `vimana.http`, which is the same option), one binding at a time.
//!
//! [`rules`] reads and checks a method's bindings, and [`check_rules`] says where
//! each mistake is. [`overlap`] tells whether two of them claim the same request,
//! and [`conflicts`] which ones of many do. A [`Router`] finds the binding of a
//! request, and a [`Transcoder`] makes messages of requests and bodies of messages.

mod check;
mod conflicts;
mod decode;
mod finding;
mod overlap;
mod query;
mod router;
mod rule;
mod rules;
mod template;
mod transcoder;

pub use conflicts::{Conflict, Conflicts, conflicts};
pub use finding::{RuleError, RuleFinding};
pub use overlap::overlap;
pub use router::{Match, RouteError, Router};
pub use rule::{Body, Rule, Verb};
pub use rules::{CheckedRules, MAX_BINDINGS, PlacedRule, check_rules, rules};
pub use template::{
    FieldPath, MAX_FIELD_NAMES, MAX_SEGMENTS, MAX_TEMPLATE_BYTES, Segment, Template, TemplateError,
    TemplateErrorKind, Variable,
};
pub use transcoder::{BindError, BindErrorKind, Content, Transcoder, Written};
