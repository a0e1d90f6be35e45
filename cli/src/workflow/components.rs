//! Components, found by digest in the repository.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use vimana_compiler::Desired;
use vimana_compiler::source::{RepoPath, Source};
use vimana_proto::Digest;
use vimana_reconciler::{Components, ComponentsError};

/// What comes out when a component is looked for.
type Loaded = Result<Arc<[u8]>, ComponentsError>;

/// The components of a repository, as the node takes them: adapted where a file
/// is a core module.
pub(crate) struct RepositoryComponents {
    // In the order in which they are asked.
    sources: Arc<[Box<dyn Source>]>,
    // Where the compiler has seen each; others are looked for.
    known: BTreeMap<Digest, RepoPath>,
}

impl RepositoryComponents {
    /// The components that `desired` was compiled from.
    pub(crate) fn of(source: Box<dyn Source>, desired: &Desired) -> Self {
        Self {
            sources: Arc::new([source]),
            known: desired
                .components
                .iter()
                .map(|(digest, file)| (*digest, file.path.clone()))
                .collect(),
        }
    }

    /// Whatever components `sources` hold, for a plan that was made elsewhere.
    pub(crate) fn search(sources: Vec<Box<dyn Source>>) -> Self {
        Self {
            sources: sources.into(),
            known: BTreeMap::new(),
        }
    }
}

#[async_trait]
impl Components for RepositoryComponents {
    async fn load(&self, digest: &Digest) -> Loaded {
        let sources = Arc::clone(&self.sources);
        let known = self.known.get(digest).cloned();
        let digest = *digest;
        tokio::task::spawn_blocking(move || find(&sources, known.as_ref(), &digest)).await?
    }
}

fn find(sources: &[Box<dyn Source>], known: Option<&RepoPath>, digest: &Digest) -> Loaded {
    for source in sources {
        if let Some(path) = known {
            return read(source.as_ref(), path);
        }
        for entry in source.entries()? {
            if !is_component(&entry.path) {
                continue;
            }
            // What cannot be read is not what is looked for.
            if let Ok(component) = read(source.as_ref(), &entry.path)
                && Digest::of(&component) == *digest
            {
                return Ok(component);
            }
        }
    }
    Err(format!("no file of the repository is `{digest}`").into())
}

/// Whether the compiler would take the file for a component.
fn is_component(path: &RepoPath) -> bool {
    path.as_str()
        .rsplit_once('.')
        .is_some_and(|(_, extension)| extension == "wasm")
}

fn read(source: &dyn Source, path: &RepoPath) -> Loaded {
    let file = source.read(path)?;
    Ok(match vimana_interface::adapt(&file)? {
        std::borrow::Cow::Borrowed(_) => file,
        std::borrow::Cow::Owned(component) => component.into(),
    })
}
