use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use vimana_proto::control::v1::{JournalStep, PlannedStep, StepAction, apply, journal_step};
use vimana_proto::state::v1::{Component, Domain, Interface, Resource, Spec, Version, spec};
use vimana_proto::{Digest, Generation};

use super::*;
use crate::clock::manual::ManualClock;

const LEASE: Duration = Duration::from_secs(10);

struct Fixture {
    directory: tempfile::TempDir,
    clock: Arc<ManualClock>,
}

impl Fixture {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::new()),
        }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn open(&self) -> Store {
        Store::open(self.path(), Arc::clone(&self.clock) as Arc<dyn Clock>).unwrap()
    }
}

fn resource(kind: spec::Kind, dependencies: &[&str]) -> Resource {
    let spec = Spec::from(kind);
    Resource {
        address: spec.address().unwrap().to_string(),
        digest: spec.digest().to_string(),
        spec: Some(spec),
        origin: None,
        dependencies: dependencies.iter().map(ToString::to_string).collect(),
        generation: 0,
    }
}

fn domain(name: &str) -> Resource {
    resource(
        spec::Kind::Domain(Domain {
            name: name.into(),
            ..Default::default()
        }),
        &[],
    )
}

fn interface(wit: &str) -> Resource {
    resource(
        spec::Kind::Interface(Interface {
            service: "a.com:x.Y".into(),
            version: "1.0.0".into(),
            wit: wit.into(),
            ..Interface::default()
        }),
        &[],
    )
}

fn version(interface: &Resource) -> Resource {
    resource(
        spec::Kind::Version(Version {
            service: "a.com:x.Y".into(),
            version: "1.0.0".into(),
            component: Some(Component {
                digest: Digest::of(b"c").to_string(),
                size_bytes: 1,
            }),
            interface_digest: interface.digest.clone(),
            ..Version::default()
        }),
        &[&interface.address],
    )
}

fn put_step(resource: &Resource) -> PlannedStep {
    PlannedStep {
        action: StepAction::Put.into(),
        address: resource.address.clone(),
        digest: resource.digest.clone(),
        reason: "new".into(),
    }
}

fn delete_step(resource: &Resource) -> PlannedStep {
    PlannedStep {
        action: StepAction::Delete.into(),
        address: resource.address.clone(),
        digest: String::new(),
        reason: "gone".into(),
    }
}

fn begin(parent: u64, steps: Vec<PlannedStep>) -> Begin {
    Begin {
        workspace: "acme".into(),
        parent: Generation(parent),
        steps,
        holder: "ada@host".into(),
        commit: "abc".into(),
        lease: LEASE,
    }
}

fn key(generation: u64, step: u32) -> StepKey {
    StepKey {
        workspace: "acme".into(),
        generation: Generation(generation),
        step,
    }
}

/// Applies resources in their order, in one generation.
fn apply_all(store: &Store, parent: u64, resources: &[Resource]) {
    let begun = store
        .begin(&begin(parent, resources.iter().map(put_step).collect()))
        .unwrap();
    for (step, resource) in (0..).zip(resources) {
        store.put(&key(begun.generation.0, step), resource).unwrap();
    }
    store.finish("acme", begun.generation).unwrap();
}

#[test]
fn a_store_that_was_dropped_in_mid_apply_has_each_step_whole_or_not_at_all() {
    let fixture = Fixture::new();
    let interface = interface("a");
    let resources = [interface.clone(), version(&interface), domain("c.com")];
    {
        let store = fixture.open();
        store
            .begin(&begin(0, resources.iter().map(put_step).collect()))
            .unwrap();
        store.put(&key(1, 0), &resources[0]).unwrap();
        store.open_step(&key(1, 1), Some(&resources[1])).unwrap();
    }

    let store = fixture.open();
    let inventory = store.inventory("acme").unwrap();
    assert_eq!(inventory.generation, Generation(1));
    assert_eq!(inventory.resources.len(), 1);
    assert_eq!(inventory.resources[0].address, interface.address);
    assert_eq!(inventory.resources[0].generation, 1);

    let apply = store.apply("acme", Generation(1)).unwrap();
    assert_eq!(apply.state(), apply::State::Running);
    let states: Vec<_> = apply.steps.iter().map(JournalStep::state).collect();
    assert_eq!(
        states,
        [
            journal_step::State::Done,
            journal_step::State::Started,
            journal_step::State::NotStarted
        ]
    );

    // The same executor may go on.
    store.put(&key(1, 1), &resources[1]).unwrap();
    store.put(&key(1, 2), &resources[2]).unwrap();
    let apply = store.finish("acme", Generation(1)).unwrap();
    assert_eq!(apply.state(), apply::State::Succeeded);
}

