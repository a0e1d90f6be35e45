//! From a tree to a message: every field looked up in the descriptor, every
//! value checked against its field's type.

mod error;
mod message;
mod scalar;
mod spans;

use prost_reflect::{DynamicMessage, MessageDescriptor};

pub use error::{BindError, BindErrorKind};
pub use spans::{FieldSpan, FieldSpans};

use super::Document;

/// A message and where each part of it is written.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The message, with every field that could be bound.
    pub message: DynamicMessage,
    /// Where each field is written.
    pub spans: FieldSpans,
    /// What could not be bound, in the order of the text.
    pub errors: Vec<BindError>,
}

/// The message of type `descriptor` that `document` spells. Where a syntax error
/// left a field without name or value, the field is passed over.
#[must_use]
pub fn bind(document: &Document, descriptor: &MessageDescriptor) -> Bound {
    let mut binder = Binder {
        spans: FieldSpans::default(),
        errors: Vec::new(),
    };
    let message = binder.message(document.message(), descriptor, "");
    binder.errors.sort_by_key(|error| error.range.start);
    Bound {
        message,
        spans: binder.spans,
        errors: binder.errors,
    }
}

struct Binder {
    spans: FieldSpans,
    errors: Vec<BindError>,
}
