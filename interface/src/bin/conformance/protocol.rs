//! What the suite and its testee say to each other: the messages of
//! `conformance/conformance.proto`, as far as they matter here.

/// The formats that a payload may have, by their numbers in `WireFormat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum Format {
    /// Never sent.
    Unspecified = 0,
    /// Protobuf's encoding.
    Protobuf = 1,
    /// `ProtoJSON`.
    Json = 2,
    /// A format of Google's own.
    Jspb = 3,
    /// The text format.
    Text = 4,
}

/// What a case tests, by its number in `TestCategory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum Category {
    /// Never sent.
    Unspecified = 0,
    /// Protobuf's encoding.
    Binary = 1,
    /// `ProtoJSON`.
    Json = 2,
    /// `ProtoJSON` whose unknown fields are to be ignored.
    JsonIgnoreUnknown = 3,
    /// A format of Google's own.
    Jspb = 4,
    /// The text format.
    Text = 5,
}

/// One case of the suite.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Request {
    /// The message to read.
    #[prost(oneof = "Payload", tags = "1, 2, 7, 8")]
    pub(crate) payload: Option<Payload>,
    /// The format to write it in.
    #[prost(enumeration = "Format", tag = "3")]
    pub(crate) requested_output_format: i32,
    /// The full name of its type.
    #[prost(string, tag = "4")]
    pub(crate) message_type: String,
    /// What the case tests.
    #[prost(enumeration = "Category", tag = "5")]
    pub(crate) test_category: i32,
}

/// A message in one of its formats.
#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Payload {
    /// Protobuf's encoding.
    #[prost(bytes, tag = "1")]
    Protobuf(Vec<u8>),
    /// `ProtoJSON`.
    #[prost(string, tag = "2")]
    Json(String),
    /// A format of Google's own.
    #[prost(string, tag = "7")]
    Jspb(String),
    /// The text format.
    #[prost(string, tag = "8")]
    Text(String),
}

/// What became of a case.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Response {
    /// The result.
    #[prost(oneof = "Answer", tags = "1, 2, 3, 4, 5, 6")]
    pub(crate) answer: Option<Answer>,
}

/// The result of a case.
#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Answer {
    /// The payload was refused.
    #[prost(string, tag = "1")]
    ParseError(String),
    /// The request makes no sense.
    #[prost(string, tag = "2")]
    RuntimeError(String),
    /// The message in Protobuf's encoding.
    #[prost(bytes, tag = "3")]
    Protobuf(Vec<u8>),
    /// The message in `ProtoJSON`.
    #[prost(string, tag = "4")]
    Json(String),
    /// There is no codec for this format or message.
    #[prost(string, tag = "5")]
    Skipped(String),
    /// The message was read, and cannot be written.
    #[prost(string, tag = "6")]
    SerializeError(String),
}
