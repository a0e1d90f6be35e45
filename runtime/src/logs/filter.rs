use std::time::SystemTime;

use tracing::Level;
use vimana_proto::{ServiceName, VersionName};

use super::line::{LogLine, LogOrigin};

/// Which lines somebody wants.
#[derive(Debug, Clone)]
pub struct LogFilter {
    /// Whose.
    pub scope: LogScope,
    /// Those that are at least as grave.
    pub level: Level,
    /// Those that were not written before.
    pub since: Option<SystemTime>,
}

/// Whose lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogScope {
    /// Those of all versions on the node.
    Node,
    /// Those of all versions of a workspace.
    Workspace(String),
    /// Those of all versions of a service.
    Service {
        /// The workspace.
        workspace: String,
        /// The service.
        service: ServiceName,
    },
    /// Those of one version.
    Version {
        /// The workspace.
        workspace: String,
        /// The version.
        version: VersionName,
    },
}

impl LogScope {
    /// Whether a version's lines are meant.
    pub(super) fn covers(&self, origin: &LogOrigin) -> bool {
        match self {
            Self::Node => true,
            Self::Workspace(workspace) => origin.workspace == *workspace,
            Self::Service { workspace, service } => {
                origin.workspace == *workspace && origin.version.service == *service
            }
            Self::Version { workspace, version } => {
                origin.workspace == *workspace && origin.version == *version
            }
        }
    }
}

impl LogFilter {
    /// All lines of these.
    pub const fn all(scope: LogScope) -> Self {
        Self {
            scope,
            level: Level::TRACE,
            since: None,
        }
    }

    /// Whether a line is wanted, of a version that is.
    pub(super) fn wants(&self, line: &LogLine) -> bool {
        // Among levels, the graver is the lesser.
        line.level <= self.level && self.since.is_none_or(|since| line.time >= since)
    }
}
