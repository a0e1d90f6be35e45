//! Every renderer on one set of diagnostics that has everything which a
//! diagnostic can have; see `expected/`, which `SNAPSHOTS=overwrite` writes anew.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod findings;
mod hostile;
mod markdown;
mod schemas;
mod snapshots;
