use std::ops::Range;

/// The place of `edition = "..."`, where that is how the file begins: the parser
/// knows `syntax` only, and would complain of a token.
pub(super) fn find(text: &str) -> Option<Range<usize>> {
    let start = skip_blanks(text, 0);
    let rest = text[start..].strip_prefix("edition")?;
    let equals = skip_blanks(text, text.len() - rest.len());
    if !text[equals..].starts_with('=') {
        return None;
    }
    let line = text[start..].lines().next().unwrap_or_default();
    let end = line.find(';').map_or(line.trim_end().len(), |at| at + 1);
    Some(start..start + end)
}

/// The next byte that is neither white space nor part of a comment.
fn skip_blanks(text: &str, mut at: usize) -> usize {
    if at == 0 && text.starts_with('\u{feff}') {
        at = '\u{feff}'.len_utf8();
    }
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start();
        at = text.len() - trimmed.len();
        if trimmed.starts_with("//") {
            at += trimmed.find('\n').unwrap_or(trimmed.len());
        } else if trimmed.starts_with("/*") {
            at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
        } else {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn an_edition_is_found_behind_comments_only() {
        let text = "// a\n/* b */ edition = \"2023\"; package x;";
        assert_eq!(&text[find(text).unwrap()], "edition = \"2023\";");
        assert_eq!(find("syntax = \"proto3\"; // edition = \"2023\";"), None);
        assert_eq!(find("edition"), None);
        assert_eq!(find("/* never closed"), None);
    }
}
