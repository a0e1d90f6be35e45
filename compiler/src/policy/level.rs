use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::Rule;

/// What a repository can set a rule to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Findings are left out.
    Off,
    /// Findings are warnings.
    Warning,
    /// Findings are errors.
    Error,
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 3] = [Self::Off, Self::Warning, Self::Error];

    /// The name in `vimana.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }

    const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// What the rules of a repository are set to, where it is not what they declare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    of: BTreeMap<&'static str, Level>,
}

impl Levels {
    /// Sets `rule`, which has to be one that is configurable.
    pub(crate) fn set(&mut self, rule: &Rule, level: Level) {
        debug_assert!(rule.configurable(), "{} cannot be set", rule.code());
        self.of.insert(rule.code(), level);
    }

    /// What the rule `code` is set to.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<Level> {
        self.of.get(code).copied()
    }

    /// Gives findings the severity that their rules are set to, and leaves out
    /// those of rules that are off.
    pub fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        if self.of.is_empty() {
            return;
        }
        diagnostics.retain_mut(|diagnostic| {
            let Some(level) = self.get(diagnostic.code) else {
                return true;
            };
            match level.severity() {
                Some(severity) => diagnostic.severity = severity,
                None => return false,
            }
            true
        });
    }
}
