//! `cargo xtask generate`: writes what is generated and checked in.
//!
//! The tests that compare those files are the generators: with `BLESS=1` they
//! write what they would have expected.

use crate::process::{cargo, step};

pub(crate) fn run() -> anyhow::Result<()> {
    step(
        "schemas and snapshots",
        cargo(["test", "--quiet", "--workspace"])
            .env("BLESS", "1")
            .env("SNAPSHOTS", "overwrite"),
    )
}
