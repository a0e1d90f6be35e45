//! JSON documents, one after the other, cut out of text as it comes: on lines of their
//! own, or right behind each other.

/// Bytes of one document: more than any message that is sent.
const MAX_DOCUMENT: usize = 64 << 20;

/// A document, and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) text: Vec<u8>,
    pub(super) start: Position,
}

/// A place in the text, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Text that holds no further documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message is larger than {MAX_DOCUMENT} bytes")]
pub(super) struct TooLarge;

/// Cuts text into documents. What a document is, is decided by brackets and quotes
/// alone: whether it is JSON, its reader says.
#[derive(Debug)]
pub(super) struct Documents {
    pending: Vec<u8>,
    start: Position,
    here: Position,
    depth: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between documents.
    Between,
    /// Within brackets, or a number or word without any.
    Inside,
    String,
    Escape,
}

impl Documents {
    pub(super) fn new() -> Self {
        let start = Position { line: 1, column: 1 };
        Self {
            pending: Vec::new(),
            start,
            here: start,
            depth: 0,
            state: State::Between,
        }
    }

    /// Takes more text, and gives the documents that are complete by it.
    pub(super) fn push(&mut self, text: &[u8]) -> Result<Vec<Document>, TooLarge> {
        let mut complete = Vec::new();
        for byte in text {
            complete.extend(self.byte(*byte));
            if self.pending.len() > MAX_DOCUMENT {
                return Err(TooLarge);
            }
        }
        Ok(complete)
    }

    /// What is left at the end: a number or word, or an incomplete document.
    pub(super) fn end(&mut self) -> Option<Document> {
        self.take()
    }

    fn byte(&mut self, byte: u8) -> Option<Document> {
        let ended = match self.state {
            State::Between if byte.is_ascii_whitespace() => None,
            State::Between => {
                self.start = self.here;
                self.inside(byte)
            }
            State::Inside => self.inside(byte),
            State::String => {
                self.pending.push(byte);
                match byte {
                    b'"' => {
                        self.state = State::Inside;
                        (self.depth == 0).then(|| self.take()).flatten()
                    }
                    b'\\' => {
                        self.state = State::Escape;
                        None
                    }
                    _ => None,
                }
            }
            State::Escape => {
                self.pending.push(byte);
                self.state = State::String;
                None
            }
        };
        if byte == b'\n' {
            self.here.line += 1;
            self.here.column = 1;
        } else if !is_continuation(byte) {
            self.here.column += 1;
        }
        ended
    }

    fn inside(&mut self, byte: u8) -> Option<Document> {
        // At the top, a space ends a number or word, and a bracket or quote begins
        // another document.
        if self.depth == 0 && !self.pending.is_empty() {
            if byte.is_ascii_whitespace() {
                return self.take();
            }
            if matches!(byte, b'{' | b'[' | b'"') {
                let ended = self.take();
                self.start = self.here;
                self.open(byte);
                return ended;
            }
        }
        match byte {
            b'{' | b'[' | b'"' => self.open(byte),
            b'}' | b']' => {
                self.pending.push(byte);
                self.state = State::Inside;
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    return self.take();
                }
            }
            _ => {
                self.pending.push(byte);
                self.state = State::Inside;
            }
        }
        None
    }

    fn open(&mut self, byte: u8) {
        self.pending.push(byte);
        if byte == b'"' {
            self.state = State::String;
        } else {
            self.state = State::Inside;
            self.depth += 1;
        }
    }

    fn take(&mut self) -> Option<Document> {
        self.depth = 0;
        self.state = State::Between;
        let text = std::mem::take(&mut self.pending);
        (!text.is_empty()).then_some(Document {
            text,
            start: self.start,
        })
    }
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(String, usize, usize)> {
        let mut documents = Documents::new();
        // Byte by byte, as the worst of pipes does.
        let mut found = Vec::new();
        for byte in text.bytes() {
            found.extend(documents.push(&[byte]).unwrap());
        }
        found.extend(documents.end());
        found
            .into_iter()
            .map(|document| {
                let text = String::from_utf8(document.text).unwrap();
                (text, document.start.line, document.start.column)
            })
            .collect()
    }

    fn told(text: &str, line: usize, column: usize) -> (String, usize, usize) {
        (text.to_owned(), line, column)
    }

    #[test]
    fn documents_stand_on_lines_or_right_behind_each_other() {
        assert_eq!(
            cut("{\"a\": 1}\n{\"b\": {}}\n"),
            [told("{\"a\": 1}", 1, 1), told("{\"b\": {}}", 2, 1)]
        );
        assert_eq!(
            cut(" {\"é\":\"}\\\"{\"}{} [1,\n[2]]"),
            [
                told("{\"é\":\"}\\\"{\"}", 1, 2),
                told("{}", 1, 14),
                told("[1,\n[2]]", 1, 17)
            ]
        );
        assert_eq!(
            cut("1 true\"x\"{}\n null"),
            [
                told("1", 1, 1),
                told("true", 1, 3),
                told("\"x\"", 1, 7),
                told("{}", 1, 10),
                told("null", 2, 2)
            ]
        );
    }

    #[test]
    fn what_is_no_json_is_left_to_its_reader() {
        assert_eq!(cut("{\"a\": "), [told("{\"a\": ", 1, 1)]);
        assert_eq!(cut("}{}"), [told("}", 1, 1), told("{}", 1, 2)]);
        assert_eq!(cut(""), []);
        assert_eq!(cut(" \n\t"), []);
    }

    #[test]
    fn a_document_is_there_as_soon_as_it_is_complete() {
        let mut documents = Documents::new();
        assert_eq!(documents.push(b"{\"a\":1").unwrap().len(), 0);
        assert_eq!(documents.push(b"}").unwrap().len(), 1);
        assert_eq!(documents.push(b"\n").unwrap().len(), 0);
    }
}
