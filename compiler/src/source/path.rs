use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

/// A path from the root of a [`Source`](super::Source): names separated by `/`, none of
/// them empty, `.` or `..`. The root itself is the empty path, printed as `.`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<str>);

/// Why a text is no [`RepoPath`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepoPathError {
    /// It begins with `/`.
    #[error("`{0}` is an absolute path; expected one within the repository")]
    Absolute(String),
    /// It has more `..` than folders before them.
    #[error("`{0}` is outside of the repository")]
    Outside(String),
    /// It holds a byte that no path holds.
    #[error("`{}` holds a NUL character", .0.escape_debug())]
    Nul(String),
}

impl RepoPath {
    /// The path that `text` spells from the root. `.`, `..` and doubled slashes
    /// are resolved by name alone.
    pub fn new(text: &str) -> Result<Self, RepoPathError> {
        Self::root().join(text)
    }

    /// What is such a path as it stands.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let is_path = text.is_empty()
            || (!text.contains('\0')
                && text.split('/').all(|name| !matches!(name, "" | "." | "..")));
        is_path.then(|| Self(text.into()))
    }

    /// The root.
    #[must_use]
    pub fn root() -> Self {
        Self(Arc::from(""))
    }

    /// Whether this is the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The text; empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names, from the root.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|name| !name.is_empty())
    }

    /// The path that `relative` spells from this folder.
    pub fn join(&self, relative: &str) -> Result<Self, RepoPathError> {
        if relative.contains('\0') {
            return Err(RepoPathError::Nul(relative.to_owned()));
        }
        if relative.starts_with('/') {
            return Err(RepoPathError::Absolute(relative.to_owned()));
        }
        let mut names: Vec<&str> = self.components().collect();
        for name in relative.split('/') {
            match name {
                "" | "." => {}
                ".." => {
                    if names.pop().is_none() {
                        return Err(RepoPathError::Outside(relative.to_owned()));
                    }
                }
                name => names.push(name),
            }
        }
        Ok(Self(names.join("/").into()))
    }

    /// The entry `name` of this folder. `name` is one that a file system or a
    /// git tree gave, so that it holds no `/` and is neither `.` nor `..`.
    pub(super) fn child(&self, name: &str) -> Self {
        if self.is_root() {
            Self(name.into())
        } else {
            Self([&*self.0, "/", name].concat().into())
        }
    }

    /// The folder that holds this; none for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(Self(self.folder().into()))
    }

    /// The text of the folder that holds this; empty for the root.
    pub(crate) fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The last name; empty for the root.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }

    /// The last name without its extension.
    #[must_use]
    pub fn file_stem(&self) -> &str {
        let name = self.file_name();
        match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ => name,
        }
    }

    /// What follows the last `.` of the last name.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        match self.file_name().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => Some(extension),
            _ => None,
        }
    }

    /// Whether this is `folder` or below it.
    #[must_use]
    pub fn is_within(&self, folder: &Self) -> bool {
        self.relative_to(folder).is_some()
    }

    /// The text of this path from `folder`, where it is within it.
    #[must_use]
    pub fn relative_to(&self, folder: &Self) -> Option<&str> {
        if folder.is_root() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(&*folder.0)?;
        if rest.is_empty() {
            return Some(rest);
        }
        rest.strip_prefix('/')
    }
}

/// As its text.
impl Serialize for RepoPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Only what is a path as it stands is one.
impl<'de> Deserialize<'de> for RepoPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        Self::of(text).ok_or_else(|| D::Error::custom("no path within a repository"))
    }
}

/// A path is ordered and hashed as its text.
impl Borrow<str> for RepoPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for RepoPath {
    type Err = RepoPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<&str> for RepoPath {
    type Error = RepoPathError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl AsRef<str> for RepoPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "." } else { &self.0 })
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved_by_name() {
        for (text, expected) in [
            ("", ""),
            (".", ""),
            ("a/b", "a/b"),
            ("./a//b/", "a/b"),
            ("a/../b", "b"),
            ("a/b/../..", ""),
        ] {
            assert_eq!(RepoPath::new(text).unwrap().as_str(), expected, "{text}");
        }
    }

    #[test]
    fn a_path_never_leaves_the_root() {
        let folder = RepoPath::new("a/b").unwrap();
        assert_eq!(folder.join("../../c").unwrap().as_str(), "c");
        assert_eq!(
            folder.join("../../../c"),
            Err(RepoPathError::Outside("../../../c".into()))
        );
        assert_eq!(folder.join("/c"), Err(RepoPathError::Absolute("/c".into())));
    }

    #[test]
    fn the_parts_of_a_path_are_told_apart() {
        let path = RepoPath::new("a/foo-1.0.0.wasm").unwrap();
        assert_eq!(path.parent(), Some(RepoPath::new("a").unwrap()));
        assert_eq!(path.file_name(), "foo-1.0.0.wasm");
        assert_eq!(path.file_stem(), "foo-1.0.0");
        assert_eq!(path.extension(), Some("wasm"));
        assert_eq!(RepoPath::new(".gitignore").unwrap().extension(), None);
        assert_eq!(RepoPath::root().parent(), None);
        assert_eq!(RepoPath::root().to_string(), ".");
    }

    #[test]
    fn a_folder_is_no_prefix_of_a_longer_name() {
        let folder = RepoPath::new("a").unwrap();
        assert!(RepoPath::new("a/b").unwrap().is_within(&folder));
        assert!(folder.is_within(&folder));
        assert!(!RepoPath::new("ab").unwrap().is_within(&folder));
    }
}
