//! What a change breaks: two compiled states in, findings and a report out.
//!
//! [`compare`] takes a base, which others rely on, and a head, which is to
//! replace it. Services are the same where their names are, or else their ids;
//! definitions of a service are paired by version (`pair`), and those
//! whose digests are equal are not looked at. Everything else is compared element
//! by element (`compare`), by descriptors alone: only the files in which
//! something is found are parsed again, to tell where (`locate`).
//!
//! A change that the new version may bring, or that an entry of `service.txtpb`
//! accepts, is told in the report and is no finding.

mod allowance;
mod bump;
pub(crate) mod change;
mod claims;
mod compare;
mod consumers;
pub(crate) mod element;
mod judge;
mod locate;
mod pair;
mod report;
mod services;
mod state;
mod text;
mod vpods;

use crate::diagnostic::{self, Diagnostic, SourceFiles};
use crate::policy::{self, Silencers};
use crate::rules::{self, Rule, incomparable};

pub(crate) use allowance::check_expiry;
pub use change::{Class, Classes, Level};
pub use report::{
    Accepted, Consumer, Report, ReportedChange, ServiceReport, Status, VersionReport,
};
pub use state::State;

/// What a comparison found.
#[derive(Debug)]
pub struct Outcome {
    /// Every finding, sorted by place. The places are in the head.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the findings point into.
    pub files: SourceFiles,
    /// What there is to tell of each service.
    pub report: Report,
}

/// The rules about single changes.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.iter().filter(|rule| !rule.breaks().is_empty())
}

/// Compares two states. `head` was compiled from a source.
#[must_use]
pub fn compare(base: &State<'_>, head: &State<'_>) -> Outcome {
    let mut out = Vec::new();
    if base.errors > 0 {
        out.push(incomparable::diagnostic(
            &base.label,
            base.errors,
            base.first_error.as_deref(),
        ));
    }
    let services = services::compare(base, head, &mut out);
    let mut files = services.files;
    let vpods = vpods::compare(base, head, &mut files, &mut out);
    policy::apply_to_changes(&mut out, &Silencers::of(&files), &head.levels);
    diagnostic::sort(&mut out);
    Outcome {
        diagnostics: out,
        files,
        report: Report {
            base: base.label.clone(),
            base_commit: base
                .source
                .and_then(|source| source.commit().map(Into::into)),
            base_errors: base.errors,
            unchanged: services.unchanged,
            services: services.reports,
            vpods,
        },
    }
}
