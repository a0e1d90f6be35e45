use vimana_compiler::diagnostic::{Diagnostic, SourceFiles, render};
use vimana_compiler::source::Memory;
use vimana_compiler::{Compilation, Options, compile};

/// Settings under which everything else can be compiled.
pub(crate) const SETTINGS: &str = "[workspace]\nname = \"acme\"\ndomain = \"example.com\"\n";

/// Compiles these files, and checks what every compilation promises.
pub(crate) fn compiled<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Compilation {
    let source = Memory::from_files(files).unwrap();
    let compilation = compile(&source, &Options::default());
    check(&compilation.diagnostics, &compilation.files);
    compilation
}

/// Every place is within its text, and every renderer shows it.
pub(crate) fn check(diagnostics: &[Diagnostic], files: &SourceFiles) {
    for diagnostic in diagnostics {
        assert!(!diagnostic.message.is_empty());
        let spans = diagnostic.labels.iter().map(|label| &label.span);
        let edits = diagnostic.fixes.iter().flat_map(|fix| &fix.edits);
        for span in spans.chain(edits.map(|edit| &edit.span)) {
            let Some(file) = files.get(&span.file) else {
                continue;
            };
            assert!(span.range.start <= span.range.end, "{diagnostic:?}");
            // What is no text has none to be within.
            let is_within = span.range.end <= file.text().len();
            assert!(is_within || file.is_binary(), "{diagnostic:?}");
        }
    }
    let text = render::text::render(diagnostics, files, render::text::Style::default());
    let json = render::json::render(diagnostics, files);
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    assert!(diagnostics.is_empty() == text.is_empty());
}
