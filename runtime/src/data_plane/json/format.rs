//! The forms of a response, of which `Accept` chooses one.

use http::HeaderMap;
use http::header::HeaderValue;
use vimana_interface::http::Transcoder;

use crate::transcode::{Failure, Quality, media_type_quality};

/// The form of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON value; of a stream, an array.
    Json,
    /// A line for each message: <https://github.com/ndjson/ndjson-spec>.
    Lines,
    /// RFC 7464: each message behind a record separator.
    Sequence,
    /// An event for each message:
    /// <https://html.spec.whatwg.org/multipage/server-sent-events.html>.
    Events,
    /// What each `google.api.HttpBody` holds.
    Raw,
}

/// The forms of a stream, those first that are taken where a client likes several
/// alike.
const STREAMED: [(&str, Format); 6] = [
    ("application/json", Format::Json),
    ("application/x-ndjson", Format::Lines),
    ("application/ndjson", Format::Lines),
    ("application/jsonl", Format::Lines),
    ("application/json-seq", Format::Sequence),
    ("text/event-stream", Format::Events),
];

impl Format {
    /// The form that the client asks for.
    pub(super) fn of(
        headers: &HeaderMap,
        is_stream: bool,
        transcoder: &Transcoder,
    ) -> Result<Self, Failure> {
        if transcoder.gives_any_body() {
            return Ok(Self::Raw);
        }
        let forms = if is_stream {
            &STREAMED[..]
        } else {
            &STREAMED[..1]
        };
        let mut best = (Quality::NONE, None);
        for (media_type, form) in forms {
            let quality = media_type_quality(headers, media_type);
            if quality > best.0 {
                best = (quality, Some(*form));
            }
        }
        best.1.ok_or_else(|| {
            let offered: Vec<&str> = forms.iter().map(|(name, _)| *name).collect();
            Failure::not_acceptable(&offered.join(", "))
        })
    }

    /// The content type of a stream in this form.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json",
            Self::Lines => "application/x-ndjson",
            Self::Sequence => "application/json-seq",
            Self::Events => "text/event-stream",
            Self::Raw => "application/octet-stream",
        })
    }

    /// What stands before all messages.
    pub(super) fn begin(self) -> &'static [u8] {
        match self {
            Self::Json => b"[",
            _ => b"",
        }
    }

    /// What stands before a message.
    pub(super) fn before(self, is_first: bool) -> &'static [u8] {
        match self {
            Self::Json if is_first => b"",
            Self::Json => b",\n",
            Self::Sequence => b"\x1e",
            Self::Events => b"data: ",
            Self::Lines | Self::Raw => b"",
        }
    }

    /// What stands behind a message.
    pub(super) fn after(self) -> &'static [u8] {
        match self {
            Self::Lines | Self::Sequence => b"\n",
            Self::Events => b"\n\n",
            Self::Json | Self::Raw => b"",
        }
    }

    /// What stands behind all messages.
    pub(super) fn end(self) -> &'static [u8] {
        match self {
            Self::Json => b"]",
            _ => b"",
        }
    }

    /// An error behind messages: the `google.rpc.Status` as the member `error` of one
    /// more message, or as an event of that name.
    pub(super) fn error(self, status: &[u8], is_first: bool, out: &mut Vec<u8>) {
        if self == Self::Events {
            out.extend_from_slice(b"event: error\ndata: ");
            out.extend_from_slice(status);
        } else {
            out.extend_from_slice(self.before(is_first));
            out.extend_from_slice(b"{\"error\":");
            out.extend_from_slice(status);
            out.push(b'}');
        }
        out.extend_from_slice(self.after());
        out.extend_from_slice(self.end());
    }
}
