//! The programs of vpods: whether they are JavaScript, what they export, and
//! which hosts they call.

mod calls;
mod exports;
mod nesting;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::thread;

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;

pub(crate) use calls::Call;
pub(crate) use exports::{Export, ExportKind, Signature};

/// A program, as far as vimana looks into it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Program {
    /// What it exports, in the order in which it is written.
    pub(crate) exports: Vec<Export>,
    /// Whether it exports everything of another module, so that `exports` is
    /// not the whole of it.
    pub(crate) exports_more: bool,
    /// Whether it has an `import` or an `export`.
    pub(crate) is_module: bool,
    /// The URLs that it fetches, as far as they are written as literals.
    pub(crate) calls: Vec<Call>,
}

impl Program {
    /// The functions that it exports.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&Export, &Signature)> {
        self.exports.iter().filter_map(|export| match &export.kind {
            ExportKind::Function(signature) => Some((export, signature)),
            ExportKind::Value | ExportKind::Unknown => None,
        })
    }
}

/// Why there is no [`Program`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProgramError {
    /// It is no JavaScript. At least one error, in the order of the text.
    Syntax(Vec<SyntaxError>),
    /// It is larger, or nested deeper, than what is looked into.
    TooLarge,
}

/// Something in a text that is no JavaScript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    /// Where, in bytes.
    pub(crate) range: Range<usize>,
    /// What, in lower case and without a full stop.
    pub(crate) message: String,
    /// A second place that explains it, such as the bracket that is open.
    pub(crate) also: Option<(Range<usize>, String)>,
    /// What to type, where that is known.
    pub(crate) help: Option<String>,
}

/// How many bytes of JavaScript are looked into. The parser's tree takes some
/// ten times as much memory as the text.
const MAX_BYTES: usize = 8 << 20;

/// How deep brackets, statements and operators may be nested. Bundles of whole
/// applications stay below a thousand.
const MAX_NESTING: usize = 20_000;

/// What the parser may take of the stack for each level of nesting: twice what
/// it was measured to stay below, not optimised.
const STACK_PER_LEVEL: usize = 8 << 10;

/// How many errors of one file are told.
const MAX_ERRORS: usize = 20;

/// Reads a program. `text` may be a module or a script: a module is what has
/// an `import` or an `export`.
pub(crate) fn parse(text: &str) -> Result<Program, ProgramError> {
    if text.len() > MAX_BYTES || !nesting::is_within(text, MAX_NESTING) {
        return Err(ProgramError::TooLarge);
    }
    // The parser is recursive. Its stack is address space until it is touched.
    thread::scope(|scope| {
        let parser = thread::Builder::new()
            .name("javascript".to_owned())
            .stack_size(MAX_NESTING * STACK_PER_LEVEL)
            .spawn_scoped(scope, || parse_here(text));
        match parser.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            // No memory for the stack, or a mistake of the parser's.
            Ok(Err(_)) | Err(_) => Err(ProgramError::TooLarge),
        }
    })
}

fn parse_here(text: &str) -> Result<Program, ProgramError> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::unambiguous()).parse();
    if !parsed.diagnostics.is_empty() {
        let errors = parsed.diagnostics.iter().map(|error| {
            let mut places = error.labels.iter().map(|label| {
                let start = label.offset() as usize;
                (start..start + label.len() as usize, label.label())
            });
            let (range, _) = places.next().unwrap_or((text.len()..text.len(), None));
            let also = places.next();
            SyntaxError {
                range,
                message: lower_first(&message(&error.message)),
                also: also
                    .map(|(range, label)| (range, label.map(lower_first).unwrap_or_default())),
                help: error.help.as_deref().map(lower_first),
            }
        });
        let mut errors: Vec<_> = errors.collect();
        errors.sort_by_key(|error| (error.range.start, error.range.end));
        errors.dedup();
        errors.truncate(MAX_ERRORS);
        return Err(ProgramError::Syntax(errors));
    }
    let (exports, exports_more) = exports::of(&parsed.program);
    let comments = parsed.program.comments.iter();
    let comments = comments.map(|comment| comment.span.start as usize..comment.span.end as usize);
    Ok(Program {
        exports,
        exports_more,
        is_module: parsed.module_record.has_module_syntax,
        calls: calls::of(text, &comments.collect::<Vec<_>>()),
    })
}

fn message(message: &str) -> String {
    let message = message.trim_end_matches('.');
    message.replace("`EOF`", "the end of the file")
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}
