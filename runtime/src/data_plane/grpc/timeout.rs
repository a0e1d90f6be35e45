//! The header `grpc-timeout`.

use std::time::Duration;

use http::HeaderMap;

/// `grpc-timeout`: at most 8 digits and a unit (gRPC over HTTP/2, "Timeout").
pub(super) fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, ()> {
    let Some(value) = headers.get("grpc-timeout") else {
        return Ok(None);
    };
    let (unit, digits) = value.as_bytes().split_last().ok_or(())?;
    if !(1..=8).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(());
    }
    let number = digits
        .iter()
        .fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
    Ok(Some(match unit {
        b'H' => Duration::from_hours(number),
        b'M' => Duration::from_mins(number),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return Err(()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &str) -> Result<Option<Duration>, ()> {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", value.parse().unwrap());
        timeout(&headers)
    }

    #[test]
    fn a_timeout_is_digits_and_a_unit() {
        assert_eq!(timeout(&HeaderMap::new()), Ok(None));
        assert_eq!(parse("100m"), Ok(Some(Duration::from_millis(100))));
        assert_eq!(
            parse("99999999H"),
            Ok(Some(Duration::from_hours(99_999_999)))
        );
        for bad in ["", "1", "m", "123456789S", "-1S", "1s", "1 S"] {
            assert_eq!(parse(bad), Err(()), "{bad}");
        }
    }
}
