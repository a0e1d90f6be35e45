use prost_reflect::{ExtensionDescriptor, MessageDescriptor};
use prost_types::FieldOptions;
use prost_types::field_options::{CType, JsType};

use super::Comparison;
use super::types::is_packable;
use crate::breaking::change::Classes;
use crate::breaking::element::Field;
use crate::rules::field_removed::{self, Reserved};
use crate::rules::{
    cardinality_changed, default_changed, field_number_changed, field_renamed, field_type_changed,
    generator_option_changed, json_name_changed, number_reused, oneof_membership_changed,
    presence_changed, required_changed, required_field_added,
};

impl Comparison<'_> {
    /// Compares the fields of a message: those of one number, and those of one
    /// name.
    pub(super) fn fields(&mut self, base: &MessageDescriptor, head: &MessageDescriptor) {
        for field in base.fields() {
            let old = Field::of(&field);
            let by_number = head.get_field(old.number).as_ref().map(Field::of);
            let by_name = head.get_field_by_name(&old.name).as_ref().map(Field::of);
            match (by_number, by_name) {
                (Some(new), _) if new.name == old.name => self.field(&old, &new),
                (taken, Some(new)) => {
                    self.add(field_number_changed::change(&old, &new));
                    self.field(&old, &new);
                    self.reused(base, &old, taken);
                }
                (Some(new), None) => {
                    let is_new = base.get_field_by_name(&new.name).is_none();
                    if is_new && self.has_type_of(&old, &new) {
                        self.add(field_renamed::change(&old, &new));
                        self.field(&old, &new);
                    } else {
                        self.add(field_removed::change(&old, head, reserved(&old, head)));
                        self.reused(base, &old, Some(new));
                    }
                }
                (None, None) => {
                    self.add(field_removed::change(&old, head, reserved(&old, head)));
                }
            }
        }
        for field in head.fields() {
            let new = Field::of(&field);
            if base.get_field(new.number).is_some() || base.get_field_by_name(&new.name).is_some() {
                continue;
            }
            if new.is_required() {
                self.add(required_field_added::change(&new));
            } else {
                self.added(new.title());
            }
        }
    }

    /// Reports a field that is new under the number of an old one. One that has
    /// only taken another's number is told as such.
    fn reused(&mut self, base: &MessageDescriptor, old: &Field, taken: Option<Field>) {
        if let Some(new) = taken
            && base.get_field_by_name(&new.name).is_none()
        {
            self.add(number_reused::change(old, &new));
        }
    }

    fn has_type_of(&self, base: &Field, head: &Field) -> bool {
        base.is_repeated() == head.is_repeated()
            && base.is_map == head.is_map
            && self.classes_of_type(base, head).is_empty()
    }

    fn classes_of_type(&self, base: &Field, head: &Field) -> Classes {
        if base.is_map && head.is_map {
            self.map_change(base, head)
        } else {
            self.type_change(base, head)
        }
    }

    pub(super) fn extensions(&mut self) {
        for file in self.base.files() {
            let mut extensions: Vec<ExtensionDescriptor> = file.extensions().collect();
            let mut waiting: Vec<MessageDescriptor> = file.messages().collect();
            while let Some(message) = waiting.pop() {
                extensions.extend(message.child_extensions());
                waiting.extend(message.child_messages());
            }
            for extension in extensions {
                self.extension(&extension);
            }
        }
    }

    fn extension(&mut self, base: &ExtensionDescriptor) {
        let name = self.names.of(base.full_name());
        let old = Field::of_extension(base);
        let Some(head) = self.head.pool.get_extension_by_name(&name) else {
            let parent = base.parent_message();
            let parent = parent.as_ref().map(MessageDescriptor::full_name);
            let around = self.around(base.parent_file().name(), parent);
            self.add(field_removed::extension(&old, around));
            return;
        };
        let new = Field::of_extension(&head);
        if old.number != new.number {
            self.add(field_number_changed::change(&old, &new));
        }
        self.field(&old, &new);
    }

    /// Compares two declarations of one field.
    fn field(&mut self, base: &Field, head: &Field) {
        self.shape(base, head);
        // A new name brings a new name in JSON, and is told as that.
        if base.json_name != head.json_name && base.name == head.name {
            self.add(json_name_changed::change(base, head));
        }
        if base.proto.default_value != head.proto.default_value
            && base.kind == head.kind
            && base.is_repeated() == head.is_repeated()
        {
            self.add(default_changed::change(base, head));
        }
        for (name, old, new) in generator_options(base, head) {
            if old != new {
                self.add(generator_option_changed::change(
                    base,
                    head,
                    name,
                    [old, new],
                ));
            }
        }
    }

    /// Compares type, cardinality, presence and oneof.
    fn shape(&mut self, base: &Field, head: &Field) {
        if base.is_repeated() != head.is_repeated() || base.is_map != head.is_map {
            let mut classes = Classes::SOURCE.and(Classes::JSON);
            if base.is_repeated() == head.is_repeated() {
                // A map is a list of entries on the wire.
                classes = classes.and_if(!is_entry_like(base, head), Classes::WIRE);
            } else {
                let breaks = is_packable(&base.kind)
                    || base.is_map
                    || head.is_map
                    || self.type_change(base, head) != Classes::NONE;
                classes = classes.and_if(breaks, Classes::WIRE);
            }
            self.add(cardinality_changed::change(base, head, classes));
            return;
        }
        let classes = self.classes_of_type(base, head);
        if !classes.is_empty() {
            self.add(field_type_changed::change(base, head, classes));
        }
        if base.is_required() != head.is_required() {
            self.add(required_changed::change(base, head));
        }
        let oneof = |field: &Field| field.oneof.as_ref().map(|(name, _)| name.clone());
        if oneof(base) != oneof(head) {
            self.add(oneof_membership_changed::change(base, head));
        } else if base.has_presence != head.has_presence && classes.is_empty() {
            self.add(presence_changed::change(base, head));
        }
    }
}

fn reserved(field: &Field, head: &MessageDescriptor) -> Reserved {
    Reserved {
        number: head
            .reserved_ranges()
            .any(|range| range.contains(&field.number)),
        name: head.reserved_names().any(|name| name == field.name),
    }
}

/// Whether a map and a list of messages have the same entries.
fn is_entry_like(base: &Field, head: &Field) -> bool {
    let message = |field: &Field| field.kind.as_message().cloned();
    let (Some(base), Some(head)) = (message(base), message(head)) else {
        return false;
    };
    let same = |number| match (base.get_field(number), head.get_field(number)) {
        (Some(old), Some(new)) => old.kind() == new.kind(),
        _ => false,
    };
    same(1) && same(2)
}

/// The options that say which type generated code has for a field.
fn generator_options(
    base: &Field,
    head: &Field,
) -> [(&'static str, &'static str, &'static str); 2] {
    let js = |field: &Field| {
        let options = field.proto.options.as_ref();
        options.map_or(JsType::JsNormal, FieldOptions::jstype)
    };
    let c = |field: &Field| {
        let options = field.proto.options.as_ref();
        options.map_or(CType::String, FieldOptions::ctype)
    };
    [
        ("jstype", js(base).as_str_name(), js(head).as_str_name()),
        ("ctype", c(base).as_str_name(), c(head).as_str_name()),
    ]
}
