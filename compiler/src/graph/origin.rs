use std::fmt;

use vimana_proto::state::v1;

use crate::source::RepoPath;

/// The place in a config repository that defines a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The file.
    pub file: RepoPath,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// The column in characters, from 1; 0 where the whole line is meant.
    pub column: u32,
    /// The commit that was compiled; `None` where the file differs from it.
    pub commit: Option<String>,
}

impl Origin {
    /// All of `file`, in no commit.
    pub fn file(file: RepoPath) -> Self {
        Self::at(file, 0, 0)
    }

    /// A line and a column of `file`, in no commit.
    pub fn at(file: RepoPath, line: u32, column: u32) -> Self {
        Self {
            file,
            line,
            column,
            commit: None,
        }
    }

    /// The message that travels with a resource.
    pub fn to_message(&self) -> v1::Origin {
        v1::Origin {
            file: self.file.to_string(),
            line: self.line,
            column: self.column,
            commit: self.commit.clone().unwrap_or_default(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        Ok(())
    }
}
