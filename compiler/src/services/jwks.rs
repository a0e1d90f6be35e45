//! JSON Web Key Sets (RFC 7517) as a repository may hold them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// The largest file of keys.
pub(super) const MAX_BYTES: u64 = 256 << 10;
const MAX_KEYS: usize = 100;
const MIN_RSA_BITS: usize = 2048;
const MAX_RSA_BITS: usize = 8192;

/// The members that a node needs of a key.
const PUBLIC: [&str; 9] = ["alg", "crv", "e", "kid", "kty", "n", "use", "x", "y"];

/// The members that make a key secret (RFC 7518, sections 6.2.2, 6.3.2 and 6.4).
const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Why a file is no key set that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum JwksError {
    #[error("it is no JSON")]
    NotJson,
    #[error("it has no list `keys`")]
    NoKeys,
    #[error("it has more than {MAX_KEYS} keys")]
    TooMany,
    #[error("key {key} is secret")]
    Secret { key: usize },
    #[error("key {key} is broken: {why}")]
    Broken { key: usize, why: &'static str },
    #[error("none of its keys is for signatures of RS256, ES256 or EdDSA")]
    NoneUsable,
}

/// The keys of a set that can be used, with their public members alone, as compact
/// JSON.
pub(super) fn public(bytes: &[u8]) -> Result<String, JwksError> {
    let document: Value = serde_json::from_slice(bytes).map_err(|_| JwksError::NotJson)?;
    let keys = document.get("keys").and_then(Value::as_array);
    let keys = keys.ok_or(JwksError::NoKeys)?;
    if keys.len() > MAX_KEYS {
        return Err(JwksError::TooMany);
    }
    let objects: Vec<_> = (1..)
        .zip(keys)
        .filter_map(|(number, key)| Some((number, key.as_object()?)))
        .collect();
    let mut is_secret = objects
        .iter()
        .filter(|(_, key)| SECRET.iter().any(|member| key.contains_key(*member)));
    if let Some((key, _)) = is_secret.next() {
        return Err(JwksError::Secret { key: *key });
    }
    let mut usable = Vec::new();
    for (number, key) in objects {
        let broken = |why| JwksError::Broken { key: number, why };
        if is_usable(key).map_err(broken)? {
            let members = key
                .iter()
                .filter(|(name, _)| PUBLIC.contains(&name.as_str()));
            let public: Map<_, _> = members
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            usable.push(Value::Object(public));
        }
    }
    if usable.is_empty() {
        return Err(JwksError::NoneUsable);
    }
    Ok(serde_json::json!({ "keys": usable }).to_string())
}

/// Whether a key verifies signatures of the algorithms that are taken. The error says
/// what is wrong with one that is meant to.
fn is_usable(key: &Map<String, Value>) -> Result<bool, &'static str> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return Ok(false);
    }
    let algorithms: &[&str] = match (text("kty"), text("crv")) {
        (Some("RSA"), _) => &["RS256"],
        (Some("EC"), Some("P-256")) => &["ES256"],
        (Some("OKP"), Some("Ed25519")) => &["EdDSA", "Ed25519"],
        _ => return Ok(false),
    };
    if text("alg").is_some_and(|found| !algorithms.contains(&found)) {
        return Ok(false);
    }
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    match algorithms {
        ["RS256"] => {
            let modulus = bytes("n").ok_or("`n` is no base64url")?;
            let bits = bits(&modulus);
            if bits < MIN_RSA_BITS {
                return Err("a modulus `n` of less than 2048 bits is not safe");
            }
            if bits > MAX_RSA_BITS {
                return Err("the modulus `n` has more than 8192 bits");
            }
            bytes("e").ok_or("`e` is no base64url")?;
        }
        ["ES256"] => {
            let coordinate = |name| bytes(name).filter(|bytes| bytes.len() == 32);
            coordinate("x").ok_or("`x` is not 32 bytes of base64url")?;
            coordinate("y").ok_or("`y` is not 32 bytes of base64url")?;
        }
        _ => {
            let point = bytes("x").filter(|bytes| bytes.len() == 32);
            point.ok_or("`x` is not 32 bytes of base64url")?;
        }
    }
    Ok(true)
}

/// The length of a number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let significant = number.iter().skip_while(|byte| **byte == 0);
    let mut significant = significant.peekable();
    let unused = significant.peek().map_or(0, |first| first.leading_zeros());
    significant.count() * 8 - unused as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    fn of(keys: &str) -> Result<String, JwksError> {
        public(format!("{{\"keys\": [{keys}], \"more\": 1}}").as_bytes())
    }

    #[test]
    fn keys_are_kept_with_their_public_members() {
        let with_more = ED.replace("\"kid\"", "\"x5c\": [\"MIIB\"], \"kid\"");
        assert_eq!(
            of(&with_more).unwrap(),
            r#"{"keys":[{"crv":"Ed25519","kid":"a","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#
        );
    }

    #[test]
    fn keys_for_other_things_are_left_aside() {
        let encryption = ED.replace("\"kid\"", "\"use\":\"enc\",\"kid\"");
        let other_curve = r#"{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}"#;
        let other_algorithm = r#"{"kty":"RSA","alg":"PS256","n":"AA","e":"AQAB"}"#;
        let all = [encryption.as_str(), other_curve, other_algorithm, "17"].join(",");
        assert_eq!(of(&all), Err(JwksError::NoneUsable));
        assert!(of(&format!("{all},{ED}")).is_ok());
    }

    #[test]
    fn secret_and_broken_keys_are_found() {
        let private = ED.replace("\"kid\"", "\"d\":\"nWGx\",\"kid\"");
        assert_eq!(
            of(&format!("{ED},{private}")),
            Err(JwksError::Secret { key: 2 })
        );
        let symmetric = r#"{"kty":"oct","k":"c2VjcmV0"}"#;
        assert_eq!(of(symmetric), Err(JwksError::Secret { key: 1 }));
        let short = format!(
            r#"{{"kty":"RSA","n":"{}","e":"AQAB"}}"#,
            URL_SAFE_NO_PAD.encode([0xff; 128])
        );
        assert!(matches!(of(&short), Err(JwksError::Broken { key: 1, .. })));
        let padded = ED.replace("HURo", "HURo=");
        assert!(matches!(of(&padded), Err(JwksError::Broken { .. })));
    }

    #[test]
    fn what_is_no_set_is_refused() {
        assert_eq!(public(b"-----BEGIN"), Err(JwksError::NotJson));
        assert_eq!(public(ED.as_bytes()), Err(JwksError::NoKeys));
        assert_eq!(of(&vec![ED; 101].join(",")), Err(JwksError::TooMany));
    }

    #[test]
    fn the_bits_of_a_number_are_counted_without_leading_zeros() {
        assert_eq!(bits(&[0, 0, 0x80, 0]), 16);
        assert_eq!(bits(&[1]), 1);
        assert_eq!(bits(&[0]), 0);
    }
}
