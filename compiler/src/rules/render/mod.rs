//! The rules as a document, a file each.

pub mod json;
pub mod markdown;
