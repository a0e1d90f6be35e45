//! Which definition of the base a definition of the head is compared with.
//!
//! The same version with itself, since what a version says must not change. A
//! version that is new with the newest one below it, which it succeeds. One that
//! is new and below all others with the newest of all: it goes back behind what
//! others use already, unless the newest one stays beside it.

use std::collections::BTreeMap;

use semver::Version;

use super::state::InterfaceState;

/// Two definitions to compare.
pub(super) struct Pair<'a, 's> {
    pub(super) from: (&'a Version, &'a InterfaceState<'s>),
    pub(super) to: (&'a Version, &'a InterfaceState<'s>),
}

type Interfaces<'s> = BTreeMap<Version, InterfaceState<'s>>;

/// The pairs whose definitions may differ, by the new version.
pub(super) fn pairs<'a, 's>(
    base: &'a Interfaces<'s>,
    head: &'a Interfaces<'s>,
) -> Vec<Pair<'a, 's>> {
    head.iter()
        .filter_map(|to| {
            let from = match base.get_key_value(to.0) {
                Some(same) if same.1.digest == to.1.digest => return None,
                Some(same) => same,
                None => predecessor(base, head, to.0)?,
            };
            Some(Pair { from, to })
        })
        .collect()
}

fn predecessor<'a, 's>(
    base: &'a Interfaces<'s>,
    head: &'a Interfaces<'s>,
    to: &Version,
) -> Option<(&'a Version, &'a InterfaceState<'s>)> {
    let below = base
        .iter()
        .rev()
        .find(|(from, _)| from.cmp_precedence(to).is_lt());
    if below.is_some() {
        return below;
    }
    let newest = base.last_key_value()?;
    // An old version may be added beside the newest one.
    (!head.contains_key(newest.0)).then_some(newest)
}
