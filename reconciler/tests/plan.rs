//! What plans say.
#![allow(clippy::unwrap_used)]
#![allow(clippy::needless_raw_string_hashes)] // as snapbox writes them

mod fixtures;

use fixtures::*;
use snapbox::{assert_data_eq, str};
use vimana_proto::state::v1::Resource;
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
