//! A Protobuf service in terms of WIT.

use std::collections::BTreeMap;
use std::sync::Arc;

use prost_reflect::{
    EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, OneofDescriptor,
    ServiceDescriptor,
};

use crate::DescriptorFinding;

mod build;
pub(crate) mod comments;
mod graph;
mod limits;
mod names;
mod options;
mod scope;

/// One version of a service in terms of WIT. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Interface(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    service: ServiceDescriptor,
    version: semver::Version,
    namespace: String,
    world: String,
    methods: Vec<Method>,
    /// In the order in which the methods reach them.
    types: Vec<TypeName>,
    messages: BTreeMap<String, MessageModel>,
    enums: BTreeMap<String, EnumModel>,
    json: String,
}

/// A type of `interface types` that is not part of another's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TypeName {
    /// The message of this full name, and the oneofs in it.
    Message(String),
    /// The enum of this full name.
    Enum(String),
    /// `type json = string`.
    Json,
}

/// One method of the service.
#[derive(Debug, Clone)]
pub struct Method {
    /// The method in Protobuf.
    pub descriptor: MethodDescriptor,
    /// The name of the function, in kebab-case: `say-hello`.
    pub function: String,
    /// Which sides stream.
    pub arity: Arity,
    /// The type of the request, or of one item of its stream.
    pub request: ValueShape,
    /// The type of the response, or of one item of its stream.
    pub response: ValueShape,
}

/// Which sides of a method stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arity {
    /// `rpc M(A) returns (B)`
    Unary,
    /// `rpc M(A) returns (stream B)`
    ServerStreaming,
    /// `rpc M(stream A) returns (B)`
    ClientStreaming,
    /// `rpc M(stream A) returns (stream B)`
    Bidirectional,
}

impl Arity {
    /// The arity of a method.
    #[must_use]
    pub fn of(method: &MethodDescriptor) -> Self {
        match (method.is_client_streaming(), method.is_server_streaming()) {
            (false, false) => Self::Unary,
            (false, true) => Self::ServerStreaming,
            (true, false) => Self::ClientStreaming,
            (true, true) => Self::Bidirectional,
        }
    }

    /// Whether the request is a stream.
    #[must_use]
    pub const fn client_streams(self) -> bool {
        matches!(self, Self::ClientStreaming | Self::Bidirectional)
    }

    /// Whether the response is a stream.
    #[must_use]
    pub const fn server_streams(self) -> bool {
        matches!(self, Self::ServerStreaming | Self::Bidirectional)
    }
}

/// A message in WIT.
#[derive(Debug, Clone)]
pub struct MessageModel {
    /// The message in Protobuf.
    pub descriptor: MessageDescriptor,
    /// The name of its type, in kebab-case and without `%`.
    pub wit_name: String,
    /// What the type is.
    pub body: Body,
}

/// What the type of a message is.
#[derive(Debug, Clone)]
pub enum Body {
    /// A message without fields: an enum with this one case, since WIT has no
    /// empty records.
    Unit {
        /// The case, named like the type.
        case: String,
    },
    /// A record with these fields, in this order, which is that of the `.proto`
    /// (a oneof stands where its first field stands).
    Record(Vec<Member>),
}

/// A field of a record.
#[derive(Debug, Clone)]
pub enum Member {
    /// A field of the message.
    Field(FieldModel),
    /// A oneof of the message: `option<variant>`.
    Oneof(OneofModel),
}

impl Member {
    /// The name of the record's field.
    #[must_use]
    pub fn wit_name(&self) -> &str {
        match self {
            Self::Field(field) => &field.wit_name,
            Self::Oneof(oneof) => &oneof.wit_name,
        }
    }
}

/// A field of a message that is in no oneof (`optional` makes none here).
#[derive(Debug, Clone)]
pub struct FieldModel {
    /// The field in Protobuf.
    pub descriptor: FieldDescriptor,
    /// The name of the record's field, in kebab-case and without `%`.
    pub wit_name: String,
    /// Its type.
    pub shape: Shape,
}

