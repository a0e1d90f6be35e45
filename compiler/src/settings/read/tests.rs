use super::*;
use crate::diagnostic::{Severity, SourceFiles};

fn read_text(text: &str) -> (Settings, Vec<String>) {
    let file = RepoPath::new("vimana.toml").unwrap();
    let mut out = Vec::new();
    let (settings, _) = read(&file, text, &mut out);
    let mut files = SourceFiles::new();
    files.insert(file, text.as_bytes());
    let found = out
        .iter()
        .map(|diagnostic| {
            assert_eq!(diagnostic.severity, Severity::Error);
            let place = files.line_column(diagnostic.primary().unwrap()).unwrap();
            let help = diagnostic.help.as_deref().unwrap_or("-");
            format!(
                "{}:{} {} [{help}]",
                place.line, place.column, diagnostic.message
            )
        })
        .collect();
    (settings, found)
}

#[test]
fn the_example_of_the_documentation_is_read() {
    let (settings, found) = read_text(
        r#"
[workspace]
name = "acme"                 # owns what it applies
domain = "example.com"
default_cluster = "local"

[cluster.local]
engine = "embedded"
endpoint = "http://127.0.0.1:7700"
region = "dev/local"
also = ["aws/us-east-1", "aws/eu-west-1"]
cost = 0.0

[variable.GRAFANA_TOKEN]
env = "GRAFANA_TOKEN"
secret = true
"#,
    );
    assert_eq!(found, [""; 0]);
    assert_eq!(settings.workspace.name, "acme");
    assert_eq!(settings.workspace.domain.as_deref(), Some("example.com"));
    assert_eq!(settings.default_cluster().unwrap().also.len(), 2);
    assert!(settings.variables["GRAFANA_TOKEN"].secret);
}

#[test]
fn a_repository_without_clusters_has_a_node_on_this_machine() {
    let (settings, found) = read_text("[workspace]\nname = \"acme\"\n");
    assert_eq!(found, [""; 0]);
    let cluster = settings.default_cluster().unwrap();
    assert_eq!(cluster.endpoint, "http://127.0.0.1:7700");
    assert_eq!(cluster.region.to_string(), "dev/local");
}

#[test]
fn every_syntax_error_is_reported_with_its_place() {
    let (settings, found) = read_text("[workspace]\nname = acme\ndomain = \"example.com\n");
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("2:8 invalid TOML"), "{found:#?}");
    assert!(found[1].starts_with("3:"), "{found:#?}");
    assert_eq!(settings.workspace.default_cluster, "local");
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_a_remedy() {
    let (_, found) = read_text(
        r#"
[workspace]
name = "Acme"
domain = "Example.com"
default_cluster = "lokal"
[cluster.local]
engine = "kubernetes"
endpont = "http://127.0.0.1:7700"
endpoint = "127.0.0.1"
region = "local"
cost = -1
[variable.A]
secret = 1
[variable.B]
env = "B"
file = "b"
[variable.C]
vault = "x"
[reconcile]
max_deletes = 1
"#,
    );
    snapbox::assert_data_eq!(
        found.join("\n"),
        snapbox::str![[r#"
19:2 unknown key `reconcile` in `vimana.toml` [the keys are `workspace`, `cluster`, `variable`, `domain` and `check`]
8:1 unknown key `endpont` in `[cluster.local]` [did you mean `endpoint`?]
7:10 the engine `kubernetes` is not supported yet [use `engine = "embedded"`, the control API of a `vimana serve` node]
9:12 `127.0.0.1` is no endpoint [write `http://HOST:PORT`, as in `http://127.0.0.1:7700`]
10:10 `local` is no region; expected `PROVIDER/REGION`, as in `aws/us-east-1` [-]
11:8 a cost is a number that is not negative [-]
13:10 `secret` of `[variable.A]` has the wrong type: expected `true` or `false`, found a number [write `true` or `false`]
12:11 the variable `A` has no source [add `env = "A"` or `file = "/path"`]
16:8 the variable `B` has more than one source [keep one of them]
18:9 a variable from `vault` is not supported yet [use `env` or `file`]
3:8 `Acme` is no name of a workspace [use lower-case letters, digits and `-`, at most 63]
4:10 `Example.com` is no domain [write it in lower case: `example.com`]
5:19 there is no cluster `lokal` [did you mean `local`?]
"#]]
    );
}

#[test]
fn a_misspelt_key_is_one_mistake() {
    let (_, found) = read_text("[workspace]\nnam = \"acme\"\n");
    assert_eq!(
        found,
        ["2:1 unknown key `nam` in `[workspace]` [did you mean `name`?]"]
    );
}
