use serde::Serialize;
use vimana_proto::{Address, Generation};

use crate::plan::{Action, Plan};

/// What became of each change of a plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The generation of the apply; `None` where none began.
    pub generation: Option<Generation>,
    /// What is done, in the order of the plan, as are the others.
    pub done: Vec<Entry>,
    /// What failed, and why.
    pub failed: Vec<Entry>,
    /// What was never started, and because of what.
    pub not_started: Vec<Entry>,
    /// What was started and may have taken effect or not.
    pub unknown: Vec<Entry>,
    /// Whether the execution was cancelled.
    pub interrupted: bool,
    /// What else to tell: for instance that the lease is not released.
    pub warning: Option<String>,
}

/// A change in a [`Report`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The resource.
    #[serde(serialize_with = "address")]
    pub address: Address,
    /// What the plan was to do.
    pub action: Action,
    /// Why; empty for what is done.
    pub detail: String,
}

fn address<S: serde::Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(address)
}

impl Report {
    /// Whether every change is done.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.not_started.is_empty() && self.unknown.is_empty()
    }
}

/// The report of an execution that was cancelled before it began.
pub(super) fn untouched(plan: &Plan) -> Report {
    Report {
        not_started: plan
            .pending()
            .map(|change| Entry {
                address: change.address.clone(),
                action: change.action,
                detail: "because the apply was interrupted".to_owned(),
            })
            .collect(),
        interrupted: true,
        ..Report::default()
    }
}
