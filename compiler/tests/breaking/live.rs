use vimana_compiler::breaking::{Outcome, State, compare};
use vimana_compiler::source::Memory;
use vimana_compiler::{Options, compile};
use vimana_proto::state::v1::Resource;

use crate::repo::{component_of_wit, definition, wit};
use crate::{findings, repository, things};

const TWO: &str = "string name = 1; int32 age = 2;";
const ONE: &str = "string name = 1;";

/// What is live once `source` is applied.
fn live(source: &Memory) -> Vec<Resource> {
    compile(source, &Options::default()).graph().resources()
}

/// The same repository with a service `shop.Things`, whose component calls
/// `a.Things` as `callee` defines it.
fn with_consumer(mut source: Memory, callee: &str) -> Memory {
    let caller = definition("shop", 2, "3.1.0", "/orders");
    let other = wit(callee);
    let end = other.find("/// What an implementation").unwrap();
    let (package, rest) = other[..end].split_once(';').unwrap();
    let (name, version) = package.rsplit(' ').next().unwrap().split_once('@').unwrap();
    let import = format!("world things {{\n  import {name}/rpc@{version};");
    let world = wit(&caller).replace("world things {", &import);
    let component = component_of_wit(&format!("{world}\n{package} {{{rest}}}\n"));
    source.insert("shop/shop.proto".parse().unwrap(), caller);
    source.insert("shop/shop-3.1.0.wasm".parse().unwrap(), component);
    source
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
    let callee = things("1.2.0", TWO);
    let with = |source| with_consumer(source, &callee);
    let old = live(&with(repository(std::slice::from_ref(&callee), "")));

    // 2.0.0 may break whom it likes, but not those who run.
    let outcome = against(&old, &with(repository(&[things("2.0.0", ONE)], "")));
    let found = findings(&outcome);
    assert_eq!(
        found,
        "VM0202 warning a/a-2.0.0.proto:7: `example.com:a.Things@1.2.0` is removed while it gets 100 % of the traffic\n\
         VM0203 error a/a-2.0.0.proto:7: the live consumer `example.com:shop.Things@3.1.0` imports `a:things/rpc@1.2.0`, whose version is removed\n"
    );
    let consumers = &outcome.report.services[0].broken_consumers;
    assert_eq!(consumers[0].consumer, "example.com:shop.Things@3.1.0");

    // A compatible version gives what it imports, but with another record.
    let more = things("1.3.0", &format!("{TWO} bool old = 3;"));
    let found = findings(&against(&old, &with(repository(&[more], ""))));
    assert!(
        found.contains(
            "whose function `get` changes: in the request, the field `old` of `request` is new"
        ),
        "{found}"
    );
}

#[test]
fn a_consumer_that_is_left_what_it_imports_or_goes_with_it_is_not_named() {
    let callee = things("1.2.0", TWO);
    let with = |source| with_consumer(source, &callee);
    let old = live(&with(repository(std::slice::from_ref(&callee), "")));

    let config = "version { version: \"1.2.0\" }\nversion { version: \"2.0.0\" weight: 1 }\n";
    let both = with(repository(&[callee.clone(), things("2.0.0", ONE)], config));
    let found = findings(&against(&old, &both));
    assert!(!found.contains("VM0203"), "{found}");

    let alone = repository(&[things("2.0.0", ONE)], "");
    let found = findings(&against(&old, &alone));
    assert!(!found.contains("VM0203"), "{found}");
}

#[test]
fn the_consumers_of_a_service_that_is_removed_are_named() {
    let callee = things("1.2.0", TWO);
    let old = live(&with_consumer(
        repository(std::slice::from_ref(&callee), ""),
        &callee,
    ));
    let empty = crate::repo::repo([("vimana.toml", crate::text(crate::SETTINGS))]);
    let found = findings(&against(&old, &with_consumer(empty, &callee)));
    assert!(found.contains("VM0210 error"), "{found}");
    assert!(found.contains("VM0203 error vimana.toml:1: the live consumer `example.com:shop.Things@3.1.0` imports `a:things/rpc@1.2.0`, whose service is removed"), "{found}");
}
