//! What a failure means to whoever called: an exit code, a message, and what to
//! type next. The one place that maps the libraries' errors to those.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use crate::output::Output;

/// The exit codes of the command line's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// Success, or nothing to report.
    Success,
    /// The configuration is invalid, or a check found something.
    Invalid,
    /// With `plan --detailed-exitcode`: there are changes.
    Changes,
    /// The tool, a cluster or a network failed.
    Failed,
    /// A stale plan, a lost lease, or a guard that refused.
    Refused,
    /// Interrupted.
    Interrupted,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(match code {
            Code::Success => 0,
            Code::Invalid => 1,
            Code::Changes => 2,
            Code::Failed => 3,
            Code::Refused => 4,
            Code::Interrupted => 130,
        })
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub(crate) struct CommandError {
    code: Code,
    message: String,
    causes: Vec<String>,
    help: Option<String>,
}

impl CommandError {
    /// An error with a message of its own.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            causes: Vec::new(),
            help: None,
        }
    }

    /// An error of a library, with all its sources.
    pub(crate) fn from_error(code: Code, error: &dyn Error) -> Self {
        let mut causes: Vec<String> = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // Some libraries repeat their source in their own text.
            if causes.last() != Some(&text) {
                causes.push(text);
            }
            source = cause.source();
        }
        Self {
            code,
            message: error.to_string(),
            causes,
            help: None,
        }
    }

    /// Says what to type.
    #[must_use]
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Tells the user, and gives the code to exit with.
    pub(crate) fn report(&self, output: &Output) -> Code {
        output.note(self.render(output.stderr_color()));
        self.code
    }

    pub(crate) fn render(&self, color: bool) -> String {
        let style = |style: anstyle::Style, text: &str| {
            if color {
                format!("{style}{text}{style:#}")
            } else {
                text.to_owned()
            }
        };
        let red = anstyle::AnsiColor::Red.on_default().bold();
        let cyan = anstyle::AnsiColor::Cyan.on_default().bold();
        let mut text = format!("{}: {}", style(red, "error"), self.message);
        for cause in &self.causes {
            let _ = write!(text, "\n  because: {cause}");
        }
        if let Some(help) = &self.help {
            let _ = write!(text, "\n{}: {help}", style(cyan, "help"));
        }
        text
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        Self::from_error(Code::Failed, &error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read `vimana.toml`")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn an_error_is_told_with_its_causes_and_what_to_type() {
        let inner = std::io::Error::other("the disk is on fire");
        let error = CommandError::from_error(Code::Failed, &Outer(inner))
            .with_help("call the fire brigade");
        assert_eq!(
            error.render(false),
            "error: cannot read `vimana.toml`\n  because: the disk is on fire\nhelp: call the fire brigade"
        );
    }
}
