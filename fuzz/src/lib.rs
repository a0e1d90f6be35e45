//! What is fuzzed: for each kind of input that comes from outside, a function
//! that takes any bytes, and panics where vimana breaks one of its promises.
//!
//! The functions are run in two ways. `cargo test -p vimana-fuzz` runs each over
//! its seeds, in `seeds/TARGET/`; `cargo xtask fuzz` runs the binaries in
//! `libfuzzer/`, a workspace of its own, which looks for further inputs.
//!
//! An input that broke something becomes a seed once it is mended, so that it
//! stays mended.
#![forbid(unsafe_code)]
// A broken promise is a panic: that is how libFuzzer is told.
#![allow(clippy::unwrap_used)]

mod codec_bytes;
mod codec_json;
mod codecs;
mod component;
mod http_templates;
mod proto;
mod repository;
mod settings;
mod text_format;
mod vpods;

/// A kind of input.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name: of the binary, and of the folder of seeds.
    pub name: &'static str,
    /// Takes any bytes; panics where a promise is broken.
    pub run: fn(&[u8]),
}

/// Every kind of input.
pub const TARGETS: &[Target] = &[
    Target {
        name: "codec_bytes",
        run: codec_bytes::run,
    },
    Target {
        name: "codec_json",
        run: codec_json::run,
    },
    Target {
        name: "component",
        run: component::run,
    },
    Target {
        name: "http_templates",
        run: http_templates::run,
    },
    Target {
        name: "proto",
        run: proto::run,
    },
    Target {
        name: "settings",
        run: settings::run,
    },
    Target {
        name: "text_format",
        run: text_format::run,
    },
    Target {
        name: "vpods",
        run: vpods::run,
    },
];

/// Runs the target `name`, one of [`TARGETS`].
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.unwrap().run)(data);
}
