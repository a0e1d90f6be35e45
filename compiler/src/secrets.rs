//! Whether a value is a secret: by the form of well-known tokens, by where it
//! stands, or by its name and how random it is.

#[cfg(test)]
mod tests;

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::token_in_clear::Place;
use crate::rules::{probable_secret, token_in_clear};

/// The beginnings of tokens, the least number of characters behind them, and
/// whose they are.
const TOKENS: &[(&str, usize, &str)] = &[
    ("ghp_", 36, "a token of GitHub"),
    ("gho_", 36, "a token of GitHub"),
    ("ghu_", 36, "a token of GitHub"),
    ("ghs_", 36, "a token of GitHub"),
    ("ghr_", 36, "a token of GitHub"),
    ("github_pat_", 36, "a token of GitHub"),
    ("glpat-", 20, "a token of GitLab"),
    ("xoxb-", 20, "a token of Slack"),
    ("xoxp-", 20, "a token of Slack"),
    ("xoxa-", 20, "a token of Slack"),
    ("xapp-", 20, "a token of Slack"),
    ("AKIA", 16, "an access key of AWS"),
    ("ASIA", 16, "an access key of AWS"),
    ("AIza", 35, "an API key of Google"),
    ("sk-", 32, "an API key"),
    ("sk_live_", 16, "an API key of Stripe"),
    ("rk_live_", 16, "an API key of Stripe"),
    ("npm_", 36, "a token of npm"),
    ("pypi-", 50, "a token of PyPI"),
    ("glsa_", 32, "a token of Grafana"),
    ("glc_", 40, "a token of Grafana Cloud"),
    ("dop_v1_", 64, "a token of DigitalOcean"),
    ("hvs.", 24, "a token of Vault"),
];

/// Words of a name whose value is kept secret.
const SECRET_WORDS: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "APIKEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "KEY",
];

/// Last words of a name that say that the value is about a secret, and none.
const PLAIN_WORDS: &[&str] = &[
    "URL",
    "URI",
    "HOST",
    "PORT",
    "ENDPOINT",
    "PATH",
    "FILE",
    "DIR",
    "NAME",
    "ID",
    "TTL",
    "TYPE",
    "HEADER",
    "ISSUER",
    "AUDIENCE",
    "LENGTH",
    "SIZE",
    "LIMIT",
    "COUNT",
    "EXPIRY",
    "SECONDS",
    "ALGORITHM",
    "VERSION",
    "REGION",
    "FIELD",
    "PREFIX",
    "SUFFIX",
];

/// How sure it is that a value is a secret, and what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Token(&'static str),
    Probable(&'static str),
}

/// Reports `value` where it is a secret. `what` is how a message names it, `name`
/// the name that it bears.
pub(crate) fn check(
    what: &str,
    name: &str,
    value: &str,
    place: Place,
    span: &Span,
    out: &mut Vec<Diagnostic>,
) {
    match find(name, value) {
        Some(Found::Token(kind)) => {
            out.push(token_in_clear::diagnostic(span.clone(), what, kind, place));
        }
        Some(Found::Probable(kind)) => {
            out.push(probable_secret::diagnostic(span.clone(), what, kind, place));
        }
        None => {}
    }
}

/// The headers of an exporter, `name=value` between commas, their values decoded.
pub(crate) fn headers(text: &str) -> impl Iterator<Item = (&str, String)> {
    text.split(',').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim(), value.trim().replace("%20", " ")))
    })
}

/// Whether a header authenticates whoever sends it.
pub(crate) fn authenticates(header: &str) -> bool {
    let lower = header.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "authorization" | "proxy-authorization" | "cookie" | "api-key" | "x-api-key"
    ) || is_secret_name(header)
}

fn find(name: &str, value: &str) -> Option<Found> {
    if let Some(kind) = token(value) {
        return Some(Found::Token(kind));
    }
    if has_credentials(value) {
        return Some(Found::Probable("a URL with a password"));
    }
    // What a reference stands for is not here.
    if value.contains("${") {
        return None;
    }
    let lower = value.to_ascii_lowercase();
    for (scheme, least) in [("basic ", 8), ("bearer ", 16)] {
        if let Some(rest) = lower.strip_prefix(scheme)
            && is_opaque(rest.trim())
            && rest.trim().len() >= least
            && is_varied(rest.trim())
        {
            return Some(Found::Probable("credentials"));
        }
    }
    (is_secret_name(name) && is_random(name, value)).then_some(Found::Probable("a secret"))
}

