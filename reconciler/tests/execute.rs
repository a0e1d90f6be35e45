//! What executing a plan does to a node, and what it reports.
#![allow(clippy::unwrap_used)]
#![allow(clippy::needless_raw_string_hashes)] // as snapbox writes them

mod fixtures;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use fixtures::*;
use snapbox::{assert_data_eq, str};
use tokio::sync::mpsc;
use vimana_proto::state::v1::Resource;
use vimana_proto::{Digest, Generation};
use vimana_reconciler::engine::{Begin, Fault};
use vimana_reconciler::execute::{ComponentsError, NoComponents};
use vimana_reconciler::render::{self, Palette};
use vimana_reconciler::{
    Cancel, Components, Engine as _, Event, ExecuteError, ExecuteOptions, Observer, Plan,
    PlanOptions, Report, Simulated, StepAction, cancellation, execute,
};

struct Files;

#[async_trait]
impl Components for Files {
    async fn load(&self, digest: &Digest) -> Result<Arc<[u8]>, ComponentsError> {
        [COMPONENT, b"another component"]
            .into_iter()
            .find(|bytes| Digest::of(bytes) == *digest)
            .map(Arc::from)
            .ok_or_else(|| "no such file".into())
    }
}

/// Passes the names of events on.
struct Events(mpsc::UnboundedSender<String>);

impl Observer for Events {
    fn event(&self, event: &Event<'_>) {
        let name = match event {
            Event::Started { address, .. } => format!("started {address}"),
            Event::Retrying { address, .. } => format!("retrying {address}"),
            Event::Cancelling { in_hand } => format!("cancelling {in_hand}"),
            _ => return,
        };
        // Whoever stopped listening has seen enough.
        let _ = self.0.send(name);
    }
}

/// Lets something happen to the node once the apply has begun.
struct OnceBegun<'a>(&'a Simulated, Fault);

impl Observer for OnceBegun<'_> {
    fn event(&self, event: &Event<'_>) {
        if matches!(event, Event::Begun { .. }) {
            self.0.inject(self.1.clone());
        }
    }
}

fn options() -> ExecuteOptions {
    ExecuteOptions {
        backoff: Duration::ZERO,
        ..ExecuteOptions::new("ada@host")
    }
}

fn plan(node: &Simulated, resources: Vec<Resource>) -> Plan {
    let allow_empty = PlanOptions { allow_empty: true };
    vimana_reconciler::plan(
        &desired(resources),
        "local",
        &node.live("acme"),
        &allow_empty,
    )
    .unwrap()
}

async fn apply(node: &Simulated, resources: Vec<Resource>) -> Result<Report, ExecuteError> {
    let plan = plan(node, resources);
    execute(&plan, node, &Files, &(), &options(), &Cancel::never()).await
}

fn text(report: &Report) -> String {
    render::report::render(report, &Palette::plain())
}

fn begin(node: &Simulated, holder: &str) -> Begin {
    Begin {
        workspace: "acme".to_owned(),
        parent: node.live("acme").generation,
        steps: Vec::new(),
        holder: holder.to_owned(),
        commit: None,
        lease: Duration::from_secs(10),
    }
}

async fn until(events: &mut mpsc::UnboundedReceiver<String>, wanted: &str) {
    while events.recv().await.unwrap() != wanted {}
}

