//! Where the control API is.
//!
//! In this order: `--endpoint` or `VIMANA_ENDPOINT`, the address that a running
//! `up` has left in the repository, and the default cluster of `vimana.toml`.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The folder in a config repository that is vimana's own; never committed.
pub(crate) const FOLDER: &str = ".vimana";

/// Makes the folder in a repository, which git ignores by itself.
pub(crate) fn make_folder(root: &Path) -> io::Result<PathBuf> {
    let folder = root.join(FOLDER);
    std::fs::create_dir_all(&folder)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(ignore, "*\n")?;
    }
    Ok(folder)
}

/// What a running `up` leaves in the repository.
#[derive(Debug, Serialize, Deserialize)]
struct Notice {
    format_version: u32,
    /// The URL of the control API.
    control: String,
    /// The URL of the data plane.
    data: String,
    /// The process, for people.
    pid: u32,
}

/// Keeps the notice of a running `up` in the repository; dropping it takes the
/// notice away. A process that was killed leaves the file behind, but not the lock
/// on it, so a stale notice is recognised.
pub(crate) struct Announcement {
    path: PathBuf,
    // Holds the lock.
    _file: File,
}

impl Announcement {
    /// Leaves the address of the control API and the URL of the services in `root`.
    pub(crate) fn publish(root: &Path, control: SocketAddr, data: String) -> io::Result<Self> {
        let path = notice_path(root);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(
                    io::ErrorKind::AddrInUse,
                    format!("another `vimana up` runs in `{}`", root.display()),
                ));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let notice = Notice {
            format_version: 1,
            control: format!("http://{control}"),
            data,
            pid: std::process::id(),
        };
        file.set_len(0)?;
        serde_json::to_writer_pretty(&mut file, &notice)?;
        file.write_all(b"\n")?;
        Ok(Self { path, _file: file })
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // A notice that stays is recognised as stale.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The control API of the `up` that runs in `root`, if one does.
pub(crate) fn announced(root: &Path) -> Option<String> {
    notice(root).map(|notice| notice.control)
}

/// The services of the `up` that runs in `root`, if one does.
pub(crate) fn announced_data(root: &Path) -> Option<String> {
    notice(root).map(|notice| notice.data)
}

/// The folder of the certificate that `up --tls` makes for itself in `root`.
pub(crate) fn tls_folder(root: &Path) -> PathBuf {
    root.join(FOLDER).join("tls")
}

fn notice(root: &Path) -> Option<Notice> {
    let path = notice_path(root);
    let file = File::open(&path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        // Nobody holds it: whoever wrote it is gone.
        Ok(()) | Err(TryLockError::Error(_)) => return None,
    }
    serde_json::from_reader(io::BufReader::new(file)).ok()
}

fn notice_path(root: &Path) -> PathBuf {
    root.join(FOLDER).join("up.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_found_while_its_writer_lives_and_not_after() {
        let root = tempfile::tempdir().unwrap();
        make_folder(root.path()).unwrap();
        let address: SocketAddr = "127.0.0.1:7700".parse().unwrap();
        let data = || "https://127.0.0.1:8080".to_owned();

        let announcement = Announcement::publish(root.path(), address, data()).unwrap();
        assert_eq!(
            announced(root.path()).as_deref(),
            Some("http://127.0.0.1:7700")
        );
        assert!(Announcement::publish(root.path(), address, data()).is_err());

        let stale = std::fs::read(notice_path(root.path())).unwrap();
        drop(announcement);
        std::fs::write(notice_path(root.path()), stale).unwrap();
        assert_eq!(announced(root.path()), None);
    }
}
