//! The short way for what most components are: exactly what their interface says.
//!
//! The types are compared where the validator has them, and no WIT is made of them.
//! Whatever is not plainly right is left to the long way, which knows how to say
//! what is wrong; so this way may decline what that one accepts, and never the
//! other way round.

mod platform;
mod types;

use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentEntityType, ComponentInstanceType, ComponentItem, ResourceId,
};
use wasmparser::names::{ComponentName, ComponentNameKind, InterfaceName};
use wasmparser::types::Types;
use wasmparser::{Parser, Payload, ValidPayload, Validator, WasmFeatures};
use wit_parser::PackageName;

use std::collections::HashSet;

use super::imports::{Import, Provider};
use super::platform::is_platform;
use super::{Verification, imports};
use crate::model::Interface;

/// The custom section with documentation of WIT, which can be wrong by itself.
const DOCUMENTATION: &str = "package-docs";

/// What a component is found to have, if that is what `interface` says and nothing
/// is missing or to be warned of. None where the long way must tell.
pub(super) fn accept(interface: &Interface, component: &[u8]) -> Option<Verification> {
    if !Parser::is_component(component) {
        return None;
    }
    let (types, names) = read(component)?;
    let mut world = World {
        types: &types,
        created: HashSet::new(),
        resources: HashSet::new(),
        platform: Vec::new(),
    };
    let mut imports = Vec::with_capacity(names.imports.len());
    for name in names.imports {
        world.import(name, &mut imports)?;
    }
    let is_known = |name: &&str| {
        let mut methods = interface.methods().iter();
        methods.any(|method| method.function == *name)
    };
    if names.exports.len() != interface.methods().len() || !names.exports.iter().all(is_known) {
        return None;
    }
    types::exports(interface, &types, &world.platform).then_some(Verification {
        imports,
        ..Verification::default()
    })
}

/// The names of what a component imports and exports, in its order.
struct Names<'c> {
    imports: Vec<&'c str>,
    exports: Vec<&'c str>,
}

/// The types of a valid component.
fn read(component: &[u8]) -> Option<(Types, Names<'_>)> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut names = Names {
        imports: Vec::new(),
        exports: Vec::new(),
    };
    let mut depth = 0_usize;
    let mut types = None;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.ok()?;
        match validator.payload(&payload).ok()? {
            ValidPayload::Parser(_) => depth += 1,
            ValidPayload::End(found) if depth == 0 => types = Some(found),
            ValidPayload::End(_) => depth -= 1,
            ValidPayload::Ok | ValidPayload::Func(..) => {}
        }
        match payload {
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    names.imports.push(import.ok()?.name.name);
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    names.exports.push(export.ok()?.name.name);
                }
            }
            Payload::CustomSection(section) if section.name() == DOCUMENTATION => return None,
            _ => {}
        }
    }
    Some((types?, names))
}

/// What the imports of a component define.
struct World<'t> {
    types: &'t Types,
    /// The types that have names. One of two names is no type of WIT.
    created: HashSet<ComponentAnyTypeId>,
    /// Every resource.
    resources: HashSet<ResourceId>,
    /// The resources of `vimana:service/types`, and their names.
    platform: Vec<(ResourceId, &'t str)>,
}

impl<'t> World<'t> {
    /// Takes note of what a component imports, if it is an interface that is to be
    /// had, or a type that its functions speak of.
    fn import(&mut self, name: &str, imports: &mut Vec<Import>) -> Option<()> {
        let types = self.types;
        let entity = plain(types.component_item_for_import(name)?)?;
        let ComponentEntityType::Instance(instance) = entity else {
            return self.define_type(entity).map(|_| ());
        };
        let instance = &types[*instance];
        let parsed = ComponentName::new(name, 0).ok()?;
        let ComponentNameKind::Interface(interface) = parsed.kind() else {
            return None;
        };
        let package = package(&interface)?;
        let is_platform_itself = is_platform(&package);
        let defines = self.define(
            instance,
            is_platform_itself && interface.interface().as_str() == "types",
        )?;
        let mut functions = Vec::new();
        for (name, item) in &instance.exports {
            if let ComponentEntityType::Func(_) = item.ty {
                functions.push(name.clone());
            }
        }
        functions.sort();

        let interface = interface.interface();
        let provider = if imports::is_platform_package(&package) {
            let is_had = is_platform_itself
                && platform::has(interface.as_str(), instance, types, &self.platform);
            is_had.then_some(Provider::Platform)?
        } else {
            let name = Some(interface.as_str());
            imports::from_elsewhere(Some(&package), name, !functions.is_empty(), defines).ok()?
        };
        imports.push(Import {
            name: name.to_owned(),
            package: Some(imports::unversioned(&package)),
            interface: Some(interface.to_string()),
            version: package.version,
            functions,
            provider,
        });
        Some(())
    }

    /// Takes note of what an instance defines. Whether resources are among it; none
    /// where anything in it is not of WIT.
    fn define(&mut self, instance: &'t ComponentInstanceType, is_types: bool) -> Option<bool> {
        let mut defines = false;
        for (name, item) in &instance.exports {
            let entity = plain(item)?;
            if let ComponentEntityType::Func(_) = entity {
                if name.contains([':', '/']) {
                    return None;
                }
            } else if let Defined::Resource(resource) = self.define_type(entity)? {
                defines = true;
                if is_types {
                    self.platform.push((resource, name));
                }
            }
        }
        Some(defines)
    }

    /// Takes note of a type; none where it is no type.
    fn define_type(&mut self, entity: &ComponentEntityType) -> Option<Defined> {
        let ComponentEntityType::Type {
            referenced,
            created,
        } = entity
        else {
            return None;
        };
        if !self.created.insert(*created) {
            return None;
        }
        match referenced {
            ComponentAnyTypeId::Defined(_) => Some(Defined::Other),
            ComponentAnyTypeId::Resource(resource) => {
                let id = resource.resource();
                Some(if self.resources.insert(id) {
                    Defined::Resource(id)
                } else {
                    Defined::Other
                })
            }
            _ => None,
        }
    }
}

/// What the definition of a type defines.
enum Defined {
    /// A resource that was not there before.
    Resource(ResourceId),
    Other,
}

/// The type of an item that says nothing else of itself.
const fn plain(item: &ComponentItem) -> Option<&ComponentEntityType> {
    match item {
        ComponentItem {
            ty,
            implements: None,
            version_suffix: None,
            external_id: None,
        } => Some(ty),
        _ => None,
    }
}

fn package(name: &InterfaceName<'_>) -> Option<PackageName> {
    Some(PackageName {
        namespace: name.namespace().to_string(),
        name: name.package().to_string(),
        version: name.version(None).ok()?,
    })
}