/// A oneof: `option<variant>`.
#[derive(Debug, Clone)]
pub struct OneofModel {
    /// The oneof in Protobuf.
    pub descriptor: OneofDescriptor,
    /// The name of the record's field: `kind`.
    pub wit_name: String,
    /// The name of the variant type: `message-kind`.
    pub type_name: String,
    /// The cases, in the order of the `.proto`.
    pub cases: Vec<CaseModel>,
}

/// A case of a oneof; it always has a payload.
#[derive(Debug, Clone)]
pub struct CaseModel {
    /// The field in Protobuf.
    pub descriptor: FieldDescriptor,
    /// The name of the case.
    pub wit_name: String,
    /// The payload.
    pub shape: ValueShape,
}

/// The type of a field, presence and repetition included.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// `T`: implicit presence, so that an absent field is the default value.
    Plain(ValueShape),
    /// `T`: `required` in proto2, so that a message without it is invalid.
    Required(ValueShape),
    /// `option<T>`: explicit presence.
    Optional(ValueShape),
    /// `list<T>`
    List(ValueShape),
    /// `list<tuple<K, V>>`
    Map {
        /// The key: an integer, a bool or a string.
        key: Scalar,
        /// The value.
        value: ValueShape,
    },
}

/// The type of one value.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueShape {
    /// A scalar.
    Scalar(Scalar),
    /// An enum; [`Interface::enumeration`] has it.
    Enum(EnumDescriptor),
    /// A message as record or unitary enum; [`Interface::message`] has it.
    Message(MessageDescriptor),
    /// `list<u8>`: the encoded message, since the field's type holds itself.
    Recursive(MessageDescriptor),
    /// A wrapper of `google/protobuf/wrappers.proto`: its value alone. A singular
    /// field has presence, and so becomes `option<T>`.
    Wrapper(MessageDescriptor, Scalar),
    /// `list<string>`: `google.protobuf.FieldMask`, its paths.
    FieldMask(MessageDescriptor),
    /// `json`, a string: `Struct`, `Value` or `ListValue` of `google.protobuf`.
    Json(MessageDescriptor, JsonKind),
}

/// Which message a `json` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonKind {
    /// `google.protobuf.Struct`: a JSON object.
    Struct,
    /// `google.protobuf.Value`: any JSON value.
    Value,
    /// `google.protobuf.ListValue`: a JSON array.
    List,
}

/// A scalar, by its WIT type. The descriptor has the encoding (`sint32` and
/// `sfixed32` are both `s32`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// `bool`
    Bool,
    /// `s32`
    S32,
    /// `s64`
    S64,
    /// `u32`
    U32,
    /// `u64`
    U64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `string`
    String,
    /// `list<u8>`
    Bytes,
}

impl Scalar {
    /// The scalar of a kind; none for messages and enums.
    #[must_use]
    pub fn of(kind: &Kind) -> Option<Self> {
        Some(match kind {
            Kind::Bool => Self::Bool,
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Self::S32,
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Self::S64,
            Kind::Uint32 | Kind::Fixed32 => Self::U32,
            Kind::Uint64 | Kind::Fixed64 => Self::U64,
            Kind::Float => Self::F32,
            Kind::Double => Self::F64,
            Kind::String => Self::String,
            Kind::Bytes => Self::Bytes,
            Kind::Message(_) | Kind::Enum(_) => return None,
        })
    }

    /// The type in WIT.
    #[must_use]
    pub const fn wit(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::S32 => "s32",
            Self::S64 => "s64",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::String => "string",
            Self::Bytes => "list<u8>",
        }
    }
}

/// An enum in WIT.
#[derive(Debug, Clone)]
pub struct EnumModel {
    /// The enum in Protobuf.
    pub descriptor: EnumDescriptor,
    /// The name of its type, in kebab-case and without `%`.
    pub wit_name: String,
    /// Whether the enum is open: a `variant` whose last case is
    /// `unrecognized(s32)`. A closed one is an `enum`.
    pub open: bool,
    /// The cases, one for each number, named by the first value that has it.
    pub cases: Vec<EnumCaseModel>,
    /// Further Protobuf names of the same numbers (`allow_alias`).
    pub aliases: Vec<(String, i32)>,
}

impl EnumModel {
    /// The last case of an open enum; it holds the number as `s32`.
    pub const UNRECOGNIZED: &'static str = "unrecognized";

