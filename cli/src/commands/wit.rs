//! Prints the WIT package that a component of a service implements
//!
//! Needs no cluster, and no repository: imports are looked for in the repository
//! or, outside of one, in the file's folder, and in each `--proto-path`.

use std::path::{Path, PathBuf};

use vimana_compiler::diagnostic::Severity;
use vimana_compiler::source::{RepoPath, WorkTree};

use crate::command_error::{Code, CommandError};
use crate::output::Output;
use crate::repository::{self, Repository};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The service definition
    #[arg(value_name = "PROTO")]
    file: PathBuf,

    /// A further folder in which imports are looked for
    #[arg(long, value_name = "DIR")]
    proto_path: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<Code, CommandError> {
    let file = &arguments.file;
    let (root, path) = locate(file)?;
    let open = |folder: &Path| {
        WorkTree::open(folder).map_err(|error| CommandError::from_error(Code::Failed, &error))
    };
    let source = open(&root)?;
    let further: Vec<WorkTree> = arguments
        .proto_path
        .iter()
        .map(|folder| open(folder))
        .collect::<Result<_, _>>()?;
    let further: Vec<&dyn vimana_compiler::source::Source> =
        further.iter().map(|tree| tree as _).collect();

    let found = vimana_compiler::interfaces(&source, &path, &further);
    repository::report(&found.diagnostics, &found.files, output);
    if found
        .diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        return Ok(Code::Invalid);
    }
    if found.interfaces.is_empty() {
        return Err(CommandError::new(
            Code::Invalid,
            format!("`{}` defines no service", file.display()),
        ));
    }
    for interface in &found.interfaces {
        output.data(interface.to_wit())?;
    }
    Ok(Code::Success)
}

/// The root that imports are relative to, and the file's path from there.
fn locate(file: &Path) -> Result<(PathBuf, RepoPath), CommandError> {
    let canonical = file.canonicalize().map_err(|error| {
        CommandError::new(
            Code::Failed,
            format!("cannot open `{}`: {error}", file.display()),
        )
    })?;
    let folder = canonical.parent().unwrap_or(Path::new("/"));
    let root = Repository::around(folder).map_or_else(
        |_| folder.to_owned(),
        |repository| repository.root().to_owned(),
    );
    let path = canonical
        .strip_prefix(&root)
        .ok()
        .and_then(Path::to_str)
        .and_then(|path| path.parse().ok())
        .ok_or_else(|| {
            CommandError::new(
                Code::Failed,
                format!("`{}` is no name for a file in a repository", file.display()),
            )
        })?;
    Ok((root, path))
}
