use sha2::{Digest as _, Sha256};

use crate::compile::Options;
use crate::discovery::Folder;
use crate::settings::Settings;
use crate::source::RepoPath;

/// The name of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

/// What names this build of the compiler: a cache never outlives it.
const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), " ", env!("VIMANA_SOURCES"));

impl Key {
    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What compiles all folders alike.
    pub(super) fn of_compilation(options: &Options, settings: &Settings) -> Self {
        // Their text is stable within one build, which is part of it.
        Self::of(&["compilation", BUILD, &format!("{options:?}{settings:?}")])
    }

    /// The unit of a folder.
    pub(super) fn of_folder(compilation: Self, path: &RepoPath, folder: &Folder) -> Self {
        let mut hash = Sha256::new();
        hash.update(compilation.0);
        let files = folder.protos.iter().chain(&folder.components);
        for text in std::iter::once(path)
            .chain(&folder.config)
            .chain(files)
            .map(RepoPath::as_str)
        {
            part(&mut hash, text.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// The descriptor that these bytes are.
    pub(super) fn of_descriptor(bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        part(&mut hash, b"descriptor");
        part(&mut hash, bytes);
        Self(hash.finalize().into())
    }

    /// The page `number` of the facts of folders, of `count`.
    pub(super) fn of_page(compilation: Self, number: usize, count: usize) -> Self {
        let mut hash = Sha256::new();
        part(&mut hash, b"page");
        hash.update(compilation.0);
        hash.update((number as u64).to_le_bytes());
        hash.update((count as u64).to_le_bytes());
        Self(hash.finalize().into())
    }

    /// That there is no conflict between claims, which have this sum.
    pub(super) fn of_claims(compilation: Self, claims: &[u8]) -> Self {
        let mut hash = Sha256::new();
        part(&mut hash, b"claims");
        hash.update(compilation.0);
        part(&mut hash, claims);
        Self(hash.finalize().into())
    }

    pub(super) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for text in parts {
            part(&mut hash, text.as_bytes());
        }
        Self(hash.finalize().into())
    }
}

/// With its length, so that no two lists of parts are one text.
fn part(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}
