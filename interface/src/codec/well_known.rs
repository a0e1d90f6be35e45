//! The types of `google.protobuf` whose JSON is one value, and the text of those
//! that have one: <https://protobuf.dev/programming-guides/json/>.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost_reflect::MessageDescriptor;

/// A message whose JSON is no object of its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WellKnown {
    Any,
    Timestamp,
    Duration,
    FieldMask,
    Struct,
    Value,
    ListValue,
    /// `google.protobuf.Int32Value` and its like.
    Wrapper,
}

impl WellKnown {
    pub(crate) fn of(message: &MessageDescriptor) -> Option<Self> {
        Some(
            match message.full_name().strip_prefix("google.protobuf.")? {
                "Any" => WellKnown::Any,
                "Timestamp" => WellKnown::Timestamp,
                "Duration" => WellKnown::Duration,
                "FieldMask" => WellKnown::FieldMask,
                "Struct" => WellKnown::Struct,
                "Value" => WellKnown::Value,
                "ListValue" => WellKnown::ListValue,
                "DoubleValue" | "FloatValue" | "Int64Value" | "UInt64Value" | "Int32Value"
                | "UInt32Value" | "BoolValue" | "StringValue" | "BytesValue" => WellKnown::Wrapper,
                _ => return None,
            },
        )
    }
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Base64 of either alphabet, with or without padding.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let engine = if text.contains(['-', '_']) {
        &URL_SAFE
    } else {
        &STANDARD
    };
    engine.decode(text).ok()
}

pub(super) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
const TIMESTAMPS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// 10,000 years, as `google/protobuf/duration.proto` bounds them.
const DURATIONS: std::ops::RangeInclusive<i64> = -315_576_000_000..=315_576_000_000;
const NANOS: i32 = 1_000_000_000;
const DAY: i64 = 86_400;

/// Seconds since the Unix epoch and nanoseconds, of RFC 3339 text.
pub(crate) fn parse_timestamp(text: &str) -> Option<(i64, i32)> {
    let (date, rest) = text.split_at_checked(10)?;
    let year = digits(date.get(0..4)?)?;
    let month = digits(date.get(5..7)?)?;
    let day = digits(date.get(8..10)?)?;
    let time = rest.get(1..9)?;
    let hour = digits(time.get(0..2)?)?;
    let minute = digits(time.get(3..5)?)?;
    let second = digits(time.get(6..8)?)?;
    let separators = [
        (date, 4, "-"),
        (date, 7, "-"),
        (rest, 0, "T"),
        (time, 2, ":"),
        (time, 5, ":"),
    ];
    let well_separated = separators
        .into_iter()
        .all(|(text, at, separator)| text.get(at..=at) == Some(separator));
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !well_separated || !in_range {
        return None;
    }
    let (nanos, zone) = fraction(rest.get(9..)?)?;
    let local = days_before(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    let seconds = local - offset(zone)?;
    TIMESTAMPS.contains(&seconds).then_some((seconds, nanos))
}

/// RFC 3339 text in UTC, with no, 3, 6 or 9 digits of a fraction.
pub(super) fn format_timestamp(seconds: i64, nanos: i32) -> Option<String> {
    if !TIMESTAMPS.contains(&seconds) || !(0..NANOS).contains(&nanos) {
        return None;
    }
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let time = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    let fraction = format_fraction(nanos);
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"
    ))
}

/// Seconds and nanoseconds, which have one sign, of text like `-1.5s`.
pub(crate) fn parse_duration(text: &str) -> Option<(i64, i32)> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let number = rest.strip_suffix('s')?;
    let end = number.find('.').unwrap_or(number.len());
    let (whole, rest) = number.split_at(end);
    let seconds = digits(whole)?;
    let (nanos, rest) = fraction(rest)?;
    if !rest.is_empty() || !DURATIONS.contains(&seconds) {
        return None;
    }
    Some(if negative {
        (-seconds, -nanos)
    } else {
        (seconds, nanos)
    })
}

pub(super) fn format_duration(seconds: i64, nanos: i32) -> Option<String> {
    let one_sign = seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0);
    if !DURATIONS.contains(&seconds) || nanos.abs() >= NANOS || !one_sign {
        return None;
    }
    let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
    let (seconds, fraction) = (seconds.abs(), format_fraction(nanos.abs()));
    Some(format!("{sign}{seconds}{fraction}s"))
}

/// The paths of a mask in the names of the `.proto`, of text like
/// `user.displayName,photo`.
pub(crate) fn parse_field_mask(text: &str) -> Option<Vec<String>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    text.split(',').map(snake_case).collect()
}

/// None where a path does not come back from its JSON.
pub(super) fn format_field_mask<'a>(paths: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut text = String::new();
    for (index, path) in paths.enumerate() {
        if index > 0 {
            text.push(',');
        }
        let camel = camel_case(path)?;
        if snake_case(&camel).as_deref() != Some(path) {
            return None;
        }
        text.push_str(&camel);
    }
    Some(text)
}

fn snake_case(path: &str) -> Option<String> {
    let mut snake = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            'A'..='Z' => {
                snake.push('_');
                snake.push(c.to_ascii_lowercase());
            }
            'a'..='z' | '0'..='9' | '.' => snake.push(c),
            _ => return None,
        }
    }
    (!snake.is_empty()).then_some(snake)
}

