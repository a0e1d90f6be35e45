//! As much of DER (ITU-T X.690) as it takes to read names out of a certificate.

/// A value with its tag, and what stands behind it.
pub(super) struct Value<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    pub(super) rest: &'a [u8],
}

pub(super) const OID: u8 = 0x06;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The tag of `[number]`, of a value that consists of others.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// The first value of `bytes`; `None` where they are no DER.
pub(super) fn read(bytes: &[u8]) -> Option<Value<'_>> {
    let (&tag, bytes) = bytes.split_first()?;
    let (&length, bytes) = bytes.split_first()?;
    let (length, bytes) = if length < 0x80 {
        (usize::from(length), bytes)
    } else {
        let (digits, bytes) = bytes.split_at_checked(usize::from(length & 0x7f))?;
        if digits.is_empty() || digits.len() > 4 {
            return None;
        }
        let number = digits
            .iter()
            .fold(0, |number, digit| number << 8 | usize::from(*digit));
        (number, bytes)
    };
    let (content, rest) = bytes.split_at_checked(length)?;
    Some(Value { tag, content, rest })
}

/// The content of the first value, where it has this tag, and what is behind it.
pub(super) fn expect(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let value = read(bytes)?;
    (value.tag == tag).then_some((value.content, value.rest))
}

/// All values, one behind the other, up to the first that is none.
pub(super) fn values(mut bytes: &[u8]) -> impl Iterator<Item = Value<'_>> {
    std::iter::from_fn(move || {
        let value = read(bytes)?;
        bytes = value.rest;
        Some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_short_or_long() {
        assert_eq!(
            expect(&[4, 1, 7, 9], OCTET_STRING),
            Some((&[7][..], &[9][..]))
        );
        let long = [&[4, 0x81, 200][..], &[1; 200]].concat();
        assert_eq!(expect(&long, OCTET_STRING).unwrap().0.len(), 200);
        assert_eq!(expect(&[4, 1, 7], SEQUENCE), None);
    }

    #[test]
    fn what_is_cut_off_is_no_value() {
        for bytes in [
            &[][..],
            &[4],
            &[4, 2, 1],
            &[4, 0x80],
            &[4, 0x82, 1],
            &[4, 0x85, 0, 0, 0, 0, 1, 1],
            &[4, 0x84, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert!(read(bytes).is_none(), "{bytes:?}");
        }
    }
}
