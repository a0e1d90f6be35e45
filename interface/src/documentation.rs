//! What the comments of a definition say about its elements.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{EnumDescriptor, FileDescriptor, Kind, MessageDescriptor, ServiceDescriptor};

use crate::model::comments::Comments;

/// How many bytes of one comment are kept.
const MAX_COMMENT: usize = 4 << 10;

/// How many bytes of all comments of a service are kept.
const MAX_TOTAL: usize = 128 << 10;

/// The comments of a service and of all that its methods reach, by full name. What is
/// too long is cut off, and where there is too much, what comes last is left out.
#[must_use]
pub fn documentation(service: &ServiceDescriptor) -> BTreeMap<String, String> {
    let mut reader = Reader::default();
    reader.element(&service.parent_file(), service.full_name(), service.path());
    let mut seen = BTreeSet::new();
    let mut waiting = Vec::new();
    for method in service.methods() {
        reader.element(&service.parent_file(), method.full_name(), method.path());
        waiting.push(Kind::Message(method.input()));
        waiting.push(Kind::Message(method.output()));
    }
    while let Some(kind) = waiting.pop() {
        match kind {
            Kind::Message(message) if is_own(message.full_name(), &mut seen) => {
                waiting.extend(message.fields().map(|field| field.kind()));
                reader.message(&message);
            }
            Kind::Enum(enumeration) if is_own(enumeration.full_name(), &mut seen) => {
                reader.enumeration(&enumeration);
            }
            _ => {}
        }
    }
    reader.found
}

/// Whether an element is new, and none that everybody knows.
fn is_own(full_name: &str, seen: &mut BTreeSet<String>) -> bool {
    !full_name.starts_with("google.protobuf.") && seen.insert(full_name.to_owned())
}

#[derive(Default)]
struct Reader {
    comments: Comments,
    found: BTreeMap<String, String>,
    bytes: usize,
}

impl Reader {
    fn message(&mut self, message: &MessageDescriptor) {
        let file = message.parent_file();
        self.element(&file, message.full_name(), message.path());
        for field in message.fields() {
            self.element(&file, field.full_name(), field.path());
        }
    }

    fn enumeration(&mut self, enumeration: &EnumDescriptor) {
        let file = enumeration.parent_file();
        self.element(&file, enumeration.full_name(), enumeration.path());
        for value in enumeration.values() {
            self.element(&file, value.full_name(), value.path());
        }
    }

    fn element(&mut self, file: &FileDescriptor, full_name: &str, path: &[i32]) {
        let mut text = self.comments.lines(file, path).join("\n");
        text.truncate(text.floor_char_boundary(MAX_COMMENT));
        self.bytes += text.len();
        if !text.is_empty() && self.bytes <= MAX_TOTAL {
            self.found.insert(full_name.to_owned(), text);
        }
    }
}
