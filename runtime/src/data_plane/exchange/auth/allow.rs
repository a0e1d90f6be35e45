//! Who may call which methods.

use super::cache::Verified;
use super::denial::Denial;
use crate::snapshot::{Allow, Auth};

/// Whether somebody may call a method: with a token that was verified, or without any.
pub(super) fn check(auth: &Auth, method: &str, verified: Option<&Verified>) -> Result<(), Denial> {
    let admits = |entry: &Allow| {
        let is_about = entry.methods.is_empty() || entry.methods.contains(method);
        is_about && (entry.anonymous || verified.is_some_and(|found| is_named(entry, found)))
    };
    match verified {
        Some(_) if auth.allow.is_empty() => Ok(()),
        _ if auth.allow.iter().any(admits) => Ok(()),
        Some(_) => Err(Denial::Forbidden),
        None => Err(Denial::Missing),
    }
}

fn is_named(entry: &Allow, verified: &Verified) -> bool {
    let is_subject = entry.subjects.is_empty() || entry.subjects.contains(&verified.caller.subject);
    is_subject
        && entry
            .scopes
            .iter()
            .all(|scope| verified.scopes.contains(scope))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::host::Caller;

    fn entry(methods: &[&str], anonymous: bool, subjects: &[&str], scopes: &[&str]) -> Allow {
        let set = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        Allow {
            methods: set(methods),
            anonymous,
            subjects: set(subjects),
            scopes: set(scopes),
        }
    }

    fn auth(allow: Vec<Allow>) -> Auth {
        Auth {
            key_sets: Vec::new(),
            issuer: "i".to_owned(),
            audience: "a".to_owned(),
            clock_skew: Duration::ZERO,
            allow,
        }
    }

    fn caller(subject: &str, scopes: &str) -> Verified {
        Verified {
            caller: Arc::new(Caller {
                issuer: "i".to_owned(),
                subject: subject.to_owned(),
            }),
            scopes: scopes.split(' ').map(str::to_owned).collect(),
            until: Duration::MAX,
        }
    }

    #[test]
    fn without_entries_whoever_has_a_token_may_call_all() {
        let auth = auth(Vec::new());
        assert_eq!(check(&auth, "Get", Some(&caller("ada", ""))), Ok(()));
        assert_eq!(check(&auth, "Get", None), Err(Denial::Missing));
    }

    #[test]
    fn one_entry_is_enough() {
        let auth = auth(vec![
            entry(&["Get", "List"], true, &[], &[]),
            entry(&["Put"], false, &[], &["write", "all"]),
            entry(&[], false, &["root"], &[]),
        ]);
        assert_eq!(check(&auth, "Get", None), Ok(()));
        assert_eq!(check(&auth, "Put", None), Err(Denial::Missing));
        let ada = caller("ada", "read write all");
        assert_eq!(check(&auth, "List", Some(&ada)), Ok(()));
        assert_eq!(check(&auth, "Put", Some(&ada)), Ok(()));
        assert_eq!(check(&auth, "Delete", Some(&ada)), Err(Denial::Forbidden));
        let bob = caller("bob", "write");
        assert_eq!(check(&auth, "Put", Some(&bob)), Err(Denial::Forbidden));
        assert_eq!(check(&auth, "Delete", Some(&caller("root", ""))), Ok(()));
    }
}
