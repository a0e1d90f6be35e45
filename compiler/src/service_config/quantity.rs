//! Numbers with units: `64MiB`, `1.5s`.

/// A unit and what it is worth in the smallest one.
pub(super) type Unit = (&'static str, u64);

/// Units of size, in bytes.
pub(super) const SIZES: &[Unit] = &[
    ("B", 1),
    ("kB", 1_000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
];

/// Units of time, in nanoseconds.
pub(super) const TIMES: &[Unit] = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Why a text is no quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum QuantityError {
    #[error("it does not begin with a number")]
    NoNumber,
    #[error("it has no unit")]
    NoUnit,
    #[error("`{0}` is no unit")]
    UnknownUnit(String),
    #[error("it is too large")]
    TooLarge,
    #[error("it is finer than one {0}")]
    TooFine(&'static str),
}

/// The quantity that `text` spells, in the smallest of `units`.
pub(super) fn parse(text: &str, units: &[Unit]) -> Result<u64, QuantityError> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim_start());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = !whole.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && !number.ends_with('.');
    if !is_number {
        return Err(QuantityError::NoNumber);
    }
    if unit.is_empty() {
        return Err(QuantityError::NoUnit);
    }
    let (_, worth) = units
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(|| QuantityError::UnknownUnit(unit.to_owned()))?;

    // As a whole number of the last decimal place, so that nothing is rounded.
    let fraction = fraction.trim_end_matches('0');
    let digits: u128 = format!("{whole}{fraction}")
        .parse()
        .map_err(|_| QuantityError::TooLarge)?;
    let scale = u32::try_from(fraction.len())
        .ok()
        .and_then(|places| 10_u128.checked_pow(places))
        .ok_or(QuantityError::TooFine(units[0].0))?;
    let value = digits
        .checked_mul(u128::from(*worth))
        .ok_or(QuantityError::TooLarge)?;
    if value % scale != 0 {
        return Err(QuantityError::TooFine(units[0].0));
    }
    u64::try_from(value / scale).map_err(|_| QuantityError::TooLarge)
}

/// The unit that was probably meant: the one whose letters it has in another
/// case, or that it abbreviates.
pub(super) fn nearest_unit(found: &str, units: &[Unit]) -> Option<&'static str> {
    let aliases: &[(&str, &str)] = &[
        ("k", "KiB"),
        ("ki", "KiB"),
        ("mi", "MiB"),
        ("gi", "GiB"),
        ("g", "GiB"),
        ("byte", "B"),
        ("bytes", "B"),
        ("sec", "s"),
        ("secs", "s"),
        ("second", "s"),
        ("seconds", "s"),
        ("min", "m"),
        ("mins", "m"),
        ("minute", "m"),
        ("minutes", "m"),
        ("hour", "h"),
        ("hours", "h"),
        ("msec", "ms"),
        ("millis", "ms"),
        ("milliseconds", "ms"),
    ];
    let lower = found.to_lowercase();
    let alias = aliases.iter().find(|(alias, _)| *alias == lower);
    let named = |name: &str| units.iter().find(|(unit, _)| *unit == name);
    alias
        .and_then(|(_, unit)| named(unit))
        .or_else(|| {
            let mut units = units.iter();
            units.find(|(unit, _)| unit.eq_ignore_ascii_case(&lower))
        })
        .map(|(unit, _)| *unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_number_and_a_unit() {
        for (text, bytes) in [
            ("0B", 0),
            ("64MiB", 64 << 20),
            ("64 MiB", 64 << 20),
            ("1.5KiB", 1536),
            ("1.50KiB", 1536),
            ("2kB", 2000),
            ("1GiB", 1 << 30),
        ] {
            assert_eq!(parse(text, SIZES), Ok(bytes), "{text}");
        }
        assert_eq!(parse("500ms", TIMES), Ok(500_000_000));
        assert_eq!(parse("1.5s", TIMES), Ok(1_500_000_000));
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for (text, error) in [
            ("", QuantityError::NoNumber),
            ("MiB", QuantityError::NoNumber),
            ("-1MiB", QuantityError::NoNumber),
            ("1.MiB", QuantityError::NoNumber),
            ("1.2.3MiB", QuantityError::NoNumber),
            ("64", QuantityError::NoUnit),
            ("64mib", QuantityError::UnknownUnit("mib".into())),
            ("0.3B", QuantityError::TooFine("B")),
            ("99999999999GiB", QuantityError::TooLarge),
            (
                "99999999999999999999999999999999999999999B",
                QuantityError::TooLarge,
            ),
        ] {
            assert_eq!(parse(text, SIZES), Err(error), "{text}");
        }
        let fine = format!("0.{}1B", "0".repeat(60));
        assert_eq!(parse(&fine, SIZES), Err(QuantityError::TooFine("B")));
    }

    #[test]
    fn the_unit_that_was_meant_is_found() {
        assert_eq!(nearest_unit("mib", SIZES), Some("MiB"));
        assert_eq!(nearest_unit("M", SIZES), None, "a million or 2^20");
        assert_eq!(nearest_unit("sec", TIMES), Some("s"));
        assert_eq!(nearest_unit("sec", SIZES), None);
    }
}
