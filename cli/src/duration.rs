//! Durations as people type them: `1.5s`, `10m`, `1h30m`.

use std::time::Duration;

/// The units, those with longer names first where one begins like another.
const UNITS: [(&str, f64); 5] = [
    ("ms", 0.001),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
    ("d", 86_400.0),
];

/// Reads a duration.
pub(crate) fn parse(text: &str) -> Result<Duration, &'static str> {
    const EXPECTED: &str = "expected a duration such as `500ms`, `1.5s`, `10m` or `1h30m`";
    let mut rest = text;
    let mut seconds = 0.0_f64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (number, unit) = rest.split_at(digits.ok_or(EXPECTED)?);
        let number: f64 = number.parse().map_err(|_| EXPECTED)?;
        let (name, factor) = UNITS
            .iter()
            .find(|(name, _)| unit.starts_with(name))
            .ok_or(EXPECTED)?;
        seconds += number * factor;
        rest = &unit[name.len()..];
    }
    if text.is_empty() {
        return Err(EXPECTED);
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| "the duration is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_type_them() {
        for (text, millis) in [
            ("500ms", 500),
            ("1.5s", 1500),
            ("10m", 600_000),
            ("1h30m", 5_400_000),
            ("2d", 172_800_000),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for bad in ["", "10", "m", "-1s", "1 s", "1y", "1e400d", "..s"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        let long = "9".repeat(400) + "d";
        assert!(parse(&long).is_err());
    }
}
