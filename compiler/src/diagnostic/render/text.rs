//! Text for a terminal: the message, the lines it is about, help and notes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};

use super::place::uri;
use crate::diagnostic::{Diagnostic, Label, Severity, SourceFile, SourceFiles};
use crate::rules::{probable_secret, token_in_clear};
use crate::source::RepoPath;

/// How text is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether with ANSI escape codes.
    pub color: bool,
    /// How many columns a line may take.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
        }
    }
}

/// The longest line that is shown whole, in bytes. Of a longer one, what is
/// about the labels is shown.
const MAX_LINE_BYTES: usize = 400;

/// The text of `diagnostics` in their order, with an empty line behind each.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], files: &SourceFiles, style: Style) -> String {
    render_with_links(diagnostics, files, style, None)
}

/// The same; each file is a link, for terminals that follow them. `root` is the
/// URL of the repository's root, with a `/` at its end.
#[must_use]
pub fn render_with_links(
    diagnostics: &[Diagnostic],
    files: &SourceFiles,
    style: Style,
    root: Option<&str>,
) -> String {
    let renderer = if style.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(style.width.max(40));
    let mut text = String::new();
    for diagnostic in diagnostics {
        let shown = renderer.render(&[group(diagnostic, files)]);
        let mut paths = by_file(&diagnostic.labels)
            .into_iter()
            .map(|(path, _)| path);
        for line in shown.lines().filter(|line| !is_empty_origin(line)) {
            let place = root.and_then(|root| Some((root, origin(line)?)));
            match place.and_then(|(root, at)| Some((root, at, paths.next()?))) {
                Some((root, at, path)) => {
                    let (arrow, place) = line.split_at(at);
                    let uri = uri(path.as_str());
                    let _ = write!(text, "{arrow}{OPEN}{root}{uri}{END}{place}{OPEN}{END}");
                }
                None => text.push_str(line),
            }
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

fn group<'a>(diagnostic: &'a Diagnostic, files: &'a SourceFiles) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(
        level
            .primary_title(normalize_untrusted_str(&diagnostic.message))
            .id(diagnostic.code),
    );
    for (path, labels) in by_file(&diagnostic.labels) {
        let name = normalize_untrusted_str(&format!("{path}"));
        group = match files.get(path) {
            Some(file) if !file.is_binary() => {
                show(group, name, file, &labels, is_secret(diagnostic))
            }
            // The whole file is meant, and its beginning is where an editor goes to.
            _ => group.element(Origin::path(name).line(1).char_column(1)),
        };
    }
    let notes = diagnostic.notes.iter().map(|note| (Level::NOTE, note));
    let help = diagnostic.help.iter().map(|help| (Level::HELP, help));
    for (level, text) in notes.chain(help) {
        group = group.element(level.message(normalize_untrusted_str(text)));
    }
    // The help says what the fix does, where there is one.
    let fixes = diagnostic.fixes.iter();
    let fixes = fixes.filter(|_| diagnostic.help.is_none());
    for fix in fixes {
        let title = normalize_untrusted_str(&fix.title);
        group = group.element(Level::HELP.with_name("fix").message(title));
    }
    group
}

/// Whether the finding is about a value that must not be shown: logs have more
/// readers than repositories.
fn is_secret(diagnostic: &Diagnostic) -> bool {
    [token_in_clear::RULE.code, probable_secret::RULE.code].contains(&diagnostic.code)
}

/// The labels of each file: the file that the diagnostic is about first, then
/// the others in the order in which they are named.
fn by_file(labels: &[Label]) -> Vec<(&RepoPath, Vec<&Label>)> {
    let mut files: Vec<(&RepoPath, Vec<&Label>)> = Vec::new();
    let (primary, others): (Vec<&Label>, Vec<&Label>) =
        labels.iter().partition(|label| label.primary);
    for label in primary.into_iter().chain(others) {
        let path = &label.span.file;
        match files.iter_mut().find(|(file, _)| *file == path) {
            Some((_, labels)) => labels.push(label),
            None => files.push((path, vec![label])),
        }
    }
    files
}

/// The lines that `labels` are on, and what lies between them, which the
/// renderer folds. Only these are handed over, so that the cost is that of the
/// lines and not that of the file.
///
/// What the primary label is on is masked where `is_secret`.
fn show<'a>(
    group: Group<'a>,
    name: String,
    file: &SourceFile,
    labels: &[&Label],
    is_secret: bool,
) -> Group<'a> {
    let spans: Vec<Range<usize>> = labels
        .iter()
        .map(|label| file.clamp(&label.span.range))
        .collect();
    let first = spans.iter().map(|span| span.start).min().unwrap_or(0);
    let last = spans.iter().map(|span| span.end).max().unwrap_or(0);
    let lines = file.line_index(first)..file.line_index(last) + 1;

    let mut excerpt = Excerpt::new(file, lines.clone(), &spans);
    for (label, span) in labels.iter().zip(&spans) {
        if is_secret && label.primary {
            excerpt.mask(span);
        }
    }
    let annotations = labels.iter().zip(&spans).map(|(label, span)| {
        let kind = if label.primary {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let text = (!label.text.is_empty()).then(|| normalize_untrusted_str(&label.text));
        kind.span(excerpt.place(span.start)..excerpt.place(span.end))
            .label(text)
    });
    let annotations: Vec<Annotation<'a>> = annotations.collect();
    let snippet = Snippet::source(excerpt.text)
        .line_start(lines.start + 1)
        .annotations(annotations);
    if !excerpt.is_cut {
        return group.element(snippet.path(name));
    }
    // The renderer would count columns from where the line is cut.
    let place = file.line_column(spans.first().map_or(0, |span| span.start));
    let origin = Origin::path(name)
        .line(place.line as usize)
        .char_column(place.column as usize);
    group.element(origin).element(snippet)
}

