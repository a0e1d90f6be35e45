//! A cache changes how long a compilation takes, and nothing else.

use std::sync::Mutex;

use proptest::prelude::*;
use vimana_compiler::cache::{Cache, Entry, InMemory, Key};
use vimana_compiler::graph::render;
use vimana_compiler::source::{Memory, RepoPath};
use vimana_compiler::{Compilation, Hooks, Options, compile_with};

use crate::repo::{SETTINGS, compiled, component, definition, findings, repo, text};

/// A cache that others look into and damage.
#[derive(Default)]
pub struct Shaken {
    pub inner: InMemory,
    /// Which byte of each entry is changed when it is read, if any, and whether
    /// the entry ends there.
    pub damage: Mutex<Option<(usize, bool)>>,
    stored: Mutex<usize>,
}

impl Cache for Shaken {
    fn load(&self, keys: &[Key]) -> Vec<Vec<Vec<u8>>> {
        let mut found = self.inner.load(keys);
        if let Some((at, cuts)) = *self.damage.lock().unwrap() {
            for bytes in found.iter_mut().flatten() {
                let at = at % bytes.len();
                if cuts {
                    bytes.truncate(at);
                } else {
                    bytes[at] ^= 0x40;
                }
            }
        }
        found
    }

    fn store(&self, entries: Vec<Entry>) {
        *self.stored.lock().unwrap() += entries.len();
        self.inner.store(entries);
    }
}

impl Shaken {
    fn compiled(&self, source: &Memory) -> Compilation {
        let hooks = Hooks {
            cache: Some(self),
            ..Hooks::default()
        };
        compile_with(source, &Options::default(), &hooks)
    }

    /// How many entries were made since this was asked last.
    fn stored(&self) -> usize {
        std::mem::take(&mut *self.stored.lock().unwrap())
    }
}

/// All that a compilation says.
fn said(compilation: &Compilation) -> (String, String, String) {
    let graph = compilation.graph();
    (
        findings(compilation),
        render::json::render(graph),
        format!("{:?}", graph.resources()),
    )
}

/// Two services, of which one imports a shared file, and a file with a silencer.
pub fn base() -> Memory {
    let shared = "syntax = \"proto3\";\npackage common;\nmessage Page { int32 size = 1; }\n";
    let a = definition("a", 1, "1.0.0", "/a").replace(
        "import \"vimana/options.proto\";",
        "import \"vimana/options.proto\";\nimport \"shared/common.proto\";",
    );
    let b = definition("b", 2, "1.0.0", "/b");
    repo([
        ("vimana.toml", text(SETTINGS)),
        ("shared/common.proto", text(shared)),
        ("a/a.proto", text(&a)),
        (
            "a/a-1.0.0.wasm",
            component(&definition("a", 1, "1.0.0", "/a")),
        ),
        ("b/b.proto", text(&b)),
        ("b/b-1.0.0.wasm", component(&b)),
        ("b/service.txtpb", text("target: LATENCY\n")),
    ])
}

/// What one may do to the repository.
pub const EDITS: [(&str, &str); 12] = [
    ("a/a.proto", "// a comment\n"),
    ("a/a.proto", "message More { string text = 1; }\n"),
    ("a/a.proto", "message Broken {\n"),
    ("shared/common.proto", "message Page2 { int32 size = 1; }\n"),
    ("shared/common.proto", "mesage Broken {}\n"),
    ("b/service.txtpb", "target: COST\n"),
    (
        "b/service.txtpb",
        "# vimana:allow VM0059 it is on purpose\n",
    ),
    (
        "vimana.toml",
        "\n[cluster.other]\nregion = \"aws/us-east-1\"\n",
    ),
    // What is looked for before the file that vimana brings along.
    (
        "vimana/options.proto",
        "syntax = \"proto3\";\npackage vimana;\n",
    ),
    ("b/shared/common.proto", "syntax = \"proto3\";\n"),
    ("b/b-1.0.0.wasm", "x"),
    (
        "c/c.proto",
        "syntax = \"proto3\";\nimport \"shared/common.proto\";\n",
    ),
];

pub fn edit(source: &mut Memory, which: usize) {
    let (file, addition) = EDITS[which % EDITS.len()];
    let path = RepoPath::new(file).unwrap();
    let mut bytes = vimana_compiler::source::Source::read(source, &path)
        .map(|bytes| bytes.to_vec())
        .unwrap_or_default();
    bytes.extend_from_slice(addition.as_bytes());
    source.insert(path, bytes);
}

#[test]
fn what_did_not_change_is_not_compiled_again() {
    let cache = Shaken::default();
    let source = base();
    let cold = said(&cache.compiled(&source));
    assert_eq!(cold, said(&compiled(&source)));
    assert!(cache.stored() >= 3, "three folders, and what they share");
    assert_eq!(said(&cache.compiled(&source)), cold);
    assert_eq!(cache.stored(), 0);
}

#[test]
fn a_change_of_an_import_concerns_those_that_import_it_alone() {
    let cache = Shaken::default();
    let mut source = base();
    cache.compiled(&source);
    let all = cache.stored();
    source.insert(
        RepoPath::new("shared/common.proto").unwrap(),
        "syntax = \"proto3\";\npackage common;\nmessage Page { int64 size = 1; }\n",
    );
    assert_eq!(said(&cache.compiled(&source)), said(&compiled(&source)));
    // The folder of the file, and that of the service; not that of the other one.
    let again = cache.stored();
    assert!((2..all).contains(&again), "{again} of {all}");
}

#[test]
fn a_file_that_takes_the_place_of_another_import_is_seen() {
    let cache = Shaken::default();
    let mut source = base();
    cache.compiled(&source);
    edit(&mut source, 8);
    let found = said(&cache.compiled(&source));
    assert_eq!(found, said(&compiled(&source)));
    assert!(found.0.contains("VM0040"), "{}", found.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_warm_compilation_says_what_a_cold_one_says(edits in prop::collection::vec(0..EDITS.len(), 1..5)) {
        let cache = Shaken::default();
        let mut source = base();
        cache.compiled(&source);
        for which in edits {
            edit(&mut source, which);
            prop_assert_eq!(said(&cache.compiled(&source)), said(&compiled(&source)));
        }
        // Back where it began.
        let source = base();
        prop_assert_eq!(said(&cache.compiled(&source)), said(&compiled(&source)));
    }

    #[test]
    fn what_is_damaged_is_compiled_again(at in any::<prop::sample::Index>(), cuts: bool) {
        let cache = Shaken::default();
        let source = base();
        let cold = said(&cache.compiled(&source));
        *cache.damage.lock().unwrap() = Some((at.index(1 << 16), cuts));
        cache.stored();
        prop_assert_eq!(said(&cache.compiled(&source)), cold.clone());
        prop_assert!(cache.stored() >= 3);
        *cache.damage.lock().unwrap() = None;
        prop_assert_eq!(said(&cache.compiled(&source)), cold);
    }
}
