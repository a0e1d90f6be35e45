//! Messages in a stream of bytes: a flag, a length, the message (gRPC over HTTP/2,
//! "Length-Prefixed-Message").
//!
//! The framing is our own, since a message's flag is something that a guest may see
//! and set, and since a message must be refused by its prefix alone, with the code
//! that gRPC asks for.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

/// The bytes before a message.
pub(in crate::data_plane) const PREFIX: usize = 5;

/// A message as it was sent.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::data_plane) struct Framed {
    pub(in crate::data_plane) is_compressed: bool,
    pub(in crate::data_plane) bytes: Bytes,
}

/// Why bytes are no messages.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::data_plane) enum FrameError {
    /// A message is larger than may be.
    TooLarge,
    /// The flag is neither 0 nor 1.
    Flag(u8),
}

/// Takes messages out of the pieces that the wire happens to deliver. What lies in
/// one piece is not copied.
pub(in crate::data_plane) struct Deframer {
    limit: usize,
    /// The beginning of a message whose end is still to come.
    begun: BytesMut,
    piece: Bytes,
}

impl Deframer {
    /// Refuses messages of more than `limit` bytes.
    pub(in crate::data_plane) fn new(limit: usize) -> Self {
        Self {
            limit,
            begun: BytesMut::new(),
            piece: Bytes::new(),
        }
    }

    /// Adds what comes next. Not before [`Self::next`] has found the last piece used up.
    pub(in crate::data_plane) fn push(&mut self, piece: Bytes) {
        debug_assert!(self.piece.is_empty(), "the piece before is used up");
        self.piece = piece;
    }

    /// Whether no message has begun.
    pub(in crate::data_plane) fn is_between_messages(&self) -> bool {
        self.begun.is_empty() && self.piece.is_empty()
    }

    /// The next message; `None` when more bytes are needed.
    pub(in crate::data_plane) fn next(&mut self) -> Result<Option<Framed>, FrameError> {
        if self.begun.is_empty() {
            let Some(size) = self.size_of(&self.piece)? else {
                return Ok(self.keep_piece());
            };
            if self.piece.len() < size {
                return Ok(self.keep_piece());
            }
            let message = self.piece.split_to(size);
            return Ok(Some(framed(message)));
        }
        self.move_up_to(PREFIX);
        let Some(size) = self.size_of(&self.begun)? else {
            return Ok(None);
        };
        self.move_up_to(size);
        if self.begun.len() < size {
            return Ok(None);
        }
        Ok(Some(framed(std::mem::take(&mut self.begun).freeze())))
    }

    /// How long the message at the beginning of `bytes` is, with its prefix.
    fn size_of(&self, bytes: &[u8]) -> Result<Option<usize>, FrameError> {
        let Some(prefix) = bytes.first_chunk::<PREFIX>() else {
            return Ok(None);
        };
        let [flag, length @ ..] = *prefix;
        if flag > 1 {
            return Err(FrameError::Flag(flag));
        }
        usize::try_from(u32::from_be_bytes(length))
            .ok()
            .filter(|length| *length <= self.limit)
            .and_then(|length| length.checked_add(PREFIX))
            .map(Some)
            .ok_or(FrameError::TooLarge)
    }

    /// Only what has come takes room: a prefix promises more than may follow.
    fn keep_piece(&mut self) -> Option<Framed> {
        self.begun.extend_from_slice(&self.piece);
        self.piece.clear();
        None
    }

    fn move_up_to(&mut self, size: usize) {
        let missing = size.saturating_sub(self.begun.len()).min(self.piece.len());
        self.begun.extend_from_slice(&self.piece[..missing]);
        self.piece.advance(missing);
    }
}

fn framed(mut message: Bytes) -> Framed {
    let is_compressed = message.first() == Some(&1);
    message.advance(PREFIX);
    Framed {
        is_compressed,
        bytes: message,
    }
}

/// Makes room for the prefix of a message that is written next; gives its place.
pub(in crate::data_plane) fn begin(out: &mut BytesMut) -> usize {
    let place = out.len();
    out.put_bytes(0, PREFIX);
    place
}

/// Writes the prefix of the message that begins at `place` and ends where `out` ends;
/// `None` for one that is larger than a prefix can say.
pub(in crate::data_plane) fn finish(
    out: &mut BytesMut,
    place: usize,
    is_compressed: bool,
) -> Option<()> {
    let length = u32::try_from(out.len() - place - PREFIX).ok()?;
    out[place] = u8::from(is_compressed);
    out[place + 1..place + PREFIX].copy_from_slice(&length.to_be_bytes());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(flag: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![flag];
        bytes.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        bytes.extend(content);
        bytes
    }

    fn all(deframer: &mut Deframer) -> Vec<Framed> {
        std::iter::from_fn(|| deframer.next().unwrap()).collect()
    }

    #[test]
    fn messages_are_the_same_wherever_the_wire_cuts_them() {
        let mut bytes = message(0, b"one");
        bytes.extend(message(1, b""));
        bytes.extend(message(0, &[7; 300]));
        for cut in 0..=bytes.len() {
            for second in (cut..=bytes.len()).step_by(7) {
                let mut deframer = Deframer::new(300);
                let mut found = Vec::new();
                for piece in [&bytes[..cut], &bytes[cut..second], &bytes[second..]] {
                    deframer.push(Bytes::copy_from_slice(piece));
                    found.extend(all(&mut deframer));
                }
                assert!(deframer.is_between_messages(), "{cut} {second}");
                let sizes: Vec<_> = found
                    .iter()
                    .map(|m| (m.is_compressed, m.bytes.len()))
                    .collect();
                assert_eq!(
                    sizes,
                    [(false, 3), (true, 0), (false, 300)],
                    "{cut} {second}"
                );
            }
        }
    }

    #[test]
    fn a_message_is_refused_by_its_prefix_alone() {
        let mut deframer = Deframer::new(300);
        deframer.push(Bytes::from_static(&[0, 0, 0, 1, 45]));
        assert_eq!(deframer.next(), Err(FrameError::TooLarge));
        let mut deframer = Deframer::new(usize::MAX);
        deframer.push(Bytes::from_static(&[2, 0, 0, 0, 0]));
        assert_eq!(deframer.next(), Err(FrameError::Flag(2)));
    }

    #[test]
    fn a_promise_of_bytes_takes_no_memory() {
        let mut deframer = Deframer::new(usize::MAX);
        deframer.push(Bytes::from_static(&[0, 0xff, 0xff, 0xff, 0xff, 1]));
        assert_eq!(deframer.next(), Ok(None));
        assert!(deframer.begun.capacity() < 1024);
        assert!(!deframer.is_between_messages());
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut out = BytesMut::from(&b"before"[..]);
        let place = begin(&mut out);
        out.extend_from_slice(b"text");
        finish(&mut out, place, true).unwrap();
        assert_eq!(out[6..], message(1, b"text"));
    }
}
