//! Counters of requests, and how they are read.

mod histogram;
mod page;
mod prometheus;
mod series;
mod text;
mod version;

pub(super) use histogram::BOUNDS;
pub use page::MetricsPage;
pub(crate) use series::Series;
pub(super) use series::{code_name, is_failure};
pub use text::MetricsFormat;
pub(super) use version::Labelled;
pub(crate) use version::VersionMetrics;
