//! `application/x-www-form-urlencoded`, as browsers write it in a query.

use std::borrow::Cow;

/// The name and value of each parameter, decoded; none for one that is no UTF-8.
pub(super) fn parameters(
    query: &str,
) -> impl Iterator<Item = Option<(Cow<'_, str>, Cow<'_, str>)>> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
}

fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['+', '%']) {
        return Some(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    Some(Cow::Owned(decoded.ok()?.into_owned()))
}
