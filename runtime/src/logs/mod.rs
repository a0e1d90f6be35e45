//! What guests wrote, kept for a while and handed to those who follow it.
//!
//! Every line goes to the node's tracing output and to the [`LogHub`]. The hub keeps
//! recent lines, and hands each to its followers: people who watch, and exporters.
//!
//! # Invariants
//!
//! - A guest never waits for a reader: a follower that is slow loses lines, and is told
//!   how many.
//! - What is kept is bounded, for each version and for the node.
//! - A line belongs to one workspace, and nobody reads those of another.

mod filter;
mod follower;
mod hub;
mod line;
mod rate;
mod version;

pub use filter::{LogFilter, LogScope};
pub use follower::{Followed, Following};
pub use hub::{LogHub, Recent};
pub use line::{LogLine, LogOrigin};
pub(crate) use version::{Source, VersionLog};
