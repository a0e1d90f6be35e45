//! The wire format: <https://protobuf.dev/programming-guides/encoding/>.

use bytes::{BufMut, BytesMut};

use super::RECURSION_LIMIT;
use super::error::{CodecError, CodecErrorKind as Kind};

/// How a field's value is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireType {
    Varint,
    Fixed64,
    Length,
    Group,
    EndGroup,
    Fixed32,
}

impl WireType {
    fn number(self) -> u32 {
        match self {
            WireType::Varint => 0,
            WireType::Fixed64 => 1,
            WireType::Length => 2,
            WireType::Group => 3,
            WireType::EndGroup => 4,
            WireType::Fixed32 => 5,
        }
    }
}

/// Reads a part of an encoded message.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    input: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(input: &'a [u8]) -> Self {
        Reader {
            input,
            at: 0,
            end: input.len(),
        }
    }

    /// Where in the whole input this part begins and ends.
    pub(super) fn bounds(&self) -> (usize, usize) {
        (self.at, self.end)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.end
    }

    pub(super) fn len(&self) -> usize {
        self.end - self.at
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        &self.input[self.at..self.end]
    }

    pub(super) fn varint(&mut self) -> Result<u64, CodecError> {
        let mut value = 0u64;
        for index in 0..10 {
            let byte = *self.rest().first().ok_or(Kind::Truncated)?;
            self.at += 1;
            // The tenth byte has room for the last bit alone.
            if index == 9 && byte > 1 {
                return Err(Kind::Varint.into());
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Kind::Varint.into())
    }

    pub(super) fn fixed32(&mut self) -> Result<[u8; 4], CodecError> {
        let bytes = *self.rest().first_chunk().ok_or(Kind::Truncated)?;
        self.at += 4;
        Ok(bytes)
    }

    pub(super) fn fixed64(&mut self) -> Result<[u8; 8], CodecError> {
        let bytes = *self.rest().first_chunk().ok_or(Kind::Truncated)?;
        self.at += 8;
        Ok(bytes)
    }

    pub(super) fn tag(&mut self) -> Result<(u32, WireType), CodecError> {
        let tag = self.varint()?;
        let invalid = || CodecError::new(Kind::Tag(tag));
        let wire = match tag & 7 {
            0 => WireType::Varint,
            1 => WireType::Fixed64,
            2 => WireType::Length,
            3 => WireType::Group,
            4 => WireType::EndGroup,
            5 => WireType::Fixed32,
            _ => return Err(invalid()),
        };
        let number = u32::try_from(tag).map_err(|_| invalid())? >> 3;
        if number == 0 {
            return Err(invalid());
        }
        Ok((number, wire))
    }

    /// The part that a length prefix delimits.
    pub(super) fn delimited(&mut self) -> Result<Reader<'a>, CodecError> {
        let length = self.varint()?;
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= self.len())
            .ok_or(Kind::Truncated)?;
        let part = Reader {
            input: self.input,
            at: self.at,
            end: self.at + length,
        };
        self.at = part.end;
        Ok(part)
    }

    /// The part up to the end of a group, whose start has been read.
    pub(super) fn group(&mut self, number: u32, depth: usize) -> Result<Reader<'a>, CodecError> {
        let start = self.at;
        loop {
            let end = self.at;
            let (inner, wire) = self.tag()?;
            if wire == WireType::EndGroup {
                if inner != number {
                    return Err(Kind::Group(number).into());
                }
                return Ok(Reader {
                    input: self.input,
                    at: start,
                    end,
                });
            }
            self.skip(inner, wire, depth)?;
        }
    }

    /// Skips the value of a field whose tag has been read.
    pub(super) fn skip(
        &mut self,
        number: u32,
        wire: WireType,
        depth: usize,
    ) -> Result<(), CodecError> {
        match wire {
            WireType::Varint => self.varint().map(drop),
            WireType::Fixed32 => self.fixed32().map(drop),
            WireType::Fixed64 => self.fixed64().map(drop),
            WireType::Length => self.delimited().map(drop),
            WireType::EndGroup => Err(Kind::Group(number).into()),
            WireType::Group if depth >= RECURSION_LIMIT => Err(Kind::TooDeep.into()),
            WireType::Group => self.group(number, depth + 1).map(drop),
        }
    }
}

