use std::collections::BTreeMap;

use prost::Message as _;
use rusqlite::{OptionalExtension as _, Row, Transaction};
use vimana_proto::state::v1::{Origin, Resource, Spec, spec};
use vimana_proto::{Address, Digest, Generation, Kind};

use super::lease::{self, number};
use super::steps::interface_digest;
use super::{ApplyError, Store, StoreError};

/// All that a workspace has, at one generation.
#[derive(Debug)]
pub(crate) struct Inventory {
    pub(crate) generation: Generation,
    /// Sorted by address.
    pub(crate) resources: Vec<Resource>,
}

/// All that the node has.
#[derive(Debug, Default)]
pub(crate) struct Restored {
    /// By workspace, then sorted by address.
    pub(crate) resources: Vec<(String, Resource)>,
    /// Every interface that a version implements, also where the interface's own
    /// resource has changed since.
    pub(crate) interfaces: BTreeMap<Digest, Spec>,
}

impl Store {
    /// Reads all that a workspace has.
    pub(crate) fn inventory(&self, workspace: &str) -> Result<Inventory, StoreError> {
        self.read(|transaction| {
            let generation = lease::standing(transaction, workspace)?.generation;
            Ok(Inventory {
                generation,
                resources: read_resources(transaction, workspace)?,
            })
        })
    }

    /// Reads all that the node has.
    pub(crate) fn restore(&self) -> Result<Restored, StoreError> {
        self.read(|transaction| {
            let mut restored = Restored::default();
            for workspace in names(transaction)? {
                let resources = read_resources(transaction, &workspace)?;
                restored.resources.extend(
                    resources
                        .into_iter()
                        .map(|resource| (workspace.clone(), resource)),
                );
            }
            let mut query = transaction.prepare(
                "SELECT digest, bytes FROM specs
                 WHERE digest IN (SELECT interface_digest FROM resources)",
            )?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let digest: String = row.get(0)?;
                let spec = decode_spec(&digest, row.get_ref(1)?.as_blob().unwrap_or_default())?;
                restored.interfaces.insert(spec.digest(), spec);
            }
            Ok(restored)
        })
    }
}

