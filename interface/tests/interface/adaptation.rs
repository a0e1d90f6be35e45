//! Bytes that are, or are not, a component.

use std::borrow::Cow;

use vimana_interface::{ComponentError, adapt, verify};

use crate::compile::interface;
use crate::guest::{component, module};

const MESSAGES: &str = "message Request { string name = 1; } message Response {}";

#[test]
fn a_component_stays_as_it_is() {
    let bytes = component(&interface(MESSAGES).to_wit());
    assert!(matches!(adapt(&bytes).unwrap(), Cow::Borrowed(same) if same == bytes));
}

#[test]
fn a_core_module_with_metadata_becomes_a_component() {
    let interface = interface(MESSAGES);
    let module = module(&interface.to_wit());
    let component = adapt(&module).unwrap();
    assert!(verify(&interface, &component).unwrap().is_accepted());
}

#[test]
fn a_core_module_of_preview_1_gets_the_adapter() {
    let interface = interface(MESSAGES);
    let wit = interface.to_wit();
    let (resolve, package) = crate::guest::resolve(&wit);
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = wat::parse_str(
        r#"(module
            (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
            (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
            (func (export "do") (param i32 i32 i32) (result i32)
              (drop (call $random (i32.const 0) (i32.const 8)))
              unreachable))"#,
    )
    .unwrap();
    wit_component::embed_component_metadata(
        &mut module,
        &resolve,
        world,
        wit_component::StringEncoding::UTF8,
    )
    .unwrap();
    let component = adapt(&module).unwrap();
    let verification = verify(&interface, &component).unwrap();
    assert!(verification.is_accepted(), "{verification:#?}");
}

#[test]
fn a_core_module_without_metadata_says_how_to_get_it() {
    let module = wat::parse_str("(module)").unwrap();
    let error = adapt(&module).unwrap_err();
    assert!(matches!(error, ComponentError::NoMetadata));
    assert!(error.to_string().contains("wasm32-wasip2"), "{error}");
    assert!(matches!(
        verify(&interface(MESSAGES), &module),
        Err(ComponentError::NoMetadata)
    ));
}

#[test]
fn a_core_module_that_lacks_a_function_of_its_world_is_refused() {
    let wit = interface(MESSAGES).to_wit();
    let (resolve, package) = crate::guest::resolve(&wit);
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = wat::parse_str("(module)").unwrap();
    wit_component::embed_component_metadata(
        &mut module,
        &resolve,
        world,
        wit_component::StringEncoding::UTF8,
    )
    .unwrap();
    let error = adapt(&module).unwrap_err();
    assert!(error.chain().contains("`do`"), "{}", error.chain());
}

#[test]
fn truncated_wasm_says_where_it_ends() {
    let bytes = component(&interface(MESSAGES).to_wit());
    let cut = &bytes[..bytes.len() / 2];
    for error in [
        adapt(cut).unwrap_err(),
        verify(&interface(MESSAGES), cut).unwrap_err(),
    ] {
        assert!(
            matches!(error, ComponentError::Truncated { length, .. } if length == cut.len()),
            "{error}"
        );
    }
    let error = adapt(b"\0as").unwrap_err().to_string();
    assert!(
        error.contains("truncated") && error.contains("byte 3"),
        "{error}"
    );
}

#[test]
fn what_is_no_wasm_says_what_it_is() {
    for (bytes, found) in [
        (&b""[..], "an empty file"),
        (b"(module)", "text"),
        (b"\x7fELF....", "the bytes `7f 45 4c 46`"),
    ] {
        let error = adapt(bytes).unwrap_err().to_string();
        assert!(error.contains(found), "{error}");
        assert!(verify(&interface(MESSAGES), bytes).is_err());
    }
}

#[test]
fn a_wit_package_in_binary_form_is_no_component() {
    let (resolve, package) = crate::guest::resolve("package a:b; interface i { f: func(); }");
    let bytes = wit_component::encode(&resolve, package).unwrap();
    assert!(matches!(
        verify(&interface(MESSAGES), &bytes),
        Err(ComponentError::WitPackage)
    ));
}
