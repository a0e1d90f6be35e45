//! The model of a method beside the type of a function.

mod cases;

use std::collections::HashSet;

use wit_parser::{Function, Handle, Record, Resolve, Type, TypeDefKind, TypeId};

use super::difference::{Difference, Element, Problem};
use super::platform::{PLATFORM, behind, name_in_platform, platform_type, same};
use super::print::{describe, print};
use crate::model::{Body, Interface, Member, MessageModel, Method, Scalar, Shape, ValueShape};

/// One comparison of a function; it collects differences.
pub(super) struct Walk<'a> {
    interface: &'a Interface,
    resolve: &'a Resolve,
    method: &'a Method,
    side: Side,
    /// Pairs of types that were compared: each is reported once, where it is met
    /// first.
    compared: HashSet<(String, TypeId)>,
    pub(super) differences: Vec<Difference>,
}

/// On which side of a function the component is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// It exports the function. It may leave out what it has no need for.
    Implementer,
    /// It imports the function, and so must have all of it.
    Caller,
}

/// A place in a message: how to say where, and what Protobuf element is there.
#[derive(Clone)]
struct Place {
    field: String,
    element: Element,
}

impl Place {
    fn within(&self, suffix: &str) -> Self {
        Self {
            field: format!("{}{suffix}", self.field),
            element: self.element.clone(),
        }
    }

    fn member(&self, name: &str, element: Element) -> Self {
        Self {
            field: format!("{}.{name}", self.field),
            element,
        }
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        interface: &'a Interface,
        resolve: &'a Resolve,
        method: &'a Method,
        side: Side,
    ) -> Self {
        Self {
            interface,
            resolve,
            method,
            side,
            compared: HashSet::new(),
            differences: Vec::new(),
        }
    }

    /// Reports a difference of the function as a whole.
    pub(super) fn report(&mut self, problem: Problem, expected: &str, found: &str) {
        let place = self.place("");
        self.differ(&place, problem, expected.to_owned(), found.to_owned());
    }

    fn place(&self, field: &str) -> Place {
        Place {
            field: field.to_owned(),
            element: Element::of_method(&self.method.descriptor),
        }
    }

    fn differ(&mut self, place: &Place, problem: Problem, expected: String, found: String) {
        self.differences.push(Difference {
            function: self.method.function.clone(),
            field: place.field.clone(),
            problem,
            expected,
            found,
            element: place.element.clone(),
        });
    }

    fn differs_in_type(&mut self, place: &Place, expected: &str, found: Type) {
        let found = print(self.resolve, found);
        self.differ(place, Problem::Type, expected.to_owned(), found);
    }

    fn definition(&self, found: Type) -> Option<(TypeId, &'a TypeDefKind)> {
        match behind(self.resolve, found) {
            Type::Id(id) => Some((id, &self.resolve.types[id].kind)),
            _ => None,
        }
    }

    pub(super) fn function(&mut self, function: &Function) {
        let names: Vec<&str> = function
            .params
            .iter()
            .map(|param| param.name.as_str())
            .collect();
        let request = match (self.side, names.as_slice()) {
            (Side::Implementer, ["ctx", "request"]) => {
                let context = function.params[0].ty;
                if !self.is_context(context) {
                    self.differs_in_type(&self.place("ctx"), "context", context);
                }
                function.params[1].ty
            }
            (Side::Caller, ["request"]) => function.params[0].ty,
            _ => return self.parameters(function),
        };
        let method = self.method;
        let place = self.place("request");
        if method.arity.client_streams() {
            self.stream(&place, &method.request, request);
        } else {
            self.value(&place, &method.request, request);
        }
        self.result(function.result);
    }

    fn parameters(&mut self, function: &Function) {
        let found: Vec<String> = function
            .params
            .iter()
            .map(|param| format!("{}: {}", param.name, print(self.resolve, param.ty)))
            .collect();
        let request = self.interface.value_wit(&self.method.request);
        let request = if self.method.arity.client_streams() {
            format!("stream<{request}>")
        } else {
            request
        };
        let context = match self.side {
            Side::Implementer => "ctx: context, ",
            Side::Caller => "",
        };
        let expected = format!("{context}request: {request}");
        self.report(Problem::Parameters, &expected, &found.join(", "));
    }

