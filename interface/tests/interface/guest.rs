//! Components made of WIT in milliseconds: each function is there and traps.

use vimana_interface::SERVICE_WIT;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, PackageId, Resolve};

/// The package in `wit`, with the platform's.
pub(crate) fn resolve(wit: &str) -> (Resolve, PackageId) {
    try_resolve(wit).unwrap_or_else(|error| panic!("{error}\n{wit}"))
}

/// The package in `wit`, or why it does not resolve.
pub(crate) fn try_resolve(wit: &str) -> Result<(Resolve, PackageId), String> {
    let mut resolve = Resolve::new();
    resolve.push_source("service.wit", SERVICE_WIT).unwrap();
    match resolve.push_source("package.wit", wit) {
        Ok(package) => {
            resolve.assert_valid();
            Ok((resolve, package))
        }
        Err(error) => Err(resolve.render_error(&error)),
    }
}

/// A core module for the only world of `wit`, with its metadata.
pub(crate) fn module(wit: &str) -> Vec<u8> {
    module_with(wit, LiftLowerAbi::AsyncCallback)
}

fn module_with(wit: &str, abi: LiftLowerAbi) -> Vec<u8> {
    let (resolve, package) = resolve(wit);
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(abi));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    module
}

/// A component for the only world of `wit`.
pub(crate) fn component(wit: &str) -> Vec<u8> {
    ComponentEncoder::default()
        .validate(true)
        .module(&module(wit))
        .unwrap()
        .encode()
        .unwrap_or_else(|error| panic!("{error:?}\n{wit}"))
}
