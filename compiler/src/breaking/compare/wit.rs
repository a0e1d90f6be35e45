//! The WIT packages of two definitions: which names changed by themselves, and
//! which functions a component no longer fits.

use std::collections::BTreeSet;

use vimana_interface::{Body, Interface, Member, Method, Shape, ValueShape};

use super::{Comparison, Definition};
use crate::breaking::change::Spot;
use crate::breaking::element::method_spot;
use crate::rules::{wit_name_changed, wit_signature_changed};

impl Comparison<'_> {
    pub(super) fn wit(&mut self) {
        let (Some(base), Some(head)) = (interface(self.base), interface(self.head)) else {
            return;
        };
        let functions = changed_functions(&base, &head);
        for old in base.methods() {
            let name = old.descriptor.name();
            let Some(new) = head
                .methods()
                .iter()
                .find(|method| method.descriptor.name() == name)
            else {
                continue;
            };
            if old.function != new.function {
                self.add(wit_name_changed::change(
                    "function",
                    new.descriptor.full_name(),
                    [&old.function, &new.function],
                    method_spot(&old.descriptor, &[]),
                    method_spot(&new.descriptor, &[]),
                ));
            }
        }
        self.renamed_in_wit(&base, &head);
        if !functions.is_empty() {
            self.add(wit_signature_changed::change(
                base.service(),
                head.service(),
                &functions,
            ));
        }
    }

    /// Fields that have one name in Protobuf and two in WIT.
    fn renamed_in_wit(&mut self, base: &Interface, head: &Interface) {
        for file in self.base.files() {
            let mut waiting: Vec<_> = file.messages().collect();
            while let Some(message) = waiting.pop() {
                waiting.extend(message.child_messages());
                let name = self.names.of(message.full_name());
                let (Some(old), Some(new)) =
                    (base.message(message.full_name()), head.message(&name))
                else {
                    continue;
                };
                if old.wit_name != new.wit_name && old.descriptor.name() == new.descriptor.name() {
                    self.add(wit_name_changed::change(
                        "type",
                        &name,
                        [&old.wit_name, &new.wit_name],
                        crate::breaking::element::message_spot(&old.descriptor),
                        crate::breaking::element::message_spot(&new.descriptor),
                    ));
                }
                self.members(members(&old.body), members(&new.body));
            }
        }
    }

    fn members(&mut self, old: &[Member], new: &[Member]) {
        for old in old {
            let (name, base) = protobuf_name(old);
            let Some(new) = new.iter().find(|member| protobuf_name(member).0 == name) else {
                continue;
            };
            if old.wit_name() == new.wit_name() {
                continue;
            }
            let head = protobuf_name(new).1;
            let element = match new {
                Member::Field(field) => field.descriptor.full_name().to_owned(),
                Member::Oneof(oneof) => oneof.descriptor.full_name().to_owned(),
            };
            self.add(wit_name_changed::change(
                "name",
                &element,
                [old.wit_name(), new.wit_name()],
                base,
                head,
            ));
        }
    }
}

/// The functions of a service that a component which was built against `base` no
/// longer fits, each with the reason; those that are gone included.
pub(in crate::breaking) fn differences(
    base: &Definition,
    head: &Definition,
) -> Vec<(String, String)> {
    let (Some(base), Some(head)) = (interface(base), interface(head)) else {
        return Vec::new();
    };
    let mut found = changed_functions(&base, &head);
    let is_there = |name: &str| head.methods().iter().any(|method| method.function == name);
    for method in base.methods() {
        if !is_there(&method.function) {
            found.push((method.function.clone(), "it is gone".to_owned()));
        }
    }
    found
}

/// The functions that both have, and that differ.
fn changed_functions(base: &Interface, head: &Interface) -> Vec<(String, String)> {
    let mut functions = Vec::new();
    for old in base.methods() {
        let name = old.descriptor.name();
        let mut methods = head.methods().iter();
        let Some(new) = methods.find(|method| method.descriptor.name() == name) else {
            continue;
        };
        let mut walk = Walk {
            base,
            head,
            seen: BTreeSet::new(),
        };
        if let Some(reason) = walk.method(old, new) {
            functions.push((new.function.clone(), reason));
        }
    }
    functions
}

