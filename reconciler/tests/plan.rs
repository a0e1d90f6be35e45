//! What plans say.
#![allow(clippy::unwrap_used)]
#![allow(clippy::needless_raw_string_hashes)] // as snapbox writes them

mod fixtures;

use fixtures::*;
use snapbox::{assert_data_eq, str};
use vimana_proto::state::v1::Resource;
use vimana_proto::state::v1::spec;
use vimana_reconciler::plan::Value;
use vimana_reconciler::render::{self, Palette};
use vimana_reconciler::{Action, Plan, PlanError, PlanOptions};

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
fn the_first_plan_creates_everything() {
    assert_data_eq!(
        text(&plan(walkthrough(), [])),
        str![[r#"
  + domain/example.com                          walkthrough/service.txtpb     not on the node yet
  + interface/example.com:bar.FooService@1.0.0  walkthrough/service.txtpb:5   not on the node yet
  + service/example.com:bar.FooService          walkthrough/service.txtpb:1   not on the node yet
      id: "d7bd258f-46ff-4fb4-a02d-efa4d096f810", placement.regional: true, placement.regions: ["/us-east"], placement.failover: true, 5 more
  + version/example.com:bar.FooService@1.0.0    walkthrough/service.txtpb:8   not on the node yet
      component.digest: sha256:85a2c727c2ab, component.size_bytes: 29, interface_digest: sha256:c796d37c6d49
  + route/example.com:bar.FooService            walkthrough/service.txtpb:12  not on the node yet
      targets["1.0.0"].weight: 100

Plan: 5 to create, 0 to update, 0 to delete, 0 unchanged.

"#]]
    );
}

#[test]
fn equal_states_give_no_changes() {
    let plan = plan(walkthrough(), walkthrough());
    assert!(plan.is_empty());
    assert_data_eq!(
        text(&plan),
        str![[r#"
No changes. The node holds what the configuration says: 5 resources.

"#]]
    );
}

#[test]
fn a_new_version_shifts_traffic() {
    let plan = plan(walkthrough_at_two_versions(), walkthrough());
    assert_data_eq!(
        text(&plan),
        str![[r#"
  + interface/example.com:bar.FooService@1.1.0  walkthrough/service.txtpb:5   not on the node yet
  + version/example.com:bar.FooService@1.1.0    walkthrough/service.txtpb:8   not on the node yet
      component.digest: sha256:a77052d6b3b1, component.size_bytes: 17, interface_digest: sha256:c796d37c6d49
  ~ route/example.com:bar.FooService            walkthrough/service.txtpb:12  2 fields differ
      + targets["1.1.0"].weight: 10
      ~ targets["1.0.0"].weight: 100 -> 90

Plan: 2 to create, 1 to update, 0 to delete, 4 unchanged.

"#]]
    );
}

#[test]
fn what_left_the_configuration_is_deleted() {
    let plan = plan(walkthrough(), walkthrough_at_two_versions());
    assert_data_eq!(
        text(&plan),
        str![[r#"
  - interface/example.com:bar.FooService@1.1.0  walkthrough/service.txtpb:5   no longer in the configuration
  - version/example.com:bar.FooService@1.1.0    walkthrough/service.txtpb:8   no longer in the configuration
  ~ route/example.com:bar.FooService            walkthrough/service.txtpb:12  2 fields differ
      ~ targets["1.0.0"].weight: 90 -> 100
      - targets["1.1.0"].weight: 10

Plan: 0 to create, 1 to update, 2 to delete, 4 unchanged.

"#]]
    );
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

#[test]
fn an_immutable_field_that_differs_replaces_the_resource() {
    // Today's addresses contain every immutable field, so such a pair is made up.
    let mut live = domain("example.org");
    live.address = "domain/example.com".to_owned();
    let plan = plan([domain("example.com")], [live]);
    assert_eq!(plan.changes[0].action, Action::Replace);
    assert_data_eq!(
        text(&plan),
        str![[r#"
-/+ domain/example.com  walkthrough/service.txtpb  `name` cannot change in place
      ~ name: "example.org" -> "example.com"

Plan: 0 to create, 0 to update, 1 to replace, 0 to delete, 0 unchanged.

"#]]
    );
}

#[test]
fn targets_in_another_order_are_a_change_of_the_list() {
    let plan = plan(
        [route(&[("1.1.0", 1), ("1.0.0", 1)])],
        [route(&[("1.0.0", 1), ("1.1.0", 1)])],
    );
    assert_data_eq!(
        text(&plan),
        str![[r#"
  ~ route/example.com:bar.FooService  walkthrough/service.txtpb:12  1 field differs
      ~ targets: ["1.0.0", "1.1.0"] -> ["1.1.0", "1.0.0"]

Plan: 0 to create, 1 to update, 0 to delete, 0 unchanged.

"#]]
    );
}

#[test]
fn dependencies_alone_can_differ() {
    let mut live = walkthrough();
    live[3].dependencies.push("variable/TOKEN".to_owned());
    live.push(variable("TOKEN", "TOKEN"));
    let plan = plan(walkthrough(), live);
    let version = plan.pending().last().unwrap();
    assert_eq!(version.reason, "its dependencies differ");
    assert_eq!(
        version.former_dependencies,
        ["variable/TOKEN".parse().unwrap()]
    );
}

#[test]
fn what_another_version_wrote_is_written_anew() {
    let mut live = walkthrough();
    live[0].digest = vimana_proto::Digest::of(b"with a field of the future").to_string();
    let plan = plan(walkthrough(), live);
    assert_eq!(plan.summary.update, 1);
    assert_eq!(plan.changes[0].reason, "another version of vimana wrote it");
}

#[test]
fn live_resources_of_unknown_kinds_are_left_alone() {
    let mut live = walkthrough();
    live.push(Resource {
        address: "teleporter/x".to_owned(),
        ..Resource::default()
    });
    let plan = plan(walkthrough(), live);
    assert!(plan.is_empty());
    assert_data_eq!(
        text(&plan),
        str![[r#"
Note: left as they are, since this version of vimana does not know their kind: `teleporter/x`
No changes. The node holds what the configuration says: 5 resources.

"#]]
    );
}

#[test]
fn kinds_that_the_node_cannot_hold_are_left_out_with_a_note() {
    let mut resources = walkthrough();
    resources.extend(["a", "b", "c"].map(session));
    resources.extend(["1", "2", "3", "4"].map(|name| vpod("a", name)));
    let plan = plan(resources, walkthrough());
    assert!(plan.is_empty());
    assert_eq!(
        plan.notes,
        ["4 vpods in 3 sessions are not applied: this node has no vpod gateway yet"]
    );
}

#[test]
fn what_depends_on_a_kind_that_the_node_cannot_hold_is_left_out_too() {
    let mut live = live([]);
    live.supported_kinds
        .retain(|kind| *kind != vimana_proto::Kind::Service);
    let desired = desired(walkthrough());
    let plan = vimana_reconciler::plan(&desired, "local", &live, &PlanOptions::default()).unwrap();
    let created: Vec<_> = plan
        .changes
        .iter()
        .map(|change| change.address.kind().as_str())
        .collect();
    assert_eq!(created, ["domain", "interface"]);
    assert_eq!(
        plan.notes,
        ["1 service, 1 version, 1 route are not applied: this node cannot hold them"]
    );
}

#[test]
fn a_configuration_of_nothing_deletes_nothing_unless_it_may() {
    let (desired, live) = (desired([]), live(walkthrough()));
    let refused = vimana_reconciler::plan(&desired, "local", &live, &PlanOptions::default());
    assert_eq!(
        refused,
        Err(PlanError::NothingDesired {
            workspace: "acme".to_owned(),
            live: 5
        })
    );
    let allowed = PlanOptions { allow_empty: true };
    let plan = vimana_reconciler::plan(&desired, "local", &live, &allowed).unwrap();
    assert_eq!(plan.summary.delete, 5);
}

#[test]
fn a_configuration_of_settings_alone_counts_as_nothing() {
    let options = PlanOptions::default();
    let plan = |wanted, held| vimana_reconciler::plan(&wanted, "local", &held, &options);
    let settings = desired([domain("example.com")]);
    assert_eq!(
        plan(settings.clone(), live(walkthrough())),
        Err(PlanError::NothingDesired {
            workspace: "acme".to_owned(),
            live: 4
        })
    );
    let renamed = plan(settings, live([domain("old.example.com")])).unwrap();
    assert_eq!((renamed.summary.create, renamed.summary.delete), (1, 1));
}

#[test]
fn one_address_twice_is_refused() {
    let twice = desired([domain("example.com"), domain("example.com")]);
    let refused = vimana_reconciler::plan(&twice, "local", &live([]), &PlanOptions::default());
    assert!(matches!(refused, Err(PlanError::Duplicate(_))));
}

#[test]
fn a_change_says_where_it_comes_from() {
    let plan = plan(walkthrough(), []);
    let route = plan.changes.last().unwrap();
    let origin = route.origin.as_ref().unwrap();
    assert_eq!(origin.to_string(), "walkthrough/service.txtpb:12");
    assert_eq!(origin.column, 1);
    assert_eq!(origin.commit.as_deref(), Some("5be3a1f0"));
}

#[test]
fn the_json_of_a_change_bears_typed_values() {
    let mut live = walkthrough();
    live[4] = route(&[("1.0.0", 50)]);
    let plan = plan(walkthrough(), live);
    let change = &plan.changes[4];
    assert_eq!(
        change.fields[0].before,
        Some(Value::Number("50".to_owned()))
    );
    let json: serde_json::Value = serde_json::from_str(&render::json::render(&plan)).unwrap();
    assert_eq!(json["format_version"], 1);
    assert_eq!(json["parent_generation"], 3);
    assert_eq!(json["changes"][4]["action"], "update");
    assert_eq!(
        json["changes"][4]["fields"][0],
        serde_json::json!({
            "path": "targets[\"1.0.0\"].weight",
            "before": { "type": "number", "value": "50" },
            "after": { "type": "number", "value": "100" },
        })
    );
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let mut evil = domain("example.com");
    evil.origin.as_mut().unwrap().file = "\u{1b}[2Jevil\u{202e}.txtpb".to_owned();
    let text = text(&plan([evil], []));
    assert!(
        !text.contains('\u{1b}') && !text.contains('\u{202e}'),
        "{text}"
    );
}

#[test]
fn colours_are_the_caller_s_choice() {
    let plan = plan(walkthrough(), []);
    assert!(!text(&plan).contains('\u{1b}'));
    let coloured = render::text::render(&plan, &Palette::ansi());
    assert!(coloured.contains("\u{1b}[32m  +\u{1b}[0m"), "{coloured}");
}

#[test]
fn services_that_are_placed_elsewhere_are_left_out_with_all_that_only_they_need() {
    let everything = desired(walkthrough());
    assert_eq!(everything.clone().on("local"), everything);
    assert_eq!(everything.on("elsewhere").resources, []);

    let mut resources = walkthrough();
    resources.push(variable("TOKEN", "TOKEN"));
    let elsewhere = desired(resources).on("elsewhere");
    let kept: Vec<_> = elsewhere
        .resources
        .iter()
        .map(|resource| resource.address.as_str())
        .collect();
    // Nothing ever needed the variable.
    assert_eq!(kept, ["variable/TOKEN"]);
}

#[test]
fn a_plan_that_is_printed_for_debugging_shows_no_redacted_value() {
    let plan = plan([version("1.0.0", COMPONENT, "Authorization=hunter2")], []);
    assert!(!format!("{plan:?}").contains("hunter"));
}

#[test]
fn what_depends_on_a_replaced_resource_is_replaced_too() {
    let mut live = walkthrough();
    live[0] = domain("example.org");
    live[0].address = "domain/example.com".to_owned();
    let plan = plan(walkthrough(), live);
    let reasons: Vec<_> = plan
        .changes
        .iter()
        .map(|change| format!("{:?} {}", change.action, change.reason))
        .collect();
    assert_eq!(
        reasons,
        [
            "Replace `name` cannot change in place".to_owned(),
            "NoChange the node holds it already".to_owned(),
            "Replace `domain/example.com`, which it depends on, is replaced".to_owned(),
            format!("Replace `service/{SERVICE}`, which it depends on, is replaced"),
            format!("Replace `service/{SERVICE}`, which it depends on, is replaced"),
        ]
    );
}

#[test]
fn resources_of_equal_digests_are_not_looked_into() {
    let live = walkthrough().into_iter().map(|resource| Resource {
        spec: None,
        ..resource
    });
    assert!(plan(walkthrough(), live).is_empty());
}
