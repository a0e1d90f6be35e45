//! Files as configuration: text, or a diagnostic that says why not.

use super::{RepoPath, Source, SourceError};
use crate::diagnostic::{Diagnostic, SourceFiles};
use crate::rules::{
    escaping_symlink, file_too_large, invalid_utf8, unreadable_file, unreadable_source,
};

/// The text of the file at `path`, which `files` gets too, if it has at most
/// `limit` bytes and is UTF-8.
#[allow(
    clippy::result_large_err,
    reason = "a diagnostic is what the caller pushes, and errors are few"
)]
pub(crate) fn read_text(
    source: &dyn Source,
    path: &RepoPath,
    limit: u64,
    files: &mut SourceFiles,
) -> Result<String, Diagnostic> {
    let bytes = source
        .read(path)
        .map_err(|error| read_error(&error, limit))?;
    let size = bytes.len() as u64;
    if size > limit {
        return Err(file_too_large::diagnostic(path, size, limit));
    }
    files.insert(path.clone(), &bytes);
    text_of(path, &bytes).map(ToOwned::to_owned)
}

/// The text of the file at `path`, which holds `bytes`.
#[allow(
    clippy::result_large_err,
    reason = "a diagnostic is what the caller pushes, and errors are few"
)]
pub(crate) fn text_of<'b>(path: &RepoPath, bytes: &'b [u8]) -> Result<&'b str, Diagnostic> {
    std::str::from_utf8(bytes).map_err(|error| invalid_utf8::diagnostic(path, bytes, error))
}

/// What a user reads about `error`, of a file that may have at most `most` bytes.
pub(crate) fn read_error(error: &SourceError, most: u64) -> Diagnostic {
    match error {
        SourceError::TooLarge { path, size, limit } => {
            file_too_large::diagnostic(path, *size, most.min(*limit))
        }
        SourceError::Escapes { link, target, .. } => escaping_symlink::diagnostic(link, target),
        SourceError::NotFound { path } => unreadable_file::diagnostic(
            path,
            "nothing is there, or a symbolic link that leads nowhere",
        ),
        SourceError::NotAFile { path } => {
            unreadable_file::diagnostic(path, "it is no regular file")
        }
        SourceError::LinkLoop { path, limit } => unreadable_file::diagnostic(
            path,
            &format!("it passes through more than {limit} symbolic links"),
        ),
        SourceError::Read { path, source } => {
            unreadable_file::diagnostic(path, &source.to_string())
        }
        SourceError::Git(source) => unreadable_source::diagnostic(source.message()),
        SourceError::Root { .. }
        | SourceError::NoRepository { .. }
        | SourceError::Revision { .. }
        | SourceError::RootNotInRevision { .. }
        | SourceError::TooManyFiles { .. }
        | SourceError::Exceeded { .. }
        | SourceError::TooDeep { .. } => unreadable_source::diagnostic(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    // The snapshots are as snapbox writes them.
    #![allow(clippy::needless_raw_string_hashes)]

    use snapbox::{IntoData as _, assert_data_eq, str};

    use super::*;
    use crate::Options;
    use crate::diagnostic::render;
    use crate::source::Memory;
    use crate::texts::Texts;

    const OPTIONS: fn() -> Options = || Options {
        max_text_bytes: 1024,
        ..Options::default()
    };

    fn finding(memory: &Memory, file: &str) -> String {
        let path = RepoPath::new(file).unwrap();
        let options = OPTIONS();
        let mut texts = Texts::new(memory, &options);
        let mut found = Vec::new();
        assert_eq!(texts.read(&path, &mut found), None);
        render::text::render(&found, &texts.into_files(), render::text::Style::default())
    }

    #[test]
    fn a_text_is_read() {
        let memory = Memory::from_files([("a.txt", "caf\u{e9}")]).unwrap();
        let path = RepoPath::new("a.txt").unwrap();
        let options = OPTIONS();
        let mut texts = Texts::new(&memory, &options);
        let text = texts.read(&path, &mut Vec::new()).unwrap();
        assert_eq!(&*text, "caf\u{e9}");
        assert_eq!(texts.into_files().get(&path).unwrap().text(), &*text);
    }

    #[test]
    fn what_cannot_be_read_is_shown_with_the_reason() {
        let mut memory = Memory::from_files([
            ("latin.txt", b"# one\n# caf\xe9\n".as_slice()),
            ("utf16.txt", b"\xff\xfea\x20"),
            ("cut.txt", b"ab\xe2\x82"),
            ("large.txt", &[b'x'; 2000]),
            ("folder/a.txt", b""),
        ])
        .unwrap();
        memory.insert_symlink(RepoPath::new("out").unwrap(), "/etc/hostname");
        memory.insert_symlink(RepoPath::new("loop").unwrap(), "loop");
        let files = [
            "latin.txt",
            "utf16.txt",
            "cut.txt",
            "large.txt",
            "folder",
            "missing",
            "out",
            "loop",
        ];
        let all: String = files.iter().map(|file| finding(&memory, file)).collect();
        assert_data_eq!(
            all,
            str![[r#"
error[VM0002]: `latin.txt` is not valid UTF-8
 --> latin.txt:2:6
  |
2 | # caf?
  |      ^ the byte `0xe9` belongs to no character
  |
  = help: save the file as UTF-8

error[VM0002]: `utf16.txt` is not valid UTF-8
 --> utf16.txt:1:1
  |
1 | ??a 
  | ^ the byte `0xff` belongs to no character
  |
  = note: it looks like UTF-16
  = help: save the file as UTF-8

error[VM0002]: `cut.txt` is not valid UTF-8
 --> cut.txt:1:3
  |
1 | ab??
  |   ^^ the byte `0xe2` belongs to no character
  |
  = help: save the file as UTF-8

error[VM0001]: `large.txt` is too large: expected at most 1 KiB, found 2000 bytes
--> large.txt:1:1
 = help: move it out of the repository, or name it in `.gitignore`

error[VM0004]: `folder` cannot be read: it is no regular file
--> folder:1:1
 = help: make it a file that can be read, or remove it

error[VM0004]: `missing` cannot be read: nothing is there, or a symbolic link that leads nowhere
--> missing:1:1
 = help: make it a file that can be read, or remove it

error[VM0003]: `out` is a symbolic link out of the repository, to `/etc/hostname`
--> out:1:1
 = help: put the file itself into the repository, or link to one within by a relative path

error[VM0004]: `loop` cannot be read: it passes through more than 40 symbolic links
--> loop:1:1
 = help: make it a file that can be read, or remove it


"#]]
            .raw()
        );
    }

    #[test]
    fn what_the_system_and_git_refuse_is_shown_with_the_reason() {
        let error = SourceError::Read {
            path: RepoPath::new("a").unwrap(),
            source: std::io::ErrorKind::PermissionDenied.into(),
        };
        assert_eq!(
            read_error(&error, 1024).message,
            "`a` cannot be read: permission denied"
        );
        let error = SourceError::from(git2::Error::from_str("it is damaged"));
        let expected = "the repository cannot be read: it is damaged";
        assert_eq!(read_error(&error, 1024).message, expected);
    }
}