pub(super) fn put_varint(out: &mut BytesMut, mut value: u64) {
    while value >= 0x80 {
        out.put_u8(low_byte(value) | 0x80);
        value >>= 7;
    }
    out.put_u8(low_byte(value));
}

pub(super) fn put_tag(out: &mut BytesMut, number: u32, wire: WireType) {
    put_varint(out, u64::from(number << 3 | wire.number()));
}

/// Writes what `body` writes behind its length. Nearly all lengths take one byte;
/// for others the body is moved, which is cheaper than to measure every message.
pub(super) fn put_delimited(
    out: &mut BytesMut,
    body: impl FnOnce(&mut BytesMut) -> Result<(), CodecError>,
) -> Result<(), CodecError> {
    let prefix = out.len();
    out.put_u8(0);
    let start = out.len();
    body(out)?;
    let length = out.len() - start;
    if i32::try_from(length).is_err() {
        return Err(Kind::TooLarge.into());
    }
    let mut encoded = BytesMut::new();
    if length < 0x80 {
        out[prefix] = low_byte(length as u64);
        return Ok(());
    }
    put_varint(&mut encoded, length as u64);
    out.resize(out.len() + encoded.len() - 1, 0);
    out.copy_within(start..start + length, prefix + encoded.len());
    out[prefix..prefix + encoded.len()].copy_from_slice(&encoded);
    Ok(())
}

fn low_byte(value: u64) -> u8 {
    u8::try_from(value & 0x7f).expect("seven bits fit eight")
}

pub(super) fn zigzag_decode(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

pub(super) fn zigzag_encode(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The low 32 bits, as Protobuf reads a 32-bit integer from a longer varint.
pub(super) fn low_u32(value: u64) -> u32 {
    u32::try_from(value & u64::from(u32::MAX)).expect("32 bits fit 32")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varint(bytes: &[u8]) -> Result<u64, CodecError> {
        Reader::new(bytes).varint()
    }

    #[test]
    fn varints_have_at_most_64_bits() {
        let longest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(varint(&longest), Ok(u64::MAX));
        assert_eq!(varint(&[0x80, 0x00]), Ok(0));
        let mut too_long = longest;
        too_long[9] = 2;
        assert_eq!(varint(&too_long), Err(Kind::Varint.into()));
        assert_eq!(varint(&[0x80; 11]), Err(Kind::Varint.into()));
        assert_eq!(varint(&[0x80; 9]), Err(Kind::Truncated.into()));
    }

    #[test]
    fn groups_nest_and_must_match() {
        // 1: { 2: { 3: 7 } }, then another field.
        let nested = [0x13, 0x18, 0x07, 0x14, 0x0c, 0x08];
        let mut reader = Reader::new(&nested);
        assert_eq!(reader.group(1, 0).unwrap().rest(), &nested[..4]);
        assert_eq!(reader.rest(), [0x08]);
        let crossed = [0x13, 0x0c, 0x14];
        let error = Reader::new(&crossed).group(1, 0).map(drop).unwrap_err();
        assert_eq!(error.kind(), &Kind::Group(2));
        let deep = [0x0b; 200];
        let error = Reader::new(&deep).group(1, 0).map(drop).unwrap_err();
        assert_eq!(error.kind(), &Kind::TooDeep);
    }

    #[test]
    fn a_long_body_is_moved_behind_its_length() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 70_000] {
            let mut out = BytesMut::from(&b"before"[..]);
            let body = vec![7; length];
            put_delimited(&mut out, |out| {
                out.extend_from_slice(&body);
                Ok(())
            })
            .unwrap();
            let mut reader = Reader::new(&out[6..]);
            assert_eq!(reader.delimited().unwrap().rest(), body);
            assert!(reader.is_empty());
        }
    }

    #[test]
    fn zigzag_is_its_own_inverse() {
        for value in [0, -1, 1, i64::MIN, i64::MAX] {
            assert_eq!(zigzag_decode(zigzag_encode(value)), value);
        }
        assert_eq!(zigzag_encode(-1), 1);
    }
}
