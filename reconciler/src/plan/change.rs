//! One resource's change, from what is live and what is desired of it.

use std::sync::Arc;

use vimana_proto::state::v1::Resource;
use vimana_proto::{Address, Digest, NameError};

use super::compare::PlanError;
use super::model::{Action, Change, FieldChange, Origin, Payload};
use super::value::Value;
use super::{diff, highlights};

/// The change of a resource that is desired and not live.
pub(super) fn create(address: Address, desired: &Arc<Resource>) -> Result<Change, PlanError> {
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

/// The change of a resource that is live and not desired.
pub(super) fn delete(address: Address, live: &Resource) -> Change {
    let reason = "no longer in the configuration".to_owned();
    Change {
        live_digest: live.digest.parse().ok(),
        dependencies: known_addresses(&live.dependencies),
        ..change(address, Action::Delete, reason, live)
    }
}

/// The change of a resource that is both. Where digests and dependencies are equal,
/// nothing else is looked at.
pub(super) fn compare(
    address: Address,
    live: &Resource,
    desired: &Arc<Resource>,
) -> Result<Change, PlanError> {
    let same_dependencies = live.dependencies == desired.dependencies;
    let differences = match (&live.spec, &desired.spec) {
        _ if live.digest == desired.digest && same_dependencies => {
            return unchanged(address, desired);
        }
        (Some(before), Some(after)) if live.digest != desired.digest => {
            diff::specs(Some(before), after)
        }
        _ => diff::Differences::default(),
    };
    let mut fields = differences.fields;
    if fields.is_empty() && differences.ignored && same_dependencies {
        return unchanged(address, desired);
    }
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
    put_anew(address, action, reason, fields, live, desired)
}

/// The change that puts `desired` in the place of `live`.
pub(super) fn put_anew(
    address: Address,
    action: Action,
    reason: String,
    fields: Vec<FieldChange>,
    live: &Resource,
    desired: &Arc<Resource>,
) -> Result<Change, PlanError> {
    let mut former_dependencies = known_addresses(&live.dependencies);
    let dependencies = addresses(&desired.dependencies)?;
    former_dependencies.retain(|dependency| !dependencies.contains(dependency));
    Ok(Change {
        digest: Some(digest_of(&address, desired)?),
        live_digest: live.digest.parse().ok(),
        fields,
        dependencies,
        former_dependencies,
        resource: Payload(Some(Arc::clone(desired))),
        ..change(address, action, reason, desired)
    })
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

fn digest_of(address: &Address, resource: &Resource) -> Result<Digest, PlanError> {
    resource
        .digest
        .parse()
        .map_err(|_| PlanError::Digest(address.clone()))
}

fn addresses(texts: &[String]) -> Result<Vec<Address>, NameError> {
    texts.iter().map(|text| text.parse()).collect()
}

/// The addresses that this version understands; a node of a newer one may know others.
fn known_addresses(texts: &[String]) -> Vec<Address> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}
