use std::cmp::Ordering;
use std::sync::Arc;

use vimana_proto::state::v1::Resource;
use vimana_proto::{Address, Digest, NameError};

use super::model::{Action, Change, FORMAT_VERSION, FieldChange, Origin, Payload, Plan, Summary};
use super::value::Value;
use super::{diff, highlights, support};
use crate::{DesiredState, Live};

/// What a plan may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// Whether a configuration of nothing may delete all that is live.
    pub allow_empty: bool,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The guard against deleting everything by mistake.
    #[error(
        "the configuration holds nothing that the node can run, and workspace `{workspace}` has {live} live resources; all of them would be deleted"
    )]
    NothingDesired {
        /// The workspace.
        workspace: String,
        /// How many resources would be deleted.
        live: usize,
    },
    /// A desired resource has no address that this version understands.
    #[error("a desired resource has no valid address")]
    Address(#[from] NameError),
    /// A desired resource has no digest.
    #[error("the desired resource `{0}` has no valid digest")]
    Digest(Address),
    /// Two desired resources have one address.
    #[error("two desired resources have the address `{0}`")]
    Duplicate(Address),
}

/// What makes `live` equal `desired`.
///
/// Resources whose digests are equal are not looked into, so a plan of many
/// resources that did not change costs little more than reading them.
pub fn plan(
    desired: &DesiredState,
    cluster: &str,
    live: &Live,
    options: &PlanOptions,
) -> Result<Plan, PlanError> {
    let (desired_here, left_out) =
        support::split(by_address(&desired.resources)?, &live.supported_kinds);
    let (live_here, unknown) = known(&live.resources);
    if desired_here.is_empty() && !live_here.is_empty() && !options.allow_empty {
        return Err(PlanError::NothingDesired {
            workspace: desired.workspace.clone(),
            live: live_here.len(),
        });
    }
    let changes = join(desired_here, live_here)?;
    Ok(Plan {
        format_version: FORMAT_VERSION,
        workspace: desired.workspace.clone(),
        cluster: cluster.to_owned(),
        parent_generation: live.generation,
        commit: desired.commit.clone(),
        summary: Summary::of(&changes),
        changes,
        notes: support::note(&left_out)
            .into_iter()
            .chain(unknown)
            .collect(),
    })
}

fn by_address(resources: &[Arc<Resource>]) -> Result<Vec<support::Desired<'_>>, PlanError> {
    let mut sorted = resources
        .iter()
        .map(|resource| Ok((resource.address.parse()?, resource)))
        .collect::<Result<Vec<(Address, _)>, NameError>>()?;
    sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
    match sorted.array_windows().find(|[(a, _), (b, _)]| a == b) {
        Some([(address, _), _]) => Err(PlanError::Duplicate(address.clone())),
        None => Ok(sorted),
    }
}

/// The live resources, sorted, and a note about those that a newer version of vimana
/// must have put there: these are left alone.
fn known(resources: &[Resource]) -> (Vec<(Address, &Resource)>, Option<String>) {
    let mut unknown = Vec::new();
    let mut sorted: Vec<(Address, &Resource)> = Vec::with_capacity(resources.len());
    for resource in resources {
        match resource.address.parse() {
            Ok(address) => sorted.push((address, resource)),
            Err(_) => unknown.push(format!("`{}`", resource.address)),
        }
    }
    sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
    sorted.dedup_by(|(a, _), (b, _)| a == b);
    unknown.sort_unstable();
    let note = (!unknown.is_empty()).then(|| {
        format!(
            "left as they are, since this version of vimana does not know their kind: {}",
            unknown.join(", ")
        )
    });
    (sorted, note)
}

/// Walks both sorted lists at once.
fn join(
    desired: Vec<support::Desired<'_>>,
    live: Vec<(Address, &Resource)>,
) -> Result<Vec<Change>, PlanError> {
    let mut changes = Vec::with_capacity(desired.len().max(live.len()));
    let mut live = live.into_iter().peekable();
    for (address, resource) in desired {
        while let Some((gone, resource)) = live.next_if(|(next, _)| *next < address) {
            changes.push(delete(gone, resource));
        }
        let held = match live.peek().map(|(next, _)| next.cmp(&address)) {
            Some(Ordering::Equal) => live.next().map(|(_, resource)| resource),
            _ => None,
        };
        changes.push(match held {
            None => create(address, resource)?,
            Some(held) if is_same(held, resource) => unchanged(address, resource)?,
            Some(held) => update(address, held, resource)?,
        });
    }
    changes.extend(live.map(|(address, resource)| delete(address, resource)));
    Ok(changes)
}

