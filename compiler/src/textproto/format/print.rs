//! From the layout to the text.

use super::layout::{Block, Comment, Item, Strings, Value};
use super::{LineBreak, WIDTH};

/// The text of `block`, which is that of a whole text.
pub(super) fn print(block: &Block<'_>, line_break: LineBreak) -> String {
    let mut printer = Printer {
        text: String::new(),
        line_break,
        is_at_start: true,
    };
    printer.block(block, 0, "");
    printer.text
}

struct Printer {
    text: String,
    line_break: LineBreak,
    /// Whether nothing was printed yet within the innermost brackets: no blank
    /// line stands there.
    is_at_start: bool,
}

impl Printer {
    /// Begins a line; the last one is ended.
    fn begin(&mut self, depth: usize, is_apart: bool) {
        if is_apart && !self.is_at_start {
            self.end();
        }
        self.is_at_start = false;
        self.text.extend(std::iter::repeat_n("  ", depth));
    }

    fn end(&mut self) {
        self.text.push_str(self.line_break.as_str());
    }

    fn comments(&mut self, comments: &[Comment<'_>], depth: usize) {
        for comment in comments {
            self.begin(depth, comment.is_apart);
            self.text.push_str(comment.text);
            self.end();
        }
    }

    fn behind(&mut self, comment: Option<&str>) {
        if let Some(comment) = comment {
            self.text.push_str("  ");
            self.text.push_str(comment);
        }
    }

    /// The items, each followed by `separator` but for the last.
    fn block(&mut self, block: &Block<'_>, depth: usize, separator: &str) {
        let last = block.items.len().saturating_sub(1);
        for (index, item) in block.items.iter().enumerate() {
            let separator = if index == last { "" } else { separator };
            self.item(item, depth, separator);
        }
        self.comments(&block.last, depth);
    }

    fn item(&mut self, item: &Item<'_>, depth: usize, separator: &str) {
        self.comments(&item.above, depth);
        self.begin(depth, item.is_apart);
        let room = WIDTH.saturating_sub(2 * depth + separator.len());
        match Line::of(item, room) {
            Some(line) => self.text.push_str(&line),
            None => self.broken(item, depth),
        }
        self.text.push_str(separator);
        self.behind(item.behind);
        self.end();
    }

    /// An item on several lines.
    fn broken(&mut self, item: &Item<'_>, depth: usize) {
        let name = item.name.as_deref().unwrap_or_default();
        self.text.push_str(name);
        match &item.value {
            Value::Word(word) => self.after_colon(name, word),
            Value::Strings(strings) => match strings.literals.as_slice() {
                [only] => self.after_colon(name, only.text),
                _ => self.strings(strings, name, depth),
            },
            Value::Message(block) => {
                self.text.push_str(if name.is_empty() { "{" } else { " {" });
                self.bracketed(block, depth, "", "}");
            }
            Value::List(block) => {
                self.after_colon(name, "[");
                self.bracketed(block, depth, ",", "]");
            }
        }
    }

    fn after_colon(&mut self, name: &str, text: &str) {
        if !name.is_empty() {
            self.text.push_str(": ");
        }
        self.text.push_str(text);
    }

    fn bracketed(&mut self, block: &Block<'_>, depth: usize, separator: &str, closer: &str) {
        self.behind(block.behind_opener);
        self.end();
        self.is_at_start = true;
        self.block(block, depth + 1, separator);
        self.begin(depth, false);
        self.text.push_str(closer);
    }

    /// Literals one below another.
    fn strings(&mut self, strings: &Strings<'_>, name: &str, depth: usize) {
        let depth = if name.is_empty() { depth } else { depth + 1 };
        if !name.is_empty() {
            self.text.push(':');
            self.behind(strings.behind_colon);
            self.end();
        }
        let last = strings.literals.len().saturating_sub(1);
        for (index, literal) in strings.literals.iter().enumerate() {
            for comment in &literal.above {
                self.begin(depth, false);
                self.text.push_str(comment);
                self.end();
            }
            // The first of a list's value stands where the item began.
            if index > 0 || !name.is_empty() {
                self.begin(depth, false);
            }
            self.text.push_str(literal.text);
            self.behind(literal.behind);
            if index != last {
                self.end();
            }
        }
    }
}

/// Text on one line, as long as there is room for it.
struct Line {
    text: String,
    room: usize,
}

impl Line {
    /// The item, where it can be on one line and is no longer than `room`.
    fn of(item: &Item<'_>, room: usize) -> Option<String> {
        let mut line = Self {
            text: String::new(),
            room,
        };
        line.item(item)?;
        Some(line.text)
    }

    /// None where there is no room.
    fn push(&mut self, text: &str) -> Option<()> {
        self.room = self.room.checked_sub(text.chars().count())?;
        self.text.push_str(text);
        Some(())
    }

    fn item(&mut self, item: &Item<'_>) -> Option<()> {
        let name = item.name.as_deref().unwrap_or_default();
        self.push(name)?;
        let is_message = matches!(item.value, Value::Message(_));
        match (name, is_message) {
            ("", _) => {}
            (_, true) => self.push(" ")?,
            (_, false) => self.push(": ")?,
        }
        match &item.value {
            Value::Word(word) => self.push(word),
            Value::Strings(strings) => self.strings(strings),
            Value::Message(block) => self.block(block, ["{", " ", " ", "}"]),
            Value::List(block) => self.block(block, ["[", "", ", ", "]"]),
        }
    }

    fn block(&mut self, block: &Block<'_>, brackets: [&str; 4]) -> Option<()> {
        let [opener, padding, separator, closer] = brackets;
        self.push(opener)?;
        if block.is_empty() {
            return self.push(closer);
        }
        if !block.is_one_line {
            return None;
        }
        self.push(padding)?;
        for (index, item) in block.items.iter().enumerate() {
            if index > 0 {
                self.push(separator)?;
            }
            self.item(item)?;
        }
        self.push(padding)?;
        self.push(closer)
    }

    fn strings(&mut self, strings: &Strings<'_>) -> Option<()> {
        if !strings.is_one_line {
            return None;
        }
        for (index, literal) in strings.literals.iter().enumerate() {
            if index > 0 {
                self.push(" ")?;
            }
            self.push(literal.text)?;
        }
        Some(())
    }
}
