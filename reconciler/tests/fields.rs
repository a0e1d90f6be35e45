//! What a plan says about the fields of a resource that differ.
#![allow(clippy::unwrap_used)]
#![allow(clippy::needless_raw_string_hashes)] // as snapbox writes them

mod fixtures;

use fixtures::*;
use snapbox::{assert_data_eq, str};
use vimana_proto::state::v1::Resource;
use vimana_proto::state::v1::spec;
use vimana_reconciler::render::{self, Palette};
use vimana_reconciler::{Plan, PlanOptions};

fn plan(
    desired_resources: impl IntoIterator<Item = Resource>,
    live_resources: impl IntoIterator<Item = Resource>,
) -> Plan {
    vimana_reconciler::plan(
        &desired(desired_resources),
        "local",
        &live(live_resources),
        &PlanOptions::default(),
    )
    .unwrap()
}

fn text(plan: &Plan) -> String {
    render::text::render(plan, &Palette::plain())
}

#[test]
fn scalars_and_lists_show_before_and_after() {
    let regions = [
        "/us-east-1",
        "aws/eu-west-1",
        "aws/eu-west-2",
        "gcp/europe-west4",
    ];
    let mut desired = walkthrough();
    desired[2] = service(&regions, 64 << 20);
    let mut live = walkthrough();
    live[2] = service(&regions[1..], 128 << 20);
    assert_data_eq!(
        text(&plan(desired, live)),
        str![[r#"
  ~ service/example.com:bar.FooService  walkthrough/service.txtpb:1  2 fields differ
      ~ placement.regions:
          + "/us-east-1"
            "aws/eu-west-1"
            "aws/eu-west-2"
      ~ limits.memory_bytes: 134217728 -> 67108864

Plan: 0 to create, 1 to update, 0 to delete, 4 unchanged.

"#]]
    );
}

#[test]
fn multi_line_text_shows_the_lines_that_differ() {
    let wit = |kind: &str| {
        let body: String = ["  // a comment\n"; 9].concat();
        format!("package bar:foo-service@1.0.0;\n{body}record r {{\n  name: {kind},\n}}\n")
    };
    let plan = plan(
        [interface("1.0.0", &wit("string"))],
        [interface("1.0.0", &wit("u32"))],
    );
    assert_data_eq!(
        text(&plan),
        str![[r#"
  ~ interface/example.com:bar.FooService@1.0.0  walkthrough/service.txtpb:5  1 field differs
      ~ wit:
              // a comment
            record r {
          -   name: u32,
          +   name: string,
            }

Plan: 0 to create, 1 to update, 0 to delete, 0 unchanged.

"#]]
    );
}

#[test]
fn bytes_show_their_digest_and_size() {
    let mut desired = interface("1.0.0", "");
    if let Some(spec::Kind::Interface(interface)) = &mut desired.spec.as_mut().unwrap().kind {
        interface.file_descriptor_set.push(8);
    }
    desired.digest = desired.spec.as_ref().unwrap().digest().to_string();
    let plan = plan([desired], [interface("1.0.0", "")]);
    assert_data_eq!(
        text(&plan),
        str![[r#"
  ~ interface/example.com:bar.FooService@1.0.0  walkthrough/service.txtpb:5  1 field differs
      ~ file_descriptor_set: sha256:48c187767ddd (3000 bytes) -> sha256:22ef535c1968 (3001 bytes)

Plan: 0 to create, 1 to update, 0 to delete, 0 unchanged.

"#]]
    );
}

#[test]
fn a_redacted_value_is_in_no_rendering_but_its_change_is() {
    let plan = plan(
        [version("1.0.0", COMPONENT, "Authorization=Basic hunter2")],
        [version("1.0.0", COMPONENT, "Authorization=Basic hunter1")],
    );
    let text = text(&plan);
    assert!(!text.contains("hunter"));
    assert!(!render::json::render(&plan).contains("hunter"));
    assert!(!render::json::render(&plan).contains("QXV0aG9yaXph"));
    assert_data_eq!(
        text,
        str![[r#"
  ~ version/example.com:bar.FooService@1.0.0  walkthrough/service.txtpb:8  1 field differs
      ~ otlp.headers: (redacted)

Plan: 0 to create, 1 to update, 0 to delete, 0 unchanged.

"#]]
    );
}

#[test]
fn a_redacted_value_of_a_new_resource_is_not_shown() {
    let plan = plan([version("1.0.0", COMPONENT, "Authorization=hunter2")], []);
    assert!(!text(&plan).contains("hunter"));
    assert!(!render::json::render(&plan).contains("hunter"));
}

#[test]
fn map_entries_are_told_apart_by_key() {
    let mut after = vpod("s", "pod");
    if let Some(spec::Kind::Vpod(vpod)) = &mut after.spec.as_mut().unwrap().kind {
        vpod.environment = [("MODE", "prod"), ("TOKEN", "t")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
    }
    after.digest = after.spec.as_ref().unwrap().digest().to_string();
    let mut live = live([session("s"), vpod("s", "pod")]);
    live.supported_kinds = vimana_proto::Kind::ALL.to_vec();
    let desired = desired([session("s"), after]);
    let plan = vimana_reconciler::plan(&desired, "local", &live, &PlanOptions::default()).unwrap();
    assert_data_eq!(
        text(&plan),
        str![[r#"
  ~ vpod/s/pod  walkthrough/service.txtpb:4  2 fields differ
      ~ environment["MODE"]: "dev" -> "prod"
      + environment["TOKEN"]: "t"

Plan: 0 to create, 1 to update, 0 to delete, 1 unchanged.

"#]]
    );
}

#[test]
fn a_oneof_that_changes_shows_what_went_and_what_came() {
    let mut file = variable("TOKEN", "");
    if let Some(spec::Kind::Variable(variable)) = &mut file.spec.as_mut().unwrap().kind {
        variable.source = Some(vimana_proto::state::v1::variable::Source::File(
            "/run/token".to_owned(),
        ));
    }
    file.digest = file.spec.as_ref().unwrap().digest().to_string();
    let plan = plan([file], [variable("TOKEN", "TOKEN")]);
    assert_data_eq!(
        text(&plan),
        str![[r#"
  ~ variable/TOKEN  walkthrough/service.txtpb:9  2 fields differ
      - env: "TOKEN"
      + file: "/run/token"

Plan: 0 to create, 1 to update, 0 to delete, 0 unchanged.

"#]]
    );
}
