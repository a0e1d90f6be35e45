//! Much of everything. Each of these took minutes, or all memory, where the work
//! grew with the square of the input.

use std::fmt::Write as _;

use vimana_compiler::source::{Memory, RepoPath};
use vimana_compiler::{Options, compile};

use crate::repo::{SETTINGS, compiled, definition, repo, text};

/// How many findings there are, of how many rules, and what the last one of the
/// first rule says.
fn told(found: &vimana_compiler::Compilation, code: &str) -> (usize, Vec<String>) {
    let of_code: Vec<_> = found
        .diagnostics
        .iter()
        .filter(|found| found.code == code)
        .collect();
    let notes = of_code
        .last()
        .map_or_else(Vec::new, |last| last.notes.clone());
    (of_code.len(), notes)
}

#[test]
fn of_many_findings_the_first_are_told_and_the_rest_is_counted() {
    let methods: String = (0..3_000)
        .map(|index| {
            let option = "option (vimana.http) = { get: \"/{\" };";
            format!("rpc M{index}(Request) returns (Response) {{ {option} }}\n")
        })
        .collect();
    let proto = definition("a", 1, "1.0.0", "/a").replace("rpc Get", &format!("{methods}rpc Get"));
    let source = repo([("vimana.toml", text(SETTINGS)), ("a/a.proto", text(&proto))]);
    let (count, notes) = told(&compiled(&source), "VM0130");
    assert_eq!(count, 1_000);
    assert_eq!(notes, ["2000 more findings of this rule are not shown"]);
}

#[test]
fn a_long_file_of_nothing_but_mistakes_is_read_to_its_end() {
    for line in ["x: 1\n", "}\n", "\"", "a { \n", "regional: [\n", "\u{e9}"] {
        let config = line.repeat(1_000_000 / line.len());
        let source = repo([
            ("vimana.toml", text(SETTINGS)),
            ("a/a.proto", text(&definition("a", 1, "1.0.0", "/a"))),
            ("a/service.txtpb", text(&config)),
        ]);
        let found = compiled(&source);
        assert!(found.has_errors());
        assert!(
            found.diagnostics.len() < 5_000,
            "{}",
            found.diagnostics.len()
        );
    }
}

#[test]
fn a_long_definition_of_nothing_but_mistakes_is_read_to_its_end() {
    for line in [
        "message A {}\n",
        "x\n",
        "}\n",
        "/*",
        "message A { string = 1; }\n",
        "\u{e9}",
    ] {
        let proto = definition("a", 1, "1.0.0", "/a") + &line.repeat(20_000 / line.len());
        let source = repo([("vimana.toml", text(SETTINGS)), ("a/a.proto", text(&proto))]);
        let found = compiled(&source);
        assert!(found.has_errors());
        assert!(
            found.diagnostics.len() < 5_000,
            "{}",
            found.diagnostics.len()
        );
    }
}

#[test]
fn a_long_line_of_yaml_is_read_as_fast_as_many_lines() {
    let name = "\u{e9}".repeat(20);
    let mut yaml = "sessions: [".to_owned();
    for index in 0..20_000 {
        let _ = write!(yaml, "{{\"{name}\": {index}}}, ");
    }
    yaml.push(']');
    let source = repo([("vimana.toml", text(SETTINGS)), ("vpods.yml", text(&yaml))]);
    assert!(compiled(&source).has_errors());
}

#[test]
fn settings_of_many_keys_are_read() {
    let mut toml = SETTINGS.to_owned();
    for index in 0..20_000 {
        let _ = writeln!(toml, "[cluster.c{index}]\nendpont = 1");
    }
    let (count, notes) = told(&compiled(&repo([("vimana.toml", text(&toml))])), "VM0033");
    assert_eq!((count, notes.len()), (1_000, 1));
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let item = format!("*a{}, ", level - 1).repeat(10);
        let _ = writeln!(bomb, "a{level}: &a{level} [{item}]");
    }
    let source = repo([("vimana.toml", text(SETTINGS)), ("vpods.yml", text(&bomb))]);
    let (count, _) = told(&compiled(&source), "VM0032");
    assert_eq!(count, 1);
}

#[test]
fn rules_of_many_services_are_compared() {
    let files = (0..400_u32).map(|index| {
        let proto = definition(&format!("p{index}"), index + 1, "1.0.0", "/{name}");
        (format!("s{index}/a.proto"), proto)
    });
    let files = files.chain([("vimana.toml".to_owned(), SETTINGS.to_owned())]);
    let found = compiled(&Memory::from_files(files).unwrap());
    let (count, _) = told(&found, "VM0062");
    // Each is told with the first one, not with all.
    assert!((399..2_000).contains(&count), "{count}");
}

#[test]
fn more_than_all_limits_together_is_one_finding() {
    let mut options = Options::default();
    options.max_total_text_bytes = 10_000;
    let files: Vec<_> = (0..100_u32)
        .map(|index| {
            let proto = definition(
                &format!("p{index}"),
                index + 1,
                "1.0.0",
                &format!("/{index}"),
            );
            (format!("s{index}/a.proto"), proto)
        })
        .chain([("vimana.toml".to_owned(), SETTINGS.to_owned())])
        .collect();
    let found = compile(&Memory::from_files(files).unwrap(), &options);
    assert_eq!(found.diagnostics.len(), 1);
    assert_eq!(found.diagnostics[0].code, "VM0064");
}

#[test]
fn links_to_one_file_count_each_time() {
    let mut options = Options::default();
    options.max_total_text_bytes = 1 << 20;
    let mut source = repo([("vimana.toml", text(SETTINGS))]);
    source.insert(
        RepoPath::new("large.yml").unwrap(),
        format!("sessions: [] # {}", "x".repeat(100_000)),
    );
    for index in 0..20 {
        let link = RepoPath::new(&format!("f{index}/vpods.yml")).unwrap();
        source.insert_symlink(link, "../large.yml");
    }
    let found = compile(&source, &options);
    assert_eq!(
        found.diagnostics[0].code, "VM0064",
        "{:?}",
        found.diagnostics
    );
}
