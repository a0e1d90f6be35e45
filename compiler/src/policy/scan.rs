use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::comments::comments;
use crate::source::RepoPath;

/// What a comment begins with that silences a rule.
const MARK: &str = "vimana:allow";

/// A comment that silences rules at a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Silencer {
    /// The comment, from its mark to the end of its line.
    pub(crate) comment: Range<usize>,
    /// What is to be removed where it silences nothing: the comment, and its line
    /// where nothing else is on it.
    pub(crate) removal: Range<usize>,
    /// The codes that it names, in their order.
    pub(crate) codes: Vec<Named>,
    /// Whether it gives a reason.
    pub(crate) has_reason: bool,
    /// The lines whose findings it silences.
    pub(crate) covers: Range<usize>,
}

/// A code that a silencer names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Named {
    /// As it is written.
    pub(crate) code: String,
    /// Where.
    pub(crate) range: Range<usize>,
}

impl Silencer {
    /// Whether it silences findings of its rules that begin at `offset`.
    pub(crate) fn covers(&self, offset: usize) -> bool {
        self.covers.contains(&offset)
    }

    /// From the first code to the last.
    pub(crate) fn codes_range(&self) -> Range<usize> {
        match (self.codes.first(), self.codes.last()) {
            (Some(first), Some(last)) => first.range.start..last.range.end,
            _ => self.comment.end..self.comment.end,
        }
    }
}

/// The silencers of a file, in their order. Only a text that has the mark in it
/// is looked at further.
pub(crate) fn scan(file: &RepoPath, text: &str) -> Vec<Silencer> {
    if !text.contains(MARK) {
        return Vec::new();
    }
    let comments = comments(file, text);
    let lines: Vec<_> = comments
        .iter()
        .map(|comment| Line::of(text, comment))
        .collect();
    let mut silencers = Vec::new();
    for (index, comment) in comments.iter().enumerate() {
        let Some((codes, has_reason)) = parse(text, comment) else {
            continue;
        };
        let line = &lines[index];
        let mut end = line.range.end;
        if line.is_comment_only {
            // The rest of the comments below, and the line behind them.
            for next in &lines[index + 1..] {
                if !next.is_comment_only || next.range.start != end {
                    break;
                }
                end = next.range.end;
            }
            end = next_line(text, end);
        }
        let removal = if line.is_comment_only {
            line.range.clone()
        } else {
            let before = text[..comment.start].trim_end_matches([' ', '\t']);
            before.len()..comment.end
        };
        // A finding at the very end of the text has no byte of its own.
        let end = if end == text.len() { end + 1 } else { end };
        silencers.push(Silencer {
            comment: comment.clone(),
            removal,
            codes,
            has_reason,
            covers: line.range.start..end,
        });
    }
    silencers
}

/// A line with a comment.
struct Line {
    /// With its line break.
    range: Range<usize>,
    is_comment_only: bool,
}

impl Line {
    fn of(text: &str, comment: &Range<usize>) -> Self {
        let start = text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
        Self {
            range: start..next_line(text, comment.end),
            is_comment_only: text[start..comment.start].trim().is_empty(),
        }
    }
}

/// Where the line behind the one of `at` begins.
fn next_line(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |length| at + length + 1)
}

/// The codes of a comment that is a silencer, and whether it gives a reason.
fn parse(text: &str, comment: &Range<usize>) -> Option<(Vec<Named>, bool)> {
    let content = text[comment.clone()]
        .trim_start_matches(['/', '#'])
        .trim_start();
    let rest = content.strip_prefix(MARK)?;
    if rest.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_') {
        return None;
    }
    let mut rest = rest.trim_start();
    let mut codes = Vec::new();
    let mut is_code_due = true;
    loop {
        let length = rest
            .find(|character: char| character == ',' || character.is_whitespace())
            .unwrap_or(rest.len());
        let (word, behind) = rest.split_at(length);
        let code = word.trim_end_matches(':');
        if code.is_empty() || !(is_code_due || is_code(code)) {
            break;
        }
        let start = comment.end - rest.len();
        codes.push(Named {
            code: code.to_owned(),
            range: start..start + code.len(),
        });
        let behind = behind.trim_start();
        is_code_due = behind.starts_with(',');
        rest = behind.trim_start_matches(',').trim_start();
        if word.len() > code.len() {
            break;
        }
    }
    let has_reason = rest.contains(char::is_alphanumeric);
    Some((codes, has_reason))
}

