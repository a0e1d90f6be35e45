//! A certificate for one machine, made where there is none.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};

use super::files::TlsFiles;

/// What every such certificate is for.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// How old a certificate may become. It is valid for longer, in every case.
const RENEWED_AFTER: Duration = Duration::from_hours(24 * 180);

/// A certificate that no authority has signed, in a folder of its own: who trusts it,
/// trusts this machine.
#[derive(Debug)]
pub struct SelfSigned {
    folder: PathBuf,
    names: BTreeSet<String>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum SelfSignedError {
    /// A file of it cannot be read or written.
    #[error("the files of the certificate cannot be kept in `{}`", folder.display())]
    Files {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It cannot be made.
    #[error("the certificate cannot be made")]
    Make(#[from] rcgen::Error),
}

impl SelfSigned {
    /// The certificate of a folder: the one that is there, or a new one, for
    /// `localhost`, `127.0.0.1`, `::1` and whatever it has been for before.
    pub fn open(folder: &Path) -> Result<Self, SelfSignedError> {
        let mut certificate = Self {
            folder: folder.to_owned(),
            names: LOCAL.map(str::to_owned).into(),
        };
        std::fs::create_dir_all(folder).map_err(|source| certificate.failed(source))?;
        let known = std::fs::read_to_string(certificate.path("names"));
        let known = known.unwrap_or_default();
        certificate.names.extend(known.lines().map(str::to_owned));
        if !certificate.is_there(&known) {
            certificate.write()?;
        }
        Ok(certificate)
    }

    /// Makes it a certificate for these names as well. Answers whether it is another one
    /// now; the key stays.
    pub fn cover(
        &mut self,
        names: impl IntoIterator<Item = String>,
    ) -> Result<bool, SelfSignedError> {
        let before = self.names.len();
        self.names.extend(names);
        if self.names.len() == before {
            return Ok(false);
        }
        self.write()?;
        Ok(true)
    }

    /// The file of the certificate in a folder, for whoever is to trust it.
    pub fn certificate_in(folder: &Path) -> PathBuf {
        folder.join("cert.pem")
    }

    /// The files, for a node.
    pub fn files(&self) -> TlsFiles {
        TlsFiles {
            certificate: Self::certificate_in(&self.folder),
            key: self.path("key.pem"),
            clients: None,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether there is one, for names that it is known to be for, that is not too old.
    fn is_there(&self, known: &str) -> bool {
        let age = std::fs::metadata(self.path("cert.pem"))
            .and_then(|metadata| metadata.modified())
            .map(|written| written.elapsed().unwrap_or_default());
        !known.is_empty()
            && self.path("key.pem").exists()
            && age.is_ok_and(|age| age < RENEWED_AFTER)
    }

    fn write(&self) -> Result<(), SelfSignedError> {
        let key = self.key()?;
        let names: Vec<_> = self.names.iter().cloned().collect();
        let mut params = CertificateParams::new(names.clone())?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, "vimana up on this machine");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let year = year(SystemTime::now());
        params.not_before = date_time_ymd(year, 1, 1);
        params.not_after = date_time_ymd(year + 2, 1, 1);
        let certificate = params.self_signed(&key)?;
        self.put("cert.pem", &certificate.pem())?;
        // Last: with it, the certificate is known to be for these names.
        self.put("names", &(names.join("\n") + "\n"))
    }

    /// The key that is there, or a new one.
    fn key(&self) -> Result<KeyPair, SelfSignedError> {
        if let Ok(pem) = std::fs::read_to_string(self.path("key.pem"))
            && let Ok(key) = KeyPair::from_pem(&pem)
        {
            return Ok(key);
        }
        let key = KeyPair::generate()?;
        self.put("key.pem", &key.serialize_pem())?;
        Ok(key)
    }

    /// Writes a file of which nobody sees a half, and which its owner alone reads.
    fn put(&self, name: &str, text: &str) -> Result<(), SelfSignedError> {
        let put = || {
            // Made with 0600.
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(text.as_bytes())?;
            file.persist(self.path(name)).map_err(|error| error.error)?;
            Ok(())
        };
        put().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> SelfSignedError {
        SelfSignedError::Files {
            folder: self.folder.clone(),
            source,
        }
    }
}

/// The year, in UTC. Within a day of its end it may be the next one's, which shortens
/// no certificate below a year.
fn year(now: SystemTime) -> i32 {
    const SECONDS: u64 = 31_556_952;
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    let years = since.unwrap_or_default().as_secs().saturating_sub(86_400) / SECONDS;
    i32::try_from(years).map_or(2024, |years| 1970 + years)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_stays_until_it_is_for_more_names_and_its_key_always() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        let mut first = SelfSigned::open(folder.path()).unwrap();
        let (key, certificate) = (read("key.pem"), read("cert.pem"));
        assert!(!first.cover(["localhost".to_owned()]).unwrap());
        assert!(first.cover(["example.com".to_owned()]).unwrap());
        assert_ne!(read("cert.pem"), certificate);
        let certificate = read("cert.pem");
        let mut again = SelfSigned::open(folder.path()).unwrap();
        assert!(!again.cover(["example.com".to_owned()]).unwrap());
        assert_eq!((read("key.pem"), read("cert.pem")), (key, certificate));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_the_key() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let files = SelfSigned::open(folder.path()).unwrap().files();
        let mode = std::fs::metadata(&files.key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let contents = files.read().unwrap();
        files.config(&contents).unwrap();
    }

    #[test]
    fn the_year_is_that_of_the_calendar() {
        let at = |seconds| year(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(1_780_000_000), 2026);
        // 2027-06-01.
        assert_eq!(at(1_811_808_000), 2027);
    }
}
