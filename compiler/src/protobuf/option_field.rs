use std::ops::Range;

/// The places of the fields within the text of an option,
/// `option (x) = { name: value }`: the parser knows that of the option only.
pub(crate) struct OptionField;

impl OptionField {
    /// The value of the first field `name` of the outermost message in `option`,
    /// a part of `text`, or of the field `NAME.NAME` of a message in it; the whole
    /// option where there is none.
    pub(crate) fn range(text: &str, option: Range<usize>, name: &str) -> Range<usize> {
        let names: Vec<&str> = name.split('.').collect();
        let found = text.get(option.clone()).and_then(|body| find(body, &names));
        match found {
            Some(range) => option.start + range.start..option.start + range.end,
            None => option,
        }
    }
}

/// The value of the field whose path is `names`. A message goes without a colon.
fn find(body: &str, names: &[&str]) -> Option<Range<usize>> {
    let mut tokens = Tokens { text: body, at: 0 }.peekable();
    // The names of the messages around a token; the first is that of the option.
    let mut around: Vec<&str> = Vec::new();
    let mut last_name = "";
    while let Some(token) = tokens.next() {
        match &body[token] {
            "{" | "<" => around.push(last_name),
            "}" | ">" => {
                around.pop();
            }
            ":" => {}
            word => {
                let is_there = around.split_first().is_some_and(|(_, around)| {
                    names
                        .split_last()
                        .is_some_and(|(last, before)| word == *last && around == before)
                });
                let next = tokens.peek().map_or("", |next| &body[next.clone()]);
                if is_there && next == ":" {
                    tokens.next();
                    return tokens.next();
                }
                if is_there && matches!(next, "{" | "<") {
                    return tokens.next();
                }
                last_name = word;
            }
        }
    }
    None
}

/// Words, strings and single characters, without comments.
struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let first = trimmed.chars().next()?;
            let comment = if trimmed.starts_with("//") || first == '#' {
                trimmed.find('\n').unwrap_or(trimmed.len())
            } else if trimmed.starts_with("/*") {
                trimmed.find("*/").map_or(trimmed.len(), |end| end + 2)
            } else {
                let start = self.at;
                self.at += length(trimmed, first);
                return Some(start..self.at);
            };
            self.at += comment;
        }
    }
}

fn length(text: &str, first: char) -> usize {
    let is_word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '.' | '-' | '+');
    match first {
        '"' | '\'' => {
            let mut escaped = false;
            for (at, char) in text.char_indices().skip(1) {
                match char {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    char if char == first => return at + 1,
                    _ => {}
                }
            }
            text.len()
        }
        first if is_word(first) => text.find(|char| !is_word(char)).unwrap_or(text.len()),
        first => first.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_the_outermost_message_is_found_behind_comments_and_strings() {
        let text = r#"x option (vimana.service) = {
            // version: "0"
            otlp: { version: "1" }
            id: "version: \"2\""
            version /* here */ : "3"
        };"#;
        let range = OptionField::range(text, 2..text.len(), "version");
        assert_eq!(&text[range], "\"3\"");
        let range = OptionField::range(text, 2..text.len(), "otlp.version");
        assert_eq!(&text[range], "\"1\"");
        let range = OptionField::range(text, 2..text.len(), "none");
        assert_eq!(range, 2..text.len());
    }
}
