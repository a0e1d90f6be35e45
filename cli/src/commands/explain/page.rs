//! The page of one rule: Markdown in a pipe, readable on a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;
use vimana_compiler::diagnostic::Severity;
use vimana_compiler::rules::Rule;

/// How wide prose gets on the widest terminal.
const WIDEST: usize = 90;

/// The page as Markdown, with the code in its title.
pub(super) fn plain(rule: &Rule) -> String {
    let page = rule.page();
    let body = page.split_once('\n').map_or("", |(_, body)| body);
    format!(
        "# {}: {}\n\n{}\n{body}",
        rule.code(),
        rule.title(),
        standing(rule)
    )
}

/// The page for a terminal of `width` columns: prose filled, examples indented.
pub(super) fn render(rule: &Rule, color: bool, width: usize) -> String {
    let mut page = Page {
        text: String::new(),
        color,
        width: width.min(WIDEST),
    };
    let plain = plain(rule);
    let mut paragraph = Vec::new();
    let mut is_code = false;
    for line in plain.lines() {
        if line.starts_with("```") {
            page.paragraph(&mut paragraph);
            is_code = !is_code;
        } else if is_code {
            page.code(line);
        } else if let Some(heading) = line.trim_start_matches('#').strip_prefix(' ')
            && line.starts_with('#')
        {
            page.paragraph(&mut paragraph);
            page.heading(heading);
        } else if line.is_empty() {
            page.paragraph(&mut paragraph);
            page.text.push('\n');
        } else if line.starts_with('|') {
            page.row(line);
        } else {
            paragraph.push(line);
        }
    }
    page.paragraph(&mut paragraph);
    page.text.truncate(page.text.trim_end().len());
    page.text.push('\n');
    page.text
}

/// How grave a finding is, and what a repository may do about it.
fn standing(rule: &Rule) -> String {
    let severity = match rule.severity() {
        Severity::Error => "An error",
        Severity::Warning => "A warning",
    };
    let change = match (rule.configurable(), rule.silenceable()) {
        (true, true) => format!(
            "`[check.rules]` of `vimana.toml` can set `{}`, and a comment silence it.",
            rule.code()
        ),
        (true, false) => format!(
            "`[check.rules]` of `vimana.toml` can set `{}`.",
            rule.code()
        ),
        (false, _) => "It can be neither set nor silenced.".to_owned(),
    };
    format!("{severity}. {change}")
}

struct Page {
    text: String,
    color: bool,
    width: usize,
}

impl Page {
    fn paint(&self, style: Style) -> Style {
        if self.color { style } else { Style::new() }
    }

    fn heading(&mut self, heading: &str) {
        let style = self.paint(Style::new().bold());
        let heading = heading.replace('`', "");
        let _ = writeln!(self.text, "{style}{heading}{style:#}");
    }

    fn code(&mut self, line: &str) {
        let style = self.paint(AnsiColor::Green.on_default());
        if line.is_empty() {
            self.text.push('\n');
        } else {
            let _ = writeln!(self.text, "    {style}{line}{style:#}");
        }
    }

    /// The row of a table; the one below its head is left out.
    fn row(&mut self, line: &str) {
        if line.contains("---") {
            return;
        }
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let line = format!("  {}", cells.join(" · "));
        self.line(&line, &mut false);
    }

    /// The words of a paragraph, as many on a line as fit; those between
    /// backquotes stay together where they are on one line of the source.
    fn paragraph(&mut self, lines: &mut Vec<&str>) {
        let text = lines.join(" ");
        lines.clear();
        let mut line = String::new();
        let mut is_code = false;
        for word in text.split_whitespace() {
            if !line.is_empty() && line.width() + 1 + word.width() > self.width {
                self.line(&line, &mut is_code);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.line(&line, &mut is_code);
        }
    }

    /// A line of prose; what is between backquotes is coloured instead, where
    /// there is colour. `is_code` says whether the line begins within them.
    fn line(&mut self, line: &str, is_code: &mut bool) {
        if !self.color {
            self.text.push_str(line);
            self.text.push('\n');
            return;
        }
        let style = AnsiColor::Cyan.on_default();
        for (index, piece) in line.split('`').enumerate() {
            if index > 0 {
                *is_code = !*is_code;
            }
            if *is_code && !piece.is_empty() {
                let _ = write!(self.text, "{style}{piece}{style:#}");
            } else {
                self.text.push_str(piece);
            }
        }
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    // The snapshots are as snapbox writes them.
    #![allow(clippy::needless_raw_string_hashes)]

    use snapbox::{IntoData as _, assert_data_eq, str};

    use super::*;

    #[test]
    fn a_terminal_gets_prose_filled_and_examples_indented() {
        let rule = Rule::find("VM0021").unwrap();
        assert_data_eq!(
            render(rule, false, 60),
            str![[r#"
VM0021: Limit out of bounds

An error. It can be neither set nor silenced.

A limit in `service.txtpb` is more than a node can grant, or
so little that nothing could run.

  limit · least · most
  `memory` · 64 KiB, one page of WebAssembly · 4 GiB, all that a 32-bit guest can address
  `timeout` · 1 ms · 1 h
  `cpu_time` · 1 ms · 1 h
  `message_size`, `request_size`, `response_size` · 1 KiB · 256 MiB, and no more than `memory`
  `concurrent_requests` · 1 · 10,000
  `queue_length`, `streams` · 0 · 10,000
  `reuse.max_requests` · 1 · 1,000,000
  `clock_skew` of `auth` · 0 s · 10 min
  `http.cors.max_age` · 0 s · 24 h, which no browser exceeds

Why

A limit that cannot be granted would hold no guest back, and
with one that nothing can keep to, every call would fail.

Wrong

    limits { memory: "64GiB" timeout: "0s" }

Right

    limits { memory: "1GiB" timeout: "500ms" }

"#]]
            .raw()
        );
    }

    #[test]
    fn colours_stand_for_backquotes() {
        let rule = Rule::find("VM0045").unwrap();
        let text = render(rule, true, 60);
        assert!(!text.contains('`'), "{text}");
        assert!(
            text.contains("\u{1b}[36mprotoc\u{1b}[0m, \u{1b}[36mbuf\u{1b}[0m"),
            "{text}"
        );
        for line in text.lines() {
            let ends = line.matches("\u{1b}[0m").count();
            let all = line.matches("\u{1b}[").count();
            assert_eq!(all, 2 * ends, "a colour runs past {line:?}");
        }
    }
}
