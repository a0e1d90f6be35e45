//! The JSON Schemas of the files that people write, for editors.

use crate::document::schema;
use crate::{settings, vpods};

/// The schema of `vimana.toml`.
#[must_use]
pub fn settings() -> String {
    schema("vimana.toml", &settings::shape::ROOT)
}

/// The schema of `vpods.yml`.
#[must_use]
pub fn vpods() -> String {
    schema("vpods.yml", &vpods::shape::ROOT)
}