#[tokio::test]
async fn an_apply_makes_the_next_plan_empty() {
    let node = Simulated::default();
    let report = apply(&node, walkthrough()).await.unwrap();
    assert_data_eq!(
        text(&report),
        str![[r#"
Apply complete: 5 created, 0 updated, 0 deleted (generation 1).

"#]]
    );
    assert!(plan(&node, walkthrough()).is_empty());
}

#[tokio::test]
async fn an_empty_plan_makes_no_generation() {
    let node = Simulated::default();
    apply(&node, walkthrough()).await.unwrap();
    let report = apply(&node, walkthrough()).await.unwrap();
    assert_eq!(report.generation, None);
    assert_eq!(node.live("acme").generation, Generation(1));
    assert_data_eq!(
        text(&report),
        str![[r#"
Apply complete: there was nothing to do.

"#]]
    );
}

#[tokio::test]
async fn one_at_a_time_the_steps_run_in_the_order_of_the_plan_and_its_dependencies() {
    let node = Simulated::default();
    apply(&node, walkthrough_at_two_versions()).await.unwrap();
    let start = node.log().len();
    let plan = plan(&node, walkthrough());
    let one = ExecuteOptions {
        concurrency: 1,
        ..options()
    };
    execute(&plan, &node, &Files, &(), &one, &Cancel::never())
        .await
        .unwrap();
    assert_eq!(
        node.log()[start..],
        [
            (StepAction::Put, format!("route/{SERVICE}")),
            (StepAction::Delete, format!("version/{SERVICE}@1.1.0")),
            (StepAction::Delete, format!("interface/{SERVICE}@1.1.0")),
        ]
    );
}

#[tokio::test]
async fn everything_can_be_deleted() {
    let node = Simulated::default();
    apply(&node, walkthrough()).await.unwrap();
    let report = apply(&node, Vec::new()).await.unwrap();
    assert_data_eq!(
        text(&report),
        str![[r#"
Apply complete: 0 created, 0 updated, 5 deleted (generation 2).

"#]]
    );
    assert_eq!(node.live("acme").resources, []);
}

#[tokio::test]
async fn a_replacement_is_a_deletion_and_a_put() {
    let node = Simulated::default();
    let mut other = domain("example.org");
    other.address = "domain/example.com".to_owned();
    node.preset("acme", [other]);
    let report = apply(&node, vec![domain("example.com")]).await.unwrap();
    assert_data_eq!(
        text(&report),
        str![[r#"
Apply complete: 0 created, 0 updated, 1 replaced, 0 deleted (generation 1).

"#]]
    );
    let address = "domain/example.com".to_owned();
    assert_eq!(
        node.log(),
        [
            (StepAction::Delete, address.clone()),
            (StepAction::Put, address),
        ]
    );
}

#[tokio::test]
async fn a_failure_keeps_back_only_what_depends_on_it() {
    let node = Simulated::default();
    node.inject(Fault::Refuse {
        address: format!("version/{SERVICE}@1.1.0"),
        reason: "the component does not compile".to_owned(),
    });
    let mut resources = walkthrough_at_two_versions();
    resources.push(variable("TOKEN", "TOKEN"));
    let report = apply(&node, resources).await.unwrap();
    assert!(!report.is_complete());
    assert_data_eq!(
        text(&report),
        str![[r#"
  failed       version/example.com:bar.FooService@1.1.0  the component does not compile (InvalidArgument)
  not started  route/example.com:bar.FooService          because `version/example.com:bar.FooService@1.1.0` failed

Apply incomplete: 6 done, 1 failed, 1 not started (generation 1).

"#]]
    );
}

#[tokio::test]
async fn components_are_uploaded_once() {
    let node = Simulated::default();
    apply(&node, walkthrough()).await.unwrap();
    let plan = plan(&node, vec![version("1.0.0", COMPONENT, "a=b")]);
    // The node has the component, so nobody needs to load it.
    let cancel = Cancel::never();
    let report = execute(&plan, &node, &NoComponents, &(), &options(), &cancel).await;
    assert!(report.is_ok());
}

#[tokio::test]
async fn a_component_that_is_gone_or_changed_stops_before_anything_is_changed() {
    struct Changed;
    #[async_trait]
    impl Components for Changed {
        async fn load(&self, _: &Digest) -> Result<Arc<[u8]>, ComponentsError> {
            Ok(Arc::from(*b"rebuilt meanwhile"))
        }
    }
    let node = Simulated::default();
    let plan = plan(&node, walkthrough());
    let cancel = Cancel::never();
    let gone = execute(&plan, &node, &NoComponents, &(), &options(), &cancel).await;
    assert!(matches!(gone, Err(ExecuteError::Component { .. })));
    let changed = execute(&plan, &node, &Changed, &(), &options(), &cancel).await;
    assert_data_eq!(
        changed.unwrap_err().to_string(),
        str![
            "the component sha256:85a2c727c2ab has changed since the plan was made: it is sha256:c0dc8c7d433b now"
        ]
    );
    assert_eq!(node.live("acme").generation, Generation(0));
}

#[tokio::test]
async fn a_stale_plan_is_refused() {
    let node = Simulated::default();
    let plan = plan(&node, walkthrough());
    apply(&node, vec![domain("example.com")]).await.unwrap();
    let error = execute(&plan, &node, &Files, &(), &options(), &Cancel::never())
        .await
        .unwrap_err();
    assert!(matches!(error, ExecuteError::Stale { .. }));
    assert_data_eq!(
        error.to_string(),
        str!["the plan is out of date: it was made from generation 0, which has passed"]
    );
    assert_eq!(node.live("acme").resources.len(), 1);
}

#[tokio::test]
async fn a_lease_that_is_held_says_by_whom_and_for_how_long() {
    let node = Simulated::default();
    node.begin(&begin(&node, "grace@host")).await.unwrap();
    node.advance(Duration::from_secs(3));
    let error = apply(&node, walkthrough()).await.unwrap_err();
    let ExecuteError::LeaseHeld { holder, expires_in } = error else {
        panic!("{error}");
    };
    assert_eq!(holder, "grace@host");
    assert_eq!(expires_in, Duration::from_secs(7));
    node.advance(expires_in);
    apply(&node, walkthrough()).await.unwrap();
}

#[tokio::test]
async fn an_executor_that_is_overtaken_stops_and_says_how_far_it_came() {
    let node = Simulated::default();
    node.inject(Fault::OvertakeAfter(2));
    let error = apply(&node, walkthrough()).await.unwrap_err();
    let ExecuteError::Overtaken { report, .. } = &error else {
        panic!("{error}");
    };
    assert_data_eq!(
        text(report),
        str![[r#"
  failed       service/example.com:bar.FooService        generation 1 has passed: the current one is 2
  not started  version/example.com:bar.FooService@1.0.0  because the lease was lost
  not started  route/example.com:bar.FooService          because the lease was lost

Apply incomplete: 2 done, 1 failed, 2 not started (generation 1).

"#]]
    );
    apply(&node, walkthrough()).await.unwrap_err();
    node.advance(Duration::from_secs(10));
    assert!(apply(&node, walkthrough()).await.unwrap().is_complete());
}

#[tokio::test]
async fn a_step_that_nobody_answers_is_tried_again() {
    let node = Simulated::default();
    let plan = plan(&node, walkthrough());
    let observer = OnceBegun(&node, Fault::Unreachable(3));
    let report = execute(
        &plan,
        &node,
        &Files,
        &observer,
        &options(),
        &Cancel::never(),
    )
    .await
    .unwrap();
    assert!(report.is_complete());
}

#[tokio::test]
async fn a_node_that_is_gone_leaves_the_outcome_unknown() {
    let node = Simulated::default();
    node.inject(Fault::LoseAnswerAfter(2));
    let report = apply(&node, walkthrough()).await.unwrap();
    assert_data_eq!(
        text(&report),
        str![[r#"
  unknown      service/example.com:bar.FooService        cannot reach the node at `simulated`: the node has crashed
  not started  version/example.com:bar.FooService@1.0.0  because the node did not answer
  not started  route/example.com:bar.FooService          because the node did not answer

Note: the lease was not released and ends by itself within 10 s: cannot reach the node at `simulated`: the node has crashed
Apply incomplete: 2 done, 0 failed, 1 unknown, 2 not started (generation 1).

"#]]
    );
}

#[tokio::test]
async fn the_lease_is_renewed_while_a_step_takes_longer_than_it_lasts() {
    let node = Simulated::default();
    node.hold("domain/example.com");
    let plan = plan(&node, walkthrough());
    let short = ExecuteOptions {
        lease: Duration::from_millis(30),
        ..options()
    };
    let cancel = Cancel::never();
    let (report, ()) = tokio::join!(execute(&plan, &node, &Files, &(), &short, &cancel), async {
        node.renewed(3).await;
        node.let_go("domain/example.com");
    });
    assert!(report.unwrap().is_complete());
}

#[tokio::test]
async fn the_first_cancellation_finishes_the_step_in_hand_and_releases_the_lease() {
    let node = Simulated::default();
    node.hold("domain/example.com");
    let plan = plan(&node, walkthrough());
    let (canceller, cancel) = cancellation();
    let (sender, mut events) = mpsc::unbounded_channel();
    let observer = Events(sender);
    let options = options();
    let (report, ()) = tokio::join!(
        execute(&plan, &node, &Files, &observer, &options, &cancel),
        async {
            until(&mut events, "started domain/example.com").await;
            canceller.cancel();
            until(&mut events, "cancelling 1").await;
            node.let_go("domain/example.com");
        }
    );
    assert_data_eq!(
        text(&report.unwrap()),
        str![[r#"
  not started  service/example.com:bar.FooService        because the apply was interrupted
  not started  version/example.com:bar.FooService@1.0.0  because the apply was interrupted
  not started  route/example.com:bar.FooService          because the apply was interrupted

Apply interrupted: 2 done, 0 failed, 3 not started (generation 1).

"#]]
    );
    node.begin(&begin(&node, "grace@host")).await.unwrap();
}

#[tokio::test]
async fn the_second_cancellation_stops_at_once_and_says_what_is_unknown() {
    let node = Simulated::default();
    node.hold("domain/example.com");
    let plan = plan(&node, walkthrough());
    let (canceller, cancel) = cancellation();
    let (sender, mut events) = mpsc::unbounded_channel();
    let observer = Events(sender);
    let options = options();
    let (report, ()) = tokio::join!(
        execute(&plan, &node, &Files, &observer, &options, &cancel),
        async {
            until(&mut events, "started domain/example.com").await;
            canceller.cancel();
            canceller.cancel();
        }
    );
    assert_data_eq!(
        text(&report.unwrap()),
        str![[r#"
  unknown      domain/example.com                        in hand when the apply was aborted
  not started  service/example.com:bar.FooService        because the apply was interrupted
  not started  version/example.com:bar.FooService@1.0.0  because the apply was interrupted
  not started  route/example.com:bar.FooService          because the apply was interrupted

Note: the lease was not released; it ends by itself within 10 s
Apply interrupted: 1 done, 0 failed, 1 unknown, 3 not started (generation 1).

"#]]
    );
}

#[tokio::test]
async fn a_cancellation_before_the_beginning_changes_nothing() {
    let node = Simulated::default();
    let plan = plan(&node, walkthrough());
    let (canceller, cancel) = cancellation();
    canceller.cancel();
    let report = execute(&plan, &node, &Files, &(), &options(), &cancel)
        .await
        .unwrap();
    assert_eq!(node.live("acme").generation, Generation(0));
    assert!(report.interrupted);
    assert_data_eq!(
        text(&report),
        str![[r#"
  not started  domain/example.com                          because the apply was interrupted
  not started  interface/example.com:bar.FooService@1.0.0  because the apply was interrupted
  not started  service/example.com:bar.FooService          because the apply was interrupted
  not started  version/example.com:bar.FooService@1.0.0    because the apply was interrupted
  not started  route/example.com:bar.FooService            because the apply was interrupted

Apply interrupted: nothing was changed, 5 not started.

"#]]
    );
}

#[tokio::test]
async fn the_journal_tells_what_became_of_each_step() {
    use vimana_proto::control::v1::{apply, journal_step};
    let node = Simulated::default();
    apply(&node, walkthrough()).await.unwrap();
    let history = node.history("acme", 50).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].state(), apply::State::Succeeded);
    assert_eq!(history[0].holder, "ada@host");
    assert_eq!(history[0].commit, "5be3a1f0");
    let name = vimana_reconciler::engine::ApplyName {
        workspace: "acme".to_owned(),
        generation: Generation(1),
    };
    let journal = node.journal(&name).await.unwrap();
    assert_eq!(journal.steps.len(), 5);
    for step in journal.steps {
        assert_eq!(step.state(), journal_step::State::Done);
    }
}

#[tokio::test]
async fn a_fork_goes_its_own_way() {
    let node = Simulated::default();
    apply(&node, walkthrough()).await.unwrap();
    let fork = node.fork();
    apply(&fork, walkthrough_at_two_versions()).await.unwrap();
    assert!(plan(&node, walkthrough()).is_empty());
}
