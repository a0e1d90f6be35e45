//! Compiled components, kept so that a node that starts again need not compile.
//!
//! Machine code is trusted blindly by whoever runs it, so an artifact is loaded
//! only when it bears a code (HMAC-SHA-256) made with a key that this node drew
//! and never shows. The code covers the artifact's name too, and with it the
//! component's digest, the exact version of wasmtime and its configuration, and our
//! own. What is damaged, foreign or out of date is made again.
//!
//! An artifact is mapped into memory, so that many of them cost what is run of them.

use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use vimana_proto::Digest;
use wasmtime::Engine;
use wasmtime::component::Component;

use super::hmac;

const KEY_FILE: &str = "key";
const CODE_BYTES: usize = 32;

/// Grows where files are laid out in another way: the artifact, then its code.
const FORMAT: u32 = 2;

/// A folder of artifacts for one engine.
#[derive(Debug)]
pub(super) struct Artifacts {
    folder: PathBuf,
    key: [u8; 32],
    /// What the engine's version and configuration hash to.
    compatibility: String,
}

impl Artifacts {
    /// Opens or makes the folder, and removes what no engine like `engine` can use.
    pub(super) fn open(folder: &Path, engine: &Engine) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut hasher = Sha256Hasher::default();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        // What one release has compiled and checked, another one checks again.
        env!("CARGO_PKG_VERSION").hash(&mut hasher);
        FORMAT.hash(&mut hasher);
        let artifacts = Self {
            folder: folder.to_owned(),
            key: read_or_draw_key(folder)?,
            compatibility: hasher.into_digest().hex()[..16].to_owned(),
        };
        artifacts.remove_stale()?;
        Ok(artifacts)
    }

    /// The component of an artifact; `None` where there is none to trust.
    pub(super) fn load(&self, engine: &Engine, digest: Digest) -> Option<Component> {
        let name = self.name(digest);
        let path = self.folder.join(&name);
        let file = match fs::read(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(artifact = name, %error, "cannot read an artifact");
                return None;
            }
        };
        let is_ours = file
            .len()
            .checked_sub(CODE_BYTES)
            .and_then(|end| file.split_at_checked(end))
            .is_some_and(|(artifact, code)| {
                hmac::verify(&self.key, &[name.as_bytes(), artifact], code)
            });
        if !is_ours {
            tracing::warn!(artifact = name, "an artifact is damaged and made again");
            return None;
        }
        drop(file);
        // SAFETY: `deserialize_file` demands a file that holds what
        // `Component::serialize` made, and that does not change while it is mapped.
        // `save` is all that makes codes with our key, it makes them for what
        // `serialize` returned, and the code of this file was just verified. The file
        // is in a folder that is the node's alone, has mode 0600, and is never written
        // to: `save` puts another one in its place, and who has this one mapped keeps
        // it. Behind the artifact are the bytes of the code, which its sections do not
        // reach.
        #[expect(unsafe_code, reason = "machine code of our own making, see above")]
        let component = unsafe { Component::deserialize_file(engine, &path) };
        component
            .inspect_err(|error| {
                tracing::warn!(
                    artifact = name,
                    error = format!("{error:#}"),
                    "an artifact does not fit and is made again"
                );
            })
            .ok()
    }

    /// Keeps the artifact of a component that was compiled here, durably and as a
    /// whole or not at all.
    pub(super) fn save(&self, digest: Digest, component: &Component) -> io::Result<()> {
        let name = self.name(digest);
        let artifact = component.serialize().map_err(io::Error::other)?;
        let code = hmac::code(&self.key, &[name.as_bytes(), &artifact]);
        write_durably(&self.folder, &name, &[&artifact, &code])
    }

    /// Whether there is an artifact, which may yet turn out to be damaged.
    pub(super) fn holds(&self, digest: Digest) -> bool {
        self.folder.join(self.name(digest)).is_file()
    }

    fn name(&self, digest: Digest) -> String {
        format!("{}-{}.cwasm", self.compatibility, digest.hex())
    }

    fn remove_stale(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let is_ours = name
                .to_str()
                .is_some_and(|name| name == KEY_FILE || name.starts_with(&self.compatibility));
            if !is_ours && entry.file_type()?.is_file() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

fn read_or_draw_key(folder: &Path) -> io::Result<[u8; 32]> {
    let mut key = [0; 32];
    match File::open(folder.join(KEY_FILE)) {
        Ok(mut file) => {
            if file.metadata()?.len() == 32 {
                file.read_exact(&mut key)?;
                return Ok(key);
            }
            tracing::warn!("the key of the artifacts is damaged: all are made again");
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    key = rand::random();
    write_durably(folder, KEY_FILE, &[&key])?;
    Ok(key)
}

/// Temporary files are made with mode 0600, and a rename keeps that.
fn write_durably(folder: &Path, name: &str, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(".writing-")
        .tempfile_in(folder)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.as_file().sync_all()?;
    file.persist(folder.join(name))
        .map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// Lets `Hash` feed a hash that does not differ from one run to the next.
#[derive(Default)]
struct Sha256Hasher(Sha256);

impl Sha256Hasher {
    fn into_digest(self) -> Digest {
        Digest::from_bytes(self.0.finalize().into())
    }
}

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let hash = self.0.clone().finalize();
        let (first, _) = hash.split_at(8);
        u64::from_le_bytes(first.try_into().expect("8 bytes were split off"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(engine: &Engine) -> Component {
        Component::new(engine, wat::parse_str("(component)").unwrap()).unwrap()
    }

    #[test]
    fn an_artifact_loads_with_the_key_that_made_it() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let digest = Digest::of(b"component");
        let artifacts = Artifacts::open(folder.path(), &engine).unwrap();
        assert!(artifacts.load(&engine, digest).is_none());
        artifacts.save(digest, &component(&engine)).unwrap();

        let again = Artifacts::open(folder.path(), &engine).unwrap();
        assert!(again.load(&engine, digest).is_some());
        assert!(again.load(&engine, Digest::of(b"another")).is_none());
    }

    #[test]
    fn a_damaged_renamed_or_foreign_artifact_is_not_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let digest = Digest::of(b"component");
        let artifacts = Artifacts::open(folder.path(), &engine).unwrap();
        artifacts.save(digest, &component(&engine)).unwrap();
        let path = folder.path().join(artifacts.name(digest));
        let bytes = fs::read(&path).unwrap();

        for at in [0, CODE_BYTES, bytes.len() / 2, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            fs::write(&path, damaged).unwrap();
            assert!(artifacts.load(&engine, digest).is_none(), "byte {at}");
        }
        fs::write(&path, &bytes[..10]).unwrap();
        assert!(artifacts.load(&engine, digest).is_none());

        let other = Digest::of(b"another");
        fs::write(folder.path().join(artifacts.name(other)), &bytes).unwrap();
        assert!(artifacts.load(&engine, other).is_none());

        fs::write(&path, &bytes).unwrap();
        assert!(artifacts.load(&engine, digest).is_some());
        fs::write(folder.path().join(KEY_FILE), [7; 32]).unwrap();
        let rekeyed = Artifacts::open(folder.path(), &engine).unwrap();
        assert!(rekeyed.load(&engine, digest).is_none());
    }

    #[test]
    fn artifacts_of_another_configuration_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let stale = folder.path().join("0123456789abcdef-aa.cwasm");
        fs::write(&stale, b"old").unwrap();
        Artifacts::open(folder.path(), &Engine::default()).unwrap();
        assert!(!stale.exists());
    }
}
