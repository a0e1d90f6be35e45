//! Values without parts: what each type takes, by the table "Field Values" of
//! the specification.

use prost_reflect::{EnumDescriptor, Kind, Value as Bound};

use super::error::BindErrorKind;
use crate::rules::nearest;
use crate::textproto::literal::{Number, classify_number, is_signed_name};
use crate::textproto::syntax::{Literal, Scalar};

/// The value of type `kind`; none where a syntax error was reported.
pub(super) fn bind(
    scalar: Scalar<'_>,
    kind: &Kind,
    field: &str,
) -> Result<Option<Bound>, BindErrorKind> {
    let literal = scalar.literal();
    if literal == Literal::Bad {
        return Ok(None);
    }
    let reader = Reader {
        scalar,
        literal,
        kind,
        field,
    };
    let value = match kind {
        Kind::Double => reader.double().map(Bound::F64),
        Kind::Float => reader.float().map(Bound::F32),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => reader
            .integer(i32::MIN.into(), i32::MAX.into())
            .map(|value| Bound::I32(narrow(value))),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => reader
            .integer(i64::MIN.into(), i64::MAX.into())
            .map(|value| Bound::I64(narrow(value))),
        Kind::Uint32 | Kind::Fixed32 => reader
            .integer(0, u32::MAX.into())
            .map(|value| Bound::U32(narrow(value))),
        Kind::Uint64 | Kind::Fixed64 => reader
            .integer(0, u64::MAX.into())
            .map(|value| Bound::U64(narrow(value))),
        Kind::Bool => reader.boolean().map(Bound::Bool),
        Kind::String => reader.string().map(Bound::String),
        Kind::Bytes => reader.bytes().map(|bytes| Bound::Bytes(bytes.into())),
        Kind::Enum(descriptor) => reader.enum_value(descriptor).map(Bound::EnumNumber),
        Kind::Message(_) => Err(reader.wrong_type(None)),
    };
    value.map(Some)
}

/// A number that is known to fit.
fn narrow<T: TryFrom<i128>>(value: i128) -> T
where
    T::Error: std::fmt::Debug,
{
    T::try_from(value).expect("the range of the type was checked")
}

/// What a field of type `kind` takes, for messages.
pub(super) fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Double | Kind::Float => "a number".to_owned(),
        Kind::Int32
        | Kind::Int64
        | Kind::Uint32
        | Kind::Uint64
        | Kind::Sint32
        | Kind::Sint64
        | Kind::Fixed32
        | Kind::Fixed64
        | Kind::Sfixed32
        | Kind::Sfixed64 => "an integer".to_owned(),
        Kind::Bool => "`true` or `false`".to_owned(),
        Kind::String => "a string".to_owned(),
        Kind::Bytes => "a string of bytes".to_owned(),
        Kind::Enum(descriptor) => format!("a value of the enum `{}`", descriptor.name()),
        Kind::Message(entry) if entry.is_map_entry() => "a message of `key` and `value`".to_owned(),
        Kind::Message(descriptor) => format!("a message `{}`", descriptor.name()),
    }
}

/// What was found, for messages.
pub(super) fn describe(scalar: Scalar<'_>) -> String {
    match scalar.literal() {
        Literal::String(_) => "a string".to_owned(),
        Literal::Integer { .. } | Literal::Float { .. } => {
            format!("the number `{}`", scalar.text())
        }
        Literal::Identifier { .. } | Literal::Bad => format!("`{}`", scalar.text()),
    }
}

struct Reader<'a, 't> {
    scalar: Scalar<'t>,
    literal: Literal<'t>,
    kind: &'a Kind,
    field: &'a str,
}

impl Reader<'_, '_> {
    fn wrong_type(&self, help: Option<String>) -> BindErrorKind {
        self.wrong_type_for(help, None)
    }

    fn wrong_type_for(&self, help: Option<String>, instead: Option<String>) -> BindErrorKind {
        BindErrorKind::WrongType {
            field: self.field.to_owned(),
            expected: expected(self.kind),
            found: describe(self.scalar),
            help,
            instead,
        }
    }

