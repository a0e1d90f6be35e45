//! A call of a method without side effects, all in the URL
//! (<https://connectrpc.com/docs/protocol/#unary-get-request>).

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The parameters of a query that Connect knows; others are left aside.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    message: Option<Vec<u8>>,
    is_base64: bool,
    pub(super) encoding: Option<String>,
    pub(super) compression: Option<String>,
    /// The version of the protocol, as in `connect=v1`.
    pub(super) version: Option<String>,
}

impl Query {
    /// Reads a query. Of a parameter that is there twice, the first counts.
    pub(super) fn read(query: &str) -> Self {
        let mut read = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "message" => {
                    read.message.get_or_insert_with(|| unescape(value));
                }
                "base64" => {
                    read.is_base64 = value == "1";
                }
                "encoding" => {
                    read.encoding.get_or_insert_with(|| text(value));
                }
                "compression" => {
                    read.compression.get_or_insert_with(|| text(value));
                }
                "connect" => {
                    read.version.get_or_insert_with(|| text(value));
                }
                _ => {}
            }
        }
        read
    }

    /// The bytes of the message; an error says what is wrong with them.
    pub(super) fn message(&self) -> Result<Cow<'_, [u8]>, &'static str> {
        let message = self.message.as_deref().ok_or("there is no `message`")?;
        if !self.is_base64 {
            return Ok(message.into());
        }
        BASE64
            .decode(message)
            .map(Cow::Owned)
            .map_err(|_| "`message` is no base64 of the kind for URLs")
    }
}

/// A `+` stands for a space, as forms have it.
fn unescape(value: &str) -> Vec<u8> {
    let spaced = value.replace('+', " ");
    percent_decode_str(&spaced).collect()
}

fn text(value: &str) -> String {
    String::from_utf8_lossy(&unescape(value)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_text_or_base64() {
        let query = Query::read("encoding=json&message=%7B%22name%22%3A%22A+B%22%7D&x=1");
        assert_eq!(query.encoding.as_deref(), Some("json"));
        assert_eq!(&*query.message().unwrap(), br#"{"name":"A B"}"#);
        for padded in ["_-8", "_-8%3D", "_-8="] {
            let query = Query::read(&format!("connect=v1&base64=1&message={padded}"));
            assert_eq!(&*query.message().unwrap(), [0xff, 0xef], "{padded}");
            assert_eq!(query.version.as_deref(), Some("v1"));
        }
    }

    #[test]
    fn what_is_missing_or_broken_is_told() {
        assert!(Query::read("encoding=json").message().is_err());
        assert!(Query::read("base64=1&message=%2B%2F").message().is_err());
        assert_eq!(&*Query::read("message=").message().unwrap(), b"");
    }
}
