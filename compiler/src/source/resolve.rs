//! Symbolic links, followed by name alone: no system call follows one for us,
//! so that none leads out of the root.

use super::{RepoPath, SourceError};

/// How many links one path may pass through, as in Linux.
pub(crate) const MAX_LINKS: usize = 40;

/// What stands at a path, when its last link is not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Nothing,
    File,
    Folder,
    Symlink(String),
    /// A device, a socket, a submodule.
    Other,
}

/// A path without links, and the links that lead there.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) path: RepoPath,
    pub(super) links: Vec<RepoPath>,
}

/// A name that is still to be walked, and which link's target it is of.
struct Step {
    name: String,
    link: Option<usize>,
}

/// The regular file that `path` leads to. `look` is only asked about paths
/// whose folders are no links.
pub(super) fn resolve(
    path: &RepoPath,
    mut look: impl FnMut(&RepoPath) -> Result<Node, SourceError>,
) -> Result<Resolved, SourceError> {
    // The next step last.
    let mut ahead: Vec<Step> = Vec::new();
    push_steps(&mut ahead, path.as_str(), None);
    let mut here = RepoPath::root();
    let mut links: Vec<(RepoPath, String)> = Vec::new();
    let mut last = Node::Folder;
    while let Some(step) = ahead.pop() {
        if step.name == ".." {
            let Some(parent) = here.parent() else {
                let (link, target) = step.link.map_or_else(
                    || (path.clone(), path.to_string()),
                    |index| links[index].clone(),
                );
                return Err(escapes(path, link, target));
            };
            here = parent;
            last = Node::Folder;
            continue;
        }
        let next = here.child(&step.name);
        last = look(&next)?;
        match &last {
            Node::Folder => here = next,
            Node::File if ahead.is_empty() => here = next,
            Node::File | Node::Nothing => {
                return Err(SourceError::NotFound { path: path.clone() });
            }
            Node::Other => return Err(SourceError::NotAFile { path: path.clone() }),
            Node::Symlink(target) if target.starts_with('/') => {
                return Err(escapes(path, next, target.clone()));
            }
            Node::Symlink(target) => {
                if links.len() == MAX_LINKS {
                    return Err(SourceError::LinkLoop {
                        path: path.clone(),
                        limit: MAX_LINKS,
                    });
                }
                // Walked name by name, since a folder in it may be a link too,
                // whose `..` is that of the folder it leads to.
                push_steps(&mut ahead, target, Some(links.len()));
                links.push((next, target.clone()));
                last = Node::Folder;
            }
        }
    }
    match last {
        Node::File => Ok(Resolved {
            path: here,
            links: links.into_iter().map(|(link, _)| link).collect(),
        }),
        _ => Err(SourceError::NotAFile { path: path.clone() }),
    }
}

/// Whether the link at `path` leads out of the root.
pub(super) fn leads_out(
    path: &RepoPath,
    look: impl FnMut(&RepoPath) -> Result<Node, SourceError>,
) -> bool {
    matches!(resolve(path, look), Err(SourceError::Escapes { .. }))
}

fn escapes(path: &RepoPath, link: RepoPath, target: String) -> SourceError {
    SourceError::Escapes {
        path: path.clone(),
        link,
        target,
    }
}

fn push_steps(ahead: &mut Vec<Step>, path: &str, link: Option<usize>) {
    let names = path
        .split('/')
        .filter(|name| !matches!(*name, "" | "."))
        .rev();
    ahead.extend(names.map(|name| Step {
        name: name.to_owned(),
        link,
    }));
}
