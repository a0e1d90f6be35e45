//! Whatever is killed, and whenever: the next apply converges.
#![allow(clippy::unwrap_used)]

use std::path::Path;

mod support;

use support::process::{Running, addresses, get, run, vimana};

/// Who is killed.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Applier,
    Node,
}

/// What a node logs when a step is durable.
const STEP_DONE: &str = "step done";

/// A small linear congruential generator: the points are random, and the same on
/// every machine, so that a failure can be repeated.
fn points(count: usize, below: usize) -> Vec<usize> {
    let mut state: u64 = 0x5eed;
    std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    })
    .take(count)
    .collect()
}

#[test]
fn a_kill_at_any_point_is_mended_by_the_next_apply() {
    let points = points(10, 10);
    std::thread::scope(|scope| {
        for (round, point) in points.into_iter().enumerate() {
            let victim = if round % 2 == 0 {
                Victim::Applier
            } else {
                Victim::Node
            };
            scope.spawn(move || kill_and_mend(victim, point));
        }
    });
}

fn kill_and_mend(victim: Victim, after_steps: usize) {
    let (_folder, root) = support::example();
    let (mut node, data, control) = serve(&root);
    let endpoint = format!("http://{control}");
    let applier = Running::start(
        vimana(["apply"])
            .current_dir(&root)
            .env("VIMANA_ENDPOINT", &endpoint),
    );

    for _ in 0..after_steps {
        node.line_with(STEP_DONE);
    }
    let (node, data, control) = match victim {
        Victim::Applier => {
            applier.signal("KILL");
            applier.end();
            (node, data, control)
        }
        Victim::Node => {
            node.signal("KILL");
            node.end();
            // The apply ends by itself: done where it was quicker, failed where not.
            applier.end();
            serve(&root)
        }
    };
    let endpoint = format!("http://{control}");
    let again = |command: &str| {
        run(vimana([command])
            .current_dir(&root)
            .env("VIMANA_ENDPOINT", &endpoint))
    };
    let applied = again("apply");
    assert_eq!(
        applied.code, 0,
        "{victim:?} after {after_steps}: {applied:?}"
    );
    let plan = again("plan");
    assert!(
        plan.stdout.contains("No changes"),
        "{victim:?} after {after_steps}: {plan:?}"
    );
    assert_eq!(get(data, "/say-hi?name=Ada").0, 200);
    node.signal("TERM");
    assert_eq!(node.end(), 0);
}

fn serve(root: &Path) -> (Running, std::net::SocketAddr, std::net::SocketAddr) {
    let mut node = Running::start_with_log(
        vimana([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--control",
            "127.0.0.1:0",
            "--state",
            ".vimana/node",
        ])
        .current_dir(root)
        .env("VIMANA_LOG", "info"),
    );
    let (data, control) = addresses(&node.line_with("Serving on"));
    (node, data, control)
}
