//! The renderers: pure functions of diagnostics and the texts that they are
//! about.

pub mod json;
pub mod text;
