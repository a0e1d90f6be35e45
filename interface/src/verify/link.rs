//! Whether what a component imports of another service is what that service is.

use wit_parser::{Function, Resolve, World, WorldItem};

use super::difference::{Difference, Element, Problem};
use super::imports::{Import, Provider, RPC};
use super::walk::{Side, Walk};
use crate::component::{ComponentError, decode};
use crate::model::{Interface, Method};

impl Interface {
    /// Whether `import` is what callers of this service import: its `rpc`, at this
    /// version or one that this one is compatible with.
    #[must_use]
    pub fn gives(&self, import: &Import) -> bool {
        import.provider == Provider::Service
            && import.package.as_deref() == Some(self.package().as_str())
            && import
                .version
                .as_ref()
                .is_none_or(|wanted| is_compatible(self.version(), wanted))
    }
}

/// Whether a release may stand for an older one that a caller was built against:
/// nothing to the left of the first number that is not 0 differs.
fn is_compatible(offered: &semver::Version, wanted: &semver::Version) -> bool {
    if offered == wanted {
        return true;
    }
    let track = |version: &semver::Version| match (version.major, version.minor) {
        (0, 0) => (0, 0, version.patch),
        (0, minor) => (0, minor, 0),
        (major, _) => (major, 0, 0),
    };
    offered.pre.is_empty()
        && wanted.pre.is_empty()
        && track(offered) == track(wanted)
        && offered.cmp_precedence(wanted).is_ge()
}

/// Compares what a component imports of the service `offered` with that service,
/// function by function. Nothing where it imports none of them.
pub fn verify_link(
    offered: &Interface,
    component: &[u8],
) -> Result<Vec<Difference>, ComponentError> {
    let (resolve, world) = decode(component)?;
    let world = &resolve.worlds[world];
    Ok(imported(offered, &resolve, world)
        .flat_map(|function| {
            let known = offered
                .methods()
                .iter()
                .find(|method| method.function == function.name);
            match known {
                Some(method) => {
                    let mut walk = Walk::new(offered, &resolve, method, Side::Caller);
                    walk.function(function);
                    walk.differences
                }
                None => vec![unknown(offered, &function.name)],
            }
        })
        .collect())
}

/// The functions of `rpc` that the component imports.
fn imported<'r>(
    offered: &Interface,
    resolve: &'r Resolve,
    world: &'r World,
) -> impl Iterator<Item = &'r Function> {
    let package = offered.package();
    let version = offered.version().clone();
    world.imports.values().flat_map(move |item| {
        let WorldItem::Interface { id, .. } = item else {
            return Vec::new();
        };
        let interface = &resolve.interfaces[*id];
        let is_meant = interface.name.as_deref() == Some(RPC)
            && interface.package.is_some_and(|id| {
                let name = &resolve.packages[id].name;
                format!("{}:{}", name.namespace, name.name) == package
                    && name
                        .version
                        .as_ref()
                        .is_none_or(|wanted| is_compatible(&version, wanted))
            });
        if is_meant {
            interface.functions.values().collect()
        } else {
            Vec::new()
        }
    })
}

fn unknown(offered: &Interface, function: &str) -> Difference {
    let known: Vec<String> = offered
        .methods()
        .iter()
        .map(|Method { function, .. }| format!("`{function}`"))
        .collect();
    Difference {
        function: function.to_owned(),
        field: String::new(),
        problem: Problem::UnknownFunction,
        expected: match known.as_slice() {
            [] => "it has no functions".to_owned(),
            known => format!("it has {}", known.join(", ")),
        },
        found: format!("`{function}`"),
        element: Element::of_service(offered.service()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_stands_for_those_before_it_on_its_track() {
        for (offered, wanted, expected) in [
            ("1.0.0", "1.0.0", true),
            ("1.2.0", "1.0.0", true),
            ("1.0.0", "1.0.1", false),
            ("2.0.0", "1.0.0", false),
            ("0.2.5", "0.2.0", true),
            ("0.3.0", "0.2.0", false),
            ("0.0.2", "0.0.1", false),
            ("1.0.0-rc.1", "1.0.0-rc.1", true),
            ("1.0.0", "1.0.0-rc.1", false),
        ] {
            let version = |text: &str| semver::Version::parse(text).unwrap();
            assert_eq!(
                is_compatible(&version(offered), &version(wanted)),
                expected,
                "{offered} for {wanted}"
            );
        }
    }
}
