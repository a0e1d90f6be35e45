use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::compile::Options;
use crate::diagnostic::Diagnostic;
use crate::rules::{bad_file_name, escaping_symlink, ignored_symlink, too_many};
use crate::source::{ContentId, EntryKind, RepoPath, Source, read_error};

/// The name of the settings, at the root.
pub(crate) const SETTINGS: &str = "vimana.toml";

/// The name of a service's configuration.
const CONFIG: &str = "service.txtpb";

/// The name of the files that hold sessions of vpods.
pub(crate) const VPODS: &str = "vpods.yml";

/// The files of a repository that mean something to vimana, by what they are.
#[derive(Debug, Default)]
pub(crate) struct Discovered {
    /// `vimana.toml` at the root.
    pub(crate) settings: Option<RepoPath>,
    /// The folders that hold a `.proto` or a `service.txtpb`.
    pub(crate) folders: BTreeMap<RepoPath, Folder>,
    /// Every `vpods.yml`.
    pub(crate) vpods: Vec<RepoPath>,
    /// What files hold, as far as the source knows without reading them.
    pub(crate) contents: HashMap<RepoPath, ContentId>,
    /// Every file.
    pub(crate) files: BTreeSet<RepoPath>,
    /// Every JavaScript file, for suggestions.
    pub(crate) scripts: Vec<RepoPath>,
    /// Whether the files could not all be listed, which has been reported.
    pub(crate) is_cut: bool,
}

/// A folder, by what its files are; those of its subfolders are not among them.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    pub(crate) protos: Vec<RepoPath>,
    pub(crate) components: Vec<RepoPath>,
    pub(crate) config: Option<RepoPath>,
}

/// Lists the source and sorts its files.
pub(crate) fn discover(
    source: &dyn Source,
    options: &Options,
    out: &mut Vec<Diagnostic>,
) -> Discovered {
    let mut discovered = Discovered::default();
    let entries = match source.entries() {
        Ok(entries) => entries,
        Err(error) => {
            out.push(read_error(&error, u64::MAX));
            discovered.is_cut = true;
            return discovered;
        }
    };
    if entries.len() > options.max_files {
        out.push(too_many::files(entries.len(), options.max_files));
        discovered.is_cut = true;
        return discovered;
    }
    for entry in entries {
        if let Some(content) = entry.content {
            discovered.contents.insert(entry.path.clone(), content);
        }
        match entry.kind {
            EntryKind::BadName => out.push(bad_file_name::diagnostic(&entry.path)),
            EntryKind::Symlink {
                target,
                escapes: true,
            } => out.push(if is_configuration(&entry.path) {
                escaping_symlink::diagnostic(&entry.path, &target)
            } else {
                ignored_symlink::diagnostic(&entry.path, &target)
            }),
            EntryKind::File | EntryKind::Symlink { .. } => discovered.add(entry.path),
        }
    }
    discovered
        .folders
        .retain(|_, folder| !folder.protos.is_empty() || folder.config.is_some());
    discovered
}

impl Discovered {
    fn add(&mut self, path: RepoPath) {
        let Some(folder) = path.parent() else {
            return;
        };
        self.files.insert(path.clone());
        match (path.file_name(), path.extension()) {
            (SETTINGS, _) if folder.is_root() => self.settings = Some(path),
            (CONFIG, _) => self.folders.entry(folder).or_default().config = Some(path),
            (VPODS, _) => self.vpods.push(path),
            (_, Some("proto")) => self.folders.entry(folder).or_default().protos.push(path),
            (_, Some("wasm")) => self
                .folders
                .entry(folder)
                .or_default()
                .components
                .push(path),
            (_, Some("js" | "mjs")) => self.scripts.push(path),
            _ => {}
        }
    }
}

/// Whether a file of this name would be read.
fn is_configuration(path: &RepoPath) -> bool {
    matches!(path.file_name(), SETTINGS | CONFIG | VPODS)
        || matches!(path.extension(), Some("proto" | "wasm"))
}
