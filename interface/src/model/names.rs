//! The names of the types of an interface.

use std::collections::{BTreeMap, HashMap};

use prost_reflect::{EnumDescriptor, MessageDescriptor, OneofDescriptor};

use super::options::Named;
use super::scope::{Scope, own_name};
use crate::DescriptorFinding;
use crate::name::kebab_path;

/// The name of the type that holds JSON, where nothing else has it.
const JSON: &str = "json";

/// The package that `json` belongs to, should its name meet another.
const JSON_PACKAGE: &str = "google.protobuf";

/// A type that has a name in `interface types`.
pub(super) enum TypeElement {
    Message(MessageDescriptor),
    Enum(EnumDescriptor),
    Oneof(OneofDescriptor),
    Json,
}

/// The names of types, by full name in Protobuf.
#[derive(Default)]
pub(super) struct TypeNames {
    names: HashMap<String, String>,
    json: Option<String>,
}

impl TypeNames {
    /// The name of a message, enum or oneof. It is empty where there is none,
    /// which a finding has said.
    pub(super) fn of(&self, full_name: &str) -> String {
        self.names.get(full_name).cloned().unwrap_or_default()
    }

    /// The name of the type that holds JSON.
    pub(super) fn json(&self) -> String {
        self.json.clone().unwrap_or_else(|| JSON.to_owned())
    }

    /// Names all types of an interface. Those of `package` keep their own name;
    /// imported ones get their package as prefix where names meet, and what they
    /// are behind it where they meet in one package, since nobody but its owner
    /// could give them an option.
    pub(super) fn assign(
        types: &[TypeElement],
        package: &str,
        findings: &mut Vec<DescriptorFinding>,
    ) -> Self {
        let mut candidates: Vec<(&TypeElement, String)> = Vec::with_capacity(types.len());
        for named in types {
            match named.derived() {
                Ok(name) => candidates.push((named, name)),
                Err(finding) => findings.push(*finding),
            }
        }
        let is_foreign = |named: &TypeElement| !named.has_option() && named.package() != package;
        let met = bearers(&candidates);
        for (named, name) in &mut candidates {
            if met[name] > 1
                && is_foreign(named)
                && let Some(prefix) = kebab_path(named.package())
            {
                *name = format!("{prefix}-{name}");
            }
        }
        let met = bearers(&candidates);
        for (named, name) in &mut candidates {
            if met[name] > 1 && is_foreign(named) {
                *name = format!("{name}-{}", named.kind());
            }
        }
        // The service's own types first: what an import meets is the import's matter.
        candidates.sort_by_key(|(named, _)| named.package() != package);
        let mut scope = Scope::default();
        let mut names = Self::default();
        for (named, name) in candidates {
            findings.extend(named.claim(&name, &mut scope));
            names.insert(named, name);
        }
        names
    }

    fn insert(&mut self, named: &TypeElement, name: String) {
        let full_name = match named {
            TypeElement::Message(message) => message.full_name(),
            TypeElement::Enum(enumeration) => enumeration.full_name(),
            TypeElement::Oneof(oneof) => oneof.full_name(),
            TypeElement::Json => {
                self.json = Some(name);
                return;
            }
        };
        self.names.insert(full_name.to_owned(), name);
    }
}

/// How many elements each name is that of.
fn bearers(candidates: &[(&TypeElement, String)]) -> BTreeMap<String, usize> {
    let mut bearers = BTreeMap::new();
    for (_, name) in candidates {
        *bearers.entry(name.clone()).or_default() += 1;
    }
    bearers
}

impl TypeElement {
    /// What it is, as a word of a name.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Enum(_) => "enum",
            Self::Oneof(_) => "oneof",
            Self::Json => "json",
        }
    }

    fn package(&self) -> &str {
        match self {
            Self::Message(message) => message.package_name(),
            Self::Enum(enumeration) => enumeration.package_name(),
            Self::Oneof(oneof) => oneof.parent_message().package_name(),
            Self::Json => JSON_PACKAGE,
        }
    }

    fn has_option(&self) -> bool {
        match self {
            Self::Message(message) => message.wit_name_option().is_some(),
            Self::Enum(enumeration) => enumeration.wit_name_option().is_some(),
            // The option names the field of the record, and the variant after it.
            Self::Oneof(_) | Self::Json => false,
        }
    }

    /// The name without regard to others: `outer-inner`.
    fn derived(&self) -> Result<String, Box<DescriptorFinding>> {
        match self {
            Self::Message(message) => nested(message, message.parent_message()),
            Self::Enum(enumeration) => nested(enumeration, enumeration.parent_message()),
            Self::Oneof(oneof) => {
                let message = oneof.parent_message();
                let message = nested(message, message.parent_message())?;
                Ok(format!("{message}-{}", own_name(oneof)?))
            }
            Self::Json => Ok(JSON.to_owned()),
        }
    }

    fn claim(&self, wit_name: &str, scope: &mut Scope) -> Option<DescriptorFinding> {
        match self {
            Self::Message(message) => scope.claim(message, message.full_name(), wit_name),
            Self::Enum(enumeration) => scope.claim(enumeration, enumeration.full_name(), wit_name),
            Self::Oneof(oneof) => scope.claim(oneof, oneof.full_name(), wit_name),
            Self::Json => {
                scope.reserve(wit_name, "type that holds JSON");
                None
            }
        }
    }
}

/// The name of a type within the messages around it. An option names the type as
/// a whole, and is the first part of the names of what is nested in it.
fn nested(
    element: &impl Named,
    parent: Option<MessageDescriptor>,
) -> Result<String, Box<DescriptorFinding>> {
    let mut parts = vec![own_name(element)?];
    let mut whole = element.wit_name_option().is_some();
    let mut around = parent;
    while let Some(message) = around.filter(|_| !whole) {
        parts.push(own_name(&message)?);
        whole = message.wit_name_option().is_some();
        around = message.parent_message();
    }
    parts.reverse();
    Ok(parts.join("-"))
}
