//! `service.txtpb`: the configuration of one service, with the place of each of
//! its fields, checked as far as the file alone allows.

mod allowance;
mod auth;
mod check;
mod cors;
mod diagnostics;
mod instances;
mod limit;
mod limits;
mod outbound;
mod quantity;
mod sticky;
#[cfg(test)]
mod tests;

use vimana_proto::config::v1;

use crate::diagnostic::{Diagnostic, Span};
use crate::settings::Selector;
use crate::source::RepoPath;
use crate::textproto::bind::{self, FieldSpan, FieldSpans};
use crate::textproto::parse;

pub use allowance::{Allow, Allowance};
pub use auth::{Allow as AllowedCallers, Auth, Jwks};
pub use cors::Cors;
pub use limits::Limits;
pub use sticky::Sticky;

/// The configuration of one service.
#[derive(Debug, Clone)]
pub struct ServiceConfig {
    file: RepoPath,
    message: v1::Service,
    spans: FieldSpans,
    limits: Limits,
    requests_per_instance: u32,
    regions: Vec<Region>,
    versions: Vec<Version>,
    allowances: Vec<Allowance>,
    auth: Option<Auth>,
    sticky: Option<Sticky>,
    cors: Option<Cors>,
}

/// An entry of `regional.regions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// What it selects.
    pub selector: Selector,
    /// Where it is written.
    pub span: Span,
}

/// A `version` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The semantic version.
    pub version: semver::Version,
    /// The `.proto` file, relative to the configuration's folder.
    pub interface: Option<String>,
    /// The component, relative to the configuration's folder.
    pub component: Option<String>,
    /// The share of the traffic.
    pub weight: Option<u32>,
    /// Whether it gets a copy of the requests that others answer.
    pub shadow: bool,
    /// Where the block is in the message: `version[0]`.
    pub path: String,
}

impl ServiceConfig {
    /// What the `text` of `file` says, as far as it can be understood, and all
    /// that is wrong with it.
    #[must_use]
    pub fn read(file: &RepoPath, text: &str) -> (Self, Vec<Diagnostic>) {
        let (document, syntax_errors) = parse(text);
        let descriptor = vimana_proto::descriptor_pool()
            .get_message_by_name("vimana.config.v1.Service")
            .expect("the pool holds every file of the crate, and this message is in one");
        let bound = bind::bind(&document, &descriptor);
        let mut diagnostics = diagnostics::of_syntax(file, &syntax_errors);
        diagnostics.extend(diagnostics::of_binding(file, &bound.errors));

        let message = bound
            .message
            .transcode_to()
            .expect("the bytes of a message decode as that message");
        let config = check::check(file, text, message, bound.spans, &mut diagnostics);
        (config, diagnostics)
    }

    /// The configuration of a service that has no `service.txtpb`; `file` is
    /// where it is defined.
    #[must_use]
    pub fn absent(file: &RepoPath) -> Self {
        let message = v1::Service::default();
        check::check(file, "", message, FieldSpans::default(), &mut Vec::new())
    }

    /// The file that it was read from.
    #[must_use]
    pub const fn file(&self) -> &RepoPath {
        &self.file
    }

    /// The message as it was written. What is parsed further, the other methods
    /// have: limits, regions and versions.
    #[must_use]
    pub const fn message(&self) -> &v1::Service {
        &self.message
    }

    /// The canonical domain, where it is set and is one.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        let domain = self.message.domain.as_str();
        check::is_domain(domain).then_some(domain)
    }

    /// What one request may use, and all requests together, defaults filled in.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How many requests an instance of the component serves.
    #[must_use]
    pub const fn requests_per_instance(&self) -> u32 {
        self.requests_per_instance
    }

    /// The selectors of a regional placement, in their order, those that are
    /// valid.
    #[must_use]
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The versions, in their order, those that are valid.
    #[must_use]
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The breaking changes that are accepted, in their order, those entries that
    /// are valid.
    #[must_use]
    pub fn allowances(&self) -> &[Allowance] {
        &self.allowances
    }

    /// Who may call; none for everybody.
    #[must_use]
    pub const fn auth(&self) -> Option<&Auth> {
        self.auth.as_ref()
    }

    /// What keeps one caller with one version, where it is valid.
    #[must_use]
    pub const fn sticky(&self) -> Option<&Sticky> {
        self.sticky.as_ref()
    }

    /// Which web pages of other origins may call; none where none may.
    #[must_use]
    pub const fn cors(&self) -> Option<&Cors> {
        self.cors.as_ref()
    }

    /// Where the value of the field at `path` is written, for example
    /// `version[1].weight`; where it is not, the innermost field around it, or
    /// the beginning of the file.
    #[must_use]
    pub fn span(&self, path: &str) -> Span {
        self.span_of(path, |span| span.value.clone())
    }

    /// The same for the name of the field.
    #[must_use]
    pub fn name_span(&self, path: &str) -> Span {
        self.span_of(path, |span| span.name.clone())
    }

    /// Whether the field at `path` is written, and has a value of its type.
    #[must_use]
    pub fn is_set(&self, path: &str) -> bool {
        self.spans.get(path).is_some_and(|span| span.is_bound)
    }

    /// Whether the field at `path` is written at all.
    fn is_written(&self, path: &str) -> bool {
        self.spans.get(path).is_some()
    }

    fn span_of(&self, path: &str, part: impl Fn(&FieldSpan) -> std::ops::Range<usize>) -> Span {
        match self.spans.nearest(path) {
            Some(span) => Span::new(self.file.clone(), part(span)),
            None => Span::start_of(self.file.clone()),
        }
    }
}
