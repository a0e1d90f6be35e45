//! What holds for any desired and any live state.
#![allow(clippy::unwrap_used)]

mod fixtures;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use fixtures::{SUPPORTED, desired, domain, resource, variable};
use proptest::prelude::*;
use vimana_proto::state::v1::{
    Component, Interface, Resource, Route, RouteTarget, Service, Version, spec,
};
use vimana_proto::{Digest, Generation};
use vimana_reconciler::engine::Fault;
use vimana_reconciler::execute::ComponentsError;
use vimana_reconciler::{
    Action, Cancel, Components, ExecuteError, ExecuteOptions, Live, Plan, PlanOptions, Report,
    Schedule, Simulated, StepAction, execute, render,
};

/// A version: which component, which interface, and which variable it reads.
type VersionModel = (u8, u8, Option<u8>);
/// A service: its content, and its versions with their weights.
type ServiceModel = (u8, BTreeMap<u8, (VersionModel, u32)>);

fn services() -> impl Strategy<Value = BTreeMap<u8, ServiceModel>> {
    let version = ((0..3u8, 0..3u8, prop::option::of(0..2u8)), 0..3u32);
    let versions = prop::collection::btree_map(0..4u8, version, 0..4);
    prop::collection::btree_map(0..4u8, (0..2u8, versions), 0..4)
}

fn component(number: u8) -> Vec<u8> {
    format!("component {number}").into_bytes()
}

/// Resources as a compiler would make them: whatever one depends on is there.
fn resources(services: &BTreeMap<u8, ServiceModel>) -> Vec<Resource> {
    let mut resources = BTreeMap::new();
    let mut add = |resource: Resource| resources.insert(resource.address.clone(), resource);
    for (number, (content, versions)) in services {
        let name = format!("d{}.com:p.S{number}", number % 2);
        let domain_name = format!("d{}.com", number % 2);
        add(domain(&domain_name));
        let service_address = format!("service/{name}");
        add(resource(
            spec::Kind::Service(Service {
                name: name.clone(),
                id: content.to_string(),
                ..Service::default()
            }),
            1,
            &[&format!("domain/{domain_name}")],
        ));
        let mut route_needs = vec![service_address.clone()];
        let mut targets = Vec::new();
        for (minor, ((file, interface, reads), weight)) in versions.iter().rev() {
            let version = format!("1.{minor}.0");
            add(resource(
                spec::Kind::Interface(Interface {
                    service: name.clone(),
                    version: version.clone(),
                    wit: interface.to_string(),
                    ..Interface::default()
                }),
                2,
                &[],
            ));
            let mut needs = vec![
                service_address.clone(),
                format!("interface/{name}@{version}"),
            ];
            if let Some(reads) = reads {
                add(variable(&format!("V{reads}"), "V"));
                needs.push(format!("variable/V{reads}"));
            }
            let needs: Vec<_> = needs.iter().map(String::as_str).collect();
            let file = component(*file);
            add(resource(
                spec::Kind::Version(Version {
                    service: name.clone(),
                    version: version.clone(),
                    component: Some(Component {
                        digest: Digest::of(&file).to_string(),
                        size_bytes: file.len() as u64,
                    }),
                    interface_digest: interface.to_string(),
                    ..Version::default()
                }),
                3,
                &needs,
            ));
            if *weight > 0 {
                route_needs.push(format!("version/{name}@{version}"));
                targets.push(RouteTarget {
                    version,
                    weight: *weight,
                });
            }
        }
        let route_needs: Vec<_> = route_needs.iter().map(String::as_str).collect();
        add(resource(
            spec::Kind::Route(Route {
                service: name,
                targets,
                ..Default::default()
            }),
            4,
            &route_needs,
        ));
    }
    resources.into_values().collect()
}

/// Gives some live resources another immutable field than their address says, so
/// that they have to be replaced. No address is like that today.
fn bend(resources: &mut [Resource], bent: u8) {
    for (index, resource) in resources.iter_mut().enumerate() {
        let spec = resource.spec.as_mut().unwrap();
        match spec.kind.as_mut().unwrap() {
            spec::Kind::Domain(domain) if bent & 1 == 1 => domain.name.insert(0, 'x'),
            spec::Kind::Service(service) if bent >> (1 + index % 7) & 1 == 1 => {
                service.name.insert(0, 'x');
            }
            _ => continue,
        }
        resource.digest = resource.spec.as_ref().unwrap().digest().to_string();
    }
}

struct Built;

#[async_trait]
impl Components for Built {
    async fn load(&self, digest: &Digest) -> Result<Arc<[u8]>, ComponentsError> {
        (0..3)
            .map(component)
            .find(|bytes| Digest::of(bytes) == *digest)
            .map(Arc::from)
            .ok_or_else(|| "no such component".into())
    }
}

fn plan(resources: &[Resource], live: &Live) -> Plan {
    let allow_empty = PlanOptions { allow_empty: true };
    vimana_reconciler::plan(&desired(resources.to_vec()), "local", live, &allow_empty).unwrap()
}

fn apply(node: &Simulated, resources: &[Resource]) -> Result<Report, ExecuteError> {
    let options = ExecuteOptions {
        backoff: Duration::ZERO,
        ..ExecuteOptions::new("ada@host")
    };
    let plan = plan(resources, &node.live("acme"));
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(execute(
            &plan,
            node,
            &Built,
            &(),
            &options,
            &Cancel::never(),
        ))
}

/// What a node holds, without what it assigns itself.
fn held(node: &Simulated) -> BTreeMap<String, String> {
    node.live("acme")
        .resources
        .into_iter()
        .map(|resource| (resource.address, resource.digest))
        .collect()
}

