//! Whether all that a component imports is there.

use std::fmt;

use wit_parser::{InterfaceId, PackageName, Resolve, Type, TypeDefKind, World, WorldItem};

use super::platform::{self, PLATFORM, is_platform, same};

/// The interfaces of WASI preview 2 that the host links.
const WASI: &[(&str, &[&str])] = &[
    (
        "cli",
        &[
            "environment",
            "exit",
            "stderr",
            "stdin",
            "stdout",
            "terminal-input",
            "terminal-output",
            "terminal-stderr",
            "terminal-stdin",
            "terminal-stdout",
        ],
    ),
    ("clocks", &["monotonic-clock", "wall-clock"]),
    ("filesystem", &["preopens", "types"]),
    ("io", &["error", "poll", "streams"]),
    ("random", &["insecure", "insecure-seed", "random"]),
];

/// The packages of WASI preview 2 that reach the network, which nothing grants.
const NETWORK: &[&str] = &["http", "sockets"];

/// Something that a component imports and nothing gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsatisfiedImport {
    /// The import: `wasi:http/outgoing-handler@0.2.3`.
    pub name: String,
    /// What could satisfy it.
    pub want: Want,
}

/// What could satisfy an import.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Want {
    /// Access to the network.
    Network,
    /// Another release of WASI.
    WasiVersion,
    /// A part of WASI that the host does not link.
    WasiInterface,
    /// Another release of the platform.
    PlatformVersion,
    /// A function that the platform does not have, or has otherwise.
    PlatformFunction {
        /// The function.
        function: String,
    },
    /// A link to another service.
    Link,
    /// A component to compose with.
    Component,
    /// A function that the component imports without an interface.
    Function,
}

impl fmt::Display for UnsatisfiedImport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, want } = self;
        write!(f, "nothing satisfies the import `{name}`: ")?;
        match want {
            Want::Network => f.write_str(
                "it reaches the network, which this release grants to no component",
            ),
            Want::WasiVersion => f.write_str("this node has WASI 0.2"),
            Want::WasiInterface => f.write_str(
                "this node has `wasi:cli`, `clocks`, `filesystem`, `io` and `random` of WASI 0.2, not this interface",
            ),
            Want::PlatformVersion => f.write_str("this node has `vimana:service` 1.0"),
            Want::PlatformFunction { function } => write!(
                f,
                "`{function}` is not, or not so, in `vimana:service` 1.0, which this node has"
            ),
            Want::Link => f.write_str(
                "a link to that service would, which this release does not have; compose the component with one that exports it",
            ),
            Want::Component => {
                f.write_str("compose the component with one that exports it")
            }
            Want::Function => f.write_str(
                "a component may import interfaces, not functions by themselves",
            ),
        }
    }
}

/// The imports of a world that nothing satisfies.
pub(super) fn unsatisfied(resolve: &Resolve, world: &World) -> Vec<UnsatisfiedImport> {
    let mut unsatisfied = Vec::new();
    for (key, item) in &world.imports {
        let want = match item {
            WorldItem::Type { .. } => None,
            WorldItem::Function(_) => Some(Want::Function),
            WorldItem::Interface { id, .. } => interface(resolve, *id),
        };
        if let Some(want) = want {
            unsatisfied.push(UnsatisfiedImport {
                name: resolve.name_world_key(key),
                want,
            });
        }
    }
    unsatisfied
}

/// What an imported interface lacks.
fn interface(resolve: &Resolve, id: InterfaceId) -> Option<Want> {
    let interface = &resolve.interfaces[id];
    let has_resource = interface
        .types
        .values()
        .any(|id| matches!(resolve.types[*id].kind, TypeDefKind::Resource));
    let package = interface
        .package
        .map(|package| &resolve.packages[package].name);
    match package {
        Some(package) if package.namespace == "vimana" && package.name == "service" => {
            from_platform(resolve, id, package)
        }
        // Types alone need nobody: `bar:foo-service/types`.
        _ if interface.functions.is_empty() && !has_resource => None,
        Some(package) if package.namespace == "wasi" => {
            from_wasi(package, interface.name.as_deref().unwrap_or_default())
        }
        Some(_) if interface.name.as_deref() == Some("rpc") => Some(Want::Link),
        _ => Some(Want::Component),
    }
}

fn from_wasi(package: &PackageName, interface: &str) -> Option<Want> {
    let name = package.name.as_str();
    if NETWORK.contains(&name) {
        return Some(Want::Network);
    }
    let known = WASI
        .iter()
        .any(|(package, interfaces)| *package == name && interfaces.contains(&interface));
    if !known {
        return Some(Want::WasiInterface);
    }
    let linked = package
        .version
        .as_ref()
        .is_some_and(|version| (version.major, version.minor) == (0, 2) && version.pre.is_empty());
    (!linked).then_some(Want::WasiVersion)
}

fn from_platform(resolve: &Resolve, id: InterfaceId, package: &PackageName) -> Option<Want> {
    if !is_platform(package) {
        return Some(Want::PlatformVersion);
    }
    let found = &resolve.interfaces[id];
    let expected = found.name.as_deref().and_then(platform::interface);
    let Some(expected) = expected.map(|id| &PLATFORM.interfaces[id]) else {
        return Some(Want::PlatformVersion);
    };
    let lacks = |function: &str| Want::PlatformFunction {
        function: function.to_owned(),
    };
    for (name, function) in &found.functions {
        let Some(known) = expected.functions.get(name) else {
            return Some(lacks(name));
        };
        let types = |function: &wit_parser::Function| {
            let mut types: Vec<Option<Type>> =
                function.params.iter().map(|param| Some(param.ty)).collect();
            types.push(function.result);
            types
        };
        let (known, function) = (types(known), types(function));
        let agree = known.len() == function.len()
            && known.iter().zip(&function).all(|pair| match pair {
                (Some(a), Some(b)) => same(&PLATFORM, *a, resolve, *b),
                (None, None) => true,
                _ => false,
            });
        if !agree {
            return Some(lacks(name));
        }
    }
    found.types.iter().find_map(|(name, id)| {
        let agrees = expected
            .types
            .get(name)
            .is_some_and(|known| same(&PLATFORM, Type::Id(*known), resolve, Type::Id(*id)));
        (!agrees).then(|| lacks(name))
    })
}
