//! Which version answers a request, and which others get a copy of it.

mod choice;
mod cookie;
mod shadow;
mod sticky;

pub use choice::Selector;
pub(super) use choice::{Candidate, Chooser};
pub(super) use shadow::{Copy, Shadows};
pub(super) use sticky::StickyCaller;
