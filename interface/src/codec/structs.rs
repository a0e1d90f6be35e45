//! `Struct`, `Value` and `ListValue` of `google.protobuf`, between their encoding
//! and JSON text.

use bytes::{BufMut, BytesMut};
use serde_json::{Map, Number, Value};

use super::RECURSION_LIMIT;
use super::decode;
use super::error::{CodecError, CodecErrorKind as Kind};
use super::json;
use super::plan::ScalarPlan;
use super::wire::{self, Reader, WireType};
use crate::JsonKind;
use wasmtime::component::Val;

/// The JSON text of an encoded message.
pub(super) fn decode(kind: JsonKind, encoded: &[u8]) -> Result<String, CodecError> {
    let reader = Reader::new(encoded);
    let value = match kind {
        JsonKind::Struct => read_struct(reader, Map::new(), 0).map(Value::Object),
        JsonKind::Value => read_value(reader, Value::Null, 0),
        JsonKind::List => read_list(reader, Vec::new(), 0).map(Value::Array),
    }?;
    Ok(value.to_string())
}

/// Writes the fields of the message that stands for JSON text.
pub(super) fn encode(kind: JsonKind, text: &str, out: &mut BytesMut) -> Result<(), CodecError> {
    match (kind, parse(kind, text)?) {
        (JsonKind::Struct, Value::Object(object)) => write_struct(&object, out, 0),
        (JsonKind::List, Value::Array(list)) => write_list(&list, out, 0),
        (_, value) => write_value(&value, out, 0),
    }
}

/// Parses the text of a `json`, which must be of the right kind.
pub(super) fn parse(kind: JsonKind, text: &str) -> Result<Value, CodecError> {
    let value = json::parse(text.as_bytes()).map_err(|_| Kind::Text {
        expected: "JSON",
        found: shorten(text),
    })?;
    canonical(kind, &value)
}

/// The same JSON as it is when it has been a message: its numbers are of 64 bits.
pub(super) fn canonical(kind: JsonKind, value: &Value) -> Result<Value, CodecError> {
    let expected = match (kind, value) {
        (JsonKind::Struct, Value::Object(_))
        | (JsonKind::List, Value::Array(_))
        | (JsonKind::Value, _) => return canonical_value(value, 0),
        (JsonKind::Struct, _) => "a JSON object",
        (JsonKind::List, _) => "a JSON array",
    };
    Err(CodecError::new(Kind::Type {
        expected,
        found: describe(value).to_owned(),
    }))
}

/// A level of JSON is at least two of messages: what is accepted here has an
/// encoding.
fn canonical_value(value: &Value, depth: usize) -> Result<Value, CodecError> {
    if depth > RECURSION_LIMIT / 2 - 1 {
        return Err(Kind::TooDeep.into());
    }
    Ok(match value {
        Value::Number(found) => number(as_f64(found)?)?,
        Value::Array(list) => list
            .iter()
            .map(|item| canonical_value(item, depth + 1))
            .collect::<Result<_, _>>()?,
        Value::Object(object) => object
            .iter()
            .map(|(key, member)| Ok((key.clone(), canonical_value(member, depth + 1)?)))
            .collect::<Result<_, CodecError>>()?,
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    })
}

fn as_f64(number: &Number) -> Result<f64, CodecError> {
    number.as_f64().ok_or_else(|| {
        CodecError::new(Kind::Range {
            expected: "a number of 64 bits",
            found: number.to_string(),
        })
    })
}

