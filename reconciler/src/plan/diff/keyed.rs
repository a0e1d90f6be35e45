use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, Kind, Value as Reflected};

use super::options::FieldOptions;

/// Two lists of messages whose elements one can tell apart by a key, so that an
/// element that is added shifts no other.
///
/// The key is the field with the lowest number, where it is text that may be
/// shown, is set, and occurs once in each list.
pub(super) struct Keyed<'a> {
    /// The number of the key's field.
    pub(super) field: u32,
    before: Vec<(String, &'a Reflected)>,
    after: Vec<(String, &'a Reflected)>,
}

impl<'a> Keyed<'a> {
    pub(super) fn of(kind: &Kind, before: &'a [Reflected], after: &'a [Reflected]) -> Option<Self> {
        let field = kind
            .as_message()?
            .fields()
            .min_by_key(prost_reflect::FieldDescriptor::number)?;
        let is_text = matches!(field.kind(), Kind::String) && !field.is_list();
        if !is_text || FieldOptions::of(&field).redacted {
            return None;
        }
        let number = field.number();
        Some(Self {
            field: number,
            before: by_key(number, before)?,
            after: by_key(number, after)?,
        })
    }

    /// Each key with its elements: those after in their order, then those that
    /// are gone.
    pub(super) fn pairs(
        &self,
    ) -> impl Iterator<Item = (&str, Option<&'a Reflected>, Option<&'a Reflected>)> {
        let old: BTreeMap<_, _> = index(&self.before);
        let new: BTreeMap<_, _> = index(&self.after);
        let kept = self
            .after
            .iter()
            .map(move |(key, after)| (key.as_str(), old.get(key.as_str()).copied(), Some(*after)));
        let gone = self
            .before
            .iter()
            .filter(move |(key, _)| !new.contains_key(key.as_str()))
            .map(|(key, before)| (key.as_str(), Some(*before), None));
        kept.chain(gone)
    }

    /// The keys before and after, where those of both stand in another order.
    pub(super) fn reordered(&self) -> Option<(Vec<&str>, Vec<&str>)> {
        let old = index(&self.before);
        let new = index(&self.after);
        let common_before = keys(&self.before).filter(|key| new.contains_key(key));
        let common_after = keys(&self.after).filter(|key| old.contains_key(key));
        (!common_before.eq(common_after))
            .then(|| (keys(&self.before).collect(), keys(&self.after).collect()))
    }
}

fn keys<'k>(elements: &'k [(String, &Reflected)]) -> impl Iterator<Item = &'k str> {
    elements.iter().map(|(key, _)| key.as_str())
}

fn index<'k, 'a>(elements: &'k [(String, &'a Reflected)]) -> BTreeMap<&'k str, &'a Reflected> {
    elements
        .iter()
        .map(|(key, element)| (key.as_str(), *element))
        .collect()
}

fn by_key(number: u32, elements: &[Reflected]) -> Option<Vec<(String, &Reflected)>> {
    let keyed = elements
        .iter()
        .map(|element| Some((key(number, element.as_message()?)?, element)))
        .collect::<Option<Vec<_>>>()?;
    (index(&keyed).len() == keyed.len()).then_some(keyed)
}

fn key(number: u32, element: &DynamicMessage) -> Option<String> {
    let value = element.get_field_by_number(number)?;
    value
        .as_str()
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
}
