//! The lines of a file that import others: where a further one goes, and which
//! ones are too many.

use std::ops::Range;

use prost_types::FileDescriptorProto;

use super::{ProtoFile, error, locate};
use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::import_twice;

/// The fields of `google.protobuf.FileDescriptorProto`.
const PACKAGE: i32 = 2;
const DEPENDENCY: i32 = 3;
const SYNTAX: i32 = 12;

/// The offset at which to insert a line that imports `name`, and that line: behind
/// the last import, else behind the package or the syntax, else at the beginning.
pub(super) fn insertion(file: &FileDescriptorProto, text: &str, name: &str) -> (usize, String) {
    let line_break = match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    };
    let import = format!("import \"{name}\";");
    let end = |path: &[i32]| {
        let range = locate::range(file, text, path);
        locate::has(file, path).then_some(range.end)
    };
    let imports = (0..)
        .zip(&file.dependency)
        .filter_map(|(index, _)| end(&[DEPENDENCY, index]));
    let (last, gap) = match imports.max() {
        Some(last) => (Some(last), line_break.to_owned()),
        None => (
            end(&[PACKAGE]).max(end(&[SYNTAX])),
            format!("{line_break}{line_break}"),
        ),
    };
    let Some(last) = last else {
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        return (start, format!("{import}{line_break}"));
    };
    let rest = text.get(last..).unwrap_or_default();
    let line = rest.split(['\r', '\n']).next().unwrap_or_default();
    let behind = line.trim();
    if behind.is_empty() || behind.starts_with("//") {
        (last + line.len(), format!("{gap}{import}"))
    } else {
        // Another statement stands on the line.
        (last, format!(" {import}"))
    }
}

/// Every import of what the file has imported before under the same name.
pub(super) fn repeated(file: &ProtoFile) -> Vec<Diagnostic> {
    let Some(path) = &file.path else {
        return Vec::new();
    };
    let imports = &file.descriptor.dependency;
    let range = |index| {
        let index = i32::try_from(index).unwrap_or(i32::MAX);
        locate::range(&file.descriptor, &file.text, &[DEPENDENCY, index])
    };
    let span = |range| Span::new(path.clone(), range);
    let repeated = imports.iter().enumerate().filter_map(|(index, name)| {
        let first = imports[..index].iter().position(|other| other == name)?;
        let again = range(index);
        let line = span(whole_line(&file.text, again.clone()));
        let (again, first) = (span(again), span(range(first)));
        Some(import_twice::same_name(again, first, line, name))
    });
    repeated.collect()
}

/// The line of the statement at `range`, with its line break, where nothing else
/// stands on it; otherwise the statement alone.
fn whole_line(text: &str, range: Range<usize>) -> Range<usize> {
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.end..]
        .find('\n')
        .map_or(text.len(), |at| range.end + at + 1);
    let is_alone =
        text[start..range.start].trim().is_empty() && text[range.end..end].trim().is_empty();
    if is_alone { start..end } else { range }
}

/// A finding of the linker; where an import of what vimana brings along is missing,
/// with the fix that adds it.
pub(super) fn with_fix(diagnostic: Diagnostic, file: &ProtoFile) -> Diagnostic {
    let (Some(name), Some(path)) = (error::missing_import(&diagnostic.message), &file.path) else {
        return diagnostic;
    };
    if file.descriptor.dependency.iter().any(|known| known == name) {
        return diagnostic;
    }
    let (at, line) = insertion(&file.descriptor, &file.text, name);
    let title = format!("add `import \"{name}\";`");
    diagnostic.fix(Fix::safe(title, Span::new(path.clone(), at..at), line))
}

/// The place of `name` with its quotes in the import at `span`.
pub(super) fn literal(span: &Span, text: &str, name: &str) -> Option<Span> {
    let import = text.get(span.range.clone())?;
    let (at, found) = ["\"", "'"].iter().find_map(|quote| {
        let quoted = format!("{quote}{name}{quote}");
        Some((import.find(&quoted)?, quoted))
    })?;
    let start = span.range.start + at;
    Some(Span::new(span.file.clone(), start..start + found.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_import(text: &str) -> String {
        let file = protox_parse::parse("a.proto", text).unwrap();
        let (at, line) = insertion(&file, text, "x.proto");
        let mut text = text.to_owned();
        text.insert_str(at, &line);
        let file = protox_parse::parse("a.proto", &text).unwrap();
        assert!(
            file.dependency.iter().any(|name| name == "x.proto"),
            "{text}"
        );
        text
    }

    #[test]
    fn an_import_goes_behind_the_last_one() {
        assert_eq!(
            with_import(
                "syntax = \"proto3\";\nimport \"b.proto\";\nimport public \"a.proto\"; // why\n\nmessage A {}\n"
            ),
            "syntax = \"proto3\";\nimport \"b.proto\";\nimport public \"a.proto\"; // why\nimport \"x.proto\";\n\nmessage A {}\n"
        );
    }

    #[test]
    fn without_imports_it_goes_behind_the_package_or_the_syntax() {
        assert_eq!(
            with_import("// licence\nsyntax = \"proto3\";\r\npackage a;\r\n\r\nmessage A {}\r\n"),
            "// licence\nsyntax = \"proto3\";\r\npackage a;\n\nimport \"x.proto\";\r\n\r\nmessage A {}\r\n"
        );
        assert_eq!(
            with_import("syntax = \"proto3\";\r\nmessage A {}\r\n"),
            "syntax = \"proto3\";\r\n\r\nimport \"x.proto\";\r\nmessage A {}\r\n"
        );
        assert_eq!(
            with_import("package a;"),
            "package a;\n\nimport \"x.proto\";"
        );
    }

    #[test]
    fn what_stands_on_the_same_line_stays_whole() {
        assert_eq!(
            with_import("syntax = \"proto3\"; message A {\n}\n"),
            "syntax = \"proto3\"; import \"x.proto\"; message A {\n}\n"
        );
        assert_eq!(
            with_import("syntax = \"proto3\"; /* a\n b */ message A {}\n"),
            "syntax = \"proto3\"; import \"x.proto\"; /* a\n b */ message A {}\n"
        );
        assert_eq!(
            with_import("message A {}\n"),
            "import \"x.proto\";\nmessage A {}\n"
        );
    }
}