/// Whether a word has the form of a code.
fn is_code(word: &str) -> bool {
    match word.as_bytes() {
        [b'V' | b'v', b'M' | b'm', digits @ ..] => {
            !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str) -> Vec<Silencer> {
        scan(&RepoPath::new("a.proto").unwrap(), text)
    }

    fn codes(silencer: &Silencer) -> Vec<&str> {
        silencer
            .codes
            .iter()
            .map(|named| named.code.as_str())
            .collect()
    }

    #[test]
    fn a_comment_behind_code_covers_its_line_alone() {
        let text = "a;\nb; // vimana:allow VM0045 for old tools\nc;\n";
        let [silencer] = scanned(text).try_into().unwrap();
        assert_eq!(codes(&silencer), ["VM0045"]);
        assert!(silencer.has_reason);
        let line = "b; // vimana:allow VM0045 for old tools\n";
        assert_eq!(&text[silencer.covers.clone()], line);
        let comment = " // vimana:allow VM0045 for old tools";
        assert_eq!(&text[silencer.removal.clone()], comment);
        assert_eq!(&text[silencer.codes[0].range.clone()], "VM0045");
    }

    #[test]
    fn comments_above_cover_the_line_below_all_of_them() {
        let text = "a;\n  // vimana:allow VM0045 why\n  // and more\nb;\nc;\n";
        let [silencer] = scanned(text).try_into().unwrap();
        assert!(silencer.covers(text.find("b;").unwrap()));
        assert!(!silencer.covers(text.find("c;").unwrap()));
        assert!(!silencer.covers(text.find("a;").unwrap()));
        assert_eq!(&text[silencer.removal], "  // vimana:allow VM0045 why\n");
    }

    #[test]
    fn an_empty_line_parts_a_comment_from_the_code() {
        let text = "// vimana:allow VM0045 why\n\nb;\n";
        let [silencer] = scanned(text).try_into().unwrap();
        assert!(!silencer.covers(text.find("b;").unwrap()));
    }

    #[test]
    fn several_codes_are_separated_by_commas_or_spaces() {
        for list in [
            "VM0045,VM0059",
            "VM0045, VM0059",
            "VM0045 VM0059",
            "VM0045 ,VM0059:",
        ] {
            let text = format!("// vimana:allow {list} because of it\n");
            let [silencer] = scanned(&text).try_into().unwrap();
            assert_eq!(codes(&silencer), ["VM0045", "VM0059"], "{list}");
            assert!(silencer.has_reason, "{list}");
        }
    }

    #[test]
    fn a_reason_has_words() {
        for (text, has_reason) in [
            ("// vimana:allow VM0045", false),
            ("// vimana:allow VM0045 --", false),
            ("// vimana:allow VM0045: why", true),
            ("// vimana:allow VM0045 – 旧", true),
            ("// vimana:allow", false),
        ] {
            let [silencer] = scanned(text).try_into().unwrap();
            assert_eq!(silencer.has_reason, has_reason, "{text}");
        }
    }

    #[test]
    fn prose_that_mentions_the_mark_silences_nothing() {
        let text = "// write vimana:allow VM0045 here\n// vimana:allowed VM0045 x\n\
                    import \"vimana:allow VM0045 x\";\n";
        assert_eq!(scanned(text), []);
    }

    #[test]
    fn a_finding_at_the_end_of_the_text_is_on_its_last_line() {
        let text = "// vimana:allow VM0045 why\nb";
        let [silencer] = scanned(text).try_into().unwrap();
        assert!(silencer.covers(text.len()));
    }
}
