//! From descriptors to the model.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{
    Cardinality, EnumDescriptor, FieldDescriptor, MessageDescriptor, OneofDescriptor,
    ServiceDescriptor, Syntax,
};

use super::graph::Graph;
use super::names::{TypeElement, TypeNames};
use super::scope::Scope;
use super::{
    Arity, Body, CaseModel, EnumCaseModel, EnumModel, FieldModel, Inner, Member, MessageModel,
    Method, OneofModel, Scalar, Shape, TypeName, ValueShape, limits,
};
use crate::name::{kebab, kebab_path};
use crate::{DescriptorFinding, FindingKind};

/// Builds the model, and finds all that stands against it.
pub(super) fn build(
    service: &ServiceDescriptor,
    version: &semver::Version,
) -> Result<Inner, Vec<DescriptorFinding>> {
    let mut findings = Vec::new();
    let (namespace, world) = package(service, &mut findings);
    let methods = methods(service, &mut findings);

    let graph = Graph::new(
        methods
            .iter()
            .flat_map(|method| [&method.request, &method.response])
            .filter_map(|shape| match shape {
                ValueShape::Message(message) => Some(message.clone()),
                _ => None,
            }),
    );
    let oversized = limits::members(&graph);
    if !oversized.is_empty() {
        findings.extend(oversized);
        return Err(sorted(findings));
    }

    let reached = reached(&methods, &graph);
    let names = TypeNames::assign(&reached.elements(), service.package_name(), &mut findings);
    let mut builder = Builder {
        graph: &graph,
        names: &names,
        findings,
    };
    let messages: BTreeMap<String, MessageModel> = reached
        .messages
        .iter()
        .map(|message| (message.full_name().to_owned(), builder.message(message)))
        .collect();
    let enums: BTreeMap<String, EnumModel> = reached
        .enums
        .iter()
        .map(|enumeration| {
            let model = builder.enumeration(enumeration);
            (enumeration.full_name().to_owned(), model)
        })
        .collect();
    let mut findings = builder.findings;
    let inner = Inner {
        service: service.clone(),
        version: version.clone(),
        namespace,
        world,
        methods,
        types: reached.order,
        messages,
        enums,
        json: names.json(),
    };
    findings.extend(limits::extents(&inner, &graph));
    if findings.is_empty() {
        Ok(inner)
    } else {
        Err(sorted(findings))
    }
}

fn sorted(mut findings: Vec<DescriptorFinding>) -> Vec<DescriptorFinding> {
    findings.sort_by(|a, b| (&a.file, &a.path).cmp(&(&b.file, &b.path)));
    findings.dedup();
    findings
}

/// The namespace of the WIT package, and the name that package and world share.
fn package(service: &ServiceDescriptor, findings: &mut Vec<DescriptorFinding>) -> (String, String) {
    let mut report = |kind, help: &str| {
        findings.push(DescriptorFinding {
            file: service.parent_file().name().to_owned(),
            path: service.path().to_vec(),
            kind,
            help: Some(help.to_owned()),
            rename: None,
        });
    };
    let package = service.package_name();
    let full_name = || service.full_name().to_owned();
    let namespace = kebab_path(package).unwrap_or_else(|| {
        if package.is_empty() {
            let kind = FindingKind::NoPackage {
                service: full_name(),
            };
            report(kind, "begin the file with `package example;`");
        } else {
            let kind = FindingKind::Unspellable {
                element: "package",
                name: package.to_owned(),
            };
            report(kind, "let each part of the package start with a letter");
        }
        String::new()
    });
    let world = kebab(service.name()).unwrap_or_else(|| {
        let kind = FindingKind::Unspellable {
            element: "service",
            name: service.name().to_owned(),
        };
        report(kind, "let the service's name start with a letter");
        String::new()
    });
    let reason = match (namespace.as_str(), world.as_str()) {
        (_, "types" | "rpc") => "is the name of an interface in each package",
        ("vimana", "service") => "is the package of the platform",
        _ => return (namespace, world),
    };
    let kind = FindingKind::ReservedService {
        service: full_name(),
        wit_name: world.clone(),
        reason,
    };
    report(kind, "give the service another name");
    (namespace, world)
}

fn methods(service: &ServiceDescriptor, findings: &mut Vec<DescriptorFinding>) -> Vec<Method> {
    let mut scope = Scope::default();
    service
        .methods()
        .map(|method| Method {
            function: scope.name(&method, findings),
            arity: Arity::of(&method),
            request: ValueShape::of_message(&method.input()),
            response: ValueShape::of_message(&method.output()),
            descriptor: method,
        })
        .collect()
}

/// The types of an interface.
#[derive(Default)]
struct Reached {
    order: Vec<TypeName>,
    messages: Vec<MessageDescriptor>,
    enums: Vec<EnumDescriptor>,
    json: bool,
    seen: BTreeSet<String>,
}

