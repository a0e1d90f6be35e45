//! What a client accepts (RFC 9110, section 12): lists of names with qualities.

use http::HeaderMap;
use http::header::ACCEPT;

/// How much something is liked, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quality(u16);

impl Quality {
    pub(crate) const NONE: Self = Self(0);
    const FULL: Self = Self(1000);

    /// The weight behind `q=`; what is no weight counts in full.
    fn of(parameters: &str) -> Self {
        let weight = parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_weight = name.trim().eq_ignore_ascii_case("q");
            is_weight.then(|| value.trim().parse::<f32>().ok())?
        });
        match weight {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to 0 to 1000"
            )]
            Some(weight) if weight.is_finite() => Self((weight.clamp(0.0, 1.0) * 1000.0) as u16),
            _ => Self::FULL,
        }
    }
}

/// The quality that a list gives to something; of several entries that speak of it,
/// the most precise one counts, which `precision` tells: 0 for those that do not.
pub(crate) fn quality_of(list: &str, precision: impl Fn(&str) -> u8) -> Option<Quality> {
    let entries = list.split(',').filter_map(|entry| {
        let (name, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let precision = precision(name.trim());
        (precision > 0).then(|| (precision, Quality::of(parameters)))
    });
    entries.max().map(|(_, quality)| quality)
}

/// How much a client likes a media type; in full where it does not say.
pub(crate) fn media_type_quality(headers: &HeaderMap, media_type: &str) -> Quality {
    let mut lists = headers.get_all(ACCEPT).iter().peekable();
    if lists.peek().is_none() {
        return Quality::FULL;
    }
    let (kind, _) = media_type.split_once('/').unwrap_or((media_type, ""));
    let precision = |name: &str| {
        if name.eq_ignore_ascii_case(media_type) {
            3
        } else if name == "*/*" {
            1
        } else if let Some(found) = name.strip_suffix("/*") {
            if found.eq_ignore_ascii_case(kind) {
                2
            } else {
                0
            }
        } else {
            0
        }
    };
    lists
        .filter_map(|list| quality_of(list.to_str().ok()?, precision))
        .max()
        .unwrap_or(Quality::NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_precise_entry_counts() {
        let quality = |accept: &'static str, media_type: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            media_type_quality(&headers, media_type).0
        };
        let json = "application/json";
        assert_eq!(quality("*/*;q=0.8, application/json;q=0.5", json), 500);
        assert_eq!(quality("application/*;q=0.2, */*", json), 200);
        assert_eq!(quality("text/html, */*;q=0.1", json), 100);
        assert_eq!(quality("text/html", json), 0);
        assert_eq!(quality("Application/JSON; charset=utf-8", json), 1000);
        assert_eq!(quality("application/json;q=0", json), 0);
        assert_eq!(quality("application/json;q=nonsense", json), 1000);
        assert_eq!(media_type_quality(&HeaderMap::new(), json), Quality::FULL);
    }
}