    fn is_context(&self, found: Type) -> bool {
        let Some((_, TypeDefKind::Handle(Handle::Own(resource)))) = self.definition(found) else {
            return false;
        };
        match self.definition(Type::Id(*resource)) {
            Some((id, TypeDefKind::Resource)) => {
                name_in_platform(self.resolve, id) == Some("context")
            }
            _ => false,
        }
    }

    /// A stream of requests.
    fn stream(&mut self, place: &Place, item: &ValueShape, found: Type) {
        if let Some((_, TypeDefKind::Stream(Some(found)))) = self.definition(found) {
            self.value(&place.within("[]"), item, *found);
        } else {
            let expected = format!("stream<{}>", self.interface.value_wit(item));
            self.differs_in_type(place, &expected, found);
        }
    }

    fn result(&mut self, found: Option<Type>) {
        let place = self.place("response");
        let item = format!(
            "result<{}, status>",
            self.interface.value_wit(&self.method.response)
        );
        let streams = self.method.arity.server_streams();
        let expected = if streams {
            format!("stream<{item}>")
        } else {
            item.clone()
        };
        let Some(found) = found else {
            return self.differ(&place, Problem::Type, expected, "nothing".to_owned());
        };
        if !streams {
            return self.outcome(&place, &item, found);
        }
        match self.definition(found) {
            Some((_, TypeDefKind::Stream(Some(found)))) => {
                self.outcome(&place.within("[]"), &item, *found);
            }
            _ => self.differs_in_type(&place, &expected, found),
        }
    }

    /// A response, or `result<_, status>` around it.
    fn outcome(&mut self, place: &Place, expected: &str, found: Type) {
        let method = self.method;
        let Some((_, TypeDefKind::Result(result))) = self.definition(found) else {
            return match self.side {
                Side::Implementer => self.value(place, &method.response, found),
                Side::Caller => self.differs_in_type(place, expected, found),
            };
        };
        let is_status = match (platform_type("status"), result.err) {
            (Some(status), Some(err)) => same(&PLATFORM, status, self.resolve, err),
            _ => false,
        };
        match result.ok {
            Some(ok) if is_status => self.value(place, &method.response, ok),
            _ => self.differs_in_type(place, expected, found),
        }
    }

    fn shape(&mut self, place: &Place, shape: &Shape, found: Type) {
        let definition = self.definition(found).map(|(_, kind)| kind);
        match (shape, definition) {
            (Shape::Plain(value) | Shape::Required(value), _) => self.value(place, value, found),
            (Shape::Optional(value), Some(TypeDefKind::Option(inner))) => {
                self.value(place, value, *inner);
            }
            (Shape::List(value), Some(TypeDefKind::List(inner))) => {
                self.value(&place.within("[]"), value, *inner);
            }
            (Shape::Map { key, value }, Some(TypeDefKind::List(entry))) => {
                match self.definition(*entry) {
                    Some((_, TypeDefKind::Tuple(entry))) if entry.types.len() == 2 => {
                        let key = ValueShape::Scalar(*key);
                        self.value(&place.within("[key]"), &key, entry.types[0]);
                        self.value(&place.within("[value]"), value, entry.types[1]);
                    }
                    _ => self.differs_in_type(place, &self.interface.shape_wit(shape), found),
                }
            }
            _ => self.differs_in_type(place, &self.interface.shape_wit(shape), found),
        }
    }

    fn value(&mut self, place: &Place, value: &ValueShape, found: Type) {
        let agrees = match value {
            ValueShape::Scalar(scalar) | ValueShape::Wrapper(_, scalar) => {
                self.is_scalar(*scalar, found)
            }
            ValueShape::Recursive(_) => self.is_scalar(Scalar::Bytes, found),
            ValueShape::FieldMask(_) => self.is_list_of(Type::String, found),
            ValueShape::Json(..) => self.is_scalar(Scalar::String, found),
            ValueShape::Enum(enumeration) => {
                if let Some(model) = self.interface.enumeration(enumeration.full_name()) {
                    self.enumeration(place, model, found);
                }
                return;
            }
            ValueShape::Message(message) => {
                if let Some(model) = self.interface.message(message.full_name()) {
                    self.message(place, model, found);
                }
                return;
            }
        };
        if !agrees {
            self.differs_in_type(place, &self.interface.value_wit(value), found);
        }
    }

