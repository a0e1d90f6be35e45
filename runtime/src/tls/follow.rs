//! Takes certificates anew when their files change.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use rustls::ServerConfig;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::files::{TlsError, TlsFiles};

/// Whoever renews a certificate writes several files: they are read when nothing
/// happened for so long.
const QUIET: Duration = Duration::from_millis(200);
/// How long to wait for that.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the files are looked at where no event told of a change: file systems of
/// a network have no events.
const INTERVAL: Duration = Duration::from_secs(30);

/// TLS as files say it. The next handshake takes what they say by then; connections
/// that are there go on with what they began with.
#[derive(Clone)]
pub(crate) struct Tls(Arc<Followed>);

struct Followed {
    current: Arc<ArcSwap<ServerConfig>>,
    _stop: DropGuard,
    _watcher: RecommendedWatcher,
}

impl Tls {
    /// Reads the files, and follows them as long as the value is there.
    pub(crate) async fn open(files: TlsFiles) -> Result<Self, TlsError> {
        let (sender, events) = watch::channel(());
        // Watched before they are read, so that no change is lost in between.
        let watcher = watch_files(&files, sender)?;
        let loaded = load(&files).await?;
        let current = Arc::new(ArcSwap::from_pointee(loaded.config));
        let stop = CancellationToken::new();
        let follower = Follower {
            files,
            current: Arc::clone(&current),
            fingerprint: loaded.fingerprint,
            events,
        };
        tokio::spawn(stop.clone().run_until_cancelled_owned(follower.run()));
        Ok(Self(Arc::new(Followed {
            current,
            _stop: stop.drop_guard(),
            _watcher: watcher,
        })))
    }

    /// What the next handshake takes.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        self.0.current.load_full()
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

struct Loaded {
    config: ServerConfig,
    fingerprint: [u8; 32],
}

async fn load(files: &TlsFiles) -> Result<Loaded, TlsError> {
    let files = files.clone();
    let loading = tokio::task::spawn_blocking(move || {
        let contents = files.read()?;
        Ok(Loaded {
            config: files.config(&contents)?,
            fingerprint: contents.fingerprint(),
        })
    });
    match loading.await {
        Ok(loaded) => loaded,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

struct Follower {
    files: TlsFiles,
    current: Arc<ArcSwap<ServerConfig>>,
    fingerprint: [u8; 32],
    events: watch::Receiver<()>,
}

impl Follower {
    async fn run(mut self) {
        loop {
            self.changed().await;
            match load(&self.files).await {
                Ok(loaded) if loaded.fingerprint == self.fingerprint => {}
                Ok(loaded) => {
                    self.fingerprint = loaded.fingerprint;
                    self.current.store(Arc::new(loaded.config));
                    tracing::info!(
                        certificate = %self.files.certificate.display(),
                        "the certificate was taken anew"
                    );
                }
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the files of TLS changed and cannot be used; the ones before stay"
                ),
            }
        }
    }

    /// Waits for an event, and for what follows it at once; or until it is time to look.
    async fn changed(&mut self) {
        let first = tokio::time::timeout(INTERVAL, self.events.changed());
        if first.await.is_err() {
            return;
        }
        let quiet = async {
            while let Ok(Ok(())) = tokio::time::timeout(QUIET, self.events.changed()).await {}
        };
        // In a folder in which something happens all the time, it is never quiet.
        let _ = tokio::time::timeout(PATIENCE, quiet).await;
    }
}

/// Watches the folders of the files, and of what those are links to: files are
/// replaced, not written, by whoever does it well.
fn watch_files(
    files: &TlsFiles,
    events: watch::Sender<()>,
) -> Result<RecommendedWatcher, TlsError> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // An error means that events may have been lost.
        if event.is_ok_and(|event| is_reading(event.kind)) {
            return;
        }
        events.send_replace(());
    })
    .map_err(TlsError::Watch)?;
    let folders: BTreeSet<_> = files.paths().flat_map(folders).collect();
    for folder in folders {
        watcher
            .watch(&folder, RecursiveMode::NonRecursive)
            .map_err(TlsError::Watch)?;
    }
    Ok(watcher)
}

/// Whether an event is about somebody who only looks, as the node itself does.
fn is_reading(kind: EventKind) -> bool {
    use notify::event::{AccessKind, AccessMode};

    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    }
}

fn folders(path: &Path) -> impl Iterator<Item = PathBuf> {
    let folder = |path: &Path| match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let target = path.canonicalize().ok();
    let own = folder(path);
    std::iter::once(own).chain(target.map(|target| folder(&target)))
}
