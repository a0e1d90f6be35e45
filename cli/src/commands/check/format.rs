//! What `check -o` takes, and what else a format needs to know of this machine.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use clap::ValueEnum;
use supports_hyperlinks::Stream;
use vimana_compiler::Findings;
use vimana_compiler::breaking::Report;
use vimana_compiler::diagnostic::render::text::Style;
use vimana_compiler::diagnostic::render::{self, Settings, markdown};

use crate::output::Output;

/// How to print findings.
#[allow(clippy::doc_markdown, reason = "the help has no Markdown")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// `FILE:LINE:COLUMN: SEVERITY[CODE]: MESSAGE`, one a line
    Concise,
    /// For programs; see `schemas/diagnostics.schema.json`
    Json,
    /// The same, one finding a line
    Jsonl,
    /// Annotations of GitHub Actions, and the summary of the step
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Markdown, for a comment on a pull request
    Markdown,
}

/// The most that GitHub takes as the summary of a step.
const MAX_SUMMARY_BYTES: u64 = 1 << 20;

/// Prints the findings.
pub(super) fn print(
    format: Format,
    findings: &Findings,
    compared: Option<&Report>,
    root: &Path,
    max_bytes: Option<usize>,
    output: &Output,
) -> std::io::Result<()> {
    let settings = settings(format, root, max_bytes, output);
    let (found, files) = (&findings.diagnostics, &findings.files);
    output.data(match format {
        Format::Json => render::json::render_compared(found, files, compared),
        format => render::render(format.into(), found, files, &settings),
    })?;
    if format == Format::Github
        && let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty())
        && let Err(error) = summarise(findings, Path::new(&path))
    {
        let path = Path::new(&path).display();
        output.note(format!(
            "warning: cannot write the summary of the step to `{path}`: {error}"
        ));
    }
    Ok(())
}

/// Appends Markdown to the summary of the step, in the room that is left.
fn summarise(findings: &Findings, path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let room = MAX_SUMMARY_BYTES.saturating_sub(file.metadata()?.len());
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    if room < markdown::LEAST_BYTES {
        return Err(std::io::Error::other("it is full"));
    }
    let (found, files) = (&findings.diagnostics, &findings.files);
    file.write_all(markdown::render(found, files, Some(room)).as_bytes())
}

fn settings(format: Format, root: &Path, max_bytes: Option<usize>, output: &Output) -> Settings {
    let color = output.stdout_color();
    let is_linked = color && supports_hyperlinks::on(Stream::Stdout);
    Settings {
        style: Style {
            color,
            width: output.width(),
        },
        root: (is_linked || format != Format::Text).then(|| file_url(root)),
        folder: folder_in_tree(root),
        max_bytes,
    }
}

/// The folder of the configuration in the work tree of git: empty at its root, or
/// where there is none.
fn folder_in_tree(root: &Path) -> String {
    let tree = root.ancestors().find(|folder| folder.join(".git").exists());
    let folder = tree.and_then(|tree| root.strip_prefix(tree).ok());
    let mut text = String::new();
    for part in folder.into_iter().flatten() {
        let _ = write!(text, "{}/", part.to_string_lossy());
    }
    text
}

/// The URL of a folder, with a `/` at its end.
fn file_url(folder: &Path) -> String {
    let mut url = "file://".to_owned();
    for byte in folder.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) {
            url.push(char::from(*byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    if !url.ends_with('/') {
        url.push('/');
    }
    url
}

impl From<Format> for render::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Concise => Self::Concise,
            Format::Json => Self::Json,
            Format::Jsonl => Self::Jsonl,
            Format::Github => Self::Github,
            Format::Gitlab => Self::Gitlab,
            Format::Sarif => Self::Sarif,
            Format::Junit => Self::Junit,
            Format::Markdown => Self::Markdown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_folder_has_nothing_but_ascii() {
        assert_eq!(file_url(Path::new("/a b/é#1")), "file:///a%20b/%C3%A9%231/");
        assert_eq!(file_url(Path::new("/")), "file:///");
    }

    #[test]
    fn the_folder_is_that_in_the_work_tree() {
        let tree = tempfile::tempdir().unwrap();
        let config = tree.path().join("infra/config");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::create_dir(tree.path().join(".git")).unwrap();
        assert_eq!(folder_in_tree(&config), "infra/config/");
        assert_eq!(folder_in_tree(tree.path()), "");
    }
}
