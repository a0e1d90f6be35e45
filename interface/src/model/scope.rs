//! Names that must differ from one another.

use std::collections::BTreeMap;

use super::options::Named;
use crate::name::{is_wit_name, kebab};
use crate::{DescriptorFinding, FindingKind, Rename};

/// A record, a variant, an enum or an interface, and the names in it so far.
#[derive(Default)]
pub(super) struct Scope {
    taken: BTreeMap<String, String>,
}

impl Scope {
    /// Takes a name that belongs to no element.
    pub(super) fn reserve(&mut self, wit_name: &str, owner: &str) {
        self.taken.insert(wit_name.to_owned(), owner.to_owned());
    }

    /// The name of `element` in this scope.
    pub(super) fn name(
        &mut self,
        element: &impl Named,
        findings: &mut Vec<DescriptorFinding>,
    ) -> String {
        match own_name(element) {
            Ok(wit_name) => {
                findings.extend(self.claim(element, element.simple_name(), &wit_name));
                wit_name
            }
            Err(finding) => {
                findings.push(*finding);
                String::new()
            }
        }
    }

    /// Takes `wit_name` for `element`; a finding when another has it.
    pub(super) fn claim<N: Named>(
        &mut self,
        element: &N,
        name: &str,
        wit_name: &str,
    ) -> Option<DescriptorFinding> {
        let Some(other) = self.taken.get(wit_name) else {
            self.reserve(wit_name, &format!("{} `{name}`", N::ELEMENT));
            return None;
        };
        let kind = FindingKind::Collision {
            element: N::ELEMENT,
            name: name.to_owned(),
            other: other.clone(),
            wit_name: wit_name.to_owned(),
        };
        let suggestion = format!("{wit_name}-{}", N::ELEMENT.replace(' ', "-"));
        Some(finding(element, kind, suggestion))
    }
}

/// The name that an element has by itself: its option's, or its own in kebab-case.
pub(super) fn own_name<N: Named>(element: &N) -> Result<String, Box<DescriptorFinding>> {
    if let Some(name) = element.wit_name_option() {
        if is_wit_name(&name) {
            return Ok(name);
        }
        let suggestion = spell(&name, N::ELEMENT);
        let kind = FindingKind::InvalidOption { name };
        return Err(Box::new(finding(element, kind, suggestion)));
    }
    kebab(element.simple_name()).ok_or_else(|| {
        let kind = FindingKind::Unspellable {
            element: N::ELEMENT,
            name: element.simple_name().to_owned(),
        };
        let suggestion = spell(element.simple_name(), N::ELEMENT);
        Box::new(finding(element, kind, suggestion))
    })
}

/// A WIT name that resembles `name`.
fn spell(name: &str, element: &str) -> String {
    let letters: String = name
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                '_'
            }
        })
        .collect();
    kebab(&letters)
        .or_else(|| kebab(&format!("n{}", letters.trim_start_matches('_'))))
        .filter(|name| name != "n")
        .unwrap_or_else(|| format!("the-{}", element.replace(' ', "-")))
}

fn finding<N: Named>(element: &N, kind: FindingKind, suggestion: String) -> DescriptorFinding {
    DescriptorFinding {
        file: element.file().name().to_owned(),
        path: element.source_path().to_vec(),
        kind,
        help: Some(element.option_help(&suggestion)),
        rename: Some(Rename {
            element: N::ELEMENT,
            option: format!("vimana.{}", N::OPTION),
            name: suggestion,
        }),
    }
}