/// All types that the methods reach, each before what it holds, in the order of
/// the `.proto`; what is behind a recursive field is encoded, and so no type.
fn reached(methods: &[Method], graph: &Graph) -> Reached {
    let mut reached = Reached::default();
    let mut stack: Vec<ValueShape> = methods
        .iter()
        .flat_map(|method| [method.request.clone(), method.response.clone()])
        .rev()
        .collect();
    while let Some(shape) = stack.pop() {
        match shape {
            ValueShape::Message(message) => {
                if reached.seen.insert(message.full_name().to_owned()) {
                    let held: Vec<_> = declared(&message)
                        .iter()
                        .map(|field| graph.shape(field))
                        .collect();
                    stack.extend(held.into_iter().rev());
                    reached
                        .order
                        .push(TypeName::Message(message.full_name().to_owned()));
                    reached.messages.push(message);
                }
            }
            ValueShape::Enum(enumeration) => {
                if reached.seen.insert(enumeration.full_name().to_owned()) {
                    reached
                        .order
                        .push(TypeName::Enum(enumeration.full_name().to_owned()));
                    reached.enums.push(enumeration);
                }
            }
            ValueShape::Json(..) if !reached.json => {
                reached.json = true;
                reached.order.push(TypeName::Json);
            }
            ValueShape::Scalar(_)
            | ValueShape::Recursive(_)
            | ValueShape::Wrapper(..)
            | ValueShape::FieldMask(_)
            | ValueShape::Json(..) => {}
        }
    }
    reached
}

impl Reached {
    fn elements(&self) -> Vec<TypeElement> {
        let mut elements: Vec<TypeElement> = Vec::new();
        for message in &self.messages {
            elements.push(TypeElement::Message(message.clone()));
            elements.extend(
                message
                    .oneofs()
                    .filter(|oneof| !oneof.is_synthetic())
                    .map(TypeElement::Oneof),
            );
        }
        elements.extend(self.enums.iter().cloned().map(TypeElement::Enum));
        elements.extend(self.json.then_some(TypeElement::Json));
        elements
    }
}

/// The oneof that a field is a case of; `optional` makes none.
pub(super) fn oneof(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic())
}

/// The type of a field, without regard to a oneof around it.
pub(super) fn shape(field: &FieldDescriptor, graph: &Graph) -> Shape {
    let value = graph.shape(field);
    if field.is_map() {
        let key = match field.kind() {
            prost_reflect::Kind::Message(entry) => Scalar::of(&entry.map_entry_key_field().kind()),
            _ => None,
        };
        let key = key.expect("the key of a map is an integer, a bool or a string");
        return Shape::Map { key, value };
    }
    if field.is_list() {
        return Shape::List(value);
    }
    if field.cardinality() == Cardinality::Required {
        return Shape::Required(value);
    }
    if field.supports_presence() && oneof(field).is_none() {
        return Shape::Optional(value);
    }
    Shape::Plain(value)
}

struct Builder<'a> {
    graph: &'a Graph,
    names: &'a TypeNames,
    findings: Vec<DescriptorFinding>,
}

impl Builder<'_> {
    fn message(&mut self, message: &MessageDescriptor) -> MessageModel {
        let wit_name = self.names.of(message.full_name());
        let body = if message.fields().len() == 0 {
            Body::Unit {
                case: wit_name.clone(),
            }
        } else {
            Body::Record(self.members(message))
        };
        MessageModel {
            descriptor: message.clone(),
            wit_name,
            body,
        }
    }

    fn members(&mut self, message: &MessageDescriptor) -> Vec<Member> {
        let mut scope = Scope::default();
        let mut members = Vec::new();
        let mut seen = BTreeSet::new();
        for field in declared(message) {
            match oneof(&field) {
                None => members.push(Member::Field(FieldModel {
                    wit_name: scope.name(&field, &mut self.findings),
                    shape: shape(&field, self.graph),
                    descriptor: field,
                })),
                Some(oneof) if seen.insert(oneof.full_name().to_owned()) => {
                    members.push(Member::Oneof(OneofModel {
                        wit_name: scope.name(&oneof, &mut self.findings),
                        type_name: self.names.of(oneof.full_name()),
                        cases: self.cases(&oneof),
                        descriptor: oneof,
                    }));
                }
                Some(_) => {}
            }
        }
        members
    }

    fn cases(&mut self, oneof: &OneofDescriptor) -> Vec<CaseModel> {
        let mut scope = Scope::default();
        oneof
            .fields()
            .map(|field| CaseModel {
                wit_name: scope.name(&field, &mut self.findings),
                shape: self.graph.shape(&field),
                descriptor: field,
            })
            .collect()
    }

    fn enumeration(&mut self, enumeration: &EnumDescriptor) -> EnumModel {
        let open = enumeration.parent_file().syntax() == Syntax::Proto3;
        let mut scope = Scope::default();
        if open {
            scope.reserve(
                EnumModel::UNRECOGNIZED,
                "case for numbers that the enum does not have",
            );
        }
        let mut cases: Vec<EnumCaseModel> = Vec::new();
        let mut numbers = BTreeSet::new();
        let mut aliases = Vec::new();
        let mut values: Vec<_> = enumeration.values().collect();
        // `EnumDescriptor::values` goes by number.
        values.sort_by_key(|value| value.path().last().copied());
        for value in values {
            if !numbers.insert(value.number()) {
                aliases.push((value.name().to_owned(), value.number()));
                continue;
            }
            cases.push(EnumCaseModel {
                name: value.name().to_owned(),
                wit_name: scope.name(&value, &mut self.findings),
                number: value.number(),
            });
        }
        EnumModel {
            descriptor: enumeration.clone(),
            wit_name: self.names.of(enumeration.full_name()),
            open,
            cases,
            aliases,
        }
    }
}

/// The fields in the order of the `.proto`. (`MessageDescriptor::fields` goes by
/// number.)
fn declared(message: &MessageDescriptor) -> Vec<FieldDescriptor> {
    let mut fields: Vec<_> = message.fields().collect();
    fields.sort_by_key(|field| field.path().last().copied());
    fields
}