/// The model of a definition; none where it cannot be built.
pub(in crate::breaking) fn interface(definition: &Definition) -> Option<Interface> {
    let service = definition.pool.get_service_by_name(&definition.service)?;
    Interface::new(&service, &definition.version).ok()
}

fn members(body: &Body) -> &[Member] {
    match body {
        Body::Unit { .. } => &[],
        Body::Record(members) => members,
    }
}

/// The name of a member in Protobuf, and where it is declared.
fn protobuf_name(member: &Member) -> (&str, Spot) {
    match member {
        Member::Field(field) => {
            let field = &field.descriptor;
            let spot = Spot::new(field.parent_file().name(), field.path(), &[]);
            (field.name(), spot)
        }
        Member::Oneof(oneof) => {
            let oneof = &oneof.descriptor;
            let spot = Spot::new(oneof.parent_file().name(), oneof.path(), &[]);
            (oneof.name(), spot)
        }
    }
}

/// Finds the first difference of two functions, which a component sees.
struct Walk<'w> {
    base: &'w Interface,
    head: &'w Interface,
    /// The messages and enums of the base that are compared.
    seen: BTreeSet<String>,
}

impl Walk<'_> {
    fn method(&mut self, old: &Method, new: &Method) -> Option<String> {
        if old.arity != new.arity {
            return Some("its streams are others".to_owned());
        }
        self.value(&old.request, &new.request)
            .map(|reason| format!("in the request, {reason}"))
            .or_else(|| {
                self.value(&old.response, &new.response)
                    .map(|reason| format!("in the response, {reason}"))
            })
    }

    fn value(&mut self, old: &ValueShape, new: &ValueShape) -> Option<String> {
        match (old, new) {
            (ValueShape::Scalar(a) | ValueShape::Wrapper(_, a), _) => {
                let b = scalar(new);
                (b != Some(a.wit())).then(|| changed(a.wit(), &describe(new)))
            }
            (ValueShape::Recursive(_), _) => {
                let same = scalar(new) == Some("list<u8>");
                (!same).then(|| changed("list<u8>", &describe(new)))
            }
            (ValueShape::FieldMask(_), ValueShape::FieldMask(_))
            | (ValueShape::Json(..), ValueShape::Json(..)) => None,
            (ValueShape::Enum(a), ValueShape::Enum(b)) => {
                self.enumeration(a.full_name(), b.full_name())
            }
            (ValueShape::Message(a), ValueShape::Message(b)) => {
                self.message(a.full_name(), b.full_name())
            }
            (old, new) => Some(changed(&describe(old), &describe(new))),
        }
    }

    fn enumeration(&mut self, old: &str, new: &str) -> Option<String> {
        if !self.seen.insert(old.to_owned()) {
            return None;
        }
        let (a, b) = (self.base.enumeration(old)?, self.head.enumeration(new)?);
        if a.open != b.open {
            let kind = if b.open { "a variant" } else { "an enum" };
            return Some(format!("`{}` is {kind}", b.wit_name));
        }
        let cases = |cases: &[vimana_interface::EnumCaseModel]| -> Vec<String> {
            cases.iter().map(|case| case.wit_name.clone()).collect()
        };
        first_difference(&b.wit_name, "case", &cases(&a.cases), &cases(&b.cases))
    }

    fn message(&mut self, old: &str, new: &str) -> Option<String> {
        if !self.seen.insert(old.to_owned()) {
            return None;
        }
        let (a, b) = (self.base.message(old)?, self.head.message(new)?);
        let (old, new) = (members(&a.body), members(&b.body));
        let names = |members: &[Member]| -> Vec<String> {
            members
                .iter()
                .map(|member| member.wit_name().to_owned())
                .collect()
        };
        if let Some(reason) = first_difference(&b.wit_name, "field", &names(old), &names(new)) {
            return Some(reason);
        }
        old.iter().zip(new).find_map(|(old, new)| {
            let reason = match (old, new) {
                (Member::Field(a), Member::Field(b)) => self.shape(&a.shape, &b.shape)?,
                (Member::Oneof(a), Member::Oneof(b)) => {
                    let names = |cases: &[vimana_interface::CaseModel]| -> Vec<String> {
                        cases.iter().map(|case| case.wit_name.clone()).collect()
                    };
                    let found =
                        first_difference(&b.type_name, "case", &names(&a.cases), &names(&b.cases));
                    return found.or_else(|| {
                        a.cases
                            .iter()
                            .zip(&b.cases)
                            .find_map(|(a, b)| self.value(&a.shape, &b.shape))
                    });
                }
                (Member::Field(_), Member::Oneof(_)) => "it is a variant".to_owned(),
                (Member::Oneof(_), Member::Field(_)) => "it is no variant".to_owned(),
            };
            Some(format!(
                "the field `{}` of `{}`: {reason}",
                new.wit_name(),
                b.wit_name
            ))
        })
    }

    fn shape(&mut self, old: &Shape, new: &Shape) -> Option<String> {
        let form = |shape: &Shape| match shape {
            Shape::Plain(_) | Shape::Required(_) => "T",
            Shape::Optional(_) => "option<T>",
            Shape::List(_) => "list<T>",
            Shape::Map { .. } => "list<tuple<K, V>>",
        };
        if form(old) != form(new) {
            return Some(changed(form(old), form(new)));
        }
        match (old, new) {
            (Shape::Map { key: a, value: old }, Shape::Map { key: b, value: new }) => {
                if a.wit() != b.wit() {
                    return Some(changed(a.wit(), b.wit()));
                }
                self.value(old, new)
            }
            (old, new) => self.value(inner(old), inner(new)),
        }
    }
}

