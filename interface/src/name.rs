//! Names: from Protobuf's identifiers to WIT's kebab-case.

use std::borrow::Cow;

/// The keywords of WIT, which are identifiers only with `%` before them.
const KEYWORDS: &[&str] = &[
    "as",
    "async",
    "bool",
    "borrow",
    "char",
    "constructor",
    "enum",
    "error-context",
    "export",
    "f32",
    "f64",
    "flags",
    "from",
    "func",
    "future",
    "import",
    "include",
    "interface",
    "list",
    "map",
    "option",
    "own",
    "package",
    "record",
    "resource",
    "result",
    "s16",
    "s32",
    "s64",
    "s8",
    "static",
    "stream",
    "string",
    "tuple",
    "type",
    "u16",
    "u32",
    "u64",
    "u8",
    "use",
    "variant",
    "with",
    "world",
];

/// The kebab-case of an identifier of Protobuf, or none where a word would not
/// start with a letter.
///
/// Words end at `_`, before a capital that follows a lower-case letter or a digit,
/// and before the last capital of several that a lower-case letter follows
/// (`HTTPServer` is `http-server`). A word that starts with a digit joins the one
/// before it (`line_2` is `line2`): newer tools know `line-2`, older ones do not.
pub(crate) fn kebab(identifier: &str) -> Option<String> {
    let characters: Vec<char> = identifier.chars().collect();
    let mut out = String::with_capacity(identifier.len() + 4);
    let mut boundary = true;
    for (index, &character) in characters.iter().enumerate() {
        if character == '_' {
            boundary = true;
            continue;
        }
        if !character.is_ascii_alphanumeric() {
            return None;
        }
        let before = index.checked_sub(1).map(|before| characters[before]);
        if character.is_ascii_uppercase() && starts_word(before, characters.get(index + 1)) {
            boundary = true;
        }
        if boundary && !out.is_empty() && character.is_ascii_alphabetic() {
            out.push('-');
        }
        boundary = false;
        out.push(character.to_ascii_lowercase());
    }
    is_wit_name(&out).then_some(out)
}

/// Whether a capital starts a word, given its neighbours.
fn starts_word(before: Option<char>, after: Option<&char>) -> bool {
    match before {
        None => true,
        Some(before) if before.is_ascii_uppercase() => after.is_some_and(char::is_ascii_lowercase),
        Some(_) => true,
    }
}

/// The kebab-case of a dotted name: `foo.v1` is `foo-v1`.
pub(crate) fn kebab_path(path: &str) -> Option<String> {
    let parts: Option<Vec<String>> = path.split('.').map(kebab).collect();
    parts.map(|parts| parts.join("-"))
}

/// Whether `name` is a WIT name in lower case that every tool accepts.
pub(crate) fn is_wit_name(name: &str) -> bool {
    name.split('-').all(|word| {
        let mut bytes = word.bytes();
        bytes.next().is_some_and(|first| first.is_ascii_lowercase())
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// The name as it stands in WIT: keywords bear a `%`.
pub(crate) fn escape(name: &str) -> Cow<'_, str> {
    if KEYWORDS.binary_search(&name).is_ok() {
        Cow::Owned(format!("%{name}"))
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_become_kebab_case() {
        for (protobuf, wit) in [
            ("SayHello", "say-hello"),
            ("name", "name"),
            ("display_name", "display-name"),
            ("displayName", "display-name"),
            ("HTTPServer", "http-server"),
            ("GetHTTP", "get-http"),
            ("ID", "id"),
            ("STATE_ACTIVE", "state-active"),
            ("sha256", "sha256"),
            ("Sha256Sum", "sha256-sum"),
            ("line_2", "line2"),
            ("line_2_b", "line2-b"),
            ("V1Beta2", "v1-beta2"),
            ("_private__name_", "private-name"),
            ("A", "a"),
            ("aB", "a-b"),
        ] {
            assert_eq!(kebab(protobuf).as_deref(), Some(wit), "{protobuf}");
        }
    }

    #[test]
    fn what_wit_cannot_spell_has_no_kebab_case() {
        for protobuf in ["_", "__", "_1", "_1st", ""] {
            assert_eq!(kebab(protobuf), None, "{protobuf}");
        }
    }

    #[test]
    fn the_keywords_are_sorted_and_are_those_that_wit_parser_knows() {
        assert!(KEYWORDS.is_sorted());
        for word in KEYWORDS {
            let bare = format!("package a:b; interface i {{ record {word} {{ x: u8 }} }}");
            let escaped = format!("package a:b; interface i {{ record %{word} {{ x: u8 }} }}");
            let parse = |text: &str| {
                wit_parser::Resolve::new()
                    .push_source("a.wit", text)
                    .is_ok()
            };
            assert!(!parse(&bare), "{word} needs no escape");
            assert!(parse(&escaped), "{word}");
        }
    }
}