#[test]
fn a_step_that_carries_something_else_than_announced_is_refused() {
    let fixture = Fixture::new();
    let store = fixture.open();
    let (a, b) = (domain("a.com"), domain("b.com"));
    store.begin(&begin(0, vec![put_step(&a)])).unwrap();
    for carried in [Some(&b), None] {
        let error = store.open_step(&key(1, 0), carried).unwrap_err();
        assert!(matches!(error, ApplyError::OtherStep { .. }), "{error}");
    }
}

#[test]
fn a_plan_of_a_passed_generation_is_refused() {
    let fixture = Fixture::new();
    let store = fixture.open();
    apply_all(&store, 0, &[domain("a.com")]);
    let error = store.begin(&begin(0, vec![])).unwrap_err();
    assert!(matches!(
        error,
        ApplyError::StaleParent { current, .. } if current == Generation(1)
    ));
}

#[test]
fn a_step_of_a_passed_generation_is_refused_and_changes_nothing() {
    let fixture = Fixture::new();
    let store = fixture.open();
    let (a, b) = (domain("a.com"), domain("b.com"));
    store.begin(&begin(0, vec![put_step(&a)])).unwrap();
    fixture.clock.advance(LEASE);
    store.begin(&begin(1, vec![put_step(&b)])).unwrap();

    let error = store.put(&key(1, 0), &a).unwrap_err();
    assert!(matches!(error, ApplyError::StaleGeneration { .. }));
    assert!(matches!(
        store.renew("acme", Generation(1)),
        Err(ApplyError::StaleGeneration { .. })
    ));
    assert!(store.inventory("acme").unwrap().resources.is_empty());
    store.fail_step(&key(2, 0), "broken").unwrap();
    assert!(store.fail_step(&key(1, 0), "late").is_err());
}

#[test]
fn a_lease_is_held_until_it_ends_and_then_taken_over() {
    let fixture = Fixture::new();
    let store = fixture.open();
    store.begin(&begin(0, vec![])).unwrap();
    fixture.clock.advance(Duration::from_millis(9_999));
    let error = store.begin(&begin(1, vec![])).unwrap_err();
    assert!(
        matches!(&error, ApplyError::LeaseHeld { holder, .. } if holder == "ada@host"),
        "{error}"
    );

    fixture.clock.advance(Duration::from_millis(1));
    let running = store.apply("acme", Generation(1)).unwrap();
    assert_eq!(running.state(), apply::State::Abandoned);
    let begun = store.begin(&begin(1, vec![])).unwrap();
    assert_eq!(begun.generation, Generation(2));

    let applies = store.applies("acme", 10).unwrap();
    let states: Vec<_> = applies
        .iter()
        .map(|apply| (apply.generation, apply.state()))
        .collect();
    assert_eq!(
        states,
        [(2, apply::State::Running), (1, apply::State::Abandoned)]
    );
    assert_eq!(applies[1].finished_at, running.finished_at);
}

#[test]
fn a_renewed_lease_lasts_longer_also_after_it_ran_out_unclaimed() {
    let fixture = Fixture::new();
    let store = fixture.open();
    store.begin(&begin(0, vec![])).unwrap();
    fixture.clock.advance(LEASE * 3);
    store.renew("acme", Generation(1)).unwrap();
    assert!(matches!(
        store.begin(&begin(1, vec![])),
        Err(ApplyError::LeaseHeld { .. })
    ));
    let apply = store.apply("acme", Generation(1)).unwrap();
    assert_eq!(apply.state(), apply::State::Running);
}

#[test]
fn a_lease_outlives_a_restart() {
    let fixture = Fixture::new();
    fixture.open().begin(&begin(0, vec![])).unwrap();
    assert!(matches!(
        fixture.open().begin(&begin(1, vec![])),
        Err(ApplyError::LeaseHeld { .. })
    ));
}

#[test]
fn a_step_may_be_repeated() {
    let fixture = Fixture::new();
    let store = fixture.open();
    let a = domain("a.com");
    store.begin(&begin(0, vec![put_step(&a)])).unwrap();
    store.fail_step(&key(1, 0), "for now").unwrap();
    store.put(&key(1, 0), &a).unwrap();
    assert!(matches!(
        store.open_step(&key(1, 0), Some(&a)).unwrap(),
        Progress::Done { .. }
    ));
    store.put(&key(1, 0), &a).unwrap();
    store.fail_step(&key(1, 0), "too late").unwrap();
    let apply = store.apply("acme", Generation(1)).unwrap();
    assert_eq!(apply.steps[0].state(), journal_step::State::Done);
    assert_eq!(apply.steps[0].error, "");
}

