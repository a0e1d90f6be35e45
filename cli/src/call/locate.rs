//! From the path of a field to its place in JSON text.

/// Which of a member's two parts is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    Value,
}

/// Where the member of a path begins, in bytes: as much of the path as there is.
pub(super) fn locate(text: &str, path: &str, part: Part) -> usize {
    let mut place = Place {
        text: text.as_bytes(),
        at: 0,
    };
    place.space();
    let mut found = place.at;
    let mut steps = steps(path).into_iter().peekable();
    while let Some(step) = steps.next() {
        let Some(member) = place.enter(step) else {
            break;
        };
        let is_last = steps.peek().is_none();
        found = match part {
            Part::Name if is_last => member.name,
            Part::Name | Part::Value => member.value,
        };
        place.at = member.value;
    }
    found
}

/// The names and indexes of a path such as `book.authors[2].name`.
fn steps(path: &str) -> Vec<&str> {
    path.split(['.', '['])
        .map(|step| step.trim_end_matches(']'))
        .filter(|step| !step.is_empty())
        .collect()
}

struct Member {
    name: usize,
    value: usize,
}

/// A place in text that is JSON, at least up to there.
struct Place<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Place<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// The member or item of the value here.
    fn enter(&mut self, step: &str) -> Option<Member> {
        self.space();
        let is_object = match self.peek()? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        self.at += 1;
        for index in 0_usize.. {
            self.space();
            let name = self.at;
            let is_meant = if is_object {
                let named = self.string()?;
                self.space();
                // The colon.
                self.at += 1;
                self.space();
                is_same(named, step)
            } else {
                step.parse() == Ok(index)
            };
            if is_meant {
                return Some(Member {
                    name,
                    value: self.at,
                });
            }
            self.skip()?;
            self.space();
            if self.peek()? != b',' {
                return None;
            }
            self.at += 1;
        }
        None
    }

    /// A string, between its quotes.
    fn string(&mut self) -> Option<&'t [u8]> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at + 1;
        self.at = start;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(start..self.at - 1)
    }

    /// Passes over a value.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => {
                    self.at += 1;
                    continue;
                }
                _ => {
                    let is_end = |byte: u8| b",]} \t\r\n".contains(&byte);
                    while self.peek().is_some_and(|byte| !is_end(byte)) {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }
}

/// Whether a member is meant by a field's name: `zipCode` and `zip_code` are one.
fn is_same(found: &[u8], name: &str) -> bool {
    let letters = |text: &[u8]| {
        let kept = text.iter().filter(|byte| **byte != b'_');
        kept.map(u8::to_ascii_lowercase).collect::<Vec<_>>()
    };
    found == name.as_bytes() || letters(found) == letters(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        r#" {"a": [{"x": "}\"]"}, {"zipCode": 5, "tail": {"k": [1, 2]}}], "b": null}"#;

    fn at(path: &str, part: Part) -> &'static str {
        let rest = &TEXT[locate(TEXT, path, part)..];
        &rest[..rest.len().min(6)]
    }

    #[test]
    fn fields_are_found_by_path() {
        assert_eq!(at("", Part::Value), "{\"a\": ");
        assert_eq!(at("a[1].zip_code", Part::Value), "5, \"ta");
        assert_eq!(at("a[1].zip_code", Part::Name), "\"zipCo");
        assert_eq!(at("a[1].tail[k][1]", Part::Value), "2]}}],");
        assert_eq!(at("b", Part::Value), "null}");
    }

    #[test]
    fn of_what_is_not_there_the_nearest_is_found() {
        assert_eq!(at("a[1].nothing", Part::Value), "{\"zipC");
        assert_eq!(at("a[7]", Part::Value), "[{\"x\":");
        assert_eq!(locate("", "a", Part::Value), 0);
        assert_eq!(locate("{\"a", "a", Part::Value), 0);
    }
}
