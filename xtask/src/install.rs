//! Installs what tests need and a bare machine lacks.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::process::{has, root, step, target};

/// Node.js with npm, and the packages that the lock file in `folder` names.
pub(crate) fn node_packages(folder: &str) -> anyhow::Result<()> {
    if !has("node") || !has("npm") {
        debian(&["nodejs", "npm"])?;
    }
    let title = format!("npm ci ({folder})");
    let folder = root().join(folder);
    let stamp = folder.join("node_modules/.package-lock.json");
    let lock = folder.join("package-lock.json");
    let is_current = || {
        let modified = |path| std::fs::metadata(path)?.modified();
        std::io::Result::Ok(modified(&stamp)? >= modified(&lock)?)
    };
    if is_current().unwrap_or(false) {
        return Ok(());
    }
    step(
        &title,
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(folder),
    )
}

/// The C and C++ libraries of a newer Debian, unpacked in a folder of their own: some
/// programs from npm are linked with later ones than an older Debian has.
pub(crate) fn newer_c_library() -> anyhow::Result<PathBuf> {
    const RELEASE: &str = "trixie";

    let folder = target().join("tools").join(RELEASE);
    let libraries = folder.join("root/usr/lib/x86_64-linux-gnu");
    if libraries.join("libc.so.6").exists() && libraries.join("libstdc++.so.6").exists() {
        return Ok(libraries);
    }
    if !has("apt-get") {
        bail!("a C library of glibc 2.38 or newer is needed: this machine's is older");
    }
    for part in ["lists/partial", "cache/archives/partial", "root"] {
        std::fs::create_dir_all(folder.join(part))?;
    }
    let apt = |arguments: &[&str]| -> anyhow::Result<Command> {
        let mut command = Command::new("apt-get");
        let option = |name: &str, path: &Path| format!("{name}={}", path.display());
        command
            .current_dir(&folder)
            .args(["-qq", "-o", "APT::Sandbox::User=root"])
            .args(["-o", "Dir::Etc::SourceParts=/dev/null", "-o"])
            .arg(option("Dir::Etc::SourceList", &sources(RELEASE, &folder)?))
            .args(["-o", &option("Dir::State::Lists", &folder.join("lists"))])
            .args(["-o", &option("Dir::Cache", &folder.join("cache"))])
            .args(arguments);
        Ok(command)
    };
    step("apt-get update (apart)", &mut apt(&["update"])?)?;
    step(
        "apt-get download libc6 libstdc++6 libgcc-s1 (apart)",
        &mut apt(&["download", "libc6", "libstdc++6", "libgcc-s1"])?,
    )?;
    for file in std::fs::read_dir(&folder)? {
        let file = file?.path();
        if file.extension().is_some_and(|extension| extension == "deb") {
            step(
                &format!("dpkg -x {}", file.display()),
                Command::new("dpkg")
                    .arg("-x")
                    .arg(&file)
                    .arg(folder.join("root")),
            )?;
        }
    }
    Ok(libraries)
}

/// This machine's own source of Debian packages, in another release.
fn sources(release: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    let system = std::fs::read_to_string("/etc/os-release")?;
    let current = system
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .context("/etc/os-release names no release of Debian")?;
    for (known, name) in [
        ("/etc/apt/sources.list.d/debian.sources", "apart.sources"),
        ("/etc/apt/sources.list", "apart.list"),
    ] {
        let text = std::fs::read_to_string(known).unwrap_or_default();
        if text.contains(current) {
            let file = folder.join(name);
            std::fs::write(&file, text.replace(current, release))?;
            return Ok(file);
        }
    }
    bail!("no source of Debian packages is set up here")
}

