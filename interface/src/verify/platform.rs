//! The platform's own package, and whether a component speaks of the same.

use std::sync::LazyLock;

use wit_parser::{InterfaceId, PackageName, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

use crate::SERVICE_WIT;

/// `vimana:service`, resolved.
pub(super) static PLATFORM: LazyLock<Resolve> = LazyLock::new(|| {
    let mut resolve = Resolve::new();
    resolve
        .push_source("service.wit", SERVICE_WIT)
        .expect("a test resolves the text, which is compiled in");
    resolve
});

/// The interface of this name in `vimana:service`.
pub(super) fn interface(name: &str) -> Option<InterfaceId> {
    let (_, package) = PLATFORM.packages.iter().next()?;
    package.interfaces.get(name).copied()
}

/// The type of this name in `vimana:service/types`.
pub(super) fn platform_type(name: &str) -> Option<Type> {
    let types = &PLATFORM.interfaces[interface("types")?].types;
    types.get(name).map(|id| Type::Id(*id))
}

/// Whether a package is a release of `vimana:service` that this one is compatible
/// with.
pub(super) fn is_platform(package: &PackageName) -> bool {
    package.namespace == "vimana"
        && package.name == "service"
        && package
            .version
            .as_ref()
            .is_some_and(|version| version.major == 1 && version.pre.is_empty())
}

/// The type behind names and aliases.
pub(super) fn behind(resolve: &Resolve, mut found: Type) -> Type {
    while let Type::Id(id) = found {
        let TypeDefKind::Type(inner) = resolve.types[id].kind else {
            break;
        };
        found = inner;
    }
    found
}

/// The name of a type of `vimana:service/types` that `id` is.
pub(super) fn name_in_platform(resolve: &Resolve, id: TypeId) -> Option<&str> {
    let definition = &resolve.types[id];
    let TypeOwner::Interface(owner) = definition.owner else {
        return None;
    };
    let owner = &resolve.interfaces[owner];
    let package = owner
        .package
        .map(|package| &resolve.packages[package].name)?;
    (is_platform(package) && owner.name.as_deref() == Some("types"))
        .then_some(definition.name.as_deref())?
}

/// Whether two types of two packages are the same. Records, variants and the like
/// are compared by what they hold, resources by their name in the platform.
pub(super) fn same(expected: &Resolve, a: Type, found: &Resolve, b: Type) -> bool {
    let (a, b) = (behind(expected, a), behind(found, b));
    let (Type::Id(a), Type::Id(b)) = (a, b) else {
        return a == b;
    };
    let both = |a: Type, b: Type| same(expected, a, found, b);
    let optional = |a: Option<Type>, b: Option<Type>| match (a, b) {
        (Some(a), Some(b)) => both(a, b),
        (None, None) => true,
        _ => false,
    };
    match (&expected.types[a].kind, &found.types[b].kind) {
        (TypeDefKind::Record(a), TypeDefKind::Record(b)) => {
            a.fields.len() == b.fields.len()
                && a.fields
                    .iter()
                    .zip(&b.fields)
                    .all(|(a, b)| a.name == b.name && both(a.ty, b.ty))
        }
        (TypeDefKind::Variant(a), TypeDefKind::Variant(b)) => {
            a.cases.len() == b.cases.len()
                && a.cases
                    .iter()
                    .zip(&b.cases)
                    .all(|(a, b)| a.name == b.name && optional(a.ty, b.ty))
        }
        (TypeDefKind::Enum(a), TypeDefKind::Enum(b)) => a
            .cases
            .iter()
            .map(|case| &case.name)
            .eq(b.cases.iter().map(|case| &case.name)),
        (TypeDefKind::Flags(a), TypeDefKind::Flags(b)) => a
            .flags
            .iter()
            .map(|flag| &flag.name)
            .eq(b.flags.iter().map(|flag| &flag.name)),
        (TypeDefKind::Tuple(a), TypeDefKind::Tuple(b)) => {
            a.types.len() == b.types.len()
                && a.types.iter().zip(&b.types).all(|(a, b)| both(*a, *b))
        }
        (TypeDefKind::Option(a), TypeDefKind::Option(b))
        | (TypeDefKind::List(a), TypeDefKind::List(b)) => both(*a, *b),
        (TypeDefKind::Result(a), TypeDefKind::Result(b)) => {
            optional(a.ok, b.ok) && optional(a.err, b.err)
        }
        (TypeDefKind::Stream(a), TypeDefKind::Stream(b))
        | (TypeDefKind::Future(a), TypeDefKind::Future(b)) => optional(*a, *b),
        (
            TypeDefKind::Handle(wit_parser::Handle::Own(a)),
            TypeDefKind::Handle(wit_parser::Handle::Own(b)),
        )
        | (
            TypeDefKind::Handle(wit_parser::Handle::Borrow(a)),
            TypeDefKind::Handle(wit_parser::Handle::Borrow(b)),
        ) => both(Type::Id(*a), Type::Id(*b)),
        (TypeDefKind::Resource, TypeDefKind::Resource) => {
            let name = name_in_platform(found, b);
            name.is_some() && name == expected.types[a].name.as_deref()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_resolves_and_has_what_functions_speak_of() {
        assert!(interface("types").is_some() && interface("logging").is_some());
        assert!(platform_type("context").is_some() && platform_type("status").is_some());
    }
}
