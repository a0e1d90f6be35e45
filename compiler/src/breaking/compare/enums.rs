use std::collections::BTreeSet;

use prost_reflect::{EnumDescriptor, EnumValueDescriptor, MessageDescriptor, Syntax};

use super::Comparison;
use crate::breaking::change::Spot;
use crate::breaking::element::enum_spot;
use crate::rules::enum_value_removed::{self, Kept};
use crate::rules::{
    enum_default_changed, enum_openness_changed, enum_removed, enum_value_renamed,
    enum_value_renumbered, reserved_removed,
};

/// The fields `reserved_range` and `reserved_name` of
/// `google.protobuf.EnumDescriptorProto`.
const RESERVED_RANGE: i32 = 4;
const RESERVED_NAME: i32 = 5;

impl Comparison<'_> {
    pub(super) fn enums(&mut self) {
        let mut known = BTreeSet::new();
        for file in self.base.files() {
            for base in all(&file) {
                let name = self.names.of(base.full_name());
                let Some(head) = self.head.pool.get_enum_by_name(&name) else {
                    let parent = base.parent_message();
                    let parent = parent.as_ref().map(MessageDescriptor::full_name);
                    let around = self.around(file.name(), parent);
                    self.add(enum_removed::change(&base, around));
                    continue;
                };
                known.insert(name);
                self.enumeration(&base, &head);
            }
        }
        for file in self.head.files() {
            for head in all(&file) {
                if !known.contains(head.full_name()) {
                    self.added(format!("enum `{}`", head.full_name()));
                }
            }
        }
    }

    fn enumeration(&mut self, base: &EnumDescriptor, head: &EnumDescriptor) {
        if base.parent_message().is_none() {
            self.moved("enum", head.full_name(), enum_spot(base), enum_spot(head));
        }
        let is_open = |found: &EnumDescriptor| found.parent_file().syntax() == Syntax::Proto3;
        if is_open(base) != is_open(head) {
            self.add(enum_openness_changed::change(base, head, is_open(base)));
        }
        for value in base.values() {
            self.value(&value, base, head);
        }
        for value in head.values() {
            let is_known = base.get_value_by_name(value.name()).is_some()
                || is_renamed(base, head, value.number());
            if !is_known {
                self.added(format!(
                    "value `{}` of `{}`",
                    value.name(),
                    head.full_name()
                ));
            }
        }
        let (old, new) = (base.default_value(), head.default_value());
        if old.number() != new.number() {
            self.add(enum_default_changed::change(&old, &new));
        }
        self.enum_reservations(base, head);
    }

    fn value(&mut self, value: &EnumValueDescriptor, base: &EnumDescriptor, head: &EnumDescriptor) {
        if let Some(new) = head.get_value_by_name(value.name()) {
            if new.number() != value.number() {
                self.add(enum_value_renumbered::change(value, &new));
            }
            return;
        }
        if is_renamed(base, head, value.number())
            && let Some(new) = head.get_value(value.number())
        {
            self.add(enum_value_renamed::change(value, &new));
            return;
        }
        let number = value.number();
        let has_alias = base
            .values()
            .any(|other| other.number() == number && other.name() != value.name());
        let kept = Kept {
            number: (has_alias && head.get_value(number).is_some())
                || head.reserved_ranges().any(|range| range.contains(&number)),
            name: head.reserved_names().any(|name| name == value.name()),
        };
        self.add(enum_value_removed::change(value, head, kept));
    }

    fn enum_reservations(&mut self, base: &EnumDescriptor, head: &EnumDescriptor) {
        let spots = |part: i32| {
            (
                Spot::new(base.parent_file().name(), base.path(), &[part]),
                enum_spot(head),
            )
        };
        for range in base.reserved_ranges() {
            let is_kept = head
                .reserved_ranges()
                .any(|other| other.start() <= range.start() && other.end() >= range.end());
            if !is_kept {
                let text = match (*range.start(), *range.end()) {
                    (start, end) if start == end => start.to_string(),
                    (start, i32::MAX) => format!("{start} to max"),
                    (start, end) => format!("{start} to {end}"),
                };
                let (base, place) = spots(RESERVED_RANGE);
                self.add(reserved_removed::numbers(
                    head.full_name(),
                    &text,
                    base,
                    place,
                ));
            }
        }
        for name in base.reserved_names() {
            if !head.reserved_names().any(|other| other == name) {
                let (base, place) = spots(RESERVED_NAME);
                self.add(reserved_removed::name(head.full_name(), name, base, place));
            }
        }
    }
}

/// Whether the only name of a number is another one in the head, and new there.
fn is_renamed(base: &EnumDescriptor, head: &EnumDescriptor, number: i32) -> bool {
    let name = |found: &EnumDescriptor| {
        let mut values = found.values().filter(|value| value.number() == number);
        let first = values.next()?;
        values.next().is_none().then(|| first.name().to_owned())
    };
    match (name(base), name(head)) {
        (Some(old), Some(new)) => {
            head.get_value_by_name(&old).is_none() && base.get_value_by_name(&new).is_none()
        }
        _ => false,
    }
}

/// The enums of a file, those in messages included.
fn all(file: &prost_reflect::FileDescriptor) -> Vec<EnumDescriptor> {
    let mut enums: Vec<EnumDescriptor> = file.enums().collect();
    let mut waiting: Vec<MessageDescriptor> = file.messages().collect();
    while let Some(message) = waiting.pop() {
        enums.extend(message.child_enums());
        waiting.extend(message.child_messages());
    }
    enums
}
