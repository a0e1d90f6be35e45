//! The model of methods beside the types of functions.

use std::collections::HashSet;

use wasmparser::PrimitiveValType;
use wasmparser::component_types::{
    ComponentDefinedType, ComponentDefinedTypeId, ComponentEntityType, ComponentFuncType,
    ComponentValType, RecordType, ResourceId, VariantType,
};
use wasmparser::names::KebabString;
use wasmparser::types::Types;
use wit_parser::Type;

use super::{plain, platform};
use crate::model::{
    Body, EnumModel, Interface, Member, MessageModel, Method, OneofModel, Scalar, Shape, ValueShape,
};
use crate::verify::platform::platform_type;

/// Whether each method is exported as it should be.
pub(super) fn exports(
    interface: &Interface,
    types: &Types,
    resources: &[(ResourceId, &str)],
) -> bool {
    let mut exact = Exact {
        interface,
        types,
        resources,
        compared: HashSet::new(),
    };
    interface.methods().iter().all(|method| {
        let item = types.component_item_for_export(&method.function);
        match item.and_then(plain) {
            Some(ComponentEntityType::Func(id)) => exact.function(method, &types[*id]),
            _ => false,
        }
    })
}

/// What a type is, where it is not primitive.
pub(super) fn resolved<'t>(
    found: &ComponentValType,
    types: &'t Types,
) -> Result<&'t ComponentDefinedType, PrimitiveValType> {
    match found {
        ComponentValType::Primitive(primitive) => Err(*primitive),
        ComponentValType::Type(id) => match &types[*id] {
            ComponentDefinedType::Primitive(primitive) => Err(*primitive),
            defined => Ok(defined),
        },
    }
}

pub(super) const fn primitive(found: PrimitiveValType) -> Type {
    match found {
        PrimitiveValType::Bool => Type::Bool,
        PrimitiveValType::S8 => Type::S8,
        PrimitiveValType::U8 => Type::U8,
        PrimitiveValType::S16 => Type::S16,
        PrimitiveValType::U16 => Type::U16,
        PrimitiveValType::S32 => Type::S32,
        PrimitiveValType::U32 => Type::U32,
        PrimitiveValType::S64 => Type::S64,
        PrimitiveValType::U64 => Type::U64,
        PrimitiveValType::F32 => Type::F32,
        PrimitiveValType::F64 => Type::F64,
        PrimitiveValType::Char => Type::Char,
        PrimitiveValType::String => Type::String,
        PrimitiveValType::ErrorContext => Type::ErrorContext,
    }
}

/// One comparison; all that it says is whether nothing differs.
struct Exact<'a> {
    interface: &'a Interface,
    types: &'a Types,
    resources: &'a [(ResourceId, &'a str)],
    /// Messages and types that were compared.
    compared: HashSet<(&'a str, ComponentDefinedTypeId)>,
}

