use std::sync::Arc;

use vimana_compiler::Desired;
use vimana_proto::Kind;
use vimana_proto::state::v1::Resource;

/// What a config repository asks of a node.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DesiredState {
    /// The workspace that owns the resources.
    pub workspace: String,
    /// The commit that was compiled, in hexadecimal; `None` for a work tree
    /// that is in no commit.
    pub commit: Option<String>,
    /// The resources, in any order. Shared, since a plan keeps those that
    /// it puts.
    pub resources: Vec<Arc<Resource>>,
}

impl DesiredState {
    /// The state that consists of `resources`, without those that are never
    /// applied to a node.
    #[must_use]
    pub fn new(
        workspace: impl Into<String>,
        commit: Option<String>,
        resources: impl IntoIterator<Item = Resource>,
    ) -> Self {
        let is_applied = |resource: &Resource| {
            resource
                .spec
                .as_ref()
                .and_then(vimana_proto::state::v1::Spec::resource_kind)
                .is_none_or(Kind::is_applied)
        };
        Self {
            workspace: workspace.into(),
            commit,
            resources: resources
                .into_iter()
                .filter(is_applied)
                .map(Arc::new)
                .collect(),
        }
    }
}

impl From<&Desired> for DesiredState {
    fn from(desired: &Desired) -> Self {
        Self::new(
            desired.workspace.clone(),
            desired.commit.clone(),
            desired.resources(),
        )
    }
}
