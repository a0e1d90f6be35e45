//! From a JSON document to an encoded message.

use bytes::{Bytes, BytesMut};
use prost_reflect::MessageDescriptor;
use vimana_interface::codec::{CodecError, CodecErrorKind, JsonOptions, MessageCodec};

use super::documents::{Document, Position};
use super::locate::{Part, locate};
use crate::command_error::{Code, CommandError};
use crate::nearest::nearest;

/// Encodes the messages of a request.
#[derive(Debug, Clone)]
pub(crate) struct Encoder {
    codec: MessageCodec,
    /// Where the documents come from, for people.
    source: String,
}

impl Encoder {
    pub(crate) fn new(message: &MessageDescriptor, source: String) -> Self {
        Self {
            codec: MessageCodec::of_descriptor(message),
            source,
        }
    }

    /// The message with no field set.
    pub(crate) fn empty() -> Bytes {
        Bytes::new()
    }

    /// Encodes a document.
    pub(super) fn encode(&self, document: &Document) -> Result<Bytes, CommandError> {
        let mut encoded = BytesMut::new();
        self.codec
            .read_json(&document.text, JsonOptions::default())
            .and_then(|value| self.codec.to_protobuf(&value, &mut encoded))
            .map_err(|error| self.error(&error, document))?;
        Ok(encoded.freeze())
    }

    fn error(&self, error: &CodecError, document: &Document) -> CommandError {
        let text = String::from_utf8_lossy(&document.text);
        let here = match error.kind() {
            CodecErrorKind::Syntax { line, column, .. } => Position {
                line: *line,
                column: *column,
            },
            kind => {
                let part = match kind {
                    CodecErrorKind::UnknownField { .. } | CodecErrorKind::Duplicate => Part::Name,
                    _ => Part::Value,
                };
                position(&text, locate(&text, error.field(), part))
            }
        };
        let Position { line, column } = beyond(document.start, here);
        let told = match error.kind() {
            // Its own place is the one within the document.
            CodecErrorKind::Syntax { found, .. } => format!("the JSON is invalid: {found}"),
            _ => error.to_string(),
        };
        let message = format!("{}:{line}:{column}: {told}", self.source);
        let failed = CommandError::new(Code::Invalid, message);
        match self.help(error) {
            Some(help) => failed.with_help(help),
            None => failed,
        }
    }

    /// What was probably meant.
    fn help(&self, error: &CodecError) -> Option<String> {
        let pool = self.codec.message().parent_pool();
        let last = error.field().rsplit(['.', ']']).next().unwrap_or_default();
        let (found, names): (&str, Vec<String>) = match error.kind() {
            CodecErrorKind::UnknownField { message } => {
                let message = pool.get_message_by_name(message)?;
                let names = message.fields().map(|field| field.json_name().to_owned());
                (last, names.collect())
            }
            CodecErrorKind::EnumValue { enumeration, value } => {
                let enumeration = pool.get_enum_by_name(enumeration)?;
                let names = enumeration.values().map(|value| value.name().to_owned());
                (value, names.collect())
            }
            _ => return None,
        };
        let found = found.trim_matches(['"', '`']);
        if let Some(near) = nearest(found, names.iter().map(String::as_str)) {
            return Some(format!("did you mean `{near}`?"));
        }
        const SHOWN: usize = 12;
        let listed: Vec<_> = names
            .iter()
            .take(SHOWN)
            .map(|name| format!("`{name}`"))
            .collect();
        let more = if names.len() > SHOWN { ", ..." } else { "" };
        (!listed.is_empty()).then(|| format!("there is {}{more}", listed.join(", ")))
    }
}

/// The place of a byte.
fn position(text: &str, at: usize) -> Position {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line,
        column: before[start..].chars().count() + 1,
    }
}

/// A place within a document that begins at `start`.
const fn beyond(start: Position, here: Position) -> Position {
    Position {
        line: start.line + here.line - 1,
        column: if here.line == 1 {
            start.column + here.column - 1
        } else {
            here.column
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str) -> Result<Bytes, CommandError> {
        let message = "vimana.control.v1.BeginApplyRequest";
        let message = vimana_proto::descriptor_pool().get_message_by_name(message);
        let encoder = Encoder::new(&message.unwrap(), "plan.json".to_owned());
        encoder.encode(&Document {
            text: text.as_bytes().to_vec(),
            start: Position { line: 3, column: 5 },
        })
    }

    #[test]
    fn a_document_becomes_a_message() {
        assert_eq!(&encode(r#"{"workspace": "a"}"#).unwrap()[..], b"\x0a\x01a");
        assert!(encode("{}").unwrap().is_empty());
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_what_was_meant() {
        for (text, told) in [
            (
                r#"{"workspce": "a"}"#,
                "error: plan.json:3:6: `workspce`: `vimana.control.v1.BeginApplyRequest` has no such field\nhelp: did you mean `workspace`?",
            ),
            (
                "{\"steps\": [\n  {\"action\": \"PUTT\"}]}",
                "error: plan.json:4:14: `steps[0].action`: `vimana.control.v1.StepAction` has no value `PUTT`\nhelp: did you mean `PUT`?",
            ),
            (
                "{\"steps\": 7}",
                "error: plan.json:3:15: `steps`: expected an array, found a number",
            ),
            (
                "{\"workspace\":}",
                "error: plan.json:3:18: the JSON is invalid: a character that begins no value",
            ),
        ] {
            assert_eq!(encode(text).unwrap_err().render(false), told, "{text}");
        }
    }
}