fn wanted(resources: &[Resource]) -> BTreeMap<String, String> {
    resources
        .iter()
        .map(|resource| (resource.address.clone(), resource.digest.clone()))
        .collect()
}

fn live(resources: &[Resource]) -> Live {
    Live {
        generation: Generation(7),
        resources: resources.to_vec(),
        supported_kinds: SUPPORTED.to_vec(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_apply_makes_the_next_plan_empty(
        before in services(),
        after in services(),
        bent: u8,
    ) {
        let (mut before, after) = (resources(&before), resources(&after));
        bend(&mut before, bent);
        let node = Simulated::default();
        node.preset("acme", before);
        let report = apply(&node, &after).unwrap();
        prop_assert!(report.is_complete(), "{report:?}");
        prop_assert_eq!(held(&node), wanted(&after));
        prop_assert!(plan(&after, &node.live("acme")).is_empty());
    }

    #[test]
    fn after_a_crash_at_any_step_the_next_apply_converges(
        before in services(),
        after in services(),
        step in 0..12usize,
        answer_is_lost: bool,
        bent: u8,
    ) {
        let (mut before, after) = (resources(&before), resources(&after));
        bend(&mut before, bent);
        let node = Simulated::default();
        node.preset("acme", before);
        node.inject(if answer_is_lost {
            Fault::LoseAnswerAfter(step)
        } else {
            Fault::CrashAfter(step)
        });
        let report = apply(&node, &after).unwrap();
        prop_assert!(report.failed.is_empty(), "{report:?}");
        node.restart();
        node.advance(Duration::from_secs(10));
        let report = apply(&node, &after).unwrap();
        prop_assert!(report.is_complete(), "{report:?}");
        prop_assert_eq!(held(&node), wanted(&after));
    }

    #[test]
    fn after_any_refusal_the_next_apply_converges(
        before in services(),
        after in services(),
        refused in any::<prop::sample::Index>(),
    ) {
        let (before, after) = (resources(&before), resources(&after));
        let node = Simulated::default();
        node.preset("acme", before);
        let pending: Vec<_> = plan(&after, &node.live("acme"))
            .pending()
            .map(|change| change.address.to_string())
            .collect();
        prop_assume!(!pending.is_empty());
        let address = refused.get(&pending).clone();
        node.inject(Fault::Refuse { address: address.clone(), reason: "no".to_owned() });
        let report = apply(&node, &after).unwrap();
        prop_assert_eq!(report.failed.len(), 1, "{:?}", report);
        prop_assert_eq!(
            report.done.len() + report.failed.len() + report.not_started.len(),
            pending.len()
        );
        node.restart();
        prop_assert!(apply(&node, &after).unwrap().is_complete());
        prop_assert_eq!(held(&node), wanted(&after));
    }

    #[test]
    fn in_whatever_order_steps_end_dependencies_are_there_first_and_gone_last(
        before in services(),
        after in services(),
        choices in prop::collection::vec(any::<prop::sample::Index>(), 64),
        bent: u8,
    ) {
        let (mut before, after) = (resources(&before), resources(&after));
        bend(&mut before, bent);
        let plan = plan(&after, &live(&before));
        let mut schedule = Schedule::new(&plan).unwrap();
        let mut there: BTreeMap<String, Vec<String>> = before
            .iter()
            .map(|resource| (resource.address.clone(), resource.dependencies.clone()))
            .collect();
        let (mut in_hand, mut ended) = (Vec::new(), 0);
        let mut choices = choices.iter().cycle();
        loop {
            while let Some(step) = schedule.start() {
                in_hand.push(step);
            }
            if in_hand.is_empty() {
                break;
            }
            let step = in_hand.swap_remove(choices.next().unwrap().index(in_hand.len()));
            let change = &plan.changes[schedule.steps()[step].change];
            let address = change.address.to_string();
            if schedule.steps()[step].action == StepAction::Delete {
                prop_assert!(!there.values().any(|needs| needs.contains(&address)), "{address}");
                there.remove(&address);
            } else {
                let needs = change.resource().unwrap().dependencies.clone();
                prop_assert!(needs.iter().all(|need| there.contains_key(need)), "{address}");
                there.insert(address, needs);
            }
            schedule.done(step);
            ended += 1;
        }
        prop_assert_eq!(ended, schedule.steps().len());
        let wanted: BTreeSet<_> = wanted(&after).into_keys().collect();
        prop_assert_eq!(there.into_keys().collect::<BTreeSet<_>>(), wanted);
    }

    #[test]
    fn equal_inputs_in_any_order_give_equal_bytes(
        before in services(),
        after in services(),
        seed in any::<u64>(),
    ) {
        let (before, after) = (resources(&before), resources(&after));
        let expected = plan(&after, &live(&before));
        let turn = |mut list: Vec<Resource>| {
            let length = list.len().max(1);
            list.rotate_left(usize::try_from(seed).unwrap_or_default() % length);
            list.reverse();
            list
        };
        let again = plan(&turn(after), &live(&turn(before)));
        prop_assert_eq!(render::json::render(&again), render::json::render(&expected));
        prop_assert_eq!(again, expected);
    }

    #[test]
    fn a_plan_says_something_about_every_resource(before in services(), after in services()) {
        let (before, after) = (resources(&before), resources(&after));
        let plan = plan(&after, &live(&before));
        let addresses: BTreeSet<_> = wanted(&before).into_keys().chain(wanted(&after).into_keys()).collect();
        let planned: BTreeSet<_> = plan.changes.iter().map(|change| change.address.to_string()).collect();
        prop_assert_eq!(planned, addresses);
        for change in &plan.changes {
            prop_assert_eq!(change.resource().is_some(), change.action.puts());
            if change.action == Action::Update {
                prop_assert!(!change.fields.is_empty());
            }
        }
    }
}
