use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::{NamedTempFile, TempPath};
use vimana_proto::Digest;

use super::StoreError;
use super::state_dir::make_private;

/// The largest component that a node takes.
pub(crate) const MAX_COMPONENT_BYTES: u64 = 256 * 1024 * 1024;

/// A folder of components by content: `sha256/ab/abcd...`.
///
/// A file is there with all of its content, or it is not: it is written beside,
/// synced, and renamed, and the folder is synced after that.
#[derive(Debug, Clone)]
pub(crate) struct ComponentFiles {
    root: PathBuf,
}

/// Why a component was not stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ComponentError {
    #[error("the content has the digest {found}, but {expected} was announced")]
    OtherDigest { expected: Digest, found: Digest },
    #[error("a component may have at most {MAX_COMPONENT_BYTES} bytes")]
    TooLarge,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ComponentFiles {
    /// Opens the folder and removes what interrupted uploads left.
    pub(super) fn open(root: PathBuf) -> Result<Self, StoreError> {
        let files = Self { root };
        let incoming = files.incoming();
        match fs::remove_dir_all(&incoming) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::io(&incoming, error));
            }
            _ => make_private(&incoming)?,
        }
        Ok(files)
    }

    /// Where the component with `digest` is, or would be.
    pub(crate) fn path(&self, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        self.root.join("sha256").join(&hex[..2]).join(&hex)
    }

    /// The size of the component with `digest`, where the node has it.
    pub(crate) fn size(&self, digest: &Digest) -> Option<u64> {
        let metadata = fs::metadata(self.path(digest)).ok()?;
        metadata.is_file().then_some(metadata.len())
    }

    /// Begins to store the component with `digest`.
    pub(crate) fn upload(&self, digest: Digest) -> Result<Upload, StoreError> {
        let incoming = self.incoming();
        let (file, path) = NamedTempFile::new_in(&incoming)
            .map_err(|source| StoreError::io(&incoming, source))?
            .into_parts();
        Ok(Upload {
            expected: digest,
            target: self.path(&digest),
            hash: Sha256::new(),
            size: 0,
            file,
            path,
        })
    }

    fn incoming(&self) -> PathBuf {
        self.root.join("incoming")
    }
}

/// A component that is being stored. Dropped before [`Upload::finish`], it leaves
/// nothing behind.
#[derive(Debug)]
pub(crate) struct Upload {
    expected: Digest,
    target: PathBuf,
    hash: Sha256,
    size: u64,
    file: File,
    path: TempPath,
}

impl Upload {
    /// Adds the next part of the content.
    pub(crate) fn write(&mut self, chunk: &[u8]) -> Result<(), ComponentError> {
        self.size += chunk.len() as u64;
        if self.size > MAX_COMPONENT_BYTES {
            return Err(ComponentError::TooLarge);
        }
        self.hash.update(chunk);
        self.file
            .write_all(chunk)
            .map_err(|source| StoreError::io(&self.path, source))?;
        Ok(())
    }

    /// Checks the digest and puts the file in its place. Answers how many bytes
    /// it has.
    pub(crate) fn finish(self) -> Result<u64, ComponentError> {
        let found = Digest::from_bytes(self.hash.finalize().into());
        if found != self.expected {
            return Err(ComponentError::OtherDigest {
                expected: self.expected,
                found,
            });
        }
        self.file
            .sync_all()
            .map_err(|source| StoreError::io(&self.path, source))?;
        let shard = self
            .target
            .parent()
            .expect("a component lies in the folder of its first digits");
        make_private(shard)?;
        self.path
            .persist(&self.target)
            .map_err(|error| StoreError::io(&self.target, error.error))?;
        // The shard may be new, and so may be the folder of shards.
        for folder in shard.ancestors().take(3) {
            sync_folder(folder)?;
        }
        Ok(self.size)
    }
}

fn sync_folder(path: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| StoreError::io(path, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(directory: &Path) -> ComponentFiles {
        ComponentFiles::open(directory.to_owned()).unwrap()
    }

    #[test]
    fn a_component_is_found_by_its_content() {
        let directory = tempfile::tempdir().unwrap();
        let files = files(directory.path());
        let digest = Digest::of(b"component");
        assert_eq!(files.size(&digest), None);

        let mut upload = files.upload(digest).unwrap();
        upload.write(b"comp").unwrap();
        upload.write(b"onent").unwrap();
        assert_eq!(upload.finish().unwrap(), 9);

        assert_eq!(files.size(&digest), Some(9));
        assert_eq!(fs::read(files.path(&digest)).unwrap(), b"component");
    }

    #[test]
    fn content_of_another_digest_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let files = files(directory.path());
        let digest = Digest::of(b"announced");
        let mut upload = files.upload(digest).unwrap();
        upload.write(b"sent").unwrap();
        assert!(matches!(
            upload.finish(),
            Err(ComponentError::OtherDigest { expected, .. }) if expected == digest
        ));
        assert_eq!(files.size(&digest), None);
        assert_eq!(fs::read_dir(files.incoming()).unwrap().count(), 0);
    }

    #[test]
    fn a_restart_removes_what_an_interrupted_upload_left() {
        let directory = tempfile::tempdir().unwrap();
        let first = files(directory.path());
        fs::write(first.incoming().join("half"), b"half").unwrap();
        let second = files(directory.path());
        assert_eq!(fs::read_dir(second.incoming()).unwrap().count(), 0);
    }
}
