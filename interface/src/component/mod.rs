//! Components: what compilers produce, made ready, and read.

use std::borrow::Cow;
use std::error::Error;

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;
use wit_parser::decoding::DecodedWasm;
use wit_parser::{Resolve, WorldId};

/// Why bytes are no component.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// The bytes do not start as WebAssembly does.
    #[error("not WebAssembly: expected a file that starts with `\\0asm`, found {found}")]
    NotWasm {
        /// How it starts.
        found: String,
    },

    /// The bytes end before the module or component does.
    #[error(
        "the WebAssembly is truncated: it ends at byte {length}, inside the part that starts at byte {offset}"
    )]
    Truncated {
        /// Where the incomplete part starts, or where bytes are missing.
        offset: usize,
        /// The length of what there is.
        length: usize,
    },

    /// The bytes are WebAssembly, but invalid.
    #[error("invalid WebAssembly at byte {offset}: {message}")]
    Invalid {
        /// Where it becomes invalid.
        offset: usize,
        /// What is wrong.
        message: String,
    },

    /// A core module that does not say what it implements.
    #[error(
        "a core module without WIT metadata, not a component; build it with a component target (Rust: `--target wasm32-wasip2`), or embed its world with `wasm-tools component embed`"
    )]
    NoMetadata,

    /// A core module that does not keep what its metadata promises.
    #[error("the core module cannot be made a component")]
    Adapt {
        /// What the encoder says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },

    /// A package of WIT, encoded: it has no code.
    #[error("a WIT package in binary form, not a component: it holds interfaces and no code")]
    WitPackage,

    /// A component whose type has no equal in WIT.
    #[error("the component's type cannot be read")]
    Undecodable {
        /// What the decoder says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

impl ComponentError {
    /// The error itself and all that it comes from, in one line.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        text
    }
}

/// The component in `bytes`. A core module with WIT metadata, as `wit-bindgen`
/// embeds it, becomes one; its imports of WASI preview 1 are those of an adapter.
pub fn adapt(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ComponentError> {
    check_magic(bytes)?;
    if Parser::is_component(bytes) {
        scan(bytes)?;
        return Ok(Cow::Borrowed(bytes));
    }
    if !scan(bytes)? {
        return Err(ComponentError::NoMetadata);
    }
    encode(bytes)
        .map(Cow::Owned)
        .map_err(|source| ComponentError::Adapt { source })
}

fn encode(module: &[u8]) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let component = ComponentEncoder::default()
        .validate(true)
        .module(module)?
        .adapter(
            WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        )?
        .encode()?;
    Ok(component)
}

/// The type of a component, as a world.
pub(crate) fn decode(component: &[u8]) -> Result<(Resolve, WorldId), ComponentError> {
    check_magic(component)?;
    if !Parser::is_component(component) {
        return Err(ComponentError::NoMetadata);
    }
    scan(component)?;
    match wit_parser::decoding::decode(component) {
        Ok(DecodedWasm::Component(resolve, world)) => Ok((resolve, world)),
        Ok(DecodedWasm::WitPackage(..)) => Err(ComponentError::WitPackage),
        Err(error) => Err(
            match error.downcast_ref::<wasmparser::BinaryReaderError>() {
                Some(error) => binary_error(error, component),
                None => ComponentError::Undecodable {
                    source: error.into(),
                },
            },
        ),
    }
}

fn check_magic(bytes: &[u8]) -> Result<(), ComponentError> {
    let magic = b"\0asm";
    if bytes.len() >= 8 && bytes.starts_with(magic) {
        return Ok(());
    }
    if !bytes.is_empty() && (magic.starts_with(bytes) || bytes.starts_with(magic)) {
        return Err(ComponentError::Truncated {
            offset: 0,
            length: bytes.len(),
        });
    }
    let found = match bytes {
        [] => "an empty file".to_owned(),
        [b'(', ..] => {
            "text; is it WebAssembly text (`.wat`)? `wasm-tools parse` makes it binary".to_owned()
        }
        bytes => {
            let start: Vec<String> = bytes
                .iter()
                .take(4)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            format!("the bytes `{}`", start.join(" "))
        }
    };
    Err(ComponentError::NotWasm { found })
}

/// Reads the sections, and tells whether WIT metadata is among them.
fn scan(bytes: &[u8]) -> Result<bool, ComponentError> {
    let mut metadata = false;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| binary_error(&error, bytes))? {
            Payload::CustomSection(section) if section.name().starts_with("component-type") => {
                metadata = true;
            }
            _ => {}
        }
    }
    Ok(metadata)
}

fn binary_error(error: &wasmparser::BinaryReaderError, bytes: &[u8]) -> ComponentError {
    let message = error.message();
    // wasmparser tells the two apart by its text alone.
    let truncated = message.contains("unexpected end") || message.contains("unexpected eof");
    if truncated {
        ComponentError::Truncated {
            offset: error.offset(),
            length: bytes.len(),
        }
    } else {
        ComponentError::Invalid {
            offset: error.offset(),
            message: message.to_owned(),
        }
    }
}
