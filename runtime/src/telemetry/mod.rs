//! What a node tells of the requests that it serves.
//!
//! # Invariants
//!
//! - To measure a request takes atomic counters that were found before it came: no lock,
//!   no allocation, no look-up by name.
//! - There are as many series as there are deployed versions with methods that were
//!   called. The series of a version go with it.

mod metrics;
mod process;
mod protocol;

pub use metrics::{MetricsFormat, MetricsPage};
pub(crate) use metrics::{Series, VersionMetrics};
pub(crate) use protocol::Protocol;
