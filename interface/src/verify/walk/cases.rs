//! What has cases: a oneof and an enum beside a variant or an enum of WIT.

use std::collections::BTreeSet;

use wit_parser::{Type, TypeDefKind, Variant};

use super::{Place, Walk};
use crate::model::{EnumModel, OneofModel};
use crate::verify::difference::{Element, Problem};
use crate::verify::platform::behind;
use crate::verify::print::print;

impl Walk<'_> {
    pub(super) fn oneof(&mut self, place: &Place, oneof: &OneofModel, found: Type, wit: &str) {
        let variant = match self.definition(found) {
            Some((_, TypeDefKind::Option(inner))) => self.definition(*inner),
            _ => None,
        };
        let Some((_, TypeDefKind::Variant(variant))) = variant else {
            return self.differs_in_type(place, wit, found);
        };
        let expected: Vec<&str> = oneof
            .cases
            .iter()
            .map(|case| case.wit_name.as_str())
            .collect();
        let had = names(variant);
        // The first case that the component lacks is what a person must look at.
        let lacking = oneof
            .cases
            .iter()
            .find(|case| !had.contains(&case.wit_name.as_str()));
        let at_case = lacking.map(|case| Place {
            field: place.field.clone(),
            element: Element::of_field(&case.descriptor),
        });
        self.cases(at_case.as_ref().unwrap_or(place), &expected, &had);
        for case in &oneof.cases {
            let found = variant
                .cases
                .iter()
                .find(|found| found.name == case.wit_name);
            let Some(found) = found else {
                continue;
            };
            let place = place.member(&case.wit_name, Element::of_field(&case.descriptor));
            match found.ty {
                Some(found) => self.value(&place, &case.shape, found),
                None => self.differ(
                    &place,
                    Problem::Type,
                    self.interface.value_wit(&case.shape),
                    "nothing".to_owned(),
                ),
            }
        }
    }

    pub(super) fn enumeration(&mut self, place: &Place, model: &EnumModel, found: Type) {
        let mut expected: Vec<&str> = model
            .cases
            .iter()
            .map(|case| case.wit_name.as_str())
            .collect();
        let definition = self.definition(found);
        let (found_cases, payloads) = match definition {
            Some((_, TypeDefKind::Variant(variant))) if model.open => {
                expected.push(EnumModel::UNRECOGNIZED);
                let payloads: Vec<Option<Type>> =
                    variant.cases.iter().map(|case| case.ty).collect();
                (names(variant), payloads)
            }
            Some((_, TypeDefKind::Enum(cases))) if !model.open => {
                let names: Vec<&str> = cases.cases.iter().map(|case| case.name.as_str()).collect();
                (names, Vec::new())
            }
            _ => {
                let kind = if model.open { "variant" } else { "enum" };
                return self.differs_in_kind(place, kind, &model.wit_name, found);
            }
        };
        let lacking = model
            .cases
            .iter()
            .find(|case| !found_cases.contains(&case.wit_name.as_str()))
            .and_then(|case| model.descriptor.get_value_by_name(&case.name));
        let place = Place {
            field: place.field.clone(),
            element: lacking.map_or_else(
                || Element::of_enum(&model.descriptor),
                |value| Element::of_enum_value(&value),
            ),
        };
        if !self.cases(&place, &expected, &found_cases) {
            return;
        }
        for (case, payload) in expected.iter().zip(payloads) {
            let is_last = *case == EnumModel::UNRECOGNIZED;
            let payload = payload.map(|payload| behind(self.resolve, payload));
            if payload == is_last.then_some(Type::S32) {
                continue;
            }
            let text = |payload: Option<Type>| match payload {
                Some(payload) => format!("{case}({})", print(self.resolve, payload)),
                None => (*case).to_owned(),
            };
            let (expected, found) = (text(is_last.then_some(Type::S32)), text(payload));
            self.differ(&place, Problem::Type, expected, found);
        }
    }

    /// Whether the cases are the same; reports those that are not.
    pub(super) fn cases(&mut self, place: &Place, expected: &[&str], found: &[&str]) -> bool {
        if expected == found {
            return true;
        }
        let (wanted, had): (BTreeSet<_>, BTreeSet<_>) =
            (expected.iter().collect(), found.iter().collect());
        let quoted = |names: &mut dyn Iterator<Item = &&str>| {
            let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            names.join(", ")
        };
        let missing = quoted(&mut expected.iter().filter(|name| !had.contains(name)));
        let extra = quoted(&mut found.iter().filter(|name| !wanted.contains(name)));
        let (expected, found) = match (missing.is_empty(), extra.is_empty()) {
            (true, true) => (quoted(&mut expected.iter()), quoted(&mut found.iter())),
            (true, false) => ("no such case".to_owned(), extra),
            (false, true) => (missing, "no such case".to_owned()),
            (false, false) => (missing, extra),
        };
        self.differ(place, Problem::Cases, expected, found);
        false
    }
}

fn names(variant: &Variant) -> Vec<&str> {
    variant
        .cases
        .iter()
        .map(|case| case.name.as_str())
        .collect()
}
