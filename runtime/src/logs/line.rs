use std::sync::Arc;
use std::time::SystemTime;

use tracing::Level;
use vimana_proto::VersionName;

/// A line that a guest wrote, or the host about a guest.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// The place among all lines of the node since it started. Later lines have higher
    /// numbers, and never an earlier [`Self::time`].
    pub number: u64,
    /// When it was written.
    pub time: SystemTime,
    /// How grave it is. What comes by stdout and stderr has no level of its own, and is
    /// [`Level::INFO`].
    pub level: Level,
    /// How it came: `log`, `stdout`, `stderr`, or `host` where the node itself says
    /// something about the guest.
    pub source: &'static str,
    /// Who wrote it.
    pub origin: Arc<LogOrigin>,
    /// The method: `bar.FooService/SayHello`.
    pub method: Arc<str>,
    /// The identifier of the call, 32 digits in hexadecimal.
    pub request_id: String,
    /// The text, without its line end.
    pub text: Box<str>,
}

/// A version in the workspace that owns it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LogOrigin {
    /// The workspace.
    pub workspace: String,
    /// The version.
    pub version: VersionName,
    /// The same as text: `example.com:bar.FooService@1.0.0`.
    pub label: Arc<str>,
}

impl LogOrigin {
    /// A version of a workspace.
    pub fn new(workspace: String, version: VersionName) -> Self {
        Self {
            workspace,
            label: version.to_string().into(),
            version,
        }
    }
}

impl LogLine {
    /// Bytes that it takes, about.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.text.len() + self.request_id.len()
    }
}
