//! How traffic is shared, checked.

use std::collections::{BTreeMap, BTreeSet};

use http::HeaderName;
use vimana_proto::state::v1::{self as state, sticky::Key};

use crate::snapshot::Sticky;

/// What keeps one caller with one version.
pub(super) fn sticky(found: &state::Sticky) -> Result<Sticky, String> {
    let is_token = |name: &str| HeaderName::from_bytes(name.as_bytes());
    match found.key.as_ref() {
        Some(Key::Header(name)) => is_token(name)
            .map(Sticky::Header)
            .map_err(|_| format!("`{name}` is no name of a header")),
        Some(Key::Cookie(name)) if is_token(name).is_ok() => Ok(Sticky::Cookie(name.clone())),
        Some(Key::Cookie(name)) => Err(format!("`{name}` is no name of a cookie")),
        None => Err("it is sticky by neither a header nor a cookie".to_owned()),
    }
}

/// The versions that get a copy of each request; none of them takes traffic.
pub(super) fn shadows(
    found: &state::Route,
    targets: &BTreeMap<semver::Version, u32>,
) -> Result<Vec<semver::Version>, String> {
    let mut shadows = BTreeSet::new();
    for version in &found.shadows {
        let version: semver::Version = version
            .parse()
            .map_err(|_| format!("`{version}` is no semantic version"))?;
        if targets.contains_key(&version) {
            return Err(format!("version {version} is a shadow and has a weight"));
        }
        if !shadows.insert(version.clone()) {
            return Err(format!("version {version} is a shadow twice"));
        }
    }
    Ok(shadows.into_iter().collect())
}
