use std::collections::{BTreeMap, HashMap};

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
    /// Every file.
    pub(crate) files: Files,
    /// Every JavaScript file, for suggestions.
    pub(crate) scripts: Vec<RepoPath>,
    /// Whether the files could not all be listed, which has been reported.
    pub(crate) is_cut: bool,
}

/// The files that a source lists.
#[derive(Debug, Default)]
pub(crate) struct Files(HashMap<RepoPath, Option<ContentId>>);

impl Files {
    /// Whether a file is among them.
    pub(crate) fn contains(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// What a file holds, as far as the source knows without reading it.
    pub(crate) fn content(&self, path: &str) -> Option<ContentId> {
        *self.0.get(path)?
    }
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
    discovered.files.0.reserve(entries.len());
    // The files of one folder mostly follow one another.
    let mut last = (RepoPath::root(), Folder::default());
    for entry in entries {
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
            EntryKind::File | EntryKind::Symlink { .. } => {
                if entry.path.folder() != last.0.as_str() {
                    discovered.add_folder(std::mem::replace(
                        &mut last,
                        (
                            entry.path.parent().unwrap_or_else(RepoPath::root),
                            Folder::default(),
                        ),
                    ));
                }
                discovered.add(entry.path, entry.content, &mut last.1);
            }
        }
    }
    discovered.add_folder(last);
    discovered
        .folders
        .retain(|_, folder| !folder.protos.is_empty() || folder.config.is_some());
    discovered
}

impl Discovered {
    /// Adds a file, which is in `folder`.
    fn add(&mut self, path: RepoPath, content: Option<ContentId>, folder: &mut Folder) {
        match (path.file_name(), path.extension()) {
            (SETTINGS, _) if path.folder().is_empty() => self.settings = Some(path.clone()),
            (CONFIG, _) => folder.config = Some(path.clone()),
            (VPODS, _) => self.vpods.push(path.clone()),
            (_, Some("proto")) => folder.protos.push(path.clone()),
            (_, Some("wasm")) => folder.components.push(path.clone()),
            (_, Some("js" | "mjs")) => self.scripts.push(path.clone()),
            _ => {}
        }
        self.files.0.insert(path, content);
    }

    /// Adds files of a folder, some of which may be there.
    fn add_folder(&mut self, (path, mut files): (RepoPath, Folder)) {
        let is_nothing =
            files.protos.is_empty() && files.components.is_empty() && files.config.is_none();
        if is_nothing {
            return;
        }
        let folder = self.folders.entry(path).or_default();
        folder.protos.append(&mut files.protos);
        folder.components.append(&mut files.components);
        folder.config = files.config.or_else(|| folder.config.take());
    }
}

/// Whether a file of this name would be read.
fn is_configuration(path: &RepoPath) -> bool {
    matches!(path.file_name(), SETTINGS | CONFIG | VPODS)
        || matches!(path.extension(), Some("proto" | "wasm"))
}
