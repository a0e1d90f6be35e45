//! Whether a component is what an interface says.
//!
//! The component's type is decoded, not compiled, and walked beside the model: a
//! difference is met with the Protobuf element at hand.

mod accept;
mod difference;
mod imports;
mod link;
mod platform;
mod print;
mod walk;

use std::collections::BTreeMap;

use wit_parser::{Function, FunctionKind, Resolve, World, WorldItem, WorldKey};

pub use difference::{Difference, Element, ExtraExport, Problem};
pub use imports::{Import, Provider, UnsatisfiedImport, Want};
pub use link::verify_link;

use crate::component::{ComponentError, decode};
use crate::model::{Interface, Method};
use walk::{Side, Walk};

/// What a component has and lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Where the component is not what the interface says: errors.
    pub differences: Vec<Difference>,
    /// What the component exports and nothing calls: warnings.
    pub extras: Vec<ExtraExport>,
    /// What the component needs and nothing gives: errors.
    pub unsatisfied: Vec<UnsatisfiedImport>,
    /// All that the component imports, in the order of its type.
    pub imports: Vec<Import>,
}

impl Verification {
    /// Whether the component can serve the interface, given the services that it
    /// [links](Self::links) to.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.differences.is_empty() && self.unsatisfied.is_empty()
    }

    /// What the component imports of other services: each needs one whose
    /// [`Interface::gives`] it, and with which [`verify_link`] finds no difference.
    pub fn links(&self) -> impl Iterator<Item = &Import> {
        self.imports
            .iter()
            .filter(|import| import.provider == Provider::Service)
    }

    /// The import by which the component sends HTTP requests, where it has it.
    #[must_use]
    pub fn outbound_http(&self) -> Option<&Import> {
        self.imports
            .iter()
            .find(|import| import.provider == Provider::OutboundHttp)
    }
}

/// Compares a component with an interface.
pub fn verify(interface: &Interface, component: &[u8]) -> Result<Verification, ComponentError> {
    if let Some(verification) = accept::accept(interface, component) {
        debug_assert_eq!(
            compare(interface, component).ok().as_ref(),
            Some(&verification)
        );
        return Ok(verification);
    }
    compare(interface, component)
}

/// The long way, which says what differs.
fn compare(interface: &Interface, component: &[u8]) -> Result<Verification, ComponentError> {
    let (resolve, world) = decode(component)?;
    let world = &resolve.worlds[world];
    let exported = functions(world);
    let differences = interface
        .methods()
        .iter()
        .flat_map(|method| match exported.get(method.function.as_str()) {
            Some(function) => compare_function(interface, method, &resolve, function),
            None => vec![missing(method, &resolve, world)],
        })
        .collect();
    let (imports, unsatisfied) = imports::read(&resolve, world);
    Ok(Verification {
        differences,
        extras: extras(interface, &resolve, world),
        unsatisfied,
        imports,
    })
}

/// The functions that the component itself exports.
fn functions(world: &World) -> BTreeMap<&str, &Function> {
    world
        .exports
        .iter()
        .filter_map(|(key, item)| match (key, item) {
            (WorldKey::Name(name), WorldItem::Function(function)) => {
                Some((name.as_str(), function))
            }
            _ => None,
        })
        .collect()
}

fn missing(method: &Method, resolve: &Resolve, world: &World) -> Difference {
    let elsewhere = world.exports.iter().find_map(|(key, item)| match item {
        WorldItem::Interface { id, .. }
            if resolve.interfaces[*id]
                .functions
                .contains_key(&method.function) =>
        {
            Some(resolve.name_world_key(key))
        }
        _ => None,
    });
    Difference {
        function: method.function.clone(),
        field: String::new(),
        problem: Problem::MissingFunction,
        expected: "an exported function".to_owned(),
        found: elsewhere.map_or_else(
            || "none".to_owned(),
            |interface| {
                format!("one in the interface `{interface}`; export it from the world itself")
            },
        ),
        element: Element::of_method(&method.descriptor),
    }
}

fn compare_function(
    interface: &Interface,
    method: &Method,
    resolve: &Resolve,
    function: &Function,
) -> Vec<Difference> {
    let mut walk = Walk::new(interface, resolve, method, Side::Implementer);
    match function.kind {
        FunctionKind::Freestanding | FunctionKind::AsyncFreestanding => {
            walk.function(function);
        }
        FunctionKind::Method(_)
        | FunctionKind::AsyncMethod(_)
        | FunctionKind::Static(_)
        | FunctionKind::AsyncStatic(_)
        | FunctionKind::Constructor(_) => {
            walk.report(Problem::Kind, "a function", "a method of a resource");
        }
    }
    walk.differences
}

fn extras(interface: &Interface, resolve: &Resolve, world: &World) -> Vec<ExtraExport> {
    world
        .exports
        .iter()
        .filter_map(|(key, item)| {
            let name = resolve.name_world_key(key);
            let kind = match item {
                WorldItem::Function(_) => {
                    let known = interface
                        .methods()
                        .iter()
                        .any(|method| method.function == name);
                    if known {
                        return None;
                    }
                    "function"
                }
                WorldItem::Interface { .. } => "interface",
                // Types are there for the functions.
                WorldItem::Type { .. } => return None,
            };
            Some(ExtraExport { kind, name })
        })
        .collect()
}
