/// Why `text` is neither a URL of `http` or `https` nor a path, if it is not.
pub(super) fn problem(text: &str) -> Option<String> {
    if let Some(char) = text.chars().find(|char| is_forbidden(*char)) {
        let shown = char.escape_default();
        return Some(match char {
            ' ' => "a space is written `%20`".to_owned(),
            '\\' => "the separator is `/`".to_owned(),
            _ => format!("`{shown}` has to be escaped"),
        });
    }
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let (scheme, _) = text[..end].split_once(':')?;
    let rest = &text[scheme.len() + 1..];
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => match rest.strip_prefix("//") {
            Some(rest) => bad_authority(rest),
            None => Some(format!("`{scheme}:` is followed by `//`")),
        },
        "data" | "blob" => None,
        _ => Some("the scheme is `http` or `https`".to_owned()),
    }
}

fn is_forbidden(char: char) -> bool {
    char.is_control() || char.is_whitespace() || "\\<>\"{}|^`".contains(char)
}

/// What is wrong with `[user@]host[:port]` at the beginning of `rest`.
fn bad_authority(rest: &str) -> Option<String> {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match host.strip_prefix('[') {
        Some(inner) => match inner.split_once(']') {
            Some((inner, port)) if inner.parse::<std::net::Ipv6Addr>().is_ok() => (inner, port),
            _ => return Some("the IPv6 address in `[` and `]` is none".to_owned()),
        },
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    if host.is_empty() {
        return Some("it has no host".to_owned());
    }
    let is_port = |port: &str| {
        port.strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok())
    };
    if !port.is_empty() && !is_port(port) {
        return Some("the port is no number up to 65535".to_owned());
    }
    None
}

/// Whether a browser takes the host `name` for an IPv4 address: its last part is a
/// number (<https://url.spec.whatwg.org/#ends-in-a-number-checker>).
pub(super) fn is_address(name: &str) -> bool {
    let last = name
        .trim_end_matches('.')
        .rsplit('.')
        .next()
        .unwrap_or_default();
    let hex = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let is_decimal = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    is_decimal || hex.is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_paths_are_accepted() {
        for text in [
            "resources/client",
            "./a",
            "../a?b=c:d",
            "/a/b",
            "//cdn.example.com/a",
            "https://cdn.example.com",
            "HTTP://user@[::1]:80/a%20b?c#d",
            "https://exämple.com/ü",
            "data:text/plain,a",
        ] {
            assert_eq!(problem(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_neither_is_told_why() {
        for (text, why) in [
            ("http:/cdn.example.com", "`http:` is followed by `//`"),
            ("htp://cdn.example.com", "the scheme is `http` or `https`"),
            ("https://", "it has no host"),
            ("https://:80/a", "it has no host"),
            ("https://a:99999", "the port is no number up to 65535"),
            ("https://[::g]/", "the IPv6 address in `[` and `]` is none"),
            ("a b", "a space is written `%20`"),
            ("a\\b", "the separator is `/`"),
            ("a{b}", "`{` has to be escaped"),
        ] {
            assert_eq!(problem(text).as_deref(), Some(why), "{text}");
        }
    }

    #[test]
    fn numbers_are_addresses() {
        for (name, is) in [
            ("7", true),
            ("a.1", true),
            ("0x1f", true),
            ("a", false),
            ("v1", false),
            ("1a", false),
        ] {
            assert_eq!(is_address(name), is, "{name}");
        }
    }
}
