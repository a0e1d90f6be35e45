use std::fmt;

use prost_reflect::{
    EnumDescriptor, EnumValueDescriptor, FieldDescriptor, MessageDescriptor, MethodDescriptor,
    OneofDescriptor, ServiceDescriptor,
};

/// The Protobuf element that something in WIT comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The full name: `bar.HelloRequest.name`.
    pub name: String,
    /// The import name of the `.proto` file.
    pub file: String,
    /// The path, as in `google.protobuf.SourceCodeInfo`.
    pub path: Vec<i32>,
}

macro_rules! element {
    ($($function:ident: $descriptor:ty;)*) => {$(
        pub(super) fn $function(descriptor: &$descriptor) -> Self {
            Self {
                name: descriptor.full_name().to_owned(),
                file: descriptor.parent_file().name().to_owned(),
                path: descriptor.path().to_vec(),
            }
        }
    )*};
}

impl Element {
    element! {
        of_service: ServiceDescriptor;
        of_method: MethodDescriptor;
        of_message: MessageDescriptor;
        of_field: FieldDescriptor;
        of_oneof: OneofDescriptor;
        of_enum: EnumDescriptor;
        of_enum_value: EnumValueDescriptor;
    }
}

/// One way in which a component is not what its interface says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The function: `say-hello`.
    pub function: String,
    /// The field, from a parameter or the result down: `request.tags[].name`. Empty
    /// where it is the function itself that differs.
    pub field: String,
    /// What differs.
    pub problem: Problem,
    /// What the interface says, in WIT.
    pub expected: String,
    /// What the component has, in WIT.
    pub found: String,
    /// The Protobuf element that `expected` comes from.
    pub element: Element,
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// The component does not export the function.
    MissingFunction,
    /// The component imports a function that the other service does not have.
    UnknownFunction,
    /// The export is no plain function.
    Kind,
    /// The function has other parameters.
    Parameters,
    /// Another type.
    Type,
    /// The component's record lacks the field.
    MissingField,
    /// The component's record has a field that the message lacks.
    ExtraField,
    /// The same fields in another order.
    FieldOrder,
    /// The cases of a variant or enum differ.
    Cases,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            function,
            field,
            problem,
            expected,
            found,
            element,
        } = self;
        match problem {
            Problem::MissingFunction => {
                return write!(
                    f,
                    "the component does not export `{function}`, which `{}` needs; found {found}",
                    element.name
                );
            }
            Problem::UnknownFunction => {
                return write!(
                    f,
                    "the component imports `{function}`, which `{}` does not have; {expected}",
                    element.name
                );
            }
            Problem::Parameters => {
                return write!(
                    f,
                    "function `{function}`: expected the parameters `({expected})`, found `({found})`"
                );
            }
            _ => {}
        }
        write!(f, "function `{function}`: ")?;
        match problem {
            Problem::MissingField => write!(
                f,
                "`{field}` is missing; `{}` needs `{expected}`",
                element.name
            ),
            Problem::ExtraField => {
                write!(
                    f,
                    "`{field}` is unknown; `{}` has no such field",
                    element.name
                )
            }
            Problem::FieldOrder => write!(
                f,
                "the fields of `{field}` stand in another order: expected `{expected}`, found `{found}`"
            ),
            Problem::Cases => write!(
                f,
                "the cases of `{field}` differ: expected {expected}, found {found}"
            ),
            Problem::Kind => write!(f, "expected {expected}, found {found}"),
            Problem::Type => {
                write!(f, "`{field}` should be `{expected}`, found `{found}`")?;
                if element.name.is_empty() {
                    return Ok(());
                }
                write!(f, " (`{}`)", element.name)
            }
            Problem::MissingFunction | Problem::UnknownFunction | Problem::Parameters => Ok(()),
        }
    }
}

/// Something that a component exports and its interface does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraExport {
    /// `function` or `interface`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

impl fmt::Display for ExtraExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the component exports the {} `{}`, which the interface does not have; nothing calls it",
            self.kind, self.name
        )
    }
}