/// Whose token is in `value`, if any.
fn token(value: &str) -> Option<&'static str> {
    if let Some((_, rest)) = value.split_once("-----BEGIN ") {
        let title = rest.split("-----").next().unwrap_or_default();
        if title.ends_with("PRIVATE KEY") {
            return Some("a private key");
        }
    }
    for (prefix, least, kind) in TOKENS {
        for (at, _) in value.match_indices(prefix) {
            let before = value[..at].chars().next_back();
            let is_start = before.is_none_or(|char| !char.is_ascii_alphanumeric() && char != '_');
            let body = opaque_start(&value[at + prefix.len()..]);
            if is_start && body.len() >= *least && is_varied(body) {
                return Some(kind);
            }
        }
    }
    is_web_token(value).then_some("a JSON Web Token")
}

/// Whether three parts of base64url stand in `value`, the first two of them JSON.
fn is_web_token(value: &str) -> bool {
    value.match_indices("eyJ").any(|(at, _)| {
        let mut parts = value[at..].splitn(3, '.').map(opaque_start);
        let mut part = || parts.next().unwrap_or_default();
        let (header, payload, signature) = (part(), part(), part());
        header.len() >= 16 && payload.starts_with("eyJ") && signature.len() >= 16
    })
}

/// `scheme://user:password@host`.
fn has_credentials(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    let password = user.and_then(|user| user.split_once(':'));
    password.is_some_and(|(_, password)| !password.is_empty() && !is_placeholder(password))
}

/// Whether a name says that its value is a secret: `API_TOKEN`, `apiToken`.
fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let is_plain = words
        .last()
        .is_some_and(|word| PLAIN_WORDS.contains(&word.as_str()));
    let is_public = words.iter().any(|word| word == "PUBLIC");
    let is_secret = words
        .iter()
        .any(|word| SECRET_WORDS.contains(&word.as_str()));
    is_secret && !is_plain && !is_public
}

/// The words of a name, in capitals.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for char in name.chars() {
        let is_break = !char.is_ascii_alphanumeric();
        if is_break || (was_lower && char.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if !is_break && let Some(word) = words.last_mut() {
            word.push(char.to_ascii_uppercase());
        }
        was_lower = char.is_ascii_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a value under the name of a secret is as random as one.
fn is_random(name: &str, value: &str) -> bool {
    let is_password = words(name).iter().any(|word| word.starts_with("PASS"));
    let (least, bits) = if is_password { (8, 2.5) } else { (16, 3.0) };
    let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let is_text = value.contains(char::is_whitespace) || value.contains("://");
    let is_path = value.starts_with(['/', '.']);
    value.len() >= least
        && has_digit
        && has_letter
        && !is_text
        && !is_path
        && !is_placeholder(value)
        && entropy(value) >= bits
}

/// What stands in an example.
fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let words = [
        "example",
        "changeme",
        "change-me",
        "placeholder",
        "your-",
        "your_",
        "xxxx",
        "<",
        "***",
        "${",
    ];
    words.iter().any(|word| lower.contains(word))
}

/// The characters of a token at the beginning of `text`.
fn opaque_start(text: &str) -> &str {
    let end = text.find(|char: char| !char.is_ascii_alphanumeric() && !"-_+=".contains(char));
    &text[..end.unwrap_or(text.len())]
}

/// Whether `text` is nothing but the characters of a token.
fn is_opaque(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_+=/.~".contains(&byte))
}

/// Whether `text` is no row of one character, and no example.
fn is_varied(text: &str) -> bool {
    entropy(text) >= 2.0 && !is_placeholder(text)
}

/// The entropy of the characters, in bits for each.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let counts = counts.iter().filter(|count| **count > 0);
    counts
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}