fn names(transaction: &Transaction<'_>) -> Result<Vec<String>, rusqlite::Error> {
    transaction
        .prepare("SELECT name FROM workspaces ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn read_resources(
    transaction: &Transaction<'_>,
    workspace: &str,
) -> Result<Vec<Resource>, StoreError> {
    let mut dependencies = read_dependencies(transaction, workspace)?;
    let mut query = transaction.prepare_cached(
        "SELECT r.address, r.digest, r.origin, r.generation, s.bytes
         FROM resources AS r JOIN specs AS s ON s.digest = r.digest
         WHERE r.workspace = ?1 ORDER BY r.address",
    )?;
    let mut rows = query.query([workspace])?;
    let mut resources = Vec::new();
    while let Some(row) = rows.next()? {
        let mut resource = resource_of(row)?;
        resource.dependencies = dependencies.remove(&resource.address).unwrap_or_default();
        resources.push(resource);
    }
    Ok(resources)
}

fn read_dependencies(
    transaction: &Transaction<'_>,
    workspace: &str,
) -> Result<BTreeMap<String, Vec<String>>, rusqlite::Error> {
    let mut query = transaction.prepare_cached(
        "SELECT address, dependency FROM dependencies
         WHERE workspace = ?1 ORDER BY address, dependency",
    )?;
    let mut rows = query.query([workspace])?;
    let mut dependencies = BTreeMap::<String, Vec<String>>::new();
    while let Some(row) = rows.next()? {
        dependencies
            .entry(row.get(0)?)
            .or_default()
            .push(row.get(1)?);
    }
    Ok(dependencies)
}

fn resource_of(row: &Row<'_>) -> Result<Resource, StoreError> {
    let digest: String = row.get(1)?;
    let origin: Option<Vec<u8>> = row.get(2)?;
    let origin = origin
        .map(|bytes| Origin::decode(bytes.as_slice()))
        .transpose()
        .map_err(|error| StoreError::Damaged {
            what: format!("an origin does not decode: {error}"),
        })?;
    Ok(Resource {
        address: row.get(0)?,
        spec: Some(decode_spec(
            &digest,
            row.get_ref(4)?.as_blob().unwrap_or_default(),
        )?),
        digest,
        origin,
        dependencies: Vec::new(),
        generation: lease::generation(row.get(3)?).0,
    })
}

fn decode_spec(digest: &str, bytes: &[u8]) -> Result<Spec, StoreError> {
    let found = Digest::of(bytes).to_string();
    if found != digest {
        return Err(StoreError::Damaged {
            what: format!("the spec {digest} has the digest {found}"),
        });
    }
    Spec::decode(bytes).map_err(|error| StoreError::Damaged {
        what: format!("the spec {digest} does not decode: {error}"),
    })
}

/// Makes sure that a resource may be put: nobody else owns the service, and what
/// it needs is there.
pub(super) fn check_put(
    transaction: &Transaction<'_>,
    workspace: &str,
    resource: &Resource,
) -> Result<(), ApplyError> {
    if let Some(service) = service_of(resource) {
        check_owner(transaction, workspace, resource, &service)?;
    }
    for dependency in &resource.dependencies {
        if !is_graph_only(dependency) && !exists(transaction, workspace, dependency)? {
            return Err(ApplyError::MissingDependency {
                workspace: workspace.to_owned(),
                address: resource.address.clone(),
                dependency: dependency.clone(),
            });
        }
    }
    check_interface(transaction, workspace, resource)
}

/// A cluster is where one applies to; an edge to it orders nothing here.
fn is_graph_only(address: &str) -> bool {
    address
        .parse::<Address>()
        .is_ok_and(|address| !address.kind().is_applied())
}

fn check_owner(
    transaction: &Transaction<'_>,
    workspace: &str,
    resource: &Resource,
    service: &str,
) -> Result<(), ApplyError> {
    let owner = transaction
        .prepare_cached(
            "SELECT workspace FROM resources WHERE service = ?1 AND workspace <> ?2 LIMIT 1",
        )?
        .query_row([service, workspace], |row| row.get(0))
        .optional()?;
    match owner {
        None => Ok(()),
        Some(owner) => Err(ApplyError::OwnedByOther {
            address: resource.address.clone(),
            owner,
        }),
    }
}

fn exists(
    transaction: &Transaction<'_>,
    workspace: &str,
    address: &str,
) -> Result<bool, rusqlite::Error> {
    transaction
        .prepare_cached("SELECT 1 FROM resources WHERE workspace = ?1 AND address = ?2")?
        .exists([workspace, address])
}

/// A version implements the interface that the node has, not an older or newer
/// one of the same name.
fn check_interface(
    transaction: &Transaction<'_>,
    workspace: &str,
    resource: &Resource,
) -> Result<(), ApplyError> {
    let Some(spec::Kind::Version(version)) =
        resource.spec.as_ref().and_then(|spec| spec.kind.as_ref())
    else {
        return Ok(());
    };
    let name = format!("{}@{}", version.service, version.version);
    let address = Address::new(Kind::Interface, &name).to_string();
    let found: Option<String> = transaction
        .prepare_cached("SELECT digest FROM resources WHERE workspace = ?1 AND address = ?2")?
        .query_row([workspace, &address], |row| row.get(0))
        .optional()?;
    match found {
        Some(found) if found == version.interface_digest => Ok(()),
        Some(found) => Err(ApplyError::OtherInterface {
            version: name,
            expected: version.interface_digest.clone(),
            found,
        }),
        None => Err(ApplyError::MissingDependency {
            workspace: workspace.to_owned(),
            address: resource.address.clone(),
            dependency: address,
        }),
    }
}

/// Puts a resource that [`check_put`] has admitted.
pub(super) fn put(
    transaction: &Transaction<'_>,
    workspace: &str,
    generation: Generation,
    resource: &Resource,
) -> Result<(), ApplyError> {
    let spec = resource.spec.as_ref().map(prost::Message::encode_to_vec);
    let origin = resource.origin.as_ref().map(prost::Message::encode_to_vec);
    let held = held_specs(transaction, workspace, &resource.address)?;
    transaction
        .prepare_cached("INSERT INTO specs (digest, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((&resource.digest, spec.unwrap_or_default()))?;
    transaction
        .prepare_cached(
            "INSERT INTO resources
                 (workspace, address, digest, origin, generation, service, interface_digest)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (workspace, address) DO UPDATE SET digest = excluded.digest,
                 origin = excluded.origin, generation = excluded.generation,
                 service = excluded.service, interface_digest = excluded.interface_digest",
        )?
        .execute((
            workspace,
            &resource.address,
            &resource.digest,
            origin,
            number(generation),
            service_of(resource),
            interface_digest(resource).map(|digest| digest.to_string()),
        ))?;
    replace_dependencies(transaction, workspace, resource)?;
    drop_unused(transaction, &held)?;
    Ok(())
}

fn replace_dependencies(
    transaction: &Transaction<'_>,
    workspace: &str,
    resource: &Resource,
) -> Result<(), rusqlite::Error> {
    transaction
        .prepare_cached("DELETE FROM dependencies WHERE workspace = ?1 AND address = ?2")?
        .execute([workspace, &resource.address])?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO dependencies (workspace, address, dependency) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
    )?;
    for dependency in &resource.dependencies {
        insert.execute([workspace, &resource.address, dependency])?;
    }
    Ok(())
}

/// Deletes a resource that nothing needs; one that is not there stays away.
pub(super) fn delete(
    transaction: &Transaction<'_>,
    workspace: &str,
    address: &str,
) -> Result<(), ApplyError> {
    let needed_by: Option<String> = transaction
        .prepare_cached(
            "SELECT address FROM dependencies
             WHERE workspace = ?1 AND dependency = ?2 AND address <> ?2
             ORDER BY address LIMIT 1",
        )?
        .query_row([workspace, address], |row| row.get(0))
        .optional()?;
    if let Some(needed_by) = needed_by {
        return Err(ApplyError::StillNeeded {
            address: address.to_owned(),
            needed_by,
        });
    }
    let held = held_specs(transaction, workspace, address)?;
    transaction
        .prepare_cached("DELETE FROM resources WHERE workspace = ?1 AND address = ?2")?
        .execute([workspace, address])?;
    drop_unused(transaction, &held)?;
    Ok(())
}

/// The specs that a resource holds: its own, and the interface of a version.
fn held_specs(
    transaction: &Transaction<'_>,
    workspace: &str,
    address: &str,
) -> Result<Vec<String>, rusqlite::Error> {
    let held = transaction
        .prepare_cached(
            "SELECT digest, interface_digest FROM resources
             WHERE workspace = ?1 AND address = ?2",
        )?
        .query_row([workspace, address], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))
        })
        .optional()?;
    Ok(held
        .map(|(digest, interface)| [Some(digest), interface].into_iter().flatten().collect())
        .unwrap_or_default())
}

/// Deletes those of `specs` that no resource holds any more.
fn drop_unused(transaction: &Transaction<'_>, specs: &[String]) -> Result<(), rusqlite::Error> {
    let mut delete = transaction.prepare_cached(
        "DELETE FROM specs WHERE digest = ?1
           AND NOT EXISTS (SELECT 1 FROM resources WHERE digest = ?1)
           AND NOT EXISTS (SELECT 1 FROM resources WHERE interface_digest = ?1)",
    )?;
    for digest in specs {
        delete.execute([digest])?;
    }
    Ok(())
}

/// The service that a resource is a part of.
pub(crate) fn service_of(resource: &Resource) -> Option<String> {
    match resource.spec.as_ref()?.kind.as_ref()? {
        spec::Kind::Interface(interface) => Some(interface.service.clone()),
        spec::Kind::Service(service) => Some(service.name.clone()),
        spec::Kind::Version(version) => Some(version.service.clone()),
        spec::Kind::Route(route) => Some(route.service.clone()),
        spec::Kind::Domain(_)
        | spec::Kind::Variable(_)
        | spec::Kind::Session(_)
        | spec::Kind::Vpod(_)
        | spec::Kind::Cluster(_) => None,
    }
}
