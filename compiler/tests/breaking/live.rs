use vimana_compiler::breaking::{Outcome, State, compare};
use vimana_compiler::source::Memory;
use vimana_compiler::{Options, compile};
use vimana_proto::state::v1::{Import, Resource, spec};

use crate::{findings, repository, things};

const TWO: &str = "string name = 1; int32 age = 2;";
const ONE: &str = "string name = 1;";

/// What is live once `source` is applied.
fn live(source: &Memory) -> Vec<Resource> {
    compile(source, &Options::default()).graph().resources()
}

/// A version of another service, which calls `Get` of `a.Things` at `version`.
fn consumer(version: &str) -> Resource {
    let mut resources = live(&repository(&[things("1.0.0", ONE)], ""));
    let mut resource = resources
        .drain(..)
        .find(|resource| resource.address.starts_with("version/"))
        .unwrap();
    resource.address = "version/example.com:shop.Orders@3.1.0".to_owned();
    if let Some(spec::Kind::Version(found)) = &mut resource.spec.as_mut().unwrap().kind {
        found.service = "example.com:shop.Orders".to_owned();
        found.version = "3.1.0".to_owned();
        found.imports = vec![Import {
            interface: format!("a:things/rpc@{version}"),
            functions: vec!["get".to_owned()],
        }];
    }
    resource.origin.as_mut().unwrap().file = "shop/service.txtpb".to_owned();
    resource
}

fn against(live: &[Resource], head: &Memory) -> Outcome {
    let compilation = compile(head, &Options::default());
    compare(
        &State::live("live", live),
        &State::compiled("", &compilation, head),
    )
}

#[test]
fn what_is_live_is_a_base_like_any_other() {
    let old = live(&repository(&[things("1.2.0", TWO)], ""));
    let outcome = against(&old, &repository(&[things("1.2.0", ONE)], ""));
    let found = findings(&outcome);
    assert!(
        found.contains("VM0240 error a/a-1.2.0.proto:11: field `age` of `a.Request` is removed"),
        "{found}"
    );
    let removed = outcome
        .diagnostics
        .iter()
        .find(|found| found.code == "VM0240");
    assert_eq!(
        removed.unwrap().notes[1],
        "it was `int32 age = 2`, at `live`, `a/a-1.2.0.proto:4`"
    );
}

#[test]
fn a_version_that_gets_traffic_is_not_removed_unnoticed() {
    let config =
        "version { version: \"1.2.0\" weight: 3 }\nversion { version: \"1.3.0\" weight: 1 }\n";
    let old = live(&repository(
        &[things("1.2.0", ONE), things("1.3.0", TWO)],
        config,
    ));
    let outcome = against(&old, &repository(&[things("1.3.0", TWO)], ""));
    assert_eq!(
        findings(&outcome),
        "VM0202 warning a/a-1.3.0.proto:7: `example.com:a.Things@1.2.0` is removed while it gets 75 % of the traffic\n"
    );
    let kept = repository(
        &[things("1.2.0", ONE), things("1.3.0", TWO)],
        "version { version: \"1.2.0\" }\nversion { version: \"1.3.0\" weight: 1 }\n",
    );
    assert_eq!(findings(&against(&old, &kept)), "");
}

#[test]
fn a_live_consumer_that_breaks_is_named_with_the_reason() {
    let mut old = live(&repository(&[things("1.2.0", TWO)], ""));
    old.push(consumer("1.2.0"));

    // 2.0.0 may break whom it likes, but not those who run.
    let outcome = against(&old, &repository(&[things("2.0.0", ONE)], ""));
    let found = findings(&outcome);
    assert!(found.contains("VM0203 error a/a-2.0.0.proto:7: the live consumer `example.com:shop.Orders@3.1.0` imports `a:things/rpc@1.2.0`, whose version is removed"), "{found}");
    let consumers = &outcome.report.services[0].broken_consumers;
    assert_eq!(consumers[0].consumer, "example.com:shop.Orders@3.1.0");

    // A compatible version gives what it imports, but with another record.
    let outcome = against(
        &old,
        &repository(&[things("1.3.0", &format!("{TWO} bool old = 3;"))], ""),
    );
    let found = findings(&outcome);
    assert!(
        found.contains(
            "whose function `get` changes: in the request, the field `old` of `request` is new"
        ),
        "{found}"
    );

    // Both side by side.
    let config = "version { version: \"1.2.0\" }\nversion { version: \"2.0.0\" weight: 1 }\n";
    let both = repository(&[things("1.2.0", TWO), things("2.0.0", ONE)], config);
    let found = findings(&against(&old, &both));
    assert!(!found.contains("VM0203"), "{found}");
}

#[test]
fn the_consumers_of_a_service_that_is_removed_are_named() {
    let mut old = live(&repository(&[things("1.2.0", TWO)], ""));
    old.push(consumer("1.2.0"));
    let empty = crate::repo::repo([("vimana.toml", crate::text(crate::SETTINGS))]);
    let found = findings(&against(&old, &empty));
    assert!(found.contains("VM0210 error"), "{found}");
    assert!(found.contains("VM0203 error vimana.toml:1: the live consumer `example.com:shop.Orders@3.1.0` imports `a:things/rpc@1.2.0`, whose service is removed"), "{found}");
}
