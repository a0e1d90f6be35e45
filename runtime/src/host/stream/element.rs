//! The type of a stream's elements: its size in a guest's memory, and how it is
//! written down.

use std::fmt::Write as _;

use wasmtime::component::Type;

/// Size and alignment in a memory of 32 bits (Canonical ABI, "Element Size" and
/// "Alignment").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) size: u32,
    pub(super) align: u32,
}

/// A type that no message consists of.
#[derive(Debug, thiserror::Error)]
#[error("elements of a stream may not hold a {0}")]
pub(crate) struct Unsupported(&'static str);

impl Layout {
    const fn scalar(size: u32) -> Self {
        Self { size, align: size }
    }

    /// The layout of a type.
    pub(super) fn of(ty: &Type) -> Result<Self, Unsupported> {
        Ok(match ty {
            Type::Bool | Type::U8 | Type::S8 => Self::scalar(1),
            Type::U16 | Type::S16 => Self::scalar(2),
            Type::U32 | Type::S32 | Type::Float32 | Type::Char => Self::scalar(4),
            Type::U64 | Type::S64 | Type::Float64 => Self::scalar(8),
            Type::String | Type::List(_) => Self { size: 8, align: 4 },
            Type::Record(record) => Self::sequence(record.fields().map(|field| field.ty))?,
            Type::Tuple(tuple) => Self::sequence(tuple.types())?,
            Type::Enum(cases) => Self::choice(cases.names().len(), std::iter::empty())?,
            Type::Option(option) => Self::choice(2, [option.ty()].into_iter())?,
            Type::Result(result) => {
                Self::choice(2, [result.ok(), result.err()].into_iter().flatten())?
            }
            Type::Variant(variant) => Self::choice(
                variant.cases().len(),
                variant.cases().filter_map(|case| case.ty),
            )?,
            Type::Flags(flags) => Self::flags(flags.names().len()),
            other => return Err(unsupported(other)),
        })
    }

    /// One after the other.
    fn sequence(types: impl Iterator<Item = Type>) -> Result<Self, Unsupported> {
        let mut whole = Self { size: 0, align: 1 };
        for ty in types {
            let part = Self::of(&ty)?;
            whole.size = whole.size.next_multiple_of(part.align) + part.size;
            whole.align = whole.align.max(part.align);
        }
        whole.size = whole.size.next_multiple_of(whole.align);
        Ok(whole)
    }

    /// Which one, and then the one.
    fn choice(cases: usize, payloads: impl Iterator<Item = Type>) -> Result<Self, Unsupported> {
        let which = Self::scalar(match cases {
            0..=0x100 => 1,
            0x101..=0x1_0000 => 2,
            _ => 4,
        });
        let mut payload = Self { size: 0, align: 1 };
        for ty in payloads {
            let case = Self::of(&ty)?;
            payload.size = payload.size.max(case.size);
            payload.align = payload.align.max(case.align);
        }
        let align = which.align.max(payload.align);
        let size = which.size.next_multiple_of(payload.align) + payload.size;
        Ok(Self {
            size: size.next_multiple_of(align),
            align,
        })
    }

    fn flags(count: usize) -> Self {
        match count {
            0..=8 => Self::scalar(1),
            9..=16 => Self::scalar(2),
            _ => Self::scalar(4),
        }
    }
}

fn unsupported(ty: &Type) -> Unsupported {
    Unsupported(match ty {
        Type::Own(_) | Type::Borrow(_) => "resource",
        Type::Future(_) => "future",
        Type::Stream(_) => "stream",
        Type::ErrorContext => "error context",
        Type::Map(_) => "map",
        _ => "list of fixed length",
    })
}

/// A type as definitions of the text format of components. Equal for types that are
/// equal, so it serves as their name as well.
///
/// Records, variants, enums and flags must have names where a function imports or
/// exports them. Types are compared by their structure, so invented names do, and a
/// linker need not supply anything for them.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    text: String,
    seen: Vec<(Type, String)>,
}

impl Definitions {
    /// The definitions so far.
    pub(super) fn text(&self) -> &str {
        self.text.trim_end()
    }

    /// How the type is referred to; what it needs is defined before.
    pub(super) fn reference(&mut self, ty: &Type) -> Result<String, Unsupported> {
        if let Some(name) = primitive(ty) {
            return Ok(name.to_owned());
        }
        if let Some((_, name)) = self.seen.iter().find(|(seen, _)| seen == ty) {
            return Ok(name.clone());
        }
        let body = self.body(ty)?;
        let number = self.seen.len();
        let name = format!("$t{number}");
        let is_named = matches!(
            ty,
            Type::Record(_) | Type::Variant(_) | Type::Enum(_) | Type::Flags(_)
        );
        if is_named {
            push(
                &mut self.text,
                format_args!(
                    "(type $d{number} {body})\n  (import \"t{number}\" (type {name} (eq $d{number})))\n  "
                ),
            );
        } else {
            push(&mut self.text, format_args!("(type {name} {body})\n  "));
        }
        self.seen.push((ty.clone(), name.clone()));
        Ok(name)
    }

    fn body(&mut self, ty: &Type) -> Result<String, Unsupported> {
        let mut body = String::new();
        match ty {
            Type::Record(record) => {
                body.push_str("(record");
                for field in record.fields() {
                    let ty = self.reference(&field.ty)?;
                    push(&mut body, format_args!(" (field {:?} {ty})", field.name));
                }
            }
            Type::Variant(variant) => {
                body.push_str("(variant");
                for case in variant.cases() {
                    let ty = case.ty.map(|ty| self.reference(&ty)).transpose()?;
                    let ty = ty.unwrap_or_default();
                    push(&mut body, format_args!(" (case {:?} {ty})", case.name));
                }
            }
            Type::Enum(cases) => {
                body.push_str("(enum");
                for name in cases.names() {
                    push(&mut body, format_args!(" {name:?}"));
                }
            }
            Type::Flags(flags) => {
                body.push_str("(flags");
                for name in flags.names() {
                    push(&mut body, format_args!(" {name:?}"));
                }
            }
            Type::Tuple(tuple) => {
                body.push_str("(tuple");
                for ty in tuple.types() {
                    let ty = self.reference(&ty)?;
                    push(&mut body, format_args!(" {ty}"));
                }
            }
            Type::List(list) => {
                let ty = self.reference(&list.ty())?;
                push(&mut body, format_args!("(list {ty}"));
            }
            Type::Option(option) => {
                let ty = self.reference(&option.ty())?;
                push(&mut body, format_args!("(option {ty}"));
            }
            Type::Result(result) => {
                body.push_str("(result");
                if let Some(ok) = result.ok() {
                    let ty = self.reference(&ok)?;
                    push(&mut body, format_args!(" {ty}"));
                }
                if let Some(err) = result.err() {
                    let ty = self.reference(&err)?;
                    push(&mut body, format_args!(" (error {ty})"));
                }
            }
            other => return Err(unsupported(other)),
        }
        body.push(')');
        Ok(body)
    }
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    text.write_fmt(more)
        .expect("writing to a string cannot fail");
}

fn primitive(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Bool => "bool",
        Type::S8 => "s8",
        Type::U8 => "u8",
        Type::S16 => "s16",
        Type::U16 => "u16",
        Type::S32 => "s32",
        Type::U32 => "u32",
        Type::S64 => "s64",
        Type::U64 => "u64",
        Type::Float32 => "f32",
        Type::Float64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        _ => return None,
    })
}
