//! HTTP rules: where each part of them is written, what is wrong with one, and
//! which ones of a domain claim the same request.

mod overlaps;
mod places;
mod report;

pub(crate) use overlaps::check_overlaps;
pub(super) use places::Places;
pub(super) use report::report;
