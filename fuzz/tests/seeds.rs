//! Every seed through its target, as the fuzzer runs it.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use vimana_compiler::interfaces;
use vimana_compiler::source::{Memory, RepoPath};
use vimana_fuzz::TARGETS;
use vimana_interface::SERVICE_WIT;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

fn seeds(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut seeds: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "{target} has no seeds");
    seeds
}

#[test]
fn every_seed_passes_and_so_does_what_is_left_when_it_is_cut() {
    for target in TARGETS {
        (target.run)(b"");
        for seed in seeds(target.name) {
            let data = fs::read(&seed).unwrap();
            assert!(
                data.len() < 16_384,
                "{} is too large for a seed",
                seed.display()
            );
            let step = (data.len() / 8).max(1);
            for length in (0..data.len()).step_by(step).chain([data.len()]) {
                let passed = catch_unwind(|| (target.run)(&data[..length]));
                assert!(passed.is_ok(), "{}: {length} bytes", seed.display());
            }
        }
    }
}

#[test]
fn every_folder_of_seeds_and_every_binary_has_its_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut names: Vec<_> = entries.map(|entry| stem(entry.unwrap().path())).collect();
        names.sort();
        names
    };
    let targets: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names("seeds"), targets);
    assert_eq!(names("libfuzzer/fuzz_targets"), targets);
    let manifest = fs::read_to_string(root.join("libfuzzer/Cargo.toml")).unwrap();
    for target in targets {
        assert!(
            manifest.contains(&format!("name = \"{target}\"")),
            "{target}"
        );
    }
}

/// A component that fits the interface that components are compared with, which
/// no text of it would show as well.
#[test]
fn a_component_that_fits_passes() {
    let proto = include_str!("../src/greeter.proto");
    let source = Memory::from_files([("greeter.proto", proto)]).unwrap();
    let path = RepoPath::new("greeter.proto").unwrap();
    let wit = interfaces(&source, &path, &[]).interfaces[0].to_wit();
    let mut resolve = Resolve::new();
    resolve.push_source("service.wit", SERVICE_WIT).unwrap();
    let package = resolve.push_source("package.wit", &wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mangling = ManglingAndAbi::Legacy(LiftLowerAbi::AsyncCallback);
    let mut module = dummy_module(&resolve, world, mangling);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    vimana_fuzz::run("component", &module);
    let mut encoder = ComponentEncoder::default().module(&module).unwrap();
    let component = encoder.encode().unwrap();
    vimana_fuzz::run("component", &component);
    // Damaged in one place after the other.
    for at in (0..component.len()).step_by(7) {
        let mut damaged = component.clone();
        damaged[at] ^= 0x41;
        vimana_fuzz::run("component", &damaged);
    }
    if std::env::var_os("BLESS").is_some() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/component");
        fs::write(seeds.join("fits.wasm"), component).unwrap();
    }
}
