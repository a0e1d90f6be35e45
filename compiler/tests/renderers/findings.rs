use vimana_compiler::diagnostic::render::{Format, Settings, render};
use vimana_compiler::diagnostic::{Diagnostic, Fix, SourceFiles, Span};
use vimana_compiler::source::RepoPath;

pub const ALL: [(Format, &str); 9] = [
    (Format::Text, "text.txt"),
    (Format::Concise, "concise.txt"),
    (Format::Json, "report.json"),
    (Format::Jsonl, "report.jsonl"),
    (Format::Github, "github.txt"),
    (Format::Gitlab, "gitlab.json"),
    (Format::Sarif, "report.sarif.json"),
    (Format::Junit, "junit.xml"),
    (Format::Markdown, "comment.md"),
];

pub fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

const VPODS: &str = "sessions:\n  - name: client\n    containers:\n      - name: Client\n        source: bundle.js\n";
const BUNDLE: &str = "// naïve 日本\nexport const sum = async (body => {\n};\n";
const CONFIG: &str = "regional {\r\n\tregions: [\"/us-east\",\r\n\t\t\"/us-east-1\"]\r\n}\r\n";

fn span(file: &str, text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap();
    Span::new(path(file), start..start + part.len())
}

/// A finding of each shape: several labels, several files, characters of several
/// bytes, several lines, tabs and CRLF, fixes, a file that is no text, no file.
pub fn findings() -> (Vec<Diagnostic>, SourceFiles) {
    let mut files = SourceFiles::new();
    files.insert(path("pods/vpods.yml"), VPODS.as_bytes());
    files.insert(path("pods/bundle.js"), BUNDLE.as_bytes());
    files.insert(path("shop/service.txtpb"), CONFIG.as_bytes());
    files.insert(path("shop/shop 1.0.wasm"), b"\0asm\x01\0\0\0");
    let pods = |part| span("pods/vpods.yml", VPODS, part);
    let bundle = |part| span("pods/bundle.js", BUNDLE, part);
    let config = |part| span("shop/service.txtpb", CONFIG, part);
    let found = vec![
        Diagnostic::error("VM9990", "there is no `vimana.toml`").help("write one"),
        Diagnostic::error("VM0083", "`pods/bundle.js` is no JavaScript: expected `)`")
            .at(bundle(";"), "")
            .also(bundle("(body"), "opened here")
            .also(pods("bundle.js"), "run by this vpod"),
        Diagnostic::warning(
            "VM0082",
            "the name `Client` has capitals, and URLs have none",
        )
        .at(pods("Client"), "")
        .help("rename it to `client`")
        .fix(Fix::likely(
            "rename it to `client`",
            pods("Client"),
            "client",
        )),
        Diagnostic::error("VM9991", "`shop/shop 1.0.wasm` is no component")
            .at(Span::start_of(path("shop/shop 1.0.wasm")), "")
            .note("it has 8 bytes"),
        Diagnostic::warning("VM9992", "`/us-east-1` is covered by `/us-east`")
            .at(config("\"/us-east-1\""), "selects nothing more")
            .also(config("\"/us-east\""), "selects all of it")
            .fix(
                Fix::safe("remove it", config(",\r\n\t\t\"/us-east-1\""), "")
                    .and(config("regional {"), "regional: {"),
            ),
        Diagnostic::warning("VM9992", "the whole of it")
            .at(
                Span::new(path("shop/service.txtpb"), 0..CONFIG.len()),
                "all\nof it",
            )
            .note("50% of `a::b`, and c")
            .note("two notes"),
    ];
    (found, files)
}

pub fn settings() -> Settings {
    Settings {
        root: Some("file:///work/tree/config/".to_owned()),
        folder: "config/".to_owned(),
        ..Settings::default()
    }
}

pub fn rendered(format: Format) -> String {
    let (found, files) = findings();
    render(format, &found, &files, &settings())
}
