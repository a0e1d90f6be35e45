use std::collections::BTreeSet;
use std::sync::Arc;

use vimana_proto::state::v1::Resource;
use vimana_proto::{Address, Kind, NameError};

use super::change::{compare, create, delete, put_anew};
use super::model::{Action, Change, FORMAT_VERSION, Plan, Summary};
use super::support;
use crate::{DesiredState, Live};

/// What a plan may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// Whether a configuration of nothing that runs may delete what is live.
    pub allow_empty: bool,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The guard against deleting everything by mistake.
    #[error(
        "the configuration holds nothing that the node can run, so {live} live resources of workspace `{workspace}` would be deleted"
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
    let lost = lost_by_emptiness(&desired_here, &live_here);
    if lost > 0 && !options.allow_empty {
        return Err(PlanError::NothingDesired {
            workspace: desired.workspace.clone(),
            live: lost,
        });
    }
    let mut changes = join(&desired_here, &live_here)?;
    replace_dependents(&mut changes, &desired_here, &live_here)?;
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

/// How many live resources would be deleted, where the desired ones are none, or
/// only such as `vimana.toml` declares by itself: a checkout without its services
/// still has those.
fn lost_by_emptiness(desired: &[support::Desired<'_>], live: &[(Address, &Resource)]) -> usize {
    let is_setting = |address: &Address| matches!(address.kind(), Kind::Domain | Kind::Variable);
    let lost = live
        .iter()
        .filter(|(address, _)| find(desired, address).is_none());
    if desired.is_empty() {
        lost.count()
    } else if desired.iter().all(|(address, _)| is_setting(address)) {
        let is_running = live.iter().any(|(address, _)| !is_setting(address));
        if is_running { lost.count() } else { 0 }
    } else {
        0
    }
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
    desired: &[support::Desired<'_>],
    live: &[(Address, &Resource)],
) -> Result<Vec<Change>, PlanError> {
    let mut changes = Vec::with_capacity(desired.len().max(live.len()));
    let mut live = live.iter().peekable();
    for (address, resource) in desired {
        while let Some((gone, resource)) = live.next_if(|(next, _)| next < address) {
            changes.push(delete(gone.clone(), resource));
        }
        let held = live.next_if(|(next, _)| next == address);
        let address = address.clone();
        changes.push(match held {
            None => create(address, resource)?,
            Some((_, held)) => compare(address, held, resource)?,
        });
    }
    changes.extend(live.map(|(address, resource)| delete(address.clone(), resource)));
    Ok(changes)
}

/// Replaces whatever depends on a resource that is replaced, since a resource cannot
/// go while another needs it.
fn replace_dependents(
    changes: &mut [Change],
    desired: &[support::Desired<'_>],
    live: &[(Address, &Resource)],
) -> Result<(), PlanError> {
    let is_replaced = |change: &&Change| change.action == Action::Replace;
    let mut replaced: BTreeSet<String> = changes
        .iter()
        .filter(is_replaced)
        .map(|change| change.address.to_string())
        .collect();
    let mut found = !replaced.is_empty();
    while found {
        found = false;
        for change in &mut *changes {
            if !matches!(change.action, Action::NoChange | Action::Update) {
                continue;
            }
            let (Some(held), Some(wanted)) =
                (find(live, &change.address), find(desired, &change.address))
            else {
                continue;
            };
            let is_shared =
                |need: &&String| replaced.contains(*need) && held.dependencies.contains(need);
            if let Some(need) = wanted.dependencies.iter().find(is_shared) {
                let reason = format!("`{need}`, which it depends on, is replaced");
                let fields = std::mem::take(&mut change.fields);
                let address = change.address.clone();
                *change = put_anew(address, Action::Replace, reason, fields, held, wanted)?;
                replaced.insert(change.address.to_string());
                found = true;
            }
        }
    }
    Ok(())
}

fn find<'a, T>(sorted: &'a [(Address, T)], address: &Address) -> Option<&'a T> {
    sorted
        .binary_search_by(|(found, _)| found.cmp(address))
        .ok()
        .map(|index| &sorted[index].1)
}
