//! What a request says that its messages are.

use http::HeaderValue;

/// How a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    Json,
    Proto,
}

/// How messages lie in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The body is the message.
    Unary,
    /// The body is a stream of messages, each with a prefix.
    Stream,
}

/// A content type of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) shape: Shape,
    pub(super) codec: Codec,
}

impl Codec {
    /// The codec of a name, as in `encoding=json`.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "proto" => Some(Self::Proto),
            _ => None,
        }
    }
}

impl Content {
    /// What a header `Content-Type` says; none where it is no type of Connect, or one
    /// of a codec that we have not.
    pub(super) fn of(value: Option<&HeaderValue>) -> Option<Self> {
        let text = value?.to_str().ok()?;
        let (media_type, parameters) = text.split_once(';').unwrap_or((text, ""));
        let is_utf8 = parameters.split(';').all(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            !name.trim().eq_ignore_ascii_case("charset")
                || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        });
        if !is_utf8 {
            return None;
        }
        let media_type = media_type.trim().to_ascii_lowercase();
        let rest = media_type.strip_prefix("application/")?;
        let (shape, codec) = match rest.strip_prefix("connect+") {
            Some(codec) => (Shape::Stream, codec),
            None => (Shape::Unary, rest),
        };
        Some(Self {
            shape,
            codec: Codec::named(codec)?,
        })
    }

    /// The content type of the answer.
    pub(super) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match (self.shape, self.codec) {
            (Shape::Unary, Codec::Json) => "application/json",
            (Shape::Unary, Codec::Proto) => "application/proto",
            (Shape::Stream, Codec::Json) => "application/connect+json",
            (Shape::Stream, Codec::Proto) => "application/connect+proto",
        })
    }
}

/// Whether only Connect has this content type, whatever it is of.
pub(super) fn is_connect_alone(value: Option<&HeaderValue>) -> bool {
    let value = value.map_or(b"".as_slice(), HeaderValue::as_bytes);
    let media_type = value.split(|byte| *byte == b';').next().unwrap_or_default();
    let media_type = media_type.trim_ascii().to_ascii_lowercase();
    media_type.starts_with(b"application/connect+") || media_type == b"application/proto"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_is_a_shape_and_a_codec() {
        let of = |text: &'static str| Content::of(Some(&HeaderValue::from_static(text)));
        let content = |shape, codec| Some(Content { shape, codec });
        assert_eq!(
            of("Application/JSON; charset=UTF-8"),
            content(Shape::Unary, Codec::Json)
        );
        assert_eq!(of("application/proto"), content(Shape::Unary, Codec::Proto));
        assert_eq!(
            of("application/connect+json"),
            content(Shape::Stream, Codec::Json)
        );
        assert_eq!(
            of("application/connect+proto"),
            content(Shape::Stream, Codec::Proto)
        );
        for other in [
            "text/json",
            "application/json; charset=latin1",
            "application/connect+xml",
            "application/grpc+proto",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
