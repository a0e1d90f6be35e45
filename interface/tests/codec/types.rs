//! Decoded values are of the types that a component of the interface has.

use proptest::collection::vec;
use proptest::prelude::*;
use prost_reflect::prost::Message as _;
use std::sync::LazyLock;
use vimana_interface::SERVICE_WIT;
use vimana_interface::codec::MessageCodec;
use wasmtime::component::types::{ComponentItem, Type};
use wasmtime::component::{Component, Val};
use wasmtime::{Config, Engine};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

use crate::random::Entropy;
use crate::schema::{COUNT, INTERFACE, NOTHING, OLD, RICH};

static COMPONENT: LazyLock<Component> = LazyLock::new(|| {
    let mut resolve = Resolve::new();
    resolve.push_source("service.wit", SERVICE_WIT).unwrap();
    let package = resolve
        .push_source("rich.wit", &INTERFACE.to_wit())
        .unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let abi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);
    let mut module = dummy_module(&resolve, world, abi);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let mut encoder = ComponentEncoder::default().module(&module).unwrap();
    let engine = Engine::new(&Config::new()).unwrap();
    Component::new(&engine, encoder.encode().unwrap()).unwrap()
});

/// The type of a function's request, which is also that of `exchange`'s response.
fn request_type(function: &str) -> Type {
    let component = COMPONENT.component_type();
    let export = component.get_export(COMPONENT.engine(), function).unwrap();
    let ComponentItem::ComponentFunc(function) = export.ty else {
        panic!("no function");
    };
    let params: Vec<(&str, Type)> = function.params().collect();
    assert_eq!(params[1].0, "request");
    params[1].1.clone()
}

fn conforms(value: &Val, ty: &Type) -> bool {
    match (value, ty) {
        (Val::Bool(_), Type::Bool)
        | (Val::U8(_), Type::U8)
        | (Val::S32(_), Type::S32)
        | (Val::U32(_), Type::U32)
        | (Val::S64(_), Type::S64)
        | (Val::U64(_), Type::U64)
        | (Val::Float32(_), Type::Float32)
        | (Val::Float64(_), Type::Float64)
        | (Val::String(_), Type::String)
        | (Val::Option(None), Type::Option(_)) => true,
        (Val::Option(Some(value)), Type::Option(ty)) => conforms(value, &ty.ty()),
        (Val::List(items), Type::List(ty)) => items.iter().all(|item| conforms(item, &ty.ty())),
        (Val::Tuple(items), Type::Tuple(ty)) => {
            items.len() == ty.types().len()
                && items.iter().zip(ty.types()).all(|(v, ty)| conforms(v, &ty))
        }
        (Val::Record(fields), Type::Record(ty)) => {
            let all = fields.iter().zip(ty.fields());
            fields.len() == ty.fields().len() && { all }
                .all(|((name, v), field)| name == field.name && conforms(v, &field.ty))
        }
        (Val::Variant(name, payload), Type::Variant(ty)) => {
            let case = ty.cases().find(|case| case.name == name);
            match (case.map(|case| case.ty), payload) {
                (Some(None), None) => true,
                (Some(Some(ty)), Some(payload)) => conforms(payload, &ty),
                _ => false,
            }
        }
        (Val::Enum(name), Type::Enum(ty)) => ty.names().any(|known| known == name),
        _ => false,
    }
}

fn check(codec: &MessageCodec, function: &str, bytes: &[u8]) {
    let message = Entropy(bytes).message(codec.message(), 90, 0);
    let value = codec.from_protobuf(&message.encode_to_vec()).unwrap();
    assert!(conforms(&value, &request_type(function)), "{value:?}");
    let json = serde_json::to_value(&message).unwrap();
    let value = codec.from_json(&json).unwrap();
    assert!(conforms(&value, &request_type(function)), "{value:?}");
}

#[test]
fn messages_of_other_forms_have_the_types_of_the_component() {
    for (codec, function) in [(&COUNT.request, "count"), (&NOTHING.request, "nothing")] {
        let value = codec.from_protobuf(&[]).unwrap();
        assert!(conforms(&value, &request_type(function)), "{value:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn messages_have_the_types_of_the_component(bytes in vec(any::<u8>(), 0..600)) {
        check(&RICH, "exchange", &bytes);
        check(&OLD, "keep", &bytes);
    }
}
