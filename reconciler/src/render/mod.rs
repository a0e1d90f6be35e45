//! Plans and reports for people and for tools, a file each.

pub mod json;
mod palette;
pub mod report;
pub mod text;
mod value;

pub use palette::{Palette, printable};
