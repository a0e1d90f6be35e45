use std::collections::BTreeSet;
use std::ops::Range;

use prost_reflect::MessageDescriptor;
use prost_types::MessageOptions;

use super::Comparison;
use crate::breaking::change::Spot;
use crate::breaking::element::message_spot;
use crate::rules::{
    extension_range_removed, message_removed, message_set_changed, oneof_removed, reserved_removed,
};

/// The fields `reserved_range` and `reserved_name` of
/// `google.protobuf.DescriptorProto`.
const RESERVED_RANGE: i32 = 9;
const RESERVED_NAME: i32 = 10;

/// The number behind the largest of a field.
const END: u32 = 536_870_912;

impl Comparison<'_> {
    pub(super) fn messages(&mut self) {
        let mut known = BTreeSet::new();
        for file in self.base.files() {
            for base in file.messages() {
                self.message(&base, &mut known);
            }
        }
        for file in self.head.files() {
            let mut waiting: Vec<MessageDescriptor> = file.messages().collect();
            while let Some(message) = waiting.pop() {
                waiting.extend(message.child_messages());
                if !message.is_map_entry() && !known.contains(message.full_name()) {
                    self.added(format!("message `{}`", message.full_name()));
                }
            }
        }
    }

    /// Compares a message of the base and those in it. `known` are the messages
    /// of the head that have been met.
    fn message(&mut self, base: &MessageDescriptor, known: &mut BTreeSet<String>) {
        if base.is_map_entry() {
            return;
        }
        let name = self.names.of(base.full_name());
        if let Some(head) = self.head.pool.get_message_by_name(&name) {
            self.both(base, &head);
            known.insert(name);
        } else {
            let parent = base.parent_message();
            let parent = parent.as_ref().map(MessageDescriptor::full_name);
            let around = self.around(base.parent_file().name(), parent);
            self.add(message_removed::change(base, around));
        }
        for child in base.child_messages() {
            self.message(&child, known);
        }
    }

    fn both(&mut self, base: &MessageDescriptor, head: &MessageDescriptor) {
        if base.parent_message().is_none() {
            self.moved(
                "message",
                head.full_name(),
                message_spot(base),
                message_spot(head),
            );
        }
        let is_set = |message: &MessageDescriptor| {
            let options = message.descriptor_proto().options.as_ref();
            options.is_some_and(MessageOptions::message_set_wire_format)
        };
        if is_set(base) != is_set(head) {
            self.add(message_set_changed::change(base, head, is_set(base)));
        }
        self.fields(base, head);
        self.oneofs(base, head);
        self.reservations(base, head);
        let lost = without(base.extension_ranges(), head.extension_ranges());
        if !lost.is_empty() {
            self.add(extension_range_removed::change(base, head, &spell(&lost)));
        }
    }

    fn oneofs(&mut self, base: &MessageDescriptor, head: &MessageDescriptor) {
        let is_there = |name: &str| head.oneofs().any(|oneof| oneof.name() == name);
        for oneof in base.oneofs() {
            if !oneof.is_synthetic() && !is_there(oneof.name()) {
                self.add(oneof_removed::change(&oneof, head));
            }
        }
        let was_there = |name: &str| base.oneofs().any(|oneof| oneof.name() == name);
        for oneof in head.oneofs() {
            if !oneof.is_synthetic() && !was_there(oneof.name()) {
                self.added(format!(
                    "oneof `{}` of `{}`",
                    oneof.name(),
                    head.full_name()
                ));
            }
        }
    }

    fn reservations(&mut self, base: &MessageDescriptor, head: &MessageDescriptor) {
        let spots = |part: i32| {
            (
                Spot::new(base.parent_file().name(), base.path(), &[part]),
                message_spot(head),
            )
        };
        let lost = without(base.reserved_ranges(), head.reserved_ranges());
        if !lost.is_empty() {
            let (base, place) = spots(RESERVED_RANGE);
            self.add(reserved_removed::numbers(
                head.full_name(),
                &spell(&lost),
                base,
                place,
            ));
        }
        for name in base.reserved_names() {
            if !head.reserved_names().any(|other| other == name) {
                let (base, place) = spots(RESERVED_NAME);
                self.add(reserved_removed::name(head.full_name(), name, base, place));
            }
        }
    }
}

/// The numbers that are in `base` and not in `head`.
fn without(
    base: impl Iterator<Item = Range<u32>>,
    head: impl Iterator<Item = Range<u32>>,
) -> Vec<Range<u32>> {
    let mut kept: Vec<_> = head.collect();
    kept.sort_by_key(|range| range.start);
    let mut lost = Vec::new();
    for range in base {
        let mut start = range.start;
        for other in &kept {
            if other.end <= start || other.start >= range.end {
                continue;
            }
            if other.start > start {
                lost.push(start..other.start);
            }
            start = start.max(other.end);
        }
        if start < range.end {
            lost.push(start..range.end);
        }
    }
    lost
}

/// Ranges as `reserved` spells them: `2, 5 to 9, 100 to max`.
fn spell(ranges: &[Range<u32>]) -> String {
    let texts: Vec<String> = ranges
        .iter()
        .map(|range| match range.end {
            end if end == range.start + 1 => range.start.to_string(),
            end if end >= END => format!("{} to max", range.start),
            end => format!("{} to {}", range.start, end - 1),
        })
        .collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_that_are_lost_are_spelt_as_they_were_reserved() {
        // Each range as its first number and the one behind its last.
        let ranges = |ends: &[u32]| -> Vec<Range<u32>> {
            ends.chunks(2).map(|pair| pair[0]..pair[1]).collect()
        };
        for (base, head, lost) in [
            (&[2, 3][..], &[][..], "2"),
            (&[2, 3, 5, 10], &[], "2, 5 to 9"),
            (&[5, 10], &[6, 8], "5, 8 to 9"),
            (&[5, 10], &[1, 7, 7, 20], ""),
            (&[100, END], &[100, 200], "200 to max"),
        ] {
            let found = without(ranges(base).into_iter(), ranges(head).into_iter());
            assert_eq!(spell(&found), lost);
        }
    }
}
