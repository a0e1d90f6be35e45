use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq as _;

/// The fewest bytes of a token.
const MIN_BYTES: usize = 16;

/// What a client of the control API must know. Never shown or logged.
#[derive(Clone)]
pub struct Token(String);

/// Why a token could not be had.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file could not be read.
    #[error("cannot read the token file `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The token is too short to be a secret.
    #[error(
        "the token has {found} bytes; expected at least {MIN_BYTES}, for example from `openssl rand -hex 32`"
    )]
    TooShort {
        /// Its length.
        found: usize,
    },
    /// The token cannot stand in an HTTP header.
    #[error("the token has characters other than visible ASCII")]
    NotAscii,
}

impl Token {
    /// A token from text, without the white space around it.
    pub fn new(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if text.len() < MIN_BYTES {
            return Err(TokenError::TooShort { found: text.len() });
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::NotAscii);
        }
        Ok(Self(text.to_owned()))
    }

    /// Reads a token from a file, and warns where others may read it too.
    pub fn from_file(path: &Path) -> Result<Self, TokenError> {
        let text = std::fs::read_to_string(path).map_err(|source| TokenError::Read {
            path: path.to_owned(),
            source,
        })?;
        if is_readable_by_others(path) {
            tracing::warn!(
                path = %path.display(),
                "other users can read the token file; `chmod 600` keeps it to its owner"
            );
        }
        Self::new(&text)
    }

    /// Whether an `authorization` header bears this token. Takes as long for a
    /// wrong token as for the right one of the same length.
    pub(crate) fn admits(&self, authorization: Option<&[u8]>) -> bool {
        let Some((scheme, given)) = authorization.and_then(|header| header.split_at_checked(7))
        else {
            return false;
        };
        scheme.eq_ignore_ascii_case(b"bearer ") && self.0.as_bytes().ct_eq(given).into()
    }

    /// The text, for a client's `authorization` header.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([redacted])")
    }
}

#[cfg(unix)]
fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_path: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "0123456789abcdef";

    #[test]
    fn only_the_whole_token_is_admitted() {
        let token = Token::new(&format!(" {TEXT}\n")).unwrap();
        assert!(token.admits(Some(b"Bearer 0123456789abcdef")));
        assert!(token.admits(Some(b"bearer 0123456789abcdef")));
        for wrong in [
            None,
            Some(&b""[..]),
            Some(b"Bearer "),
            Some(b"Bearer 0123456789abcdeF"),
            Some(b"Bearer 0123456789abcde"),
            Some(b"Bearer 0123456789abcdef0"),
            Some(b"Basic 0123456789abcdef"),
            Some(b"0123456789abcdef"),
        ] {
            assert!(!token.admits(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::new(TEXT).unwrap();
        assert!(!format!("{token:?}").contains(TEXT));
    }

    #[test]
    fn a_short_token_and_a_missing_file_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        assert!(matches!(
            Token::from_file(&path),
            Err(TokenError::Read { .. })
        ));
        std::fs::write(&path, "short\n").unwrap();
        assert!(matches!(
            Token::from_file(&path),
            Err(TokenError::TooShort { found: 5 })
        ));
        std::fs::write(&path, "0123456789abcdef\u{e9}").unwrap();
        assert!(matches!(Token::from_file(&path), Err(TokenError::NotAscii)));
    }
}
