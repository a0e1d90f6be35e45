//! JSON Web Key Sets (RFC 7517).

use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::Deserialize;
use serde_json::Value;

/// The most keys of a set.
const MAX_KEYS: usize = 100;
/// The most keys that are tried for a token that names none.
const MAX_TRIED: usize = 4;
/// 2048 and 8192 bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// The keys of an issuer that can be used.
pub(crate) struct KeySet(Vec<Key>);

struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    public: DecodingKey,
}

/// Why a document is no key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeySetError {
    /// It is not what RFC 7517 describes.
    #[error("the keys are no JSON Web Key Set")]
    Malformed,
    /// It is too long.
    #[error("there are more than {MAX_KEYS} keys")]
    TooMany,
    /// It has no key of a kind that is taken.
    #[error("none of the keys is for signatures of RS256, ES256 or EdDSA")]
    NoneUsable,
}

/// What a set says of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A key of the set has made it.
    Valid,
    /// The key that should have made it has not.
    Invalid,
    /// There is no such key.
    UnknownKey,
}

/// What a token says of its signature.
pub(super) struct Signature<'a> {
    pub(super) key: Option<&'a str>,
    pub(super) algorithm: Algorithm,
    /// What is signed.
    pub(super) message: &'a [u8],
    /// The signature in base64url.
    pub(super) encoded: &'a str,
}

impl KeySet {
    /// The keys of a set that can be used. Those of other kinds are left aside, since
    /// issuers have keys for other things as well.
    pub(crate) fn parse(document: &[u8]) -> Result<Self, KeySetError> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Value>,
        }

        let document: Document =
            serde_json::from_slice(document).map_err(|_| KeySetError::Malformed)?;
        if document.keys.len() > MAX_KEYS {
            return Err(KeySetError::TooMany);
        }
        let keys: Vec<_> = document.keys.into_iter().filter_map(Key::read).collect();
        if keys.is_empty() {
            return Err(KeySetError::NoneUsable);
        }
        Ok(Self(keys))
    }

    /// What the set says of a signature.
    pub(super) fn verify(&self, signature: &Signature<'_>) -> Verdict {
        let named = |key: &&Key| match signature.key {
            Some(id) => key.id.as_deref() == Some(id),
            None => key.algorithm == signature.algorithm,
        };
        let mut verdict = Verdict::UnknownKey;
        for key in self.0.iter().filter(named).take(MAX_TRIED) {
            if key.has_made(signature) {
                return Verdict::Valid;
            }
            verdict = Verdict::Invalid;
        }
        verdict
    }
}

/// A key as RFC 7517 and RFC 7518 write it, those members that matter.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Key {
    fn read(value: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(value).ok()?;
        let is_for_signatures = jwk
            .purpose
            .as_deref()
            .is_none_or(|purpose| purpose == "sig")
            && jwk
                .key_ops
                .as_ref()
                .is_none_or(|uses| uses.iter().any(|purpose| purpose == "verify"));
        if !is_for_signatures {
            return None;
        }
        let (algorithm, key) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => (Algorithm::RS256, rsa(&jwk)?),
            ("EC", Some("P-256")) => (Algorithm::ES256, p256(&jwk)?),
            ("OKP", Some("Ed25519")) => (Algorithm::EdDSA, ed25519(&jwk)?),
            _ => return None,
        };
        let is_of_algorithm = match &jwk.alg {
            None => true,
            Some(name) => super::token::algorithm(name) == Some(algorithm),
        };
        is_of_algorithm.then_some(Self {
            id: jwk.kid,
            algorithm,
            public: key,
        })
    }

    /// A key makes signatures of its own algorithm alone, whatever a token says.
    fn has_made(&self, signature: &Signature<'_>) -> bool {
        self.algorithm == signature.algorithm
            && crypto::verify(
                signature.encoded,
                signature.message,
                &self.public,
                self.algorithm,
            )
            .unwrap_or(false)
    }
}

fn rsa(jwk: &Jwk) -> Option<DecodingKey> {
    let modulus = decode(jwk.n.as_deref()?)?;
    let significant = modulus.iter().skip_while(|byte| **byte == 0).count();
    if !RSA_BYTES.contains(&significant) {
        return None;
    }
    let exponent = decode(jwk.e.as_deref()?)?;
    Some(DecodingKey::from_rsa_raw_components(&modulus, &exponent))
}

fn p256(jwk: &Jwk) -> Option<DecodingKey> {
    let (x, y) = (jwk.x.as_deref()?, jwk.y.as_deref()?);
    if decode(x)?.len() != 32 || decode(y)?.len() != 32 {
        return None;
    }
    DecodingKey::from_ec_components(x, y).ok()
}

fn ed25519(jwk: &Jwk) -> Option<DecodingKey> {
    let x = jwk.x.as_deref()?;
    if decode(x)?.len() != 32 {
        return None;
    }
    DecodingKey::from_ed_components(x).ok()
}

/// Base64url without padding.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(text)
        .ok()
}
