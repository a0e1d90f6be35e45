//! Files in, desired-state graph and diagnostics out.
//!
//! [`compile`] reads a config repository through a [`source::Source`] and
//! returns a [`Compilation`]: the graph as far as it could be made, and every
//! diagnostic. Only one without errors becomes a [`Checked`] [`Desired`] state.
//!
//! The modules are the phases: [`source`] and `discovery` find the files,
//! [`settings`], [`textproto`], [`service_config`], `protobuf` and `vpods` read
//! one format each, `services` and `placement` put together what belongs
//! together, and [`graph`] holds the outcome. [`rules`] documents what can be
//! wrong, one file a rule.
//!
//! Beside them, [`mend()`] applies the fixes that diagnostics carry, [`mod@format`]
//! lays files out, and [`schemas`] tells editors what settings and vpods may say.
//!
//! # Invariants
//!
//! - The compiler never stops at the first error, and never prints.
//! - It reads through one trait, [`source::Source`], and does no other I/O.
//! - The same source gives the same bytes: nodes, edges and diagnostics are
//!   sorted, and descriptors are encoded canonically.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod breaking;
pub mod cache;
mod check;
mod compile;
mod desired;
pub mod diagnostic;
mod discovery;
mod document;
pub mod format;
pub mod graph;
mod interfaces;
mod join;
mod json;
#[cfg(test)]
mod limits;
mod mend;
mod placement;
pub mod policy;
mod protobuf;
pub mod rules;
pub mod schemas;
mod secrets;
pub mod service_config;
mod services;
pub mod settings;
pub mod source;
pub mod textproto;
mod texts;
mod unit;
mod vpods;

pub use check::{Findings, check_with};
pub use compile::{Hooks, Options, Progress, SettingsRead, compile, compile_with, read_settings};
pub use desired::{Checked, Compilation, ComponentFile, Desired};
pub use graph::{Edge, EdgeKind, Graph, GraphBuilder, GraphError, GraphErrors, Node, Origin};
pub use interfaces::{Interfaces, interfaces};
pub use mend::{Change, Fixed, Mended, mend};
pub use settings::Settings;