#[test]
fn an_ended_apply_takes_no_steps_and_ends_once() {
    let fixture = Fixture::new();
    let store = fixture.open();
    let a = domain("a.com");
    store.begin(&begin(0, vec![put_step(&a)])).unwrap();
    let first = store.finish("acme", Generation(1)).unwrap();
    assert_eq!(first.state(), apply::State::Failed);
    fixture.clock.advance(LEASE);
    assert_eq!(store.finish("acme", Generation(1)).unwrap(), first);
    assert!(matches!(
        store.put(&key(1, 0), &a),
        Err(ApplyError::Ended { .. })
    ));
}

#[test]
fn an_unknown_step_and_an_unknown_apply_are_named() {
    let fixture = Fixture::new();
    let store = fixture.open();
    assert!(matches!(
        store.open_step(&key(1, 0), None),
        Err(ApplyError::NoSuchApply { .. })
    ));
    store.begin(&begin(0, vec![])).unwrap();
    let error = store.open_step(&key(1, 7), None).unwrap_err().to_string();
    assert_eq!(error, "step 7 is not in the plan, which has 0 steps");
    assert!(matches!(
        store.apply("acme", Generation(9)),
        Err(ApplyError::NoSuchApply { .. })
    ));
}

#[test]
fn what_a_resource_needs_must_be_there_and_cannot_be_deleted() {
    let fixture = Fixture::new();
    let store = fixture.open();
    let interface = interface("a");
    let version = version(&interface);
    let steps = vec![put_step(&version), put_step(&interface)];
    store.begin(&begin(0, steps)).unwrap();
    assert!(matches!(
        store.put(&key(1, 0), &version),
        Err(ApplyError::MissingDependency { .. })
    ));
    store.put(&key(1, 1), &interface).unwrap();
    store.put(&key(1, 0), &version).unwrap();
    store.finish("acme", Generation(1)).unwrap();

    let steps = vec![delete_step(&interface), delete_step(&version)];
    store.begin(&begin(1, steps)).unwrap();
    let interface_address = interface.address.parse().unwrap();
    let error = store
        .delete(&key(2, 0), &interface_address)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "`interface/a.com:x.Y@1.0.0` cannot be deleted: `version/a.com:x.Y@1.0.0` needs it"
    );
    store
        .delete(&key(2, 1), &version.address.parse().unwrap())
        .unwrap();
    store.delete(&key(2, 0), &interface_address).unwrap();
    store.delete(&key(2, 0), &interface_address).unwrap();
    assert!(store.inventory("acme").unwrap().resources.is_empty());
}

#[test]
fn a_version_keeps_its_interface_until_it_is_replaced() {
    let fixture = Fixture::new();
    let (old, new) = (interface("old"), interface("new"));
    {
        let store = fixture.open();
        apply_all(&store, 0, &[old.clone(), version(&old)]);
        apply_all(&store, 1, std::slice::from_ref(&new));
    }
    let store = fixture.open();
    let digest: Digest = old.digest.parse().unwrap();
    assert_eq!(
        store
            .restore()
            .unwrap()
            .interfaces
            .keys()
            .collect::<Vec<_>>(),
        [&digest]
    );

    store
        .begin(&begin(2, vec![put_step(&version(&old))]))
        .unwrap();
    assert!(matches!(
        store.put(&key(3, 0), &version(&old)),
        Err(ApplyError::OtherInterface { .. })
    ));
    store.finish("acme", Generation(3)).unwrap();
    apply_all(&store, 3, &[version(&new)]);
    let restored = store.restore().unwrap();
    assert_eq!(restored.interfaces.values().next(), new.spec.as_ref());
    let specs: i64 = store
        .connection
        .lock()
        .query_row("SELECT count(*) FROM specs", [], |row| row.get(0))
        .unwrap();
    assert_eq!(specs, 2, "the old interface and version are gone");
}

#[test]
fn a_service_belongs_to_the_workspace_that_put_it_first() {
    let fixture = Fixture::new();
    let store = fixture.open();
    let interface = interface("a");
    apply_all(&store, 0, &[domain("a.com"), interface.clone()]);

    let mut other = begin(0, vec![put_step(&domain("a.com")), put_step(&interface)]);
    other.workspace = "rival".into();
    store.begin(&other).unwrap();
    let key = |step| StepKey {
        workspace: "rival".into(),
        generation: Generation(1),
        step,
    };
    store.put(&key(0), &domain("a.com")).unwrap();
    let error = store.put(&key(1), &interface).unwrap_err().to_string();
    assert_eq!(
        error,
        "`interface/a.com:x.Y@1.0.0` belongs to workspace `acme`"
    );
}

#[test]
fn damaged_state_is_reported_not_served() {
    let fixture = Fixture::new();
    let store = fixture.open();
    apply_all(&store, 0, &[domain("a.com")]);
    store
        .connection
        .lock()
        .execute("UPDATE specs SET bytes = x'00'", [])
        .unwrap();
    assert!(matches!(store.restore(), Err(StoreError::Damaged { .. })));
}
