//! HTTP/JSON as curl sees it: each case of `tests/repos/transcode/cases` against
//! `vimana up tests/repos/transcode`, over HTTP/1.1 and over HTTP/2; and what the
//! domain says of its services, as a public validator sees it.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

mod support;

use support::process::{Running, addresses, run};

/// The public validator of documents, as `pip` knows it.
const VALIDATOR: &str = "openapi-spec-validator==0.7.2";

const DOMAIN: &str = "transcode.example.com";

/// A node that serves the repository.
struct Node {
    up: Running,
    data: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Node {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("transcode");
        support::copy(&repository(), &root);
        let mut up = Running::up(&root);
        let (data, _) = addresses(&up.line_with("Serving on"));
        up.line_with("curl");
        Self {
            up,
            data,
            _folder: folder,
        }
    }

    /// Runs a script in which `call` is curl for the service, and `options` for the one
    /// with other options.
    fn script(&self, version: &str, script: &str) -> String {
        let scratch = tempfile::tempdir().unwrap();
        let curl = |host: &str| {
            format!(
                "curl -sS -i --{version} -H 'Host: {host}' \"http://{}$path\" \"$@\"",
                self.data
            )
        };
        let prelude = format!(
            "call() {{ path=$1; shift; {}; code=$?; echo; return $code; }}\n\
             options() {{ path=$1; shift; {}; code=$?; echo; return $code; }}\n",
            curl(DOMAIN),
            curl("options.example.com")
        );
        let mut command = Command::new("bash");
        command
            .args(["-c", &format!("{prelude}{script}")])
            .env("TMPDIR", scratch.path())
            .env("LC_ALL", "C.UTF-8")
            .env("no_proxy", "*");
        let finished = run(&mut command);
        format!("{}{}", finished.stdout, finished.stderr)
    }

    fn get(&self, path: &str) -> String {
        let url = format!("http://{}{path}", self.data);
        let mut curl = Command::new("curl");
        let host = format!("Host: {DOMAIN}");
        let finished = run(curl.args(["-sS", "--fail", "-H", &host, &url]));
        assert_eq!(finished.code, 0, "{finished:?}");
        finished.stdout
    }
}

fn repository() -> PathBuf {
    support::workspace().join("tests/repos/transcode")
}

/// What differs between the versions of HTTP, or from one run to the next, left out.
fn plain(output: &str) -> String {
    let is_plain = |line: &&str| {
        // HTTP/2 says that there is no body without it.
        if *line == "content-length: 0" {
            return false;
        }
        let name = line.split(':').next().unwrap_or_default();
        !matches!(
            name.to_ascii_lowercase().as_str(),
            "date" | "transfer-encoding" | "etag"
        )
    };
    let lines = output.lines().filter(is_plain).map(|line| {
        let rest = line
            .strip_prefix("HTTP/1.1 ")
            .or_else(|| line.strip_prefix("HTTP/2 "));
        // HTTP/2 has no reason phrases.
        let status = rest.and_then(|rest| rest.split(' ').next());
        status.map_or_else(|| line.to_owned(), |status| format!("HTTP {status}"))
    });
    let lines: Vec<String> = lines.collect();
    format!("{}\n", lines.join("\n").trim_end())
}

fn cases() -> Vec<PathBuf> {
    let folders = fs::read_dir(repository().join("cases")).unwrap();
    let mut cases: Vec<_> = folders.map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn compare(file: &Path, found: &str) -> Result<(), String> {
    if std::env::var_os("BLESS").is_some() {
        fs::write(file, found).unwrap();
        return Ok(());
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    if expected == found {
        return Ok(());
    }
    Err(format!(
        "{} differs (BLESS=1 accepts it); found:\n{found}",
        file.display()
    ))
}

#[test]
fn each_feature_is_as_its_case_shows() {
    let node = Node::start();
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() > 20, "{cases:?}");
    for case in cases {
        let script = fs::read_to_string(case.join("cmds")).unwrap();
        let found = plain(&node.script("http1.1", &script));
        wrong.extend(compare(&case.join("stdout"), &found).err());
        let over_http2 = plain(&node.script("http2-prior-knowledge", &script));
        if over_http2 != found {
            let name = case.display();
            wrong.push(format!("{name} differs over HTTP/2; found:\n{over_http2}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    drop(node.up);
}

#[test]
fn the_description_is_valid_and_as_it_was() {
    let node = Node::start();
    let schema = node.get("/.well-known/schema.json");
    let page = node.get("/.well-known/docs");
    let expected = repository().join("description");
    let found = [
        compare(&expected.join("schema.json"), &schema),
        compare(&expected.join("docs.html"), &page),
    ];
    for found in found {
        found.unwrap();
    }

    let tools = validator();
    let folder = tempfile::tempdir().unwrap();
    let validate = |name: &str, document: &str| {
        let file = folder.path().join(name);
        fs::write(&file, document).unwrap();
        run(Command::new("python3")
            .args(["-m", "openapi_spec_validator", "--schema", "3.1"])
            .arg(&file)
            .env("PYTHONPATH", &tools))
    };
    let valid = validate("schema.json", &schema);
    assert_eq!(valid.code, 0, "{valid:?}");
    let broken = schema.replace("\"in\": \"path\"", "\"in\": \"pith\"");
    let invalid = validate("broken.json", &broken);
    assert_ne!(invalid.code, 0, "{invalid:?}");
}

/// The folder of the validator, which is installed where it is not there.
fn validator() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(VALIDATOR.replace("==", "-"));
    if !folder.join("openapi_spec_validator").is_dir() {
        let installed = run(Command::new("python3")
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .arg("--target")
            .arg(&folder)
            .arg(VALIDATOR));
        assert_eq!(installed.code, 0, "{installed:?}");
    }
    folder
}
