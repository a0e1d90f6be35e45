//! Whether types are those of the platform's own package.

use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentDefinedType, ComponentEntityType, ComponentInstanceType,
    ComponentValType, ResourceId,
};
use wasmparser::names::KebabString;
use wasmparser::types::Types;
use wit_parser::{Handle, Type, TypeDefKind, TypeId};

use super::types::{primitive, resolved};
use crate::verify::platform::{PLATFORM, behind, interface};

/// Resources of the platform by their names.
type Resources<'r> = [(ResourceId, &'r str)];

/// Whether the platform has an interface of this name with all that `instance` has.
pub(super) fn has(
    name: &str,
    instance: &ComponentInstanceType,
    types: &Types,
    resources: &Resources<'_>,
) -> bool {
    let Some(expected) = interface(name).map(|id| &PLATFORM.interfaces[id]) else {
        return false;
    };
    instance.exports.iter().all(|(name, item)| match &item.ty {
        ComponentEntityType::Func(id) => {
            let found = &types[*id];
            let Some(known) = expected.functions.get(name) else {
                return false;
            };
            let mut params = known.params.iter().zip(&found.params);
            known.params.len() == found.params.len()
                && params.all(|(known, (_, found))| same(known.ty, found, types, resources))
                && optional(known.result, found.result.as_ref(), types, resources)
        }
        ComponentEntityType::Type { referenced, .. } => {
            let Some(known) = expected.types.get(name) else {
                return false;
            };
            match referenced {
                ComponentAnyTypeId::Defined(found) => {
                    let found = ComponentValType::Type(*found);
                    same(Type::Id(*known), &found, types, resources)
                }
                ComponentAnyTypeId::Resource(found) => {
                    is_resource(*known, found.resource(), resources)
                }
                _ => false,
            }
        }
        _ => false,
    })
}

fn is_resource(expected: TypeId, found: ResourceId, resources: &Resources<'_>) -> bool {
    let Type::Id(expected) = behind(&PLATFORM, Type::Id(expected)) else {
        return false;
    };
    let definition = &PLATFORM.types[expected];
    let name = resources.iter().find(|(id, _)| *id == found);
    matches!(definition.kind, TypeDefKind::Resource)
        && name.is_some_and(|(_, name)| definition.name.as_deref() == Some(*name))
}

fn optional(
    expected: Option<Type>,
    found: Option<&ComponentValType>,
    types: &Types,
    resources: &Resources<'_>,
) -> bool {
    match (expected, found) {
        (Some(expected), Some(found)) => same(expected, found, types, resources),
        (None, None) => true,
        _ => false,
    }
}

/// Whether a type is this one of the platform.
pub(super) fn same(
    expected: Type,
    found: &ComponentValType,
    types: &Types,
    resources: &Resources<'_>,
) -> bool {
    let expected = behind(&PLATFORM, expected);
    let found = match resolved(found, types) {
        Ok(found) => found,
        Err(found) => return primitive(found) == expected,
    };
    let Type::Id(expected) = expected else {
        return false;
    };
    let both = |a: Type, b: &ComponentValType| same(a, b, types, resources);
    let either = |a: Option<Type>, b: Option<&ComponentValType>| optional(a, b, types, resources);
    match (&PLATFORM.types[expected].kind, found) {
        (TypeDefKind::Record(a), ComponentDefinedType::Record(b)) => {
            let mut fields = a.fields.iter().zip(&b.fields);
            a.fields.len() == b.fields.len()
                && fields.all(|(a, (name, b))| a.name == name.as_str() && both(a.ty, b))
        }
        (TypeDefKind::Variant(a), ComponentDefinedType::Variant(b)) => {
            let mut cases = a.cases.iter().zip(&b.cases);
            a.cases.len() == b.cases.len()
                && cases
                    .all(|(a, (name, b))| a.name == name.as_str() && either(a.ty, b.ty.as_ref()))
        }
        (TypeDefKind::Enum(a), ComponentDefinedType::Enum(b)) => {
            let names = a.cases.iter().map(|case| case.name.as_str());
            names.eq(b.iter().map(KebabString::as_str))
        }
        (TypeDefKind::Tuple(a), ComponentDefinedType::Tuple(b)) => {
            let mut items = a.types.iter().zip(&b.types);
            a.types.len() == b.types.len() && items.all(|(a, b)| both(*a, b))
        }
        (TypeDefKind::Option(a), ComponentDefinedType::Option { ty: b, .. })
        | (TypeDefKind::List(a), ComponentDefinedType::List { element: b, .. }) => both(*a, b),
        (TypeDefKind::Result(a), ComponentDefinedType::Result { ok, err, .. }) => {
            either(a.ok, ok.as_ref()) && either(a.err, err.as_ref())
        }
        (TypeDefKind::Handle(Handle::Own(a)), ComponentDefinedType::Own(b))
        | (TypeDefKind::Handle(Handle::Borrow(a)), ComponentDefinedType::Borrow(b)) => {
            is_resource(*a, b.resource(), resources)
        }
        // What the platform does not have today is left to the long way.
        _ => false,
    }
}
