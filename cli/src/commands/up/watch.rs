//! Changes of the work tree.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

use crate::command_error::{Code, CommandError};

/// An editor that saves a file writes several times: a change is over when nothing
/// happened for so long.
const SETTLED: Duration = Duration::from_millis(150);

/// What happens in a work tree.
pub(crate) struct Changes {
    events: mpsc::UnboundedReceiver<()>,
    // Dropping it ends the watch.
    _watcher: RecommendedWatcher,
}

impl Changes {
    /// Watches all below `root`.
    pub(crate) fn watch(root: &Path) -> Result<Self, CommandError> {
        let failed = |error: notify::Error| CommandError::from_error(Code::Failed, &error);
        let (sender, events) = mpsc::unbounded_channel();
        let base = root.to_owned();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // An error means that events may have been lost.
            if event.is_ok_and(|event| !matters(&base, &event)) {
                return;
            }
            // Nobody listens any more: the process is ending.
            let _ = sender.send(());
        })
        .map_err(failed)?;
        watcher
            .watch(root, RecursiveMode::Recursive)
            .map_err(failed)?;
        Ok(Self {
            events,
            _watcher: watcher,
        })
    }

    /// Waits for the next change, until it is over.
    pub(crate) async fn next(&mut self) -> Result<(), CommandError> {
        let lost = || CommandError::new(Code::Failed, "the watch over the work tree has ended");
        self.events.recv().await.ok_or_else(lost)?;
        loop {
            match tokio::time::timeout(SETTLED, self.events.recv()).await {
                Ok(Some(())) => {}
                Ok(None) => return Err(lost()),
                Err(_) => return Ok(()),
            }
        }
    }
}

/// Whether an event can change what the repository compiles to.
fn matters(root: &Path, event: &Event) -> bool {
    if matches!(event.kind, EventKind::Access(_)) {
        return false;
    }
    let is_inner = |path: &PathBuf| {
        path.strip_prefix(root).is_ok_and(|path| {
            !path.components().any(|component| {
                [".git", crate::endpoint::FOLDER, "target", "node_modules"]
                    .iter()
                    .any(|skipped| component.as_os_str() == OsStr::new(skipped))
            })
        })
    };
    event.paths.is_empty() || event.paths.iter().any(is_inner)
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, ModifyKind};

    use super::*;

    #[test]
    fn only_what_the_compiler_reads_matters() {
        let root = Path::new("/repo");
        let event = |kind, path: &str| Event::new(kind).add_path(root.join(path));
        let written = EventKind::Modify(ModifyKind::Any);
        assert!(matters(root, &event(written, "walkthrough/foo.proto")));
        assert!(!matters(root, &event(written, ".vimana/node/state.db")));
        assert!(!matters(root, &event(written, ".git/index")));
        assert!(!matters(
            root,
            &event(EventKind::Access(AccessKind::Any), "vimana.toml")
        ));
    }
}
