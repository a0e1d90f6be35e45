//! Numbers and other scalars of JSON.

use wasmtime::component::Val;

use super::super::decode;
use super::super::error::{CodecError, CodecErrorKind as Kind};
use super::super::plan::ScalarPlan;
use super::super::structs::shorten;
use super::super::well_known::decode_base64;
use super::text::Token;

pub(in super::super) fn scalar(kind: ScalarPlan, json: Token<'_>) -> Result<Val, CodecError> {
    match kind {
        ScalarPlan::Bool => match json {
            Token::Bool(value) => Ok(Val::Bool(value)),
            other => Err(mismatch("a boolean", &other)),
        },
        ScalarPlan::Int32 | ScalarPlan::Sint32 | ScalarPlan::Sfixed32 => {
            integer(&json, "an integer of 32 bits").map(Val::S32)
        }
        ScalarPlan::Uint32 | ScalarPlan::Fixed32 => {
            integer(&json, "an unsigned integer of 32 bits").map(Val::U32)
        }
        ScalarPlan::Int64 | ScalarPlan::Sint64 | ScalarPlan::Sfixed64 => {
            integer(&json, "an integer of 64 bits").map(Val::S64)
        }
        ScalarPlan::Uint64 | ScalarPlan::Fixed64 => {
            integer(&json, "an unsigned integer of 64 bits").map(Val::U64)
        }
        ScalarPlan::Float => float(&json).map(Val::Float32),
        ScalarPlan::Double => double(&json).map(Val::Float64),
        ScalarPlan::String => match json {
            Token::String(text) => Ok(Val::String(text.into_owned())),
            other => Err(mismatch("a string", &other)),
        },
        ScalarPlan::Bytes => match json {
            Token::String(text) => match decode_base64(&text) {
                Some(bytes) => Ok(decode::bytes(&bytes)),
                None => Err(invalid("base64", &text)),
            },
            other => Err(mismatch("a string in base64", &other)),
        },
    }
}

/// The key of a map, which is a string in JSON.
pub(super) fn key(kind: ScalarPlan, text: &str) -> Result<Val, CodecError> {
    match (kind, text) {
        (ScalarPlan::Bool, "true") => Ok(Val::Bool(true)),
        (ScalarPlan::Bool, "false") => Ok(Val::Bool(false)),
        (ScalarPlan::Bool, _) => Err(invalid("`true` or `false`", text)),
        (ScalarPlan::String, _) => Ok(Val::String(text.to_owned())),
        (kind, _) => scalar(kind, Token::String(text.into())),
    }
}

pub(super) fn mismatch(expected: &'static str, found: &Token<'_>) -> CodecError {
    CodecError::new(Kind::Type {
        expected,
        found: found.describe().to_owned(),
    })
}

pub(super) fn invalid(expected: &'static str, found: &str) -> CodecError {
    CodecError::new(Kind::Text {
        expected,
        found: shorten(found),
    })
}

/// An integer, as number or string; `1.0` and `1e3` are integers too.
pub(super) fn integer<T: TryFrom<i128>>(
    json: &Token<'_>,
    expected: &'static str,
) -> Result<T, CodecError> {
    let text = match json {
        Token::Number(text) => *text,
        Token::String(text) if is_number(text) => text,
        Token::String(text) => return Err(invalid(expected, text)),
        other => return Err(mismatch(expected, other)),
    };
    // Nearly always it fits 64 bits, which is quicker.
    let value = match text.parse::<i64>() {
        Ok(value) => Some(i128::from(value)),
        Err(_) => match text.parse::<i128>() {
            Ok(value) => Some(value),
            Err(_) => text.parse().ok().and_then(whole),
        },
    };
    value
        .and_then(|value| T::try_from(value).ok())
        .ok_or_else(|| {
            CodecError::new(Kind::Range {
                expected,
                found: shorten(text),
            })
        })
}

/// None beyond the integers of 64 bits; that includes the least of them, since a
/// number below it may have been rounded to it.
fn whole(value: f64) -> Option<i128> {
    const LEAST: f64 = -9_223_372_036_854_775_808.0;
    const LIMIT: f64 = 18_446_744_073_709_551_616.0;

    let fits = value.fract() == 0.0 && value > LEAST && value < LIMIT;
    #[allow(clippy::cast_possible_truncation, reason = "whole and within 65 bits")]
    fits.then_some(value as i128)
}

fn float(json: &Token<'_>) -> Result<f32, CodecError> {
    let value = double(json)?;
    #[allow(clippy::cast_possible_truncation, reason = "rounding is meant")]
    let float = value as f32;
    if float.is_infinite() && value.is_finite() {
        return Err(CodecError::new(Kind::Range {
            expected: "a number of 32 bits",
            found: value.to_string(),
        }));
    }
    Ok(float)
}

fn double(json: &Token<'_>) -> Result<f64, CodecError> {
    const EXPECTED: &str = "a number";
    let text = match json {
        Token::Number(text) => *text,
        Token::String(text) => match text.as_ref() {
            "NaN" => return Ok(f64::NAN),
            "Infinity" => return Ok(f64::INFINITY),
            "-Infinity" => return Ok(f64::NEG_INFINITY),
            text if is_number(text) => text,
            text => return Err(invalid(EXPECTED, text)),
        },
        other => return Err(mismatch(EXPECTED, other)),
    };
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(invalid("a number of 64 bits", text)),
    }
}

/// The grammar of numbers in JSON. Rust's own parsers take more: `+1`, `inf`, `.5`.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    [Some(whole), fraction, exponent]
        .into_iter()
        .flatten()
        .all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
