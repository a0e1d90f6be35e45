//! A check tells what compiling tells, of the least that it can.

use std::collections::BTreeSet;
use std::sync::Mutex;

use proptest::prelude::*;
use vimana_compiler::cache::{Cache, Entry, InMemory, Key};
use vimana_compiler::source::{Memory, RepoPath};
use vimana_compiler::{Findings, Hooks, Options, check_with, compile};

use crate::cached::{EDITS, base, edit};
use crate::repo::{component, definition, said, said_of};

/// A cache that knows what has one state alone, which is what a check reads first.
#[derive(Default)]
struct Watched {
    inner: InMemory,
    pages: Mutex<BTreeSet<Key>>,
    /// What happens to what is read.
    accident: Mutex<Accident>,
    /// How many units were kept.
    made: Mutex<usize>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Accident {
    #[default]
    None,
    /// The units are lost.
    NoUnits,
    /// A byte of each page is changed.
    Changed(usize),
    /// Each page ends early.
    Cut(usize),
}

impl Cache for Watched {
    fn load(&self, keys: &[Key]) -> Vec<Vec<Vec<u8>>> {
        let pages = self.pages.lock().unwrap();
        let accident = *self.accident.lock().unwrap();
        let mut found = self.inner.load(keys);
        for (key, variants) in keys.iter().zip(&mut found) {
            if !pages.contains(key) {
                if matches!(accident, Accident::NoUnits) {
                    variants.clear();
                }
                continue;
            }
            for bytes in variants {
                match accident {
                    Accident::None | Accident::NoUnits => {}
                    Accident::Changed(at) => {
                        let at = at % bytes.len();
                        bytes[at] ^= 0x40;
                    }
                    Accident::Cut(at) => bytes.truncate(at % bytes.len()),
                }
            }
        }
        found
    }

    fn store(&self, entries: Vec<Entry>) {
        for entry in &entries {
            if entry.variant == [0; 32] {
                self.pages.lock().unwrap().insert(entry.key);
            } else if entry.variant != *entry.key.as_bytes() {
                // Not what units share, which is named by what it is.
                *self.made.lock().unwrap() += 1;
            }
        }
        self.inner.store(entries);
    }
}

impl Watched {
    fn checked(&self, source: &Memory) -> Findings {
        let hooks = Hooks {
            cache: Some(self),
            ..Hooks::default()
        };
        check_with(source, &Options::default(), &hooks)
    }

    fn happens(&self, accident: Accident) {
        *self.accident.lock().unwrap() = accident;
    }

    /// How many units were kept since this was asked last.
    fn made(&self) -> usize {
        std::mem::take(&mut *self.made.lock().unwrap())
    }
}

fn cold(source: &Memory) -> String {
    said_of(&compile(source, &Options::default()))
}

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

/// The repository with one more service.
fn with_service(package: &str, id: u32, http: &str) -> Memory {
    let mut source = base();
    let text = definition(package, id, "1.0.0", http);
    let component = component(&text);
    source.insert(path("more/more.proto"), text);
    source.insert(path("more/more-1.0.0.wasm"), component);
    source
}

#[test]
fn what_did_not_change_is_known_without_its_units() {
    let cache = Watched::default();
    let source = base();
    let told = said(&cache.checked(&source));
    assert_eq!(told, cold(&source));
    assert!(cache.made() >= 3);
    cache.happens(Accident::NoUnits);
    assert_eq!(said(&cache.checked(&source)), told);
    assert_eq!(cache.made(), 0);
}

#[test]
fn of_what_changed_a_check_makes_that_alone() {
    let cache = Watched::default();
    let mut source = base();
    cache.checked(&source);
    cache.made();
    cache.happens(Accident::NoUnits);
    edit(&mut source, 0);
    assert_eq!(said(&cache.checked(&source)), cold(&source));
    assert_eq!(cache.made(), 1);
    assert_eq!(said(&cache.checked(&source)), cold(&source));
    assert_eq!(cache.made(), 0);
}

#[test]
fn a_folder_that_comes_or_goes_is_noticed() {
    let cache = Watched::default();
    let (less, more) = (base(), with_service("more", 9, "/more"));
    for source in [&less, &more, &more, &less, &less, &more] {
        assert_eq!(said(&cache.checked(source)), cold(source));
    }
}

#[test]
fn what_only_shows_between_folders_is_told_of_folders_that_did_not_change() {
    for (package, id, http, code) in [
        ("a", 9, "/more", "VM0053"),
        ("more", 1, "/more", "VM0053"),
        ("more", 9, "/a", "VM0062"),
    ] {
        let cache = Watched::default();
        cache.checked(&base());
        let source = with_service(package, id, http);
        let expected = cold(&source);
        assert!(expected.contains(code), "{expected}");
        for _ in 0..2 {
            assert_eq!(said(&cache.checked(&source)), expected);
        }
        assert_eq!(said(&cache.checked(&base())), cold(&base()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_warm_check_says_what_a_cold_compilation_says(edits in prop::collection::vec(0..EDITS.len(), 1..5)) {
        let cache = Watched::default();
        let mut source = base();
        cache.checked(&source);
        for which in edits {
            edit(&mut source, which);
            prop_assert_eq!(said(&cache.checked(&source)), cold(&source));
        }
        let source = base();
        prop_assert_eq!(said(&cache.checked(&source)), cold(&source));
    }

    #[test]
    fn a_damaged_page_is_made_again_of_the_units(at in any::<prop::sample::Index>(), cuts: bool) {
        let cache = Watched::default();
        let source = base();
        let told = said(&cache.checked(&source));
        cache.made();
        let at = at.index(1 << 16);
        cache.happens(if cuts { Accident::Cut(at) } else { Accident::Changed(at) });
        prop_assert_eq!(said(&cache.checked(&source)), told.clone());
        prop_assert_eq!(cache.made(), 0);
        cache.happens(Accident::NoUnits);
        prop_assert_eq!(said(&cache.checked(&source)), told);
        prop_assert_eq!(cache.made(), 0);
    }
}