pub(super) fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "`null`",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Enough of a text to recognise it in an error.
pub(super) fn shorten(text: &str) -> String {
    const LIMIT: usize = 64;
    match text.char_indices().nth(LIMIT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

fn read_struct(
    mut reader: Reader<'_>,
    mut object: Map<String, Value>,
    depth: usize,
) -> Result<Map<String, Value>, CodecError> {
    check_level(depth)?;
    while !reader.is_empty() {
        match reader.tag()? {
            (1, WireType::Length) => {
                let (key, value) = read_entry(reader.delimited()?, depth + 1)?;
                object.insert(key, value);
            }
            (number, wire) => reader.skip(number, wire, depth)?,
        }
    }
    Ok(object)
}

fn read_entry(mut reader: Reader<'_>, depth: usize) -> Result<(String, Value), CodecError> {
    let mut key = String::new();
    let mut value = Value::Null;
    while !reader.is_empty() {
        match reader.tag()? {
            (1, WireType::Length) => {
                if let Val::String(text) = decode::scalar(ScalarPlan::String, &mut reader)? {
                    key = text;
                }
            }
            (2, WireType::Length) => value = read_value(reader.delimited()?, value, depth)?,
            (number, wire) => reader.skip(number, wire, depth)?,
        }
    }
    Ok((key, value))
}

/// `value` is what earlier parts of the message said. A message without any kind
/// of value is taken for `null`.
fn read_value(mut reader: Reader<'_>, mut value: Value, depth: usize) -> Result<Value, CodecError> {
    check_level(depth)?;
    while !reader.is_empty() {
        value = match reader.tag()? {
            (1, WireType::Varint) => {
                reader.varint()?;
                Value::Null
            }
            (2, WireType::Fixed64) => number(f64::from_le_bytes(reader.fixed64()?))?,
            (3, WireType::Length) => match decode::scalar(ScalarPlan::String, &mut reader)? {
                Val::String(text) => Value::String(text),
                _ => Value::Null,
            },
            (4, WireType::Varint) => Value::Bool(reader.varint()? != 0),
            (5, WireType::Length) => {
                let object = match value {
                    Value::Object(object) => object,
                    _ => Map::new(),
                };
                Value::Object(read_struct(reader.delimited()?, object, depth + 1)?)
            }
            (6, WireType::Length) => {
                let list = match value {
                    Value::Array(list) => list,
                    _ => Vec::new(),
                };
                Value::Array(read_list(reader.delimited()?, list, depth + 1)?)
            }
            (number, wire) => {
                reader.skip(number, wire, depth)?;
                value
            }
        };
    }
    Ok(value)
}

fn read_list(
    mut reader: Reader<'_>,
    mut list: Vec<Value>,
    depth: usize,
) -> Result<Vec<Value>, CodecError> {
    check_level(depth)?;
    while !reader.is_empty() {
        match reader.tag()? {
            (1, WireType::Length) => {
                list.push(read_value(reader.delimited()?, Value::Null, depth + 1)?);
            }
            (number, wire) => reader.skip(number, wire, depth)?,
        }
    }
    Ok(list)
}

fn check_level(depth: usize) -> Result<(), CodecError> {
    if depth > RECURSION_LIMIT {
        return Err(Kind::TooDeep.into());
    }
    Ok(())
}

/// A whole number is written without a fraction, as other printers do.
fn number(value: f64) -> Result<Value, CodecError> {
    /// Below this, every whole number has a `f64` of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    let negative_zero = value == 0.0 && value.is_sign_negative();
    if value.fract() == 0.0 && value.abs() < EXACT && !negative_zero {
        #[allow(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        return Ok(Value::from(value as i64));
    }
    Number::from_f64(value)
        .map(Value::Number)
        .ok_or_else(|| Kind::NoJson("a number of a `Value` must be finite").into())
}

fn write_struct(
    object: &Map<String, Value>,
    out: &mut BytesMut,
    depth: usize,
) -> Result<(), CodecError> {
    check_level(depth)?;
    for (key, value) in object {
        wire::put_tag(out, 1, WireType::Length);
        wire::put_delimited(out, |out| {
            wire::put_tag(out, 1, WireType::Length);
            wire::put_varint(out, key.len() as u64);
            out.put_slice(key.as_bytes());
            wire::put_tag(out, 2, WireType::Length);
            wire::put_delimited(out, |out| write_value(value, out, depth + 1))
        })?;
    }
    Ok(())
}

fn write_list(list: &[Value], out: &mut BytesMut, depth: usize) -> Result<(), CodecError> {
    check_level(depth)?;
    for value in list {
        wire::put_tag(out, 1, WireType::Length);
        wire::put_delimited(out, |out| write_value(value, out, depth + 1))?;
    }
    Ok(())
}

fn write_value(value: &Value, out: &mut BytesMut, depth: usize) -> Result<(), CodecError> {
    check_level(depth)?;
    match value {
        Value::Null => {
            wire::put_tag(out, 1, WireType::Varint);
            wire::put_varint(out, 0);
        }
        Value::Number(number) => {
            wire::put_tag(out, 2, WireType::Fixed64);
            out.put_f64_le(as_f64(number)?);
        }
        Value::String(text) => {
            wire::put_tag(out, 3, WireType::Length);
            wire::put_varint(out, text.len() as u64);
            out.put_slice(text.as_bytes());
        }
        Value::Bool(value) => {
            wire::put_tag(out, 4, WireType::Varint);
            wire::put_varint(out, u64::from(*value));
        }
        Value::Object(object) => {
            wire::put_tag(out, 5, WireType::Length);
            wire::put_delimited(out, |out| write_struct(object, out, depth + 1))?;
        }
        Value::Array(list) => {
            wire::put_tag(out, 6, WireType::Length);
            wire::put_delimited(out, |out| write_list(list, out, depth + 1))?;
        }
    }
    Ok(())
}
