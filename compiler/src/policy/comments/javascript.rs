use std::ops::Range;

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;

/// The comments from `//`. Where those are depends on where patterns and
/// templates begin, and so on the whole grammar.
pub(super) fn comments(text: &str) -> Vec<Range<usize>> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::mjs()).parse();
    parsed
        .program
        .comments
        .iter()
        .filter(|comment| comment.is_line())
        .map(|comment| comment.span.start as usize..comment.span.end as usize)
        .collect()
}
