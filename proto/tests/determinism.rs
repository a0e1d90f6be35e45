//! Equal values have equal bytes, and so equal digests.
#![allow(clippy::unwrap_used)]

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use prost::Message as _;
use vimana_proto::state::v1::{Resource, Route, RouteTarget, Service, Spec, VPod, spec};
use vimana_proto::to_dynamic;

fn vpod() -> impl Strategy<Value = spec::Kind> {
    let text = || "[a-zA-Z0-9/._-]{0,12}";
    (
        text(),
        text(),
        text(),
        btree_map(text(), text(), 0..6),
        vec(text(), 0..4),
    )
        .prop_map(|(session, name, source, environment, reachable_vpods)| {
            spec::Kind::Vpod(VPod {
                session,
                name,
                source,
                environment,
                reachable_vpods,
                ..VPod::default()
            })
        })
}

fn route() -> impl Strategy<Value = spec::Kind> {
    let target = ("[0-9]\\.[0-9]\\.[0-9]", any::<u32>())
        .prop_map(|(version, weight)| RouteTarget { version, weight });
    ("[a-z.:]{0,20}", vec(target, 0..5)).prop_map(|(service, targets)| {
        spec::Kind::Route(Route {
            service,
            targets,
            ..Default::default()
        })
    })
}

fn service() -> impl Strategy<Value = spec::Kind> {
    (any::<String>(), any::<String>()).prop_map(|(name, id)| {
        spec::Kind::Service(Service {
            name,
            id,
            ..Service::default()
        })
    })
}

fn specs() -> impl Strategy<Value = Spec> {
    option::of(prop_oneof![vpod(), route(), service()]).prop_map(|kind| Spec { kind })
}

proptest! {
    #[test]
    fn equal_values_have_equal_bytes(spec in specs()) {
        // The same value by three ways: a copy, its bytes, and its JSON, each of
        // which builds every map and list anew.
        let bytes = spec.encode_to_vec();
        let copy = spec.clone();
        prop_assert_eq!(&copy.encode_to_vec(), &bytes);

        let decoded = Spec::decode(bytes.as_slice()).unwrap();
        prop_assert_eq!(&decoded, &spec);
        prop_assert_eq!(&decoded.encode_to_vec(), &bytes);

        let dynamic = to_dynamic(&spec);
        prop_assert_eq!(dynamic.transcode_to::<Spec>().unwrap().encode_to_vec(), bytes);
        prop_assert_eq!(decoded.digest(), spec.digest());
    }

    #[test]
    fn the_order_in_which_a_map_was_filled_does_not_show(entries in btree_map("[a-z]{1,8}", "[a-z]{0,8}", 0..8)) {
        let filled = |entries: Vec<(String, String)>| {
            let vpod = VPod { environment: entries.into_iter().collect(), ..VPod::default() };
            Spec::from(spec::Kind::Vpod(vpod)).digest()
        };
        let forth: Vec<_> = entries.into_iter().collect();
        let back: Vec<_> = forth.iter().rev().cloned().collect();
        prop_assert_eq!(filled(forth), filled(back));
    }

    #[test]
    fn different_values_have_different_digests(one in specs(), other in specs()) {
        prop_assert_eq!(one == other, one.digest() == other.digest());
    }

    #[test]
    fn a_resource_is_consistent_with_its_own_address_and_digest_only(spec in specs()) {
        let Some(address) = spec.address() else { return Ok(()) };
        let resource = Resource {
            address: address.to_string(),
            digest: spec.digest().to_string(),
            spec: Some(spec),
            ..Resource::default()
        };
        prop_assert!(resource.is_consistent());
        let moved = Resource { address: format!("{}x", resource.address), ..resource.clone() };
        prop_assert!(!moved.is_consistent());
        let changed = Resource { digest: String::new(), ..resource };
        prop_assert!(!changed.is_consistent());
    }
}
