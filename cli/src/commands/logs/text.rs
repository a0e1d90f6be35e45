//! Lines for people.

use std::fmt::Write as _;

use anstyle::Style as Color;
use vimana_proto::control::v1::LogLine;
use vimana_proto::control::v1::log_line::Level;
use vimana_proto::control::v1::read_logs_response::Entry;
use vimana_reconciler::render::{Palette, printable};

/// How lines are written.
pub(super) struct Style {
    pub(super) palette: Palette,
    /// Whether each line names its version.
    pub(super) names_version: bool,
}

impl Style {
    /// An entry, with its line end.
    pub(super) fn entry(&self, entry: &Entry) -> String {
        match entry {
            Entry::Line(line) => self.line(line),
            Entry::LostLines(lines) => {
                let warn = self.palette.update;
                format!(
                    "{warn}... {lines} lines were lost: they came faster than they were read{warn:#}\n"
                )
            }
        }
    }

    fn line(&self, line: &LogLine) -> String {
        let dim = self.palette.dim;
        let (level, color) = self.level(line.level());
        let mut text = format!("{dim}{}{dim:#} {color}{level}{color:#} ", time(line));
        if self.names_version {
            text.push_str(&printable(&line.version));
            text.push(' ');
        }
        let method = line.method.rsplit('/').next().unwrap_or_default();
        let request = line.request_id.get(..8).unwrap_or_default();
        let _ = write!(text, "{method} {dim}{request}{dim:#}");
        if line.source != "log" {
            let _ = write!(text, " {dim}{}{dim:#}", line.source);
        }
        // What follows is told apart from lines of others by where it stands.
        let mut parts = line.text.lines();
        let first = parts.next().unwrap_or_default();
        text.push_str("  ");
        text.push_str(&shown(first));
        for part in parts {
            text.push_str("\n    ");
            text.push_str(&shown(part));
        }
        text.push('\n');
        text
    }

    const fn level(&self, level: Level) -> (&'static str, Color) {
        let plain = Color::new();
        match level {
            Level::Unspecified => ("     ", plain),
            Level::Trace => ("TRACE", self.palette.dim),
            Level::Debug => ("DEBUG", self.palette.dim),
            Level::Info => ("INFO ", plain),
            Level::Warn => ("WARN ", self.palette.update),
            Level::Error => ("ERROR", self.palette.delete),
        }
    }
}

/// The time to the millisecond, in UTC.
fn time(line: &LogLine) -> String {
    let Some(mut time) = line.time else {
        return String::new();
    };
    time.nanos -= time.nanos % 1_000_000;
    let text = time.to_string();
    // Always as wide, so that lines stand below each other.
    match text.strip_suffix('Z') {
        Some(whole) if !whole.contains('.') => format!("{whole}.000Z"),
        _ => text,
    }
}

/// A line without what would move the cursor; tabs stay.
fn shown(text: &str) -> String {
    let parts: Vec<_> = text.split('\t').map(printable).collect();
    parts.join("\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_on_one_line_and_harms_no_terminal() {
        let style = Style {
            palette: Palette::plain(),
            names_version: true,
        };
        let mut line = LogLine {
            number: 1,
            time: Some("2030-01-31T12:00:00Z".parse().unwrap()),
            level: Level::Warn.into(),
            source: "log".to_owned(),
            version: "a.com:b.C@1.0.0".to_owned(),
            method: "b.C/D".to_owned(),
            request_id: "0123456789abcdef".to_owned(),
            text: "red \u{1b}[31m\tand\nmore".to_owned(),
        };
        assert_eq!(
            style.entry(&Entry::Line(line.clone())),
            "2030-01-31T12:00:00.000Z WARN  a.com:b.C@1.0.0 D 01234567  red \\u{1b}[31m\tand\n    more\n"
        );
        line.source = "stderr".to_owned();
        line.text = "x".to_owned();
        line.time = Some("2030-01-31T12:00:00.123456Z".parse().unwrap());
        assert_eq!(
            style.entry(&Entry::Line(line)),
            "2030-01-31T12:00:00.123Z WARN  a.com:b.C@1.0.0 D 01234567 stderr  x\n"
        );
    }
}
