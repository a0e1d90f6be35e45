//! Types of a component as text.

use wit_parser::{Handle, Resolve, Type, TypeDefKind};

use super::platform::behind;

/// A type as it stands in a signature: named ones by their name.
pub(super) fn print(resolve: &Resolve, found: Type) -> String {
    let inner = |ty: Type| print(resolve, ty);
    let optional = |ty: Option<Type>| ty.map_or_else(|| "_".to_owned(), inner);
    let id = match behind(resolve, found) {
        Type::Id(id) => id,
        primitive => return self::primitive(primitive).to_owned(),
    };
    let definition = &resolve.types[id];
    match &definition.kind {
        TypeDefKind::Option(ty) => format!("option<{}>", inner(*ty)),
        TypeDefKind::List(ty) => format!("list<{}>", inner(*ty)),
        TypeDefKind::FixedLengthList(ty, length) => format!("list<{}, {length}>", inner(*ty)),
        TypeDefKind::Map(key, value) => format!("map<{}, {}>", inner(*key), inner(*value)),
        TypeDefKind::Tuple(tuple) => {
            let types: Vec<String> = tuple.types.iter().map(|ty| inner(*ty)).collect();
            format!("tuple<{}>", types.join(", "))
        }
        TypeDefKind::Result(result) => match (result.ok, result.err) {
            (None, None) => "result".to_owned(),
            (ok, None) => format!("result<{}>", optional(ok)),
            (ok, err) => format!("result<{}, {}>", optional(ok), optional(err)),
        },
        TypeDefKind::Future(ty) => format!("future<{}>", optional(*ty)),
        TypeDefKind::Stream(ty) => format!("stream<{}>", optional(*ty)),
        TypeDefKind::Handle(Handle::Own(id)) => inner(Type::Id(*id)),
        TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", inner(Type::Id(*id))),
        kind => definition
            .name
            .clone()
            .unwrap_or_else(|| kind.as_str().to_owned()),
    }
}

/// A type with its kind: `record hello-request`.
pub(super) fn describe(resolve: &Resolve, found: Type) -> String {
    let text = print(resolve, found);
    match behind(resolve, found) {
        Type::Id(id) => match &resolve.types[id].kind {
            kind @ (TypeDefKind::Record(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_)
            | TypeDefKind::Resource) => format!("{} {text}", kind.as_str()),
            _ => text,
        },
        _ => text,
    }
}

fn primitive(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "s8",
        Type::S16 => "s16",
        Type::S32 => "s32",
        Type::S64 => "s64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        Type::ErrorContext => "error-context",
        Type::Id(_) => "type",
    }
}
