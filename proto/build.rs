//! Generates Rust from the `.proto` files of this crate, with protox: no protoc
//! is needed to build.

use std::path::{Path, PathBuf};

const FILES: [&str; 5] = [
    "vimana/options.proto",
    "vimana/config/v1/service.proto",
    "vimana/state/v1/resource.proto",
    "vimana/control/v1/control.proto",
    "google/api/annotations.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=vimana");
    println!("cargo:rerun-if-changed=google");
    println!("cargo:rerun-if-changed=grpc");

    let mut compiler = protox::Compiler::new(["."])?;
    compiler
        .include_imports(true)
        .include_source_info(false)
        .open_files(FILES)?;
    // Encoded by protox itself, since `prost_types` would drop the extensions
    // in options that diffing and redaction read.
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(
        out.join("descriptors.binpb"),
        compiler.encode_file_descriptor_set(),
    )?;

    let mut documented = protox::Compiler::new(["."])?;
    documented
        .include_imports(true)
        .include_source_info(true)
        .open_files(FILES)?;
    let mut config = prost_build::Config::new();
    // Their indented examples would be taken for Rust and tested.
    config
        .btree_map(["."])
        .enable_type_names()
        .disable_comments([".google.api"]);
    tonic_prost_build::configure()
        .build_transport(true)
        .compile_fds_with_config(documented.file_descriptor_set(), config)?;
    health(&out)
}

/// A protocol of others, which is no noun of ours: apart from the descriptors above.
fn health(out: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut compiler = protox::Compiler::new(["."])?;
    compiler.open_file("grpc/health/v1/health.proto")?;
    std::fs::write(
        out.join("health.binpb"),
        compiler.encode_file_descriptor_set(),
    )?;
    let mut config = prost_build::Config::new();
    config.btree_map(["."]);
    tonic_prost_build::configure()
        .build_client(false)
        .compile_fds_with_config(compiler.file_descriptor_set(), config)?;
    Ok(())
}