const fn inner(shape: &Shape) -> &ValueShape {
    match shape {
        Shape::Plain(value)
        | Shape::Required(value)
        | Shape::Optional(value)
        | Shape::List(value)
        | Shape::Map { value, .. } => value,
    }
}

fn scalar(shape: &ValueShape) -> Option<&'static str> {
    match shape {
        ValueShape::Scalar(scalar) | ValueShape::Wrapper(_, scalar) => Some(scalar.wit()),
        ValueShape::Recursive(_) => Some("list<u8>"),
        ValueShape::FieldMask(_)
        | ValueShape::Json(..)
        | ValueShape::Enum(_)
        | ValueShape::Message(_) => None,
    }
}

fn describe(shape: &ValueShape) -> String {
    match shape {
        ValueShape::Scalar(scalar) | ValueShape::Wrapper(_, scalar) => scalar.wit().to_owned(),
        ValueShape::Recursive(_) => "list<u8>".to_owned(),
        ValueShape::FieldMask(_) => "list<string>".to_owned(),
        ValueShape::Json(..) => "json".to_owned(),
        ValueShape::Enum(found) => found.full_name().to_owned(),
        ValueShape::Message(found) => found.full_name().to_owned(),
    }
}

fn changed(old: &str, new: &str) -> String {
    format!("`{old}` is `{new}`")
}

/// The first of the names that is new, gone or at another place.
fn first_difference(of: &str, what: &str, old: &[String], new: &[String]) -> Option<String> {
    if old == new {
        return None;
    }
    let added = new.iter().find(|name| !old.contains(name));
    let removed = old.iter().find(|name| !new.contains(name));
    Some(match (added, removed) {
        (Some(name), _) => format!("the {what} `{name}` of `{of}` is new"),
        (None, Some(name)) => format!("the {what} `{name}` of `{of}` is gone"),
        (None, None) => format!("the {what}s of `{of}` are in another order"),
    })
}