/// The escapes around the target of a link; an empty target ends it (OSC 8).
const OPEN: &str = "\u{1b}]8;;";
const END: &str = "\u{1b}\\";

/// Where the place stands on a line that says where a snippet is from.
fn origin(line: &str) -> Option<usize> {
    let at = ["--> ", "::: "]
        .iter()
        .filter_map(|arrow| Some(line.find(arrow)? + arrow.len()))
        .min()?;
    // Styles stand around the arrow; of it, they end before the place.
    let at = match line[at..].strip_prefix("\u{1b}[0m") {
        Some(rest) => line.len() - rest.len(),
        None => at,
    };
    let mut in_escape = false;
    let is_blank = line[..at].chars().all(|char| {
        let is_part = in_escape || char == '\u{1b}';
        in_escape = is_part && char != 'm';
        is_part || " ->:".contains(char)
    });
    is_blank.then_some(at)
}

/// Whether a line says where a snippet is from, but no more: the renderer writes
/// one for a snippet whose place stands above it, as that of a cut line does.
fn is_empty_origin(line: &str) -> bool {
    let mut in_escape = false;
    line.chars()
        .filter(|&char| {
            let is_part = in_escape || char == '\u{1b}';
            in_escape = is_part && char != 'm';
            !is_part && char != ' '
        })
        .eq(":::".chars())
}

/// Lines of a file, the long ones cut.
struct Excerpt {
    text: String,
    /// Where pieces of the file stand in `text`: the offset in the file, and
    /// the bytes in `text`.
    pieces: BTreeMap<usize, Range<usize>>,
    /// Whether a line was cut.
    is_cut: bool,
}

const ELLIPSIS: &str = "...";

impl Excerpt {
    fn new(file: &SourceFile, lines: Range<usize>, spans: &[Range<usize>]) -> Self {
        let mut excerpt = Self {
            text: String::new(),
            pieces: BTreeMap::new(),
            is_cut: false,
        };
        for line in lines.clone() {
            let range = file.line_range(line);
            if range.len() <= MAX_LINE_BYTES {
                excerpt.push(file, range);
            } else {
                excerpt.push_cut(file, &range, spans);
            }
            if line + 1 < lines.end {
                excerpt.text.push('\n');
            }
        }
        excerpt
    }

    fn push(&mut self, file: &SourceFile, range: Range<usize>) {
        let start = self.text.len();
        self.text.push_str(&file.text()[range.clone()]);
        self.pieces.insert(range.start, start..self.text.len());
    }

    /// What is about the first edge of a span that lies in the line, or the
    /// line's beginning.
    fn push_cut(&mut self, file: &SourceFile, line: &Range<usize>, spans: &[Range<usize>]) {
        let edges = spans.iter().flat_map(|span| [span.start, span.end]);
        let edge = edges
            .filter(|edge| line.contains(edge) || *edge == line.end)
            .min()
            .unwrap_or(line.start);
        let start = edge.saturating_sub(MAX_LINE_BYTES / 2).max(line.start);
        let end = (start + MAX_LINE_BYTES).min(line.end);
        let cut = file.clamp(&(start..end));
        let (is_cut_before, is_cut_behind) = (cut.start > line.start, cut.end < line.end);
        self.is_cut = true;
        if is_cut_before {
            self.text.push_str(ELLIPSIS);
        }
        self.push(file, cut);
        if is_cut_behind {
            self.text.push_str(ELLIPSIS);
        }
    }

    /// Puts `*` for each byte of a span of the file.
    fn mask(&mut self, span: &Range<usize>) {
        let masked = self.place(span.start)..self.place(span.end);
        let shown = self.text[masked.clone()].chars().flat_map(|char| {
            let star = if char == '\n' { '\n' } else { '*' };
            std::iter::repeat_n(star, char.len_utf8())
        });
        let shown: String = shown.collect();
        self.text.replace_range(masked, &shown);
    }

    /// Where the byte `offset` of the file stands in the text; the nearest
    /// place before it, where it was cut.
    fn place(&self, offset: usize) -> usize {
        let piece = self.pieces.range(..=offset).next_back();
        let (start, piece) = match piece {
            Some((start, piece)) => (*start, piece.clone()),
            None => return 0,
        };
        (piece.start + (offset - start)).min(piece.end)
    }
}
