//! An upper bound of how deep a text nests, before a recursive parser reads it.
//!
//! The parser recurses for brackets, for statements within statements without
//! braces (`if (a) if (b) c`), and for operators that bind to the right
//! (`a = b = c`, `!!a`, `a => b => c`). The count here is of tokens: each open
//! bracket is a level, and so is each operator and each keyword of a statement
//! since the last place where an expression, or a statement, certainly ended.
//! It may be too high, never too low. Where it cannot be told whether a `/`
//! begins a regular expression, and that would matter, there is no bound.

mod lexical;

use self::lexical::is_name;

/// Whether `text` certainly nests no deeper than `limit`.
pub(super) fn is_within(text: &str, limit: usize) -> bool {
    // No token is shorter than a byte.
    text.len() <= limit || Scan::new(text, limit).run().is_some()
}

/// Something open.
#[derive(Debug, Clone, Copy)]
struct Level {
    /// What closes it.
    closer: u8,
    /// Whether it is the `(...)` of an `if`, `for`, `while` or `with`, behind
    /// which a statement begins.
    is_head: bool,
    /// Operators since the expression began.
    operators: usize,
    /// Keywords and labels since the statement began.
    statements: usize,
}

/// What the last token was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Nothing yet, an operator, or an open bracket: an operand follows.
    Operator,
    /// The end of an operand: an operator follows.
    Operand,
    /// A `)` behind which a statement begins.
    Head,
    /// A keyword before an operand or a statement.
    Keyword,
    /// `for`.
    For,
    /// `break` or `continue`: a label may follow, or a line break.
    Jump,
    /// A name that is a keyword in some places.
    Either,
    /// `}`, `++` or `--`: what follows depends on what stands before.
    Brace,
    Step,
    /// `.`: a name follows, whatever it looks like.
    Dot,
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    limit: usize,
    levels: Vec<Level>,
    /// The sum over all levels.
    depth: usize,
    last: Last,
    /// Whether a line break stands between the last token and this.
    is_new_line: bool,
    /// Whether the statement may have ended with the last token: it has, unless
    /// `else` or `while` goes on with it.
    may_end: bool,
    /// Whether the last token was `if`, `for`, `while` or `with`.
    awaits_head: bool,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str, limit: usize) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            limit,
            levels: vec![Level::new(0, false)],
            depth: 1,
            last: Last::Operator,
            is_new_line: true,
            may_end: false,
            awaits_head: false,
        }
    }

    /// None where it is deeper, or where that cannot be told.
    fn run(mut self) -> Option<()> {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\n' | b'\r' => {
                    self.is_new_line = true;
                    self.at += 1;
                }
                b' ' | b'\t' | 0x0b | 0x0c => self.at += 1,
                0x80.. if self.space() => {}
                b'/' if self.peek(1) == Some(b'/') => self.skip_line(),
                b'/' if self.peek(1) == Some(b'*') => self.skip_comment(),
                b'#' if self.at == 0 && self.peek(1) == Some(b'!') => self.skip_line(),
                // Comments in a script, operators in a module.
                b'<' if self.starts_with(b"<!--") => return None,
                b'-' if self.is_new_line && self.starts_with(b"-->") => return None,
                _ => {
                    if !self.token(byte)? {
                        // The parser gives up here too.
                        return Some(());
                    }
                    self.is_new_line = false;
                    if self.depth > self.limit {
                        return None;
                    }
                }
            }
        }
        Some(())
    }

    /// Takes a token. `false` where the text certainly is no JavaScript.
    fn token(&mut self, byte: u8) -> Option<bool> {
        let is_over = self.may_end && self.begins_statement(byte);
        if is_over {
            self.end_statement();
        }
        self.may_end = false;
        let awaits_head = std::mem::take(&mut self.awaits_head);
        match byte {
            b'(' | b'[' | b'{' => {
                self.at += 1;
                let closer = match byte {
                    b'(' => b')',
                    b'[' => b']',
                    _ => b'}',
                };
                self.open(closer, awaits_head && byte == b'(');
            }
            b')' | b']' | b'}' => return Some(self.close(byte)),
            b'"' | b'\'' => {
                self.string(byte);
                self.operand();
            }
            b'`' => {
                self.at += 1;
                self.template();
            }
            b'/' => return self.slash(),
            b'0'..=b'9' => {
                self.number();
                self.operand();
            }
            b'.' if self.peek(1).is_some_and(|byte| byte.is_ascii_digit()) => {
                self.number();
                self.operand();
            }
            b';' => {
                self.at += 1;
                self.end_expression();
                self.may_end = true;
                self.last = Last::Operator;
            }
            b',' => {
                self.at += 1;
                self.end_expression();
                self.last = Last::Operator;
            }
            b':' => {
                self.at += 1;
                let level = self.level();
                if level.statements > 0 {
                    level.statements += 1;
                } else {
                    level.operators += 1;
                }
                self.depth += 1;
                self.last = Last::Operator;
            }
            byte if is_name(byte) => self.name(),
            _ => self.operator(byte),
        }
        Some(true)
    }

    fn open(&mut self, closer: u8, is_head: bool) {
        self.levels.push(Level::new(closer, is_head));
        self.depth += 1;
        self.last = Last::Operator;
    }

    fn close(&mut self, byte: u8) -> bool {
        let level = *self.level();
        // The `}` of a `${` in a template goes on with the text.
        let is_template = level.closer == b'`' && byte == b'}';
        if level.closer != byte && !is_template {
            return false;
        }
        self.at += 1;
        self.levels.pop();
        self.depth -= level.count();
        if is_template {
            self.template();
            return true;
        }
        self.last = match byte {
            b')' if level.is_head => Last::Head,
            b'}' => Last::Brace,
            _ => Last::Operand,
        };
        self.may_end = byte == b'}';
        true
    }

    /// The text of a template up to its end, or to the next `${`.
    fn template(&mut self) {
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'`' => break,
                b'$' if self.peek(0) == Some(b'{') => {
                    self.at += 1;
                    self.open(b'`', false);
                    return;
                }
                _ => {}
            }
        }
        self.last = Last::Operand;
    }

    fn slash(&mut self) -> Option<bool> {
        match self.last {
            Last::Operator | Last::Head | Last::Keyword | Last::For => {
                let Some(end) = self.regex_end() else {
                    return Some(false);
                };
                self.at = end;
                self.last = Last::Operand;
            }
            Last::Operand => self.operator(b'/'),
            Last::Dot => return Some(false),
            Last::Either | Last::Jump | Last::Brace | Last::Step => {
                let Some(end) = self.regex_end() else {
                    self.operator(b'/');
                    return Some(true);
                };
                let body = &self.text[self.at + 1..end];
                if body.iter().any(|byte| b"()[]{}\"'`/\\".contains(byte)) {
                    // A `\` is in no expression but before the `u` of an escape.
                    let escapes = body.windows(2).find(|pair| pair[0] == b'\\');
                    let is_plain = |byte: &u8| !b"()[]{}\"'`/".contains(byte);
                    let is_regex = escapes.is_some_and(|pair| pair[1] != b'u')
                        && body.iter().take_while(|byte| **byte != b'\\').all(is_plain);
                    if !is_regex {
                        return None;
                    }
                }
                self.at = end;
                // Two operators, in the other reading.
                self.level().operators += 2;
                self.depth += 2;
                self.last = Last::Either;
            }
        }
        Some(true)
    }

    /// The end of the regular expression that begins here, its flags not
    /// included; none where there is no other `/` on the line.
    fn regex_end(&self) -> Option<usize> {
        let mut in_class = false;
        let mut at = self.at + 1;
        loop {
            match *self.text.get(at)? {
                b'\n' | b'\r' => return None,
                0x80..
                    if lexical::LINE_BREAKS
                        .iter()
                        .any(|text| self.text[at..].starts_with(text.as_bytes())) =>
                {
                    return None;
                }
                b'\\' => at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => return Some(at + 1),
                _ => {}
            }
            at += 1;
        }
    }

    fn operator(&mut self, byte: u8) {
        let is_step = matches!(byte, b'+' | b'-') && self.peek(1) == Some(byte);
        let (length, last) = if is_step {
            let last = match self.last {
                Last::Operand if self.is_new_line => Last::Operator,
                Last::Operand => Last::Operand,
                Last::Either | Last::Jump | Last::Brace | Last::Step => Last::Step,
                _ => Last::Operator,
            };
            (2, last)
        } else if self.starts_with(b"...") {
            (3, Last::Operator)
        } else if self.starts_with(b"?.") && !self.peek(2).is_some_and(|byte| byte.is_ascii_digit())
        {
            (2, Last::Dot)
        } else {
            let is_dot = byte == b'.';
            (1, if is_dot { Last::Dot } else { Last::Operator })
        };
        self.at += length;
        self.last = last;
        self.count_operator();
    }

    fn count_operator(&mut self) {
        self.level().operators += 1;
        self.depth += 1;
    }

    fn name(&mut self) {
        let start = self.at;
        while let Some(byte) = self.peek(0) {
            if byte == b'\\' && self.starts_with(b"\\u{") {
                let end = self.text[self.at..].iter().position(|byte| *byte == b'}');
                self.at = end.map_or(self.text.len(), |end| self.at + end + 1);
            } else if byte >= 0x80 && self.blank().is_some() {
                break;
            } else if is_name(byte) || byte.is_ascii_digit() {
                self.at += 1;
            } else {
                break;
            }
        }
        let name = &self.text[start..self.at];
        if self.last == Last::Dot || name.starts_with(b"#") {
            self.last = Last::Operand;
            return;
        }
        if self.last == Last::Jump && !self.is_new_line {
            self.last = Last::Either;
            return;
        }
        match name {
            b"if" | b"for" | b"while" | b"with" | b"do" | b"else" => {
                // The key of an object is no statement.
                if self.next_is(b':') {
                    self.operand();
                    return;
                }
                if !matches!(name, b"else" | b"while") {
                    self.end_at_line_break();
                }
                self.awaits_head = !matches!(name, b"do" | b"else");
                let level = self.level();
                // Labels stand before it.
                level.statements += 1 + std::mem::take(&mut level.operators);
                self.depth += 1;
                self.last = match name {
                    b"for" => Last::For,
                    _ => Last::Keyword,
                };
            }
            b"await" if self.last == Last::For => {
                self.count_operator();
                self.awaits_head = true;
                self.last = Last::Keyword;
            }
            b"break" | b"continue" | b"debugger" => {
                self.end_at_line_break();
                self.last = Last::Jump;
            }
            b"return" | b"throw" | b"case" => {
                self.end_at_line_break();
                self.count_operator();
                self.last = Last::Keyword;
            }
            b"typeof" | b"void" | b"delete" | b"new" | b"in" | b"instanceof" | b"extends"
            | b"class" | b"function" => {
                self.count_operator();
                self.last = Last::Keyword;
            }
            b"await" | b"yield" | b"async" | b"of" | b"let" | b"static" | b"get" | b"set"
            | b"from" | b"as" | b"using" | b"default" | b"import" | b"export" | b"const"
            | b"var" | b"accessor" => {
                self.end_at_line_break();
                self.count_operator();
                self.last = Last::Either;
            }
            name if name.contains(&b'\\') => {
                self.count_operator();
                self.last = Last::Either;
            }
            _ => self.operand(),
        }
    }

    /// An operand ends here.
    fn operand(&mut self) {
        self.end_at_line_break();
        self.last = Last::Operand;
    }

    /// Two operands with a line break between them: a semicolon is inserted, or
    /// the parser gives up.
    fn end_at_line_break(&mut self) {
        if !self.is_new_line {
            return;
        }
        match self.last {
            Last::Operand => self.end_statement(),
            Last::Head => self.end_expression(),
            _ => {}
        }
    }

    fn end_expression(&mut self) {
        self.depth -= std::mem::take(&mut self.level().operators);
    }

    fn end_statement(&mut self) {
        self.end_expression();
        self.depth -= std::mem::take(&mut self.level().statements);
    }

    /// Whether, behind a `;` or a `}`, the token that begins with `byte` can
    /// only begin a statement.
    fn begins_statement(&self, byte: u8) -> bool {
        if self.last == Last::Operator {
            // Behind `;`.
            return !self.next_name_is(&[b"else", b"while"]);
        }
        is_name(byte)
            && byte != b'\\'
            && !self.next_name_is(&[
                b"else",
                b"while",
                b"catch",
                b"finally",
                b"in",
                b"instanceof",
                b"of",
                b"from",
                b"as",
                b"with",
                b"extends",
            ])
    }

    fn level(&mut self) -> &mut Level {
        self.levels
            .last_mut()
            .expect("the outermost level has no closer, so it is never closed")
    }
}

impl Level {
    const fn new(closer: u8, is_head: bool) -> Self {
        Self {
            closer,
            is_head,
            operators: 0,
            statements: 0,
        }
    }

    const fn count(&self) -> usize {
        1 + self.operators + self.statements
    }
}
