//! Names the sources that the compiler is made of, so that what it keeps in a
//! cache is never taken for that of another build.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher as _;
use std::io;
use std::path::{Path, PathBuf};

/// What decides what a repository compiles to, from the folder of this crate.
const SOURCES: [&str; 7] = [
    "src",
    "../interface/src",
    "../proto/src",
    "../proto/vimana",
    "../proto/google",
    "../wit",
    "../Cargo.lock",
];

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for source in SOURCES {
        if Path::new(source).exists() {
            println!("cargo::rerun-if-changed={source}");
            list(Path::new(source), &mut files)?;
        }
    }
    files.sort();
    let mut hash = DefaultHasher::new();
    for file in files {
        hash.write(file.to_string_lossy().as_bytes());
        let bytes = fs::read(&file)?;
        hash.write_usize(bytes.len());
        hash.write(&bytes);
    }
    println!("cargo::rustc-env=VIMANA_SOURCES={:016x}", hash.finish());
    Ok(())
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        list(&entry?.path(), files)?;
    }
    Ok(())
}