impl<'a> Exact<'a> {
    fn defined(&self, found: &ComponentValType) -> Option<&'a ComponentDefinedType> {
        resolved(found, self.types).ok()
    }

    fn function(&mut self, method: &'a Method, found: &ComponentFuncType) -> bool {
        let [(ctx, context), (name, request)] = &*found.params else {
            return false;
        };
        let Some(result) = &found.result else {
            return false;
        };
        ctx.as_str() == "ctx"
            && name.as_str() == "request"
            && self.is_context(context)
            && self.streamed(method.arity.client_streams(), request, |exact, found| {
                exact.value(&method.request, found)
            })
            && self.streamed(method.arity.server_streams(), result, |exact, found| {
                exact.outcome(method, found)
            })
    }

    fn is_context(&self, found: &ComponentValType) -> bool {
        let Some(ComponentDefinedType::Own(resource)) = self.defined(found) else {
            return false;
        };
        let mut resources = self.resources.iter();
        resources.any(|(id, name)| *id == resource.resource() && *name == "context")
    }

    /// A type, or the items of a stream.
    fn streamed(
        &mut self,
        streams: bool,
        found: &ComponentValType,
        item: impl FnOnce(&mut Self, &ComponentValType) -> bool,
    ) -> bool {
        if !streams {
            return item(self, found);
        }
        match self.defined(found) {
            Some(ComponentDefinedType::Stream {
                ty: Some(found), ..
            }) => item(self, found),
            _ => false,
        }
    }

    /// A response, or `result<_, status>` around it.
    fn outcome(&mut self, method: &'a Method, found: &ComponentValType) -> bool {
        let Some(ComponentDefinedType::Result { ok, err, .. }) = self.defined(found) else {
            return self.value(&method.response, found);
        };
        let is_status = match (platform_type("status"), err) {
            (Some(status), Some(err)) => platform::same(status, err, self.types, self.resources),
            _ => false,
        };
        match ok {
            Some(ok) if is_status => self.value(&method.response, ok),
            _ => false,
        }
    }

    fn shape(&mut self, shape: &'a Shape, found: &ComponentValType) -> bool {
        match shape {
            Shape::Plain(value) | Shape::Required(value) => self.value(value, found),
            Shape::Optional(value) => match self.defined(found) {
                Some(ComponentDefinedType::Option { ty, .. }) => self.value(value, ty),
                _ => false,
            },
            Shape::List(value) => match self.defined(found) {
                Some(ComponentDefinedType::List { element, .. }) => self.value(value, element),
                _ => false,
            },
            Shape::Map { key, value } => {
                let Some(ComponentDefinedType::List { element, .. }) = self.defined(found) else {
                    return false;
                };
                let Some(ComponentDefinedType::Tuple(entry)) = self.defined(element) else {
                    return false;
                };
                match &*entry.types {
                    [found_key, found_value] => {
                        self.is_scalar(*key, found_key) && self.value(value, found_value)
                    }
                    _ => false,
                }
            }
        }
    }

    fn value(&mut self, value: &'a ValueShape, found: &ComponentValType) -> bool {
        match value {
            ValueShape::Scalar(scalar) | ValueShape::Wrapper(_, scalar) => {
                self.is_scalar(*scalar, found)
            }
            ValueShape::Recursive(_) => self.is_scalar(Scalar::Bytes, found),
            ValueShape::FieldMask(_) => self.is_list_of(PrimitiveValType::String, found),
            ValueShape::Json(..) => self.is_scalar(Scalar::String, found),
            ValueShape::Enum(enumeration) => {
                let model = self.interface.enumeration(enumeration.full_name());
                model.is_some_and(|model| self.enumeration(model, found))
            }
            ValueShape::Message(message) => {
                let model = self.interface.message(message.full_name());
                model.is_some_and(|model| self.message(model, found))
            }
        }
    }

    fn is_scalar(&self, scalar: Scalar, found: &ComponentValType) -> bool {
        let expected = match scalar {
            Scalar::Bool => PrimitiveValType::Bool,
            Scalar::S32 => PrimitiveValType::S32,
            Scalar::S64 => PrimitiveValType::S64,
            Scalar::U32 => PrimitiveValType::U32,
            Scalar::U64 => PrimitiveValType::U64,
            Scalar::F32 => PrimitiveValType::F32,
            Scalar::F64 => PrimitiveValType::F64,
            Scalar::String => PrimitiveValType::String,
            Scalar::Bytes => return self.is_list_of(PrimitiveValType::U8, found),
        };
        self.is_primitive(expected, found)
    }

    fn is_primitive(&self, expected: PrimitiveValType, found: &ComponentValType) -> bool {
        matches!(resolved(found, self.types), Err(found) if found == expected)
    }

    fn is_list_of(&self, item: PrimitiveValType, found: &ComponentValType) -> bool {
        matches!(self.defined(found), Some(ComponentDefinedType::List { element, .. })
            if self.is_primitive(item, element))
    }

    fn message(&mut self, message: &'a MessageModel, found: &ComponentValType) -> bool {
        let ComponentValType::Type(id) = found else {
            return false;
        };
        match (&message.body, self.defined(found)) {
            (Body::Unit { case }, Some(ComponentDefinedType::Enum(cases))) => {
                cases.iter().map(KebabString::as_str).eq([case.as_str()])
            }
            (Body::Record(members), Some(ComponentDefinedType::Record(record))) => {
                let is_first = self.compared.insert((message.descriptor.full_name(), *id));
                !is_first || self.record(members, record)
            }
            _ => false,
        }
    }

    fn record(&mut self, members: &'a [Member], record: &'a RecordType) -> bool {
        members.len() == record.fields.len()
            && members
                .iter()
                .zip(&record.fields)
                .all(|(member, (name, found))| {
                    member.wit_name() == name.as_str()
                        && match member {
                            Member::Field(field) => self.shape(&field.shape, found),
                            Member::Oneof(oneof) => self.oneof(oneof, found),
                        }
                })
    }

    fn oneof(&mut self, oneof: &'a OneofModel, found: &ComponentValType) -> bool {
        let Some(ComponentDefinedType::Option { ty, .. }) = self.defined(found) else {
            return false;
        };
        let Some(ComponentDefinedType::Variant(variant)) = self.defined(ty) else {
            return false;
        };
        oneof.cases.len() == variant.cases.len()
            && oneof
                .cases
                .iter()
                .zip(&variant.cases)
                .all(|(case, (name, found))| {
                    let found = found.ty.as_ref();
                    case.wit_name == name.as_str()
                        && found.is_some_and(|found| self.value(&case.shape, found))
                })
    }

    fn enumeration(&self, model: &EnumModel, found: &ComponentValType) -> bool {
        let expected = model.cases.iter().map(|case| case.wit_name.as_str());
        match self.defined(found) {
            Some(ComponentDefinedType::Variant(variant)) if model.open => {
                expected
                    .chain([EnumModel::UNRECOGNIZED])
                    .eq(variant.cases.keys().map(KebabString::as_str))
                    && self.is_number_last(variant)
            }
            Some(ComponentDefinedType::Enum(cases)) if !model.open => {
                expected.eq(cases.iter().map(KebabString::as_str))
            }
            _ => false,
        }
    }

    /// Whether the last case of a variant holds a number, and no other anything.
    fn is_number_last(&self, variant: &VariantType) -> bool {
        let last = variant.cases.len().saturating_sub(1);
        variant
            .cases
            .values()
            .enumerate()
            .all(|(index, case)| match &case.ty {
                Some(found) => index == last && self.is_primitive(PrimitiveValType::S32, found),
                None => index < last,
            })
    }
}
