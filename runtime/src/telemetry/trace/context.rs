//! W3C Trace Context (<https://www.w3.org/TR/trace-context-1/>).

use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub(crate) const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

const SAMPLED: u8 = 1;

/// A span and the trace that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpanContext {
    pub(crate) trace: u128,
    pub(crate) span: u64,
    pub(crate) is_sampled: bool,
}

impl SpanContext {
    /// The span that a request was sent in. A `traceparent` that is not well-formed is
    /// as if there were none (section 3.2), and so are two of them.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACEPARENT).iter();
        let value = values.next()?.to_str().ok()?;
        Self::parse(value).filter(|_| values.next().is_none())
    }

    pub(crate) fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split('-');
        let version = hex(parts.next()?, 2)?;
        let trace = hex(parts.next()?, 32).filter(|id| *id != 0)?;
        let span = hex(parts.next()?, 16).filter(|id| *id != 0)?;
        let flags = hex(parts.next()?, 2)?;
        // A later version than 00 may go on behind the flags.
        if version == 0xff || version == 0 && parts.next().is_some() {
            return None;
        }
        Some(Self {
            trace,
            span: u64::try_from(span).ok()?,
            is_sampled: u8::try_from(flags).ok()? & SAMPLED != 0,
        })
    }

    /// A span of a trace, with an identifier of its own.
    pub(crate) fn new(trace: u128, is_sampled: bool) -> Self {
        Self {
            trace,
            span: rand::random_range(1..=u64::MAX),
            is_sampled,
        }
    }

    /// A span within this one.
    pub(crate) fn child(self) -> Self {
        Self::new(self.trace, self.is_sampled)
    }

    /// As a header.
    pub(crate) fn header(self) -> HeaderValue {
        let flags = if self.is_sampled { SAMPLED } else { 0 };
        let value = format!("00-{:032x}-{:016x}-{flags:02x}", self.trace, self.span);
        HeaderValue::try_from(value).expect("digits and `-` are printable ASCII")
    }
}

/// Exactly `len` digits, in lower case.
fn hex(digits: &str, len: usize) -> Option<u128> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != len || !digits.bytes().all(is_digit) {
        return None;
    }
    u128::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn only_a_well_formed_traceparent_is_one() {
        assert!(SpanContext::parse(GOOD).is_some());
        assert!(SpanContext::parse(&GOOD.replace("00-4", "01-4")).is_some());
        assert!(SpanContext::parse(&format!("{}-more", GOOD.replace("00-4", "01-4"))).is_some());
        for bad in [
            "",
            "00",
            &GOOD.to_uppercase(),
            &GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &GOOD.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &format!("{GOOD}-more"),
            &GOOD.replace("00-4", "ff-4"),
            &GOOD.replace("00-4", "+0-4"),
        ] {
            assert!(SpanContext::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_header_reads_as_what_it_was_made_of() {
        let read = SpanContext::parse(GOOD).unwrap();
        assert_eq!(read.header(), GOOD);
        let child = read.child();
        assert_eq!((child.trace, child.is_sampled), (read.trace, true));
        assert_ne!(child.span, read.span);
        let unsampled = SpanContext::new(1, false);
        assert_eq!(
            SpanContext::parse(unsampled.header().to_str().unwrap()),
            Some(unsampled)
        );
        // Flags that are not known are not passed on (section 3.2.2.5).
        let more = SpanContext::parse(&GOOD.replace("-01", "-ff")).unwrap();
        assert_eq!(more.header(), GOOD);
    }

    #[test]
    fn two_parents_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(TRACEPARENT, HeaderValue::from_static(GOOD));
        assert!(SpanContext::of(&headers).is_some());
        headers.append(TRACEPARENT, HeaderValue::from_static(GOOD));
        assert!(SpanContext::of(&headers).is_none());
    }
}