fn camel_case(path: &str) -> Option<String> {
    let mut camel = String::with_capacity(path.len());
    let mut upper = false;
    for c in path.chars() {
        match c {
            '_' if !upper => upper = true,
            'a'..='z' if upper => {
                camel.push(c.to_ascii_uppercase());
                upper = false;
            }
            'a'..='z' | '0'..='9' | '.' if !upper => camel.push(c),
            _ => return None,
        }
    }
    (!upper).then_some(camel)
}

fn digits(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Nanoseconds of a fraction of up to nine digits, if there is one, and the rest.
fn fraction(text: &str) -> Option<(i32, &str)> {
    let Some(text) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let length = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (fraction, rest) = text.split_at(length);
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    format!("{fraction:0<9}")
        .parse()
        .ok()
        .map(|nanos| (nanos, rest))
}

fn format_fraction(nanos: i32) -> String {
    match nanos {
        0 => String::new(),
        _ if nanos % 1_000_000 == 0 => format!(".{:03}", nanos / 1_000_000),
        _ if nanos % 1_000 == 0 => format!(".{:06}", nanos / 1_000),
        _ => format!(".{nanos:09}"),
    }
}

fn offset(zone: &str) -> Option<i64> {
    let (sign, time) = match zone.split_at_checked(1)? {
        ("Z", "") => return Some(0),
        ("+", time) => (1, time),
        ("-", time) => (-1, time),
        _ => return None,
    };
    let (hours, minutes) = time.split_once(':')?;
    let two_digits = hours.len() == 2 && minutes.len() == 2;
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (two_digits && hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since the Unix epoch, by the algorithm of Howard Hinnant's
/// `chrono-Compatible Low-Level Date Algorithms`, whose year begins in March.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_before`].
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_from_their_text() {
        for (text, seconds, nanos) in [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
            (
                "9999-12-31T23:59:59.999999999Z",
                253_402_300_799,
                999_999_999,
            ),
            ("2000-02-29T12:00:00.500Z", 951_825_600, 500_000_000),
            ("1969-12-31T23:59:59.000001Z", -1, 1_000),
        ] {
            assert_eq!(parse_timestamp(text), Some((seconds, nanos)), "{text}");
            assert_eq!(format_timestamp(seconds, nanos).as_deref(), Some(text));
        }
        assert_eq!(parse_timestamp("1970-01-01T01:00:00+01:00"), Some((0, 0)));
        assert_eq!(
            parse_timestamp("1969-12-31T16:00:00.1-08:00"),
            Some((0, 100_000_000))
        );
    }

    #[test]
    fn no_time_is_taken_from_other_text() {
        for text in [
            "",
            "1970",
            "1970-01-01",
            "1970-01-01T00:00:00",
            "1970-01-01 00:00:00Z",
            "1970-01-01t00:00:00Z",
            "1970-13-01T00:00:00Z",
            "1970-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:00:60Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.1234567890Z",
            "1970-01-01T00:00:00+1:00",
            "0000-12-31T23:59:59Z",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "1970-01-01T00:00:00Zx",
            "197é-01-01T00:00:00Z",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
        assert_eq!(format_timestamp(253_402_300_800, 0), None);
        assert_eq!(format_timestamp(0, -1), None);
    }

    #[test]
    fn durations_come_back_from_their_text() {
        for (text, seconds, nanos) in [
            ("0s", 0, 0),
            ("-0.500s", 0, -500_000_000),
            ("1.000340012s", 1, 340_012),
            ("-315576000000.999999999s", -315_576_000_000, -999_999_999),
        ] {
            assert_eq!(parse_duration(text), Some((seconds, nanos)), "{text}");
            assert_eq!(format_duration(seconds, nanos).as_deref(), Some(text));
        }
        for text in [
            "",
            "s",
            "1",
            "1.s",
            ".5s",
            "+1s",
            "1.0000000001s",
            "315576000001s",
            "1 s",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
        assert_eq!(format_duration(1, -1), None);
    }

    #[test]
    fn field_masks_come_back_from_their_text() {
        let paths = ["user.display_name", "photo"];
        let text = format_field_mask(paths.into_iter()).unwrap();
        assert_eq!(text, "user.displayName,photo");
        assert_eq!(parse_field_mask(&text).unwrap(), paths);
        for path in ["fooBar", "foo__bar", "foo_3_bar", "foo_", "_"] {
            assert_eq!(format_field_mask([path].into_iter()), None, "{path}");
        }
        assert_eq!(parse_field_mask("foo_bar"), None);
        assert_eq!(parse_field_mask("a,,b"), None);
    }

    #[test]
    fn base64_of_either_alphabet_is_read() {
        assert_eq!(decode_base64("-_8").as_deref(), Some(&[0xfb, 0xff][..]));
        assert_eq!(decode_base64("+/8=").as_deref(), Some(&[0xfb, 0xff][..]));
        assert_eq!(decode_base64("+_8="), None);
        assert_eq!(encode_base64(&[0xfb, 0xff]), "+/8=");
    }
}
