//! Who may call, checked.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use vimana_proto::state::v1::{self as state, key_set::Source};

use crate::data_plane::KeySet;
use crate::snapshot::{Allow, Auth, KeySource};

const MAX_SETS: usize = 16;
const MAX_SKEW: Duration = Duration::from_mins(10);

/// Who may call.
pub(super) fn auth(found: &state::Auth) -> Result<Arc<Auth>, String> {
    if found.jwks.is_empty() || found.issuer.is_empty() || found.audience.is_empty() {
        return Err("`auth` lacks keys, the issuer or the audience".to_owned());
    }
    if found.jwks.len() > MAX_SETS {
        return Err(format!("keys come from more than {MAX_SETS} places"));
    }
    let clock_skew = found.clock_skew.unwrap_or_default();
    let clock_skew = Duration::try_from(clock_skew)
        .ok()
        .filter(|skew| *skew <= MAX_SKEW)
        .ok_or_else(|| format!("clocks differ by more than {MAX_SKEW:?}, or less than nothing"))?;
    let key_sets: Result<_, String> = found.jwks.iter().map(key_source).collect();
    Ok(Arc::new(Auth {
        key_sets: key_sets?,
        issuer: found.issuer.clone(),
        audience: found.audience.clone(),
        clock_skew,
        allow: found.allow.iter().map(allow).collect(),
    }))
}

fn key_source(found: &state::KeySet) -> Result<KeySource, String> {
    match &found.source {
        Some(Source::Url(url)) if is_safe(url) => Ok(KeySource::Url(url.clone())),
        Some(Source::Url(_)) => Err("a URL of keys is neither `https` nor local".to_owned()),
        Some(Source::Keys(keys)) => {
            KeySet::parse(keys.as_bytes()).map_err(|error| error.to_string())?;
            Ok(KeySource::Keys(keys.clone()))
        }
        None => Err("a key set says nowhere to read keys from".to_owned()),
    }
}

/// Whether nobody on the way can replace what a URL gives.
fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let Some(host) = uri.host() else {
        return false;
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_local = || match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost",
    };
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => is_local(),
        _ => false,
    }
}

fn allow(found: &state::Allow) -> Allow {
    Allow {
        methods: found.methods.iter().cloned().collect(),
        anonymous: found.anonymous,
        subjects: found.subjects.iter().cloned().collect(),
        scopes: found.scopes.iter().cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_over_a_safe_way() {
        for url in [
            "https://login.example.com/keys",
            "http://127.0.0.1:9000/keys",
            "http://[::1]/keys",
            "http://localhost/keys",
        ] {
            assert!(is_safe(url), "{url}");
        }
        for url in [
            "http://login.example.com/keys",
            "http://localhost.example.com/keys",
            "http://10.0.0.1/keys",
            "file:///etc/passwd",
            "/keys",
            "",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }
}
