//! What a service beside an attacked one feels: a test of the runtime measures it,
//! with a node, an attacker and a client that are processes of their own.

use crate::process::{cargo, step};

pub(super) fn measure() -> anyhow::Result<()> {
    step(
        "hostile",
        cargo(["test", "--quiet", "--locked", "--workspace"])
            .args(["--features", "vimana-interface/conformance"])
            .args(["--test", "hostile", "--"])
            .args(["p99::the_neighbour_waits_no_longer", "--exact"])
            .args(["--ignored", "--nocapture"]),
    )
}