    fn is_scalar(&self, scalar: Scalar, found: Type) -> bool {
        let expected = match scalar {
            Scalar::Bool => Type::Bool,
            Scalar::S32 => Type::S32,
            Scalar::S64 => Type::S64,
            Scalar::U32 => Type::U32,
            Scalar::U64 => Type::U64,
            Scalar::F32 => Type::F32,
            Scalar::F64 => Type::F64,
            Scalar::String => Type::String,
            Scalar::Bytes => return self.is_list_of(Type::U8, found),
        };
        behind(self.resolve, found) == expected
    }

    fn is_list_of(&self, item: Type, found: Type) -> bool {
        matches!(self.definition(found), Some((_, TypeDefKind::List(found)))
            if behind(self.resolve, *found) == item)
    }

    /// Whether a pair of types is met for the first time.
    fn first(&mut self, full_name: &str, id: TypeId) -> bool {
        self.compared.insert((full_name.to_owned(), id))
    }

    fn differs_in_kind(&mut self, place: &Place, kind: &str, name: &str, found: Type) {
        let found = describe(self.resolve, found);
        self.differ(place, Problem::Type, format!("{kind} {name}"), found);
    }

    fn message(&mut self, place: &Place, message: &MessageModel, found: Type) {
        let definition = self.definition(found);
        match (&message.body, definition) {
            (Body::Unit { case }, Some((_, TypeDefKind::Enum(found)))) => {
                let found: Vec<&str> = found.cases.iter().map(|case| case.name.as_str()).collect();
                self.cases(place, &[case], &found);
            }
            (Body::Unit { .. }, _) => {
                self.differs_in_kind(place, "enum", &message.wit_name, found);
            }
            (Body::Record(members), Some((id, TypeDefKind::Record(record)))) => {
                if self.first(message.descriptor.full_name(), id) {
                    let element = Element::of_message(&message.descriptor);
                    self.record(place, members, record, &element);
                }
            }
            (Body::Record(_), _) => {
                self.differs_in_kind(place, "record", &message.wit_name, found);
            }
        }
    }

    fn record(&mut self, place: &Place, members: &[Member], record: &Record, message: &Element) {
        let expected: Vec<&str> = members.iter().map(Member::wit_name).collect();
        let found: Vec<&str> = record
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        for field in &record.fields {
            if !expected.contains(&field.name.as_str()) {
                let place = place.member(&field.name, message.clone());
                let found = print(self.resolve, field.ty);
                self.differ(
                    &place,
                    Problem::ExtraField,
                    "no such field".to_owned(),
                    found,
                );
            }
        }
        for member in members {
            let (wit, element) = match member {
                Member::Field(field) => (
                    self.interface.shape_wit(&field.shape),
                    Element::of_field(&field.descriptor),
                ),
                Member::Oneof(oneof) => (
                    format!("option<{}>", oneof.type_name),
                    Element::of_oneof(&oneof.descriptor),
                ),
            };
            let place = place.member(member.wit_name(), element);
            let field = record
                .fields
                .iter()
                .find(|field| field.name == member.wit_name());
            match (member, field) {
                (_, None) => {
                    self.differ(
                        &place,
                        Problem::MissingField,
                        wit,
                        "no such field".to_owned(),
                    );
                }
                (Member::Field(model), Some(field)) => self.shape(&place, &model.shape, field.ty),
                (Member::Oneof(model), Some(field)) => self.oneof(&place, model, field.ty, &wit),
            }
        }
        let same_fields =
            expected.len() == found.len() && expected.iter().all(|name| found.contains(name));
        if same_fields && expected != found {
            let place = Place {
                field: place.field.clone(),
                element: message.clone(),
            };
            self.differ(
                &place,
                Problem::FieldOrder,
                expected.join(", "),
                found.join(", "),
            );
        }
    }
}
