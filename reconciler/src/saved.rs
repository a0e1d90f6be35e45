use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use prost::Message as _;
use serde::{Deserialize, Serialize};
use vimana_proto::state::v1::Resource;
use vimana_proto::{Address, Digest};

use crate::plan::{Change, FORMAT_VERSION, Payload, Plan, Summary};

/// The largest file that is read; a plan of 10,000 changes takes a tenth.
const MAX_FILE_BYTES: u64 = 512 << 20;
/// The most changes that a plan holds.
const MAX_CHANGES: usize = 1_000_000;

/// Why a plan was not saved.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the plan to `{}`", path.display())]
pub struct SaveError {
    path: PathBuf,
    source: io::Error,
}

/// Why a saved plan was not read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read the plan `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is too large to be a plan.
    #[error("`{}` is no plan: it has more than {MAX_FILE_BYTES} bytes", .0.display())]
    TooLarge(PathBuf),
    /// The file is something else.
    #[error("`{}` is no plan that `vimana plan --out` wrote", path.display())]
    NotAPlan {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A newer release wrote the file.
    #[error(
        "`{}` was written by a newer version of vimana: its format is {found}, this version reads up to {FORMAT_VERSION}",
        path.display()
    )]
    TooNew {
        /// The file.
        path: PathBuf,
        /// The file's format version.
        found: u64,
    },
    /// The file is not what was written.
    #[error("the plan `{}` was damaged or edited: {what}; make a new one with `vimana plan --out`", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
}

/// The file. The digest covers `plan` and `resources`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedPlan<C> {
    format_version: u32,
    digest: String,
    content: C,
}

#[derive(Serialize)]
struct ContentRef<'a> {
    plan: &'a Plan,
    resources: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    plan: Plan,
    /// The encoded resource of each change that puts one, in base64, by address.
    resources: BTreeMap<String, String>,
}

/// All that is read before the rest is: other releases may add anything.
#[derive(Deserialize)]
struct Header {
    format_version: u64,
}

impl Plan {
    /// Writes the plan, and what [`Plan::load`] needs to execute it, to `path`.
    ///
    /// The file appears whole or not at all, and only its owner can read it: it holds
    /// the values of redacted fields.
    pub fn save(&self, path: &Path) -> Result<(), SaveError> {
        self.encode()
            .and_then(|bytes| write_atomically(path, &bytes))
            .map_err(|source| SaveError {
                path: path.to_owned(),
                source,
            })
    }

    fn encode(&self) -> io::Result<Vec<u8>> {
        let resources = self
            .changes
            .iter()
            .filter_map(|change| Some((change.address.to_string(), change.resource()?)))
            .map(|(address, resource)| (address, BASE64.encode(resource.encode_to_vec())))
            .collect();
        let content = ContentRef {
            plan: self,
            resources,
        };
        let digest = Digest::of(&serde_json::to_vec(&content)?).to_string();
        let mut bytes = serde_json::to_vec(&SavedPlan {
            format_version: FORMAT_VERSION,
            digest,
            content,
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a plan that [`Plan::save`] wrote.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let bytes = read(path)?;
        let not_a_plan = |source| LoadError::NotAPlan {
            path: path.to_owned(),
            source,
        };
        let header: Header = serde_json::from_slice(&bytes).map_err(not_a_plan)?;
        if header.format_version > u64::from(FORMAT_VERSION) {
            return Err(LoadError::TooNew {
                path: path.to_owned(),
                found: header.format_version,
            });
        }
        let saved: SavedPlan<Content> = serde_json::from_slice(&bytes).map_err(not_a_plan)?;
        drop(bytes);
        restore(saved).map_err(|what| LoadError::Damaged {
            path: path.to_owned(),
            what,
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|source| LoadError::Read {
            path: path.to_owned(),
            source,
        })?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(LoadError::TooLarge(path.to_owned()));
    }
    Ok(bytes)
}

/// The plan with its resources, once everything in the file fits together.
fn restore(saved: SavedPlan<Content>) -> Result<Plan, String> {
    let content = serde_json::to_vec(&saved.content).map_err(|error| error.to_string())?;
    if Digest::of(&content).to_string() != saved.digest {
        return Err("its digest is not that of its content".to_owned());
    }
    drop(content);
    let Content {
        mut plan,
        mut resources,
    } = saved.content;
    if plan.changes.len() > MAX_CHANGES {
        return Err(format!("it holds more than {MAX_CHANGES} changes"));
    }
    if Summary::of(&plan.changes) != plan.summary {
        return Err("its summary does not count its changes".to_owned());
    }
    if let Some([change, _]) = plan
        .changes
        .array_windows()
        .find(|[a, b]| a.address >= b.address)
    {
        return Err(format!(
            "its changes are out of order at `{}`",
            change.address
        ));
    }
    for change in &mut plan.changes {
        let encoded = resources.remove(&change.address.to_string());
        change.resource = Payload(resource(change, encoded)?.map(Arc::new));
    }
    match resources.into_keys().next() {
        Some(address) => Err(format!("it holds `{address}` without a change of it")),
        None => Ok(plan),
    }
}

fn resource(change: &Change, encoded: Option<String>) -> Result<Option<Resource>, String> {
    let address: &Address = &change.address;
    let encoded = match encoded {
        Some(encoded) if change.action.puts() => encoded,
        Some(_) => {
            return Err(format!(
                "it holds `{address}` without a change that puts it"
            ));
        }
        None if change.action.puts() => return Err(format!("it lacks `{address}`")),
        None => return Ok(None),
    };
    let resource = BASE64
        .decode(encoded)
        .ok()
        .and_then(|bytes| Resource::decode(bytes.as_slice()).ok())
        .ok_or_else(|| format!("its `{address}` is no resource"))?;
    let digest = change.digest.map(|digest| digest.to_string());
    if !resource.is_consistent()
        || resource.address != address.to_string()
        || Some(&resource.digest) != digest.as_ref()
    {
        return Err(format!("its `{address}` is not what the change says"));
    }
    Ok(Some(resource))
}

/// Writes to a new file beside `path`, makes it durable, and renames it.
fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the path names no file",
        ));
    };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let mut temporary_name = std::ffi::OsString::from(".");
    temporary_name.push(name);
    temporary_name.push(format!(".{}-{count}.tmp", std::process::id()));
    let temporary = folder.join(temporary_name);
    let written = write_new(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to tell; a file left behind does no harm.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    // Windows cannot open a folder as a file, and does not need it.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
