//! What a person must change.

use vimana_interface::{DescriptorFinding, FindingKind};

use crate::compile::{findings, foo, try_interface_of};

fn only(findings: Vec<DescriptorFinding>) -> DescriptorFinding {
    let [finding] = <[_; 1]>::try_from(findings).unwrap_or_else(|all| panic!("{all:#?}"));
    finding
}

#[test]
fn a_name_that_wit_cannot_spell_offers_the_option() {
    let finding = only(findings(
        "message Request { string _1st = 1; } message Response {}",
    ));
    assert_eq!(
        finding.kind.to_string(),
        "the field `_1st` has no name in WIT, where each word of a name starts with a letter"
    );
    assert_eq!(
        finding.help.unwrap(),
        "name it: `_1st = ... [(vimana.wit_name) = \"n1st\"]`"
    );
    assert_eq!(
        (finding.file.as_str(), finding.path.as_slice()),
        ("foo.proto", &[4, 0, 2, 0][..])
    );
}

#[test]
fn two_names_that_become_one_are_reported_where_the_second_stands() {
    for (body, message, help) in [
        (
            "message Request { oneof a_b { int32 x = 1; } string aB = 2; } message Response {}",
            "the field `aB` and the oneof `a_b` would both be `a-b` in WIT",
            "name it: `aB = ... [(vimana.wit_name) = \"a-b-field\"]`",
        ),
        (
            "message Request { message Part {} Part part = 1; RequestPart other = 2; } message RequestPart {} message Response {}",
            "the message `bar.RequestPart` and the message `bar.Request.Part` would both be `request-part` in WIT",
            "name it: `option (vimana.message_wit_name) = \"request-part-message\";`",
        ),
        (
            "message Request { message Kind {} oneof kind { Kind a = 1; } } message Response {}",
            "the message `bar.Request.Kind` and the oneof `bar.Request.kind` would both be `request-kind` in WIT",
            "name it: `option (vimana.message_wit_name) = \"request-kind-message\";`",
        ),
        (
            "message Request { E e = 1; } message Response {} enum E { A = 0; UNRECOGNIZED = 1; }",
            "the enum value `UNRECOGNIZED` and the case for numbers that the enum does not have would both be `unrecognized` in WIT",
            "name it: `UNRECOGNIZED = ... [(vimana.enum_value_wit_name) = \"unrecognized-enum-value\"]`",
        ),
    ] {
        let finding = only(findings(body));
        assert_eq!(finding.kind.to_string(), message);
        assert_eq!(finding.help.unwrap(), help);
    }
}

#[test]
fn what_the_help_says_is_accepted() {
    let body = "message Request { string _ = 1 [(vimana.wit_name) = \"the-field\"]; string a_b = 2; oneof ab_ { int32 x = 3; } } message Response {}";
    assert!(try_interface_of(&[("foo.proto", &foo(body))]).is_ok());
    let finding = only(findings(
        "message Request { string _ = 1; } message Response {}",
    ));
    assert!(finding.help.unwrap().contains("the-field"));
}

#[test]
fn an_option_must_be_a_wit_name_itself() {
    for (name, suggestion) in [
        ("My Field", "my-field"),
        ("", "the-field"),
        ("a--b", "a-b"),
        ("1a", "n1a"),
        ("héé", "h"),
    ] {
        let finding = only(findings(&format!(
            "message Request {{ string a = 1 [(vimana.wit_name) = \"{name}\"]; }} message Response {{}}"
        )));
        assert_eq!(
            finding.kind,
            FindingKind::InvalidOption {
                name: name.to_owned()
            }
        );
        assert!(
            finding
                .help
                .clone()
                .unwrap()
                .contains(&format!("\"{suggestion}\"")),
            "{finding:?}"
        );
    }
}

#[test]
fn all_findings_come_at_once_in_the_order_of_the_file() {
    let all = findings(
        "message Request { string _ = 1; string a_b = 2; oneof aB { int32 x = 3; } } message Response { int32 __ = 1; }",
    );
    let paths: Vec<&[i32]> = all.iter().map(|finding| finding.path.as_slice()).collect();
    assert_eq!(paths, [&[4, 0, 2, 0][..], &[4, 0, 8, 0], &[4, 1, 2, 0]]);
}

#[test]
fn a_service_needs_a_package_and_a_name_of_its_own() {
    let no_package = "syntax = \"proto3\"; service S {}";
    let finding = only(try_interface_of(&[("a.proto", no_package)]).unwrap_err());
    assert_eq!(
        finding.kind,
        FindingKind::NoPackage {
            service: "S".to_owned()
        }
    );

    for (package, service) in [("a", "Types"), ("a", "rpc"), ("vimana", "Service")] {
        let text = format!("syntax = \"proto3\"; package {package}; service {service} {{}}");
        let finding = only(try_interface_of(&[("a.proto", &text)]).unwrap_err());
        assert!(
            matches!(finding.kind, FindingKind::ReservedService { .. }),
            "{finding:?}"
        );
    }
}

#[test]
fn methods_that_become_one_function_are_reported() {
    let text = "syntax = \"proto3\"; package a; service S { rpc GetURL(M) returns (M); rpc GetUrl(M) returns (M); } message M {}";
    let finding = only(try_interface_of(&[("a.proto", text)]).unwrap_err());
    assert_eq!(
        finding.kind.to_string(),
        "the method `GetUrl` and the method `GetURL` would both be `get-url` in WIT"
    );
}
