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
    ("http", &["outgoing-handler", "types"]),
    ("io", &["error", "poll", "streams"]),
    ("random", &["insecure", "insecure-seed", "random"]),
];

/// The interface of a service's package that its callers import.
pub(super) const RPC: &str = "rpc";

/// The packages of WASI preview 2 that reach the network, and that nothing grants.
const NETWORK: &[&str] = &["sockets"];

/// What sends HTTP requests, of the package `wasi:http`.
const OUTGOING: (&str, &str) = ("http", "outgoing-handler");

/// An interface, or a function by itself, that a component imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The import as it stands in the component: `bar:other/rpc@1.0.0`.
    pub name: String,
    /// The package, without its version: `bar:other`.
    pub package: Option<String>,
    /// The interface within the package: `rpc`.
    pub interface: Option<String>,
    /// The version of the package.
    pub version: Option<semver::Version>,
    /// The functions that the component imports of it, sorted.
    pub functions: Vec<String>,
    /// Who gives it.
    pub provider: Provider,
}

/// Who gives an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// The package `vimana:service`.
    Platform,
    /// WASI, as far as a node links it.
    Wasi,
    /// WASI as well: what sends HTTP requests, to hosts that are allowed.
    OutboundHttp,
    /// Nobody needs to: types without functions.
    Types,
    /// Another service: `rpc`, what its callers import.
    Service,
    /// Nobody does; [`UnsatisfiedImport`] says what would.
    Nobody,
}

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
                "no component has sockets; it sends HTTP requests by `wasi:http/outgoing-handler`",
            ),
            Want::WasiVersion => f.write_str("this node has WASI 0.2"),
            Want::WasiInterface => f.write_str(
                "this node has `wasi:cli`, `clocks`, `filesystem`, `io`, `random` and `http/outgoing-handler` of WASI 0.2, not this interface",
            ),
            Want::PlatformVersion => f.write_str("this node has `vimana:service` 1.0"),
            Want::PlatformFunction { function } => write!(
                f,
                "`{function}` is not, or not so, in `vimana:service` 1.0, which this node has"
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

/// The imports of a world, and those that nothing satisfies.
pub(super) fn read(resolve: &Resolve, world: &World) -> (Vec<Import>, Vec<UnsatisfiedImport>) {
    let mut imports = Vec::new();
    let mut unsatisfied = Vec::new();
    for (key, item) in &world.imports {
        let name = resolve.name_world_key(key);
        let (provider, id) = match item {
            WorldItem::Type { .. } => continue,
            WorldItem::Function(_) => (Err(Want::Function), None),
            WorldItem::Interface { id, .. } => (interface(resolve, *id), Some(*id)),
        };
        imports.push(import(
            resolve,
            &name,
            id,
            *provider.as_ref().unwrap_or(&Provider::Nobody),
        ));
        if let Err(want) = provider {
            unsatisfied.push(UnsatisfiedImport { name, want });
        }
    }
    (imports, unsatisfied)
}

fn import(resolve: &Resolve, name: &str, id: Option<InterfaceId>, provider: Provider) -> Import {
    let interface = id.map(|id| &resolve.interfaces[id]);
    let package = interface
        .and_then(|interface| interface.package)
        .map(|package| &resolve.packages[package].name);
    let mut functions: Vec<String> = interface.map_or_else(
        || vec![name.to_owned()],
        |interface| interface.functions.keys().cloned().collect(),
    );
    functions.sort();
    Import {
        name: name.to_owned(),
        package: package.map(unversioned),
        interface: interface.and_then(|interface| interface.name.clone()),
        version: package.and_then(|package| package.version.clone()),
        functions,
        provider,
    }
}

pub(super) fn unversioned(package: &PackageName) -> String {
    format!("{}:{}", package.namespace, package.name)
}

/// Who gives an interface, or what would.
fn interface(resolve: &Resolve, id: InterfaceId) -> Result<Provider, Want> {
    let interface = &resolve.interfaces[id];
    let has_resource = interface
        .types
        .values()
        .any(|id| matches!(resolve.types[*id].kind, TypeDefKind::Resource));
    let package = interface
        .package
        .map(|package| &resolve.packages[package].name);
    if let Some(package) = package.filter(|package| is_platform_package(package)) {
        return from_platform(resolve, id, package).map_or(Ok(Provider::Platform), Err);
    }
    let name = interface.name.as_deref();
    from_elsewhere(package, name, !interface.functions.is_empty(), has_resource)
}

/// Whether a package is some release of `vimana:service`.
pub(super) fn is_platform_package(package: &PackageName) -> bool {
    package.namespace == "vimana" && package.name == "service"
}

/// Who gives an interface that is not of the platform, or what would.
pub(super) fn from_elsewhere(
    package: Option<&PackageName>,
    interface: Option<&str>,
    has_functions: bool,
    has_resource: bool,
) -> Result<Provider, Want> {
    match package {
        // Types alone need nobody: `bar:foo-service/types`.
        _ if !has_functions && !has_resource => Ok(Provider::Types),
        Some(package) if package.namespace == "wasi" => {
            let name = interface.unwrap_or_default();
            match from_wasi(package, name) {
                Some(want) => Err(want),
                None if (package.name.as_str(), name) == OUTGOING => Ok(Provider::OutboundHttp),
                None => Ok(Provider::Wasi),
            }
        }
        Some(_) if interface == Some(RPC) && !has_resource => Ok(Provider::Service),
        _ => Err(Want::Component),
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
