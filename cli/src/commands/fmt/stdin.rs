//! Standard input to standard output.

use std::io::Read as _;

use vimana_compiler::Options;
use vimana_compiler::diagnostic::SourceFiles;
use vimana_compiler::format::{FormatError, Language, format_file};
use vimana_compiler::source::{Memory, RepoPath};

use super::{Arguments, files};
use crate::command_error::{Code, CommandError};
use crate::diff;
use crate::output::Output;
use crate::repository;

pub(super) fn run(arguments: &Arguments, output: &Output) -> Result<Code, CommandError> {
    if arguments.paths.len() > 1 || arguments.fix {
        return Err(CommandError::new(
            Code::Failed,
            "`-` goes with no other path, and not with `--fix`",
        ));
    }
    let options = Options::default();
    let name = arguments.stdin_filename.as_str();
    // Editors name the file as they please; only its own name matters here.
    let file_name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let path = RepoPath::new(file_name).map_err(|_| files::unknown(name))?;
    let language = Language::of(&path).ok_or_else(|| files::unknown(name))?;
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(options.max_text_bytes + 1)
        .read_to_end(&mut bytes)?;

    let source = Memory::from_files([(file_name, bytes)])
        .map_err(|error| CommandError::from_error(Code::Failed, &error))?;
    let mut found = SourceFiles::new();
    match format_file(&source, &path, language, &options, &mut found) {
        Ok(formatted) if arguments.check => {
            let color = output.stdout_color();
            let (before, after) = (&formatted.before, &formatted.after);
            output.data(diff::unified(name, before, after, color))?;
            Ok(if formatted.is_changed() {
                Code::Invalid
            } else {
                Code::Success
            })
        }
        Ok(formatted) => {
            output.data(formatted.after)?;
            Ok(Code::Success)
        }
        Err(FormatError::Invalid(diagnostics)) => {
            repository::report(&diagnostics, &found, output);
            Ok(Code::Invalid)
        }
        Err(error) => Err(CommandError::from_error(Code::Failed, &error)),
    }
}
