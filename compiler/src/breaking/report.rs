//! What a comparison tells of each service, for `vimana check -o json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::change::{Class, Level};

/// What a comparison with a base found, service by service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// What was compared with: a revision as it was named, or `live`.
    pub base: String,
    /// The commit of the base; null of what is live.
    pub base_commit: Option<String>,
    /// How many errors the base has. Where there are any, what does not compile
    /// there is not compared.
    pub base_errors: usize,
    /// How many services have not changed.
    pub unchanged: usize,
    /// The services that have changed, by name.
    pub services: Vec<ServiceReport>,
    /// The virtual pods that break somebody.
    pub vpods: Vec<ReportedChange>,
}

/// A service that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ServiceReport {
    /// The name; of a service that is removed, the name in the base.
    pub service: String,
    /// What became of it.
    pub status: Status,
    /// The name in the base, where it was another.
    pub renamed_from: Option<String>,
    /// The definitions that were compared, by their new version.
    pub versions: Vec<VersionReport>,
    /// The versions of the base that are not there any more.
    pub removed_versions: Vec<String>,
    /// The live consumers that break; always empty unless the base is live.
    pub broken_consumers: Vec<Consumer>,
}

/// What became of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The base does not have it.
    Added,
    /// The base alone has it.
    Removed,
    /// Both have it, and they differ.
    Changed,
    /// One side does not compile.
    NotCompared,
}

/// Two definitions of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VersionReport {
    /// The version in the base.
    pub from: String,
    /// The version now.
    pub to: String,
    /// How far the changes reach that no entry of `service.txtpb` accepts; null
    /// where nothing changed but comments.
    pub level: Option<Level>,
    /// The least version that may bring the changes; null where any may.
    pub needed: Option<String>,
    /// Whether `to` may bring the changes.
    pub sufficient: bool,
    /// The classes that breaking changes are in, accepted or not.
    pub breaks: Vec<Class>,
    /// Every change that breaks somebody.
    pub changes: Vec<ReportedChange>,
    /// What is new, and breaks nobody.
    pub additions: Vec<String>,
}

/// A change that breaks somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReportedChange {
    /// The rule.
    pub code: String,
    /// How far it reaches.
    pub level: Level,
    /// The classes that it breaks.
    pub breaks: Vec<Class>,
    /// The full name of the element.
    pub element: String,
    /// What changed.
    pub message: String,
    /// Why it is no error; null where it is one.
    pub accepted: Option<Accepted>,
}

/// Why a breaking change is no error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Accepted {
    /// The new version may bring it.
    Version,
    /// An entry `breaking` of `service.txtpb` accepts it.
    Allowance {
        /// The reason that the entry gives.
        reason: String,
    },
}

/// A live component that calls a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Consumer {
    /// The consumer's version, for example `example.com:shop.OrderService@1.0.0`.
    pub consumer: String,
    /// The interface that it imports.
    pub interface: String,
    /// Why it breaks.
    pub reason: String,
}
