//! Counters of requests, and how they are read.

mod histogram;
mod page;
mod prometheus;
mod series;
mod text;
mod version;

pub use page::MetricsPage;
pub(crate) use series::Series;
pub use text::MetricsFormat;
pub(crate) use version::VersionMetrics;
