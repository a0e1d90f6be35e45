//! Cookies (RFC 6265), as far as one that names a caller needs them.

use http::header::{COOKIE, HeaderMap, HeaderValue};

/// The value of a cookie in a request; the first, where there are several.
pub(super) fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    let values = headers.get_all(COOKIE).into_iter();
    let pairs = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    pairs
        .map(<[u8]>::trim_ascii)
        .find_map(|pair| pair.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
        .filter(|value| !value.is_empty())
}

/// What sets a cookie for all of the host: out of the reach of programs in a page, and
/// not sent along by pages of other sites.
pub(super) fn set(name: &str, value: &str, is_secure: bool) -> Option<HeaderValue> {
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}");
    text.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            "my-version=1; version=two ;other=3".parse().unwrap(),
        );
        headers.append(COOKIE, "last=a=b; version=4; empty=".parse().unwrap());
        assert_eq!(find(&headers, "version"), Some(&b"two"[..]));
        assert_eq!(find(&headers, "last"), Some(&b"a=b"[..]));
        assert_eq!(find(&headers, "ersion"), None);
        assert_eq!(find(&headers, "vers"), None);
        assert_eq!(find(&headers, "empty"), None);
    }

    #[test]
    fn a_cookie_is_secure_where_the_connection_is() {
        assert_eq!(
            set("version", "17", false).unwrap(),
            "version=17; Path=/; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            set("version", "17", true).unwrap(),
            "version=17; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
    }
}
