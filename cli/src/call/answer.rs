//! Messages of an answer, for people and programs.

use std::fmt::Write as _;

use clap::ValueEnum;
use prost::Message as _;
use prost_reflect::text_format::FormatOptions;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use vimana_interface::codec::{CodecError, JsonOptions, MessageCodec};

use super::indent::indent;
use crate::command_error::{Code, CommandError};

/// How to print answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// JSON, a member a line; what a terminal gets
    Json,
    /// JSON, a message a line; what a pipe gets
    Jsonl,
    /// The text format of Protobuf
    #[value(name = "text-format")]
    Text,
}

/// Writes the messages of one type.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    codec: MessageCodec,
    format: Format,
    options: JsonOptions,
}

impl Writer {
    pub(crate) fn new(message: &MessageDescriptor, format: Format, emit_defaults: bool) -> Self {
        Self {
            codec: MessageCodec::of_descriptor(message),
            format,
            options: JsonOptions {
                always_print_fields_with_no_presence: emit_defaults,
                ..JsonOptions::default()
            },
        }
    }

    /// The same for the message as another pool knows it.
    pub(crate) fn of(&self, message: &MessageDescriptor) -> Self {
        Self {
            codec: MessageCodec::of_descriptor(message),
            ..self.clone()
        }
    }

    pub(crate) fn message(&self) -> &MessageDescriptor {
        self.codec.message()
    }

    /// A message, with its line end.
    pub(crate) fn write(&self, encoded: &[u8]) -> Result<String, CodecError> {
        if self.format == Format::Text {
            return Ok(self.text_format(encoded));
        }
        let value = self.codec.from_protobuf(encoded)?;
        let mut json = Vec::new();
        self.codec.write_json(&value, self.options, &mut json)?;
        if self.format == Format::Json {
            json = indent(&json);
        }
        json.push(b'\n');
        Ok(String::from_utf8_lossy(&json).into_owned())
    }

    fn text_format(&self, encoded: &[u8]) -> String {
        let mut message = DynamicMessage::new(self.message().clone());
        // What was read before a mistake is shown as well.
        let read = message.merge(encoded);
        let options = FormatOptions::new().pretty(true);
        let mut text = message.to_text_format_with_options(&options);
        if let Err(error) = read {
            let _ = write!(text, "\n# broken: {error}");
        }
        text.push('\n');
        text
    }
}

/// Why an answer cannot be printed.
pub(crate) fn unreadable(error: &CodecError, message: &MessageDescriptor) -> CommandError {
    CommandError::new(
        Code::Failed,
        format!(
            "the answer cannot be written as JSON of `{}`: {error}",
            message.full_name()
        ),
    )
    .with_help("`-o text-format` prints what is there")
}