    /// The case of a number.
    #[must_use]
    pub fn case(&self, number: i32) -> Option<&EnumCaseModel> {
        self.cases.iter().find(|case| case.number == number)
    }
}

/// A case of an enum; it has no payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumCaseModel {
    /// The name of the value in Protobuf.
    pub name: String,
    /// The name of the case.
    pub wit_name: String,
    /// The number of the value.
    pub number: i32,
}

impl Interface {
    /// The model of `service` at `version`.
    pub fn new(
        service: &ServiceDescriptor,
        version: &semver::Version,
    ) -> Result<Self, Vec<DescriptorFinding>> {
        build::build(service, version).map(|inner| Self(Arc::new(inner)))
    }

    /// The service in Protobuf.
    #[must_use]
    pub fn service(&self) -> &ServiceDescriptor {
        &self.0.service
    }

    /// The version of the service.
    #[must_use]
    pub fn version(&self) -> &semver::Version {
        &self.0.version
    }

    /// The methods, in the order of the `.proto`.
    #[must_use]
    pub fn methods(&self) -> &[Method] {
        &self.0.methods
    }

    /// The name of the world: `foo-service`.
    #[must_use]
    pub fn world_name(&self) -> &str {
        &self.0.world
    }

    /// The namespace of the WIT package: `bar`.
    pub(crate) fn namespace(&self) -> &str {
        &self.0.namespace
    }

    /// The name of the WIT package without its version: `bar:foo-service`.
    #[must_use]
    pub fn package(&self) -> String {
        format!("{}:{}", self.0.namespace, self.0.world)
    }

    /// The name of the WIT package: `bar:foo-service@1.0.0`.
    #[must_use]
    pub fn package_name(&self) -> String {
        format!("{}@{}", self.package(), self.0.version)
    }

    /// The message of this full name, when the methods reach it as a type of its
    /// own: not through a recursive field, and none of those that
    /// [`ValueShape`] has in another form.
    #[must_use]
    pub fn message(&self, full_name: &str) -> Option<&MessageModel> {
        self.0.messages.get(full_name)
    }

    /// All such messages, by full name.
    pub fn messages(&self) -> impl Iterator<Item = &MessageModel> {
        self.0.messages.values()
    }

    /// The enum of this full name, when the methods reach it.
    #[must_use]
    pub fn enumeration(&self, full_name: &str) -> Option<&EnumModel> {
        self.0.enums.get(full_name)
    }

    /// The name of the type that holds JSON, in kebab-case and without `%`.
    #[must_use]
    pub fn json_name(&self) -> &str {
        &self.0.json
    }

    /// The types of `interface types`, in the order in which they are printed.
    pub(crate) fn types(&self) -> &[TypeName] {
        &self.0.types
    }

    /// The type of a message that stands by itself: a request, a response, an
    /// element of a list.
    #[must_use]
    pub fn message_shape(&self, message: &MessageDescriptor) -> ValueShape {
        ValueShape::of_message(message)
    }
}

impl ValueShape {
    /// The type of a message that stands by itself.
    pub(crate) fn of_message(message: &MessageDescriptor) -> Self {
        let json = |kind| Self::Json(message.clone(), kind);
        match message.full_name() {
            "google.protobuf.Struct" => json(JsonKind::Struct),
            "google.protobuf.Value" => json(JsonKind::Value),
            "google.protobuf.ListValue" => json(JsonKind::List),
            "google.protobuf.FieldMask" => Self::FieldMask(message.clone()),
            name if is_wrapper(name) => message
                .get_field_by_name("value")
                .and_then(|field| Scalar::of(&field.kind()))
                .map_or_else(
                    || Self::Message(message.clone()),
                    |scalar| Self::Wrapper(message.clone(), scalar),
                ),
            _ => Self::Message(message.clone()),
        }
    }
}

fn is_wrapper(full_name: &str) -> bool {
    matches!(
        full_name.strip_prefix("google.protobuf."),
        Some(
            "DoubleValue"
                | "FloatValue"
                | "Int64Value"
                | "UInt64Value"
                | "Int32Value"
                | "UInt32Value"
                | "BoolValue"
                | "StringValue"
                | "BytesValue"
        )
    )
}