fn is_same(live: &Resource, desired: &Resource) -> bool {
    live.digest == desired.digest && live.dependencies == desired.dependencies
}

fn change(address: Address, action: Action, reason: String, resource: &Resource) -> Change {
    Change {
        address,
        action,
        reason,
        origin: resource.origin.as_ref().map(Origin::from),
        digest: None,
        live_digest: None,
        fields: Vec::new(),
        dependencies: Vec::new(),
        former_dependencies: Vec::new(),
        resource: Payload::default(),
    }
}

fn digest_of(address: &Address, resource: &Resource) -> Result<Digest, PlanError> {
    resource
        .digest
        .parse()
        .map_err(|_| PlanError::Digest(address.clone()))
}

fn unchanged(address: Address, desired: &Resource) -> Result<Change, PlanError> {
    let digest = digest_of(&address, desired)?;
    let reason = "the node holds it already".to_owned();
    Ok(Change {
        digest: Some(digest),
        live_digest: Some(digest),
        ..change(address, Action::NoChange, reason, desired)
    })
}

fn create(address: Address, desired: &Arc<Resource>) -> Result<Change, PlanError> {
    let reason = "not on the node yet".to_owned();
    Ok(Change {
        digest: Some(digest_of(&address, desired)?),
        fields: desired
            .spec
            .as_ref()
            .map(|spec| highlights::highlights(&address, spec))
            .unwrap_or_default(),
        dependencies: addresses(&desired.dependencies)?,
        resource: Payload(Some(Arc::clone(desired))),
        ..change(address, Action::Create, reason, desired)
    })
}

fn update(address: Address, live: &Resource, desired: &Arc<Resource>) -> Result<Change, PlanError> {
    let differences = match (&live.spec, &desired.spec) {
        _ if live.digest == desired.digest => diff::Differences::default(),
        (Some(before), Some(after)) => diff::specs(Some(before), after),
        _ => diff::Differences::default(),
    };
    let same_dependencies = live.dependencies == desired.dependencies;
    if differences.fields.is_empty() && differences.ignored && same_dependencies {
        return unchanged(address, desired);
    }
    let mut fields = differences.fields;
    let (action, reason) = match fields.iter().find(|field| field.immutable) {
        Some(field) => (
            Action::Replace,
            format!("`{}` cannot change in place", field.path),
        ),
        None => (Action::Update, update_reason(&fields, same_dependencies)),
    };
    if fields.is_empty() && !same_dependencies {
        fields.push(dependency_change(live, desired));
    }
    Ok(Change {
        digest: Some(digest_of(&address, desired)?),
        live_digest: live.digest.parse().ok(),
        fields,
        dependencies: addresses(&desired.dependencies)?,
        former_dependencies: live
            .dependencies
            .iter()
            .filter(|dependency| !desired.dependencies.contains(dependency))
            .filter_map(|dependency| dependency.parse().ok())
            .collect(),
        resource: Payload(Some(Arc::clone(desired))),
        ..change(address, action, reason, desired)
    })
}

fn update_reason(fields: &[FieldChange], same_dependencies: bool) -> String {
    match fields.len() {
        0 if !same_dependencies => "its dependencies differ".to_owned(),
        // Equal fields under different digests: the live resource holds what
        // this version cannot see.
        0 => "another version of vimana wrote it".to_owned(),
        1 => "1 field differs".to_owned(),
        count => format!("{count} fields differ"),
    }
}

fn dependency_change(live: &Resource, desired: &Resource) -> FieldChange {
    let list = |addresses: &[String]| {
        Some(Value::List(
            addresses.iter().cloned().map(Value::String).collect(),
        ))
    };
    FieldChange {
        path: "dependencies".to_owned(),
        before: list(&live.dependencies),
        after: list(&desired.dependencies),
        immutable: false,
    }
}

fn delete(address: Address, live: &Resource) -> Change {
    let reason = "no longer in the configuration".to_owned();
    Change {
        live_digest: live.digest.parse().ok(),
        dependencies: live
            .dependencies
            .iter()
            .filter_map(|dependency| dependency.parse().ok())
            .collect(),
        ..change(address, Action::Delete, reason, live)
    }
}

fn addresses(texts: &[String]) -> Result<Vec<Address>, NameError> {
    texts.iter().map(|text| text.parse()).collect()
}
