//! Standard output and standard error: colour, width, and pipes that break.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

use anstream::ColorChoice;
use vimana_compiler::Progress;

use crate::arguments::Color;

/// Where a command writes.
pub(crate) struct Output {
    stdout_color: bool,
    stdout_terminal: bool,
    stderr_color: bool,
    stderr_terminal: bool,
    width: usize,
}

#[allow(
    clippy::unused_self,
    reason = "a command writes only where it was handed an output"
)]
impl Output {
    pub(crate) fn new(color: Color) -> Self {
        match color {
            // Honours NO_COLOR, CLICOLOR and TERM=dumb.
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
        .write_global();
        let colours = |choice| choice != ColorChoice::Never;
        Self {
            stdout_color: colours(anstream::AutoStream::choice(&io::stdout())),
            stderr_color: colours(anstream::AutoStream::choice(&io::stderr())),
            stdout_terminal: io::stdout().is_terminal(),
            stderr_terminal: io::stderr().is_terminal(),
            width: width(),
        }
    }

    /// Whether what goes to stdout is coloured.
    pub(crate) const fn stdout_color(&self) -> bool {
        self.stdout_color
    }

    /// Whether a person reads stdout, and no program.
    pub(crate) const fn is_read(&self) -> bool {
        self.stdout_terminal || self.stdout_color
    }

    /// Whether what goes to stderr is coloured.
    pub(crate) const fn stderr_color(&self) -> bool {
        self.stderr_color
    }

    /// The columns that a line may take.
    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    /// Whether a person watches stderr: progress is shown only then.
    pub(crate) const fn is_watched(&self) -> bool {
        self.stderr_terminal
    }

    /// Writes data to stdout. A reader that has gone away, such as `head`, is no
    /// error: what it wanted it has had.
    pub(crate) fn data(&self, text: impl Display) -> io::Result<()> {
        let mut stdout = anstream::stdout().lock();
        match write!(stdout, "{text}").and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Writes a part of data that goes on. Whether anybody still reads it.
    pub(crate) fn stream(&self, text: impl Display) -> io::Result<bool> {
        let mut stdout = anstream::stdout().lock();
        match write!(stdout, "{text}").and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            result => result.map(|()| true),
        }
    }

    /// Writes a line for people to stderr.
    pub(crate) fn note(&self, text: impl Display) {
        // A program whose stderr is closed has nobody left to tell.
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }

    /// Writes a line of progress to stderr, where somebody watches.
    pub(crate) fn progress(&self, text: impl Display) {
        if self.stderr_terminal {
            self.note(text);
        }
    }
}

/// Tells a person who watches stderr how far a compilation is, in one line that is
/// gone when it ends.
pub(crate) struct CompileProgress<'o> {
    output: &'o Output,
}

impl<'o> CompileProgress<'o> {
    /// Says that it begins.
    pub(crate) fn begin(output: &'o Output) -> Self {
        let progress = Self { output };
        progress.show("compiling");
        progress
    }

    pub(crate) fn tell(&self, progress: Progress) {
        let Progress { done, total } = progress;
        self.show(format_args!("compiling: {done} of {total} folders"));
    }

    fn show(&self, text: impl Display) {
        if self.output.is_watched() {
            let mut stderr = anstream::stderr().lock();
            let _ = write!(stderr, "\r\u{1b}[2K{text}").and_then(|()| stderr.flush());
        }
    }
}

impl Drop for CompileProgress<'_> {
    fn drop(&mut self) {
        self.show("");
    }
}

fn width() -> usize {
    const DEFAULT: usize = 100;
    const NARROWEST: usize = 40;
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
        .unwrap_or(DEFAULT)
        .max(NARROWEST)
}
