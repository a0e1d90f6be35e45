use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vimana_proto::state::v1::{self as state, Resource};
use vimana_proto::{Address, Digest, Generation};

use super::codec;
use super::value::Value;

/// The version of the plan's JSON form that this release writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// What to do to make a node hold what a config repository asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of this form; 1.
    pub format_version: u32,
    /// The workspace that owns the resources.
    pub workspace: String,
    /// The cluster that the plan is for, as `vimana.toml` names it.
    pub cluster: String,
    /// The workspace's generation on the cluster when the plan was made. A node
    /// refuses the plan once it has another.
    #[serde(with = "codec::generation")]
    #[schemars(with = "u64")]
    pub parent_generation: Generation,
    /// The commit that was compiled, in hexadecimal; null for a work tree that is in no commit.
    pub commit: Option<String>,
    /// How many changes there are of each action.
    pub summary: Summary,
    /// Every resource that is desired or live, sorted by address.
    pub changes: Vec<Change>,
    /// What else there is to know, a line each.
    pub notes: Vec<String>,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.summary.pending() == 0
    }

    /// The changes that do something, sorted by address.
    pub fn pending(&self) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(|change| change.action != Action::NoChange)
    }
}

/// What becomes of one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The resource, `kind/name`.
    #[serde(with = "codec::text")]
    #[schemars(with = "String")]
    pub address: Address,
    /// What to do.
    pub action: Action,
    /// Why, in plain words.
    pub reason: String,
    /// Where the resource is written; for a deletion, where it was.
    pub origin: Option<Origin>,
    /// The digest that the change leads to; null for a deletion.
    #[serde(with = "codec::optional_text")]
    #[schemars(with = "Option<String>")]
    pub digest: Option<Digest>,
    /// The digest that the node holds now; null where it holds none.
    #[serde(with = "codec::optional_text")]
    #[schemars(with = "Option<String>")]
    pub live_digest: Option<Digest>,
    /// What differs; for a creation, the short fields that the address does not
    /// already tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// The resources that must be there before this one is put; for a deletion,
    /// those that were. Sorted.
    #[serde(with = "codec::texts", default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub dependencies: Vec<Address>,
    /// The resources that the live one depends on and the desired one does not:
    /// their deletions wait for this change. Sorted.
    #[serde(with = "codec::texts", default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub former_dependencies: Vec<Address>,
    /// What to put. Not part of the JSON form that people and tools read, since it
    /// holds every value, redacted ones too; a saved plan keeps it apart.
    #[serde(skip)]
    pub(crate) resource: Payload,
}

impl Change {
    /// The resource to put; `None` for a deletion and for no change.
    #[must_use]
    pub fn resource(&self) -> Option<&Resource> {
        self.resource.0.as_deref()
    }
}

/// A resource whose values are not for the eyes of whoever prints a plan.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Payload(pub(crate) Option<Arc<Resource>>);

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(resource) => write!(f, "{} {}", resource.address, resource.digest),
            None => f.write_str("none"),
        }
    }
}

/// What to do about a resource.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Put what the node does not hold.
    Create,
    /// Put another content in place of the one there.
    Update,
    /// Delete, then create: a field differs that cannot change in place.
    Replace,
    /// Delete what is no longer desired.
    Delete,
    /// Leave as it is.
    NoChange,
}

impl Action {
    /// Whether the action ends with the resource on the node, put there.
    #[must_use]
    pub const fn puts(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Replace)
    }
}

/// How many changes there are of each action.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Resources to create.
    pub create: usize,
    /// Resources to update.
    pub update: usize,
    /// Resources to delete and create anew.
    pub replace: usize,
    /// Resources to delete.
    pub delete: usize,
    /// Resources that stay as they are.
    pub unchanged: usize,
}

impl Summary {
    /// How many changes do something.
    #[must_use]
    pub const fn pending(&self) -> usize {
        self.create + self.update + self.replace + self.delete
    }

    /// Counts `changes`.
    #[must_use]
    pub fn of(changes: &[Change]) -> Self {
        let mut summary = Self::default();
        for change in changes {
            *match change.action {
                Action::Create => &mut summary.create,
                Action::Update => &mut summary.update,
                Action::Replace => &mut summary.replace,
                Action::Delete => &mut summary.delete,
                Action::NoChange => &mut summary.unchanged,
            } += 1;
        }
        summary
    }
}

/// One field's difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// The path from the resource, for example `targets["1.0.0"].weight`.
    pub path: String,
    /// The live value; null where it is not set.
    pub before: Option<Value>,
    /// The desired value; null where it is not set.
    pub after: Option<Value>,
    /// Whether the field cannot change in place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub immutable: bool,
}

/// A place in a config repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The path from the root of the repository, with `/`.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// The column in characters, from 1; 0 where the whole line is meant.
    pub column: u32,
    /// The commit that wrote it, in hexadecimal; null where the file differed
    /// from it or was in no commit.
    pub commit: Option<String>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        Ok(())
    }
}

impl From<&state::Origin> for Origin {
    fn from(origin: &state::Origin) -> Self {
        Self {
            file: origin.file.clone(),
            line: origin.line,
            column: origin.column,
            commit: Some(origin.commit.clone()).filter(|commit| !commit.is_empty()),
        }
    }
}
