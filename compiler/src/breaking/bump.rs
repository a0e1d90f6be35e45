//! Which version a change needs (<https://semver.org>).

use semver::{BuildMetadata, Prerelease, Version};

use super::change::Level;

/// The least version behind `from` that may bring a change of this level.
///
/// Before 1.0.0 the minor version counts as the major one, and the patch version
/// as the minor one: section 4 of the specification lets anything change there,
/// and this is how package managers read it. A pre-release may bring anything
/// (section 9), so the next one of the same version does.
pub(crate) fn needed(from: &Version, level: Level) -> Version {
    if !from.pre.is_empty() {
        return next_pre_release(from);
    }
    match (level, from.major) {
        (Level::Major, 0) => Version::new(0, from.minor + 1, 0),
        (Level::Major, major) => Version::new(major + 1, 0, 0),
        (Level::Minor, 0) => Version::new(0, from.minor, from.patch + 1),
        (Level::Minor, major) => Version::new(major, from.minor + 1, 0),
    }
}

/// Whether `to` may bring a change of this level since `from`.
pub(crate) fn suffices(from: &Version, to: &Version, level: Level) -> bool {
    if to.cmp_precedence(from).is_le() {
        return false;
    }
    if !from.pre.is_empty() {
        return true;
    }
    let needed = needed(from, level);
    let core = |version: &Version| (version.major, version.minor, version.patch);
    // A pre-release of the version that is needed will do.
    core(to) >= core(&needed)
}

/// The part of the version that grows from `from` to `to`.
pub(crate) fn part(from: &Version, to: &Version) -> &'static str {
    if !from.pre.is_empty() {
        "pre-release"
    } else if from.major != to.major {
        "major"
    } else if from.minor != to.minor {
        "minor"
    } else {
        "patch"
    }
}

/// `1.0.0-rc.1` is followed by `1.0.0-rc.2`, `1.0.0-beta` by `1.0.0-beta.1`.
fn next_pre_release(from: &Version) -> Version {
    let text = from.pre.as_str();
    let (stem, last) = text.rsplit_once('.').unwrap_or(("", text));
    let next = match last.parse::<u64>() {
        Ok(number) if stem.is_empty() => (number + 1).to_string(),
        Ok(number) => format!("{stem}.{}", number + 1),
        Err(_) => format!("{text}.1"),
    };
    Version {
        pre: Prerelease::new(&next).unwrap_or_else(|_| from.pre.clone()),
        build: BuildMetadata::EMPTY,
        ..from.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn a_breaking_change_needs_a_major_version_and_an_addition_a_minor_one() {
        for (from, major, minor) in [
            ("1.2.3", "2.0.0", "1.3.0"),
            ("0.3.1", "0.4.0", "0.3.2"),
            ("0.0.7", "0.1.0", "0.0.8"),
            ("2.0.0-rc.1", "2.0.0-rc.2", "2.0.0-rc.2"),
            ("2.0.0-beta", "2.0.0-beta.1", "2.0.0-beta.1"),
            ("2.0.0-1", "2.0.0-2", "2.0.0-2"),
        ] {
            let from = version(from);
            assert_eq!(needed(&from, Level::Major), version(major), "{from}");
            assert_eq!(needed(&from, Level::Minor), version(minor), "{from}");
            for level in [Level::Major, Level::Minor] {
                assert!(suffices(&from, &needed(&from, level), level), "{from}");
                assert!(!suffices(&from, &from, level), "{from}");
            }
        }
    }

    #[test]
    fn a_version_suffices_where_it_is_at_least_what_is_needed() {
        for (from, to, major, minor) in [
            ("1.2.3", "1.2.4", false, false),
            ("1.2.3", "1.3.0", false, true),
            ("1.2.3", "2.0.0-rc.1", true, true),
            ("1.2.3", "3.1.0", true, true),
            ("1.2.3", "1.1.0", false, false),
            ("1.2.3", "1.2.3+build", false, false),
            ("0.1.0", "0.1.1", false, true),
            ("0.1.0", "0.2.0", true, true),
            ("0.1.0", "1.0.0", true, true),
            ("1.0.0-rc.1", "1.0.0", true, true),
        ] {
            let (from, to) = (version(from), version(to));
            assert_eq!(suffices(&from, &to, Level::Major), major, "{from} {to}");
            assert_eq!(suffices(&from, &to, Level::Minor), minor, "{from} {to}");
        }
    }
}
