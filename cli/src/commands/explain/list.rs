//! All rules, a line each.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use vimana_compiler::diagnostic::Severity;
use vimana_compiler::rules::Rule;

/// The table of `rules`.
pub(super) fn render(rules: &[Rule], color: bool) -> String {
    let width = rules
        .iter()
        .map(|rule| rule.group().name().len())
        .max()
        .unwrap_or(0);
    let paint = |style: Style| if color { style } else { Style::new() };
    let bold = paint(Style::new().bold());
    let mut text = format!(
        "{bold}CODE    DEFAULT  FIXED  {group:width$}  RULE{bold:#}\n",
        group = "GROUP"
    );
    for rule in rules {
        let (severity, hue) = match rule.severity() {
            Severity::Error => ("error", AnsiColor::Red),
            Severity::Warning => ("warning", AnsiColor::Yellow),
        };
        let style = paint(hue.on_default());
        let fixed = if rule.configurable() { "" } else { "fixed" };
        let _ = writeln!(
            text,
            "{code}  {style}{severity:7}{style:#}  {fixed:5}  {group:width$}  {title}",
            code = rule.code(),
            group = rule.group().name(),
            title = rule.title()
        );
    }
    text
}