/// The packages of `PyPI` that `requirements` names with their hashes, unpacked in
/// `folder`.
pub(crate) fn python_packages(requirements: &Path, folder: &Path) -> anyhow::Result<()> {
    let has_pip = || {
        let mut command = Command::new("python3");
        let found = command.args(["-m", "pip", "--version"]).output();
        found.is_ok_and(|output| output.status.success())
    };
    if !has_pip() {
        debian(&["python3-pip"])?;
    }
    step(
        &format!("pip install ({})", requirements.display()),
        Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"])
            .args(["--disable-pip-version-check", "--require-hashes"])
            .arg("--requirement")
            .arg(requirements)
            .arg("--target")
            .arg(folder),
    )?;
    // What pip unpacks keeps the time of the package.
    std::fs::write(folder.join(STAMP), "")?;
    Ok(())
}

/// The same for a client that `cargo test` starts: in `tools/NAME` beside the binaries.
pub(crate) fn python_client(name: &str) -> anyhow::Result<()> {
    let folder = target().join("tools").join(name);
    let requirements = root()
        .join("tests/clients")
        .join(name)
        .join("requirements.txt");
    let modified = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified());
    let is_current = modified(&folder.join(STAMP))
        .is_ok_and(|stamp| modified(&requirements).is_ok_and(|needed| stamp >= needed));
    if is_current {
        return Ok(());
    }
    python_packages(&requirements, &folder)
}

/// The file that says when a folder was filled.
pub(crate) const STAMP: &str = ".installed";

/// A browser without windows.
pub(crate) fn browser() -> anyhow::Result<()> {
    if has("chromium-headless-shell") {
        return Ok(());
    }
    debian(&["chromium-headless-shell"])
}

/// What tests speak to a node with, and make keys with.
pub(crate) fn command_line_tools() -> anyhow::Result<()> {
    let missing: Vec<_> = ["curl", "openssl", "git"]
        .into_iter()
        .filter(|name| !has(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    debian(&missing)
}

/// Protobuf's own compiler, with the definitions that it brings along.
pub(crate) fn protoc() -> anyhow::Result<()> {
    if has("protoc") && Path::new("/usr/include/google/protobuf/any.proto").exists() {
        return Ok(());
    }
    debian(&["protobuf-compiler", "libprotobuf-dev"])
}

/// gRPC's own client of its interop tests in Ruby, which comes with Debian's package of
/// gRPC for Ruby; `None` where this is no Debian.
pub(crate) fn ruby_grpc() -> anyhow::Result<Option<PathBuf>> {
    if let Some(script) = ruby_script() {
        return Ok(Some(script));
    }
    if !has("apt-get") {
        return Ok(None);
    }
    debian(&["ruby-grpc"])?;
    Ok(ruby_script())
}

/// `/usr/lib/ARCHITECTURE/rubygems-integration/RUBY/gems/grpc-VERSION/…`.
fn ruby_script() -> Option<PathBuf> {
    let below = |folder: PathBuf, begins: &str| {
        let begins = begins.to_owned();
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .filter(move |entry| entry.file_name().to_string_lossy().starts_with(&begins))
            .map(|entry| entry.path())
    };
    below("/usr/lib".into(), "")
        .flat_map(|folder| below(folder.join("rubygems-integration"), ""))
        .flat_map(|folder| below(folder.join("gems"), "grpc-"))
        .map(|gem| gem.join("src/ruby/pb/test/client.rb"))
        .find(|script| script.exists())
}

/// Protobuf's own compiler, which benchmarks compare with, and GNU time, which they
/// measure with.
#[cfg(feature = "bench")]
pub(crate) fn benchmark_tools() -> anyhow::Result<()> {
    protoc()?;
    if !Path::new("/usr/bin/time").exists() {
        debian(&["time"])?;
    }
    Ok(())
}

/// Installs Debian packages; says which where this is no Debian or we are not root.
fn debian(packages: &[&str]) -> anyhow::Result<()> {
    let names = packages.join(" ");
    if !has("apt-get") {
        bail!("the tests need {names}: install them with this system's package manager");
    }
    step(
        "apt-get update",
        Command::new("apt-get").args(["update", "-qq"]),
    )?;
    step(
        &format!("apt-get install {names}"),
        Command::new("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}