    /// A value of the wrong type, to take the quotes off where `is_value` holds for
    /// what is in them.
    fn perhaps_quoted(&self, is_value: impl Fn(&str) -> bool) -> BindErrorKind {
        let text = match &self.literal {
            Literal::String(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        };
        match text.filter(|text| is_value(text)) {
            Some(text) => {
                let help = format!("write `{text}` without quotes");
                self.wrong_type_for(Some(help), Some(text.to_owned()))
            }
            None => self.wrong_type(None),
        }
    }

    fn integer(&self, lowest: i128, highest: i128) -> Result<i128, BindErrorKind> {
        let Literal::Integer {
            negative, value, ..
        } = self.literal
        else {
            return Err(self.perhaps_quoted(is_integer));
        };
        value
            .map(|value| {
                if negative {
                    -i128::from(value)
                } else {
                    i128::from(value)
                }
            })
            .filter(|value| (lowest..=highest).contains(value))
            .ok_or_else(|| BindErrorKind::OutOfRange {
                value: self.scalar.text().to_owned(),
                field: self.field.to_owned(),
                lowest: lowest.to_string(),
                highest: highest.to_string(),
            })
    }

    /// The text of a floating-point number, as Rust reads it.
    fn decimal(&self) -> Result<String, BindErrorKind> {
        let (negative, text) = match self.literal {
            Literal::Float { negative, text } => (negative, text),
            Literal::Integer {
                negative,
                is_decimal: true,
                text,
                ..
            } => (negative, text),
            Literal::Integer { .. } => {
                return Err(self.wrong_type(Some("write it as a decimal number".to_owned())));
            }
            Literal::Identifier { negative, name } if is_signed_name(name) => (negative, name),
            _ => {
                return Err(self.perhaps_quoted(is_decimal));
            }
        };
        Ok(if negative {
            format!("-{text}")
        } else {
            text.to_owned()
        })
    }

    // Numbers beyond the range become infinite, as in other implementations.

    fn double(&self) -> Result<f64, BindErrorKind> {
        let text = self.decimal()?;
        text.parse().map_err(|_| self.wrong_type(None))
    }

    fn float(&self) -> Result<f32, BindErrorKind> {
        let text = self.decimal()?;
        text.parse().map_err(|_| self.wrong_type(None))
    }

    fn boolean(&self) -> Result<bool, BindErrorKind> {
        match self.literal {
            Literal::Identifier {
                negative: false,
                name: "true" | "True" | "t",
            }
            | Literal::Integer {
                negative: false,
                value: Some(1),
                ..
            } => Ok(true),
            Literal::Identifier {
                negative: false,
                name: "false" | "False" | "f",
            }
            | Literal::Integer {
                negative: false,
                value: Some(0),
                ..
            } => Ok(false),
            _ => Err(self.perhaps_quoted(|text| matches!(text, "true" | "false"))),
        }
    }

    fn string(&self) -> Result<String, BindErrorKind> {
        String::from_utf8(self.bytes()?).map_err(|_| BindErrorKind::NotUtf8 {
            field: self.field.to_owned(),
        })
    }

    fn bytes(&self) -> Result<Vec<u8>, BindErrorKind> {
        if let Literal::String(bytes) = &self.literal {
            return Ok(bytes.clone());
        }
        let text = self.scalar.text();
        let quoted = format!("\"{text}\"");
        let help = format!("put it in quotes: `{quoted}`");
        // Between a sign and its number may stand anything.
        let is_plain = !text.contains(['"', '\\', '\n']);
        Err(self.wrong_type_for(Some(help), is_plain.then_some(quoted)))
    }

    fn enum_value(&self, descriptor: &EnumDescriptor) -> Result<i32, BindErrorKind> {
        match self.literal {
            Literal::Identifier {
                negative: false,
                name,
            } => descriptor
                .get_value_by_name(name)
                .map(|value| value.number())
                .ok_or_else(|| self.unknown_value(descriptor, name)),
            Literal::Integer { .. } => {
                let number: i32 = self.integer(i32::MIN.into(), i32::MAX.into()).map(narrow)?;
                if descriptor.get_value(number).is_some() || is_open(descriptor) {
                    Ok(number)
                } else {
                    Err(self.unknown_value(descriptor, self.scalar.text()))
                }
            }
            _ => {
                let is_value = |text: &str| descriptor.get_value_by_name(text).is_some();
                Err(self.perhaps_quoted(is_value))
            }
        }
    }

    fn unknown_value(&self, descriptor: &EnumDescriptor, found: &str) -> BindErrorKind {
        let values: Vec<String> = descriptor
            .values()
            .map(|value| value.name().to_owned())
            .collect();
        BindErrorKind::UnknownEnumValue {
            value: found.to_owned(),
            field: self.field.to_owned(),
            nearest: nearest(found, values.iter().map(String::as_str)).map(str::to_owned),
            values,
        }
    }
}

/// Whether `text` is an integer as the text format has it.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    classify_number(digits) == Some(Number::Integer) && text.parse::<i128>().is_ok()
}

/// Whether `text` is a number as the text format has it.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    classify_number(digits).is_some() && text.parse::<f64>().is_ok()
}

/// Whether the enum takes numbers that it has no name for.
fn is_open(descriptor: &EnumDescriptor) -> bool {
    descriptor.parent_file().syntax() == prost_reflect::Syntax::Proto3
}
