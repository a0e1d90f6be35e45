//! Messages at the edge of what a component's type can hold.

use std::fmt::Write;

use vimana_interface::{Body, FindingKind, Interface};

use crate::compile::{findings, foo, try_interface_of};
use crate::guest::component;

/// The last interface that is accepted when its messages grow. Streams of results
/// are around them, which is as deep as they can lie.
fn largest(body: impl Fn(usize) -> String) -> Interface {
    let streams = "rpc Do(stream Request) returns (stream Request);";
    let proto = |levels| foo(&body(levels)).replace("rpc Do(Request) returns (Response);", streams);
    (1..100)
        .map_while(|levels| try_interface_of(&[("foo.proto", &proto(levels))]).ok())
        .last()
        .unwrap()
}

/// `levels` messages, each in the one before it.
fn chain(levels: usize, field: &str) -> String {
    let mut body = String::from("message Request { M0 m = 1; } message Response {}");
    for level in 0..levels {
        let field = field.replace("NEXT", &format!("M{}", level + 1));
        let _ = write!(body, "message M{level} {{ {field} m = 1; }}");
    }
    let _ = write!(body, "message M{levels} {{}}");
    body
}

#[test]
fn the_deepest_message_that_is_accepted_is_one_that_components_can_have() {
    for field in ["NEXT", "repeated NEXT", "map<string, NEXT>"] {
        let deepest = largest(|levels| chain(levels, field));
        component(&deepest.to_wit());
    }
}

#[test]
fn forty_messages_one_in_another_are_accepted_in_every_arity() {
    for field in ["NEXT", "repeated NEXT", "optional NEXT"] {
        let text = foo(&chain(40, field)).replace(
            "rpc Do(Request) returns (Response);",
            "rpc A(Request) returns (Request); rpc B(stream Request) returns (Request);
             rpc C(Request) returns (stream Request); rpc D(stream Request) returns (stream Request);",
        );
        let interface = try_interface_of(&[("foo.proto", &text)]).unwrap();
        component(&interface.to_wit());
    }
}

#[test]
fn a_message_of_five_hundred_fields_is_accepted() {
    let mut body = String::from("message Response {} message Request {");
    for number in 1..=500 {
        let _ = write!(body, "optional string field_{number}_of_many = {number};");
    }
    body.push('}');
    let interface = try_interface_of(&[("foo.proto", &foo(&body))]).unwrap();
    let Body::Record(members) = &interface.message("bar.Request").unwrap().body else {
        panic!("no record");
    };
    assert_eq!(members.len(), 500);
    component(&interface.to_wit());
}

#[test]
fn many_methods_of_large_messages_are_accepted_as_far_as_components_can_have_them() {
    // Each method mentions 8,000 types twice.
    let body = doubling(12);
    let text = |methods: usize| {
        let mut rpc = String::new();
        for method in 0..methods {
            let _ = write!(rpc, "rpc Do{method}(Request) returns (Request);");
        }
        foo(&body).replace("rpc Do(Request) returns (Response);", &rpc)
    };
    let largest = (1..100)
        .map_while(|methods| try_interface_of(&[("foo.proto", &text(methods))]).ok())
        .last()
        .unwrap();
    assert!(largest.methods().len() > 5);
    let wit = largest.to_wit();
    component(&wit);
    // The same service, called by its own implementation.
    component(&wit.replace("world foo-service {", "world foo-service { import rpc;"));
}

#[test]
fn messages_that_nest_deeper_are_a_finding_however_deep() {
    for levels in [60, 5_000] {
        let all = findings(&chain(levels, "NEXT"));
        assert!(
            matches!(all[0].kind, FindingKind::TooDeep { .. }),
            "{all:#?}"
        );
    }
}

/// Each message holds the next one twice: two to the power of `levels`, written out.
fn doubling(levels: usize) -> String {
    let mut body = String::from("message Request { M0 m = 1; } message Response {}");
    for level in 0..levels {
        let next = level + 1;
        let _ = write!(body, "message M{level} {{ M{next} a = 1; M{next} b = 2; }}");
    }
    let _ = write!(body, "message M{levels} {{}}");
    body
}

#[test]
fn the_largest_message_that_is_accepted_is_one_that_components_can_have() {
    component(&largest(doubling).to_wit());
}

#[test]
fn messages_that_are_larger_written_out_are_a_finding() {
    for levels in [17, 35] {
        let all = findings(&doubling(levels));
        assert!(
            all.iter().any(|finding| matches!(
                finding.kind,
                FindingKind::TooLarge { .. } | FindingKind::ServiceTooLarge { .. }
            )),
            "{all:#?}"
        );
    }
}

#[test]
fn more_fields_or_values_than_a_type_can_have_are_a_finding() {
    let mut message = String::from("message Response {} message Request {");
    let mut values = String::from("message Response {} message Request { E e = 1; } enum E {");
    for number in 0..10_000 {
        let _ = write!(message, "int32 f{number} = {};", number + 1);
        let _ = write!(values, "V{number} = {number};");
    }
    for body in [message + "}", values + "}"] {
        let all = findings(&body);
        assert_eq!(all.len(), 1);
        assert!(
            matches!(
                all[0].kind,
                FindingKind::TooManyMembers { found: 10_000, .. }
            ),
            "{all:#?}"
        );
    }
}
