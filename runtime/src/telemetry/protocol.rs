/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web, over whichever HTTP.
    GrpcWeb,
    /// Connect, unary or streaming.
    Connect,
    /// HTTP rules.
    Json,
}

impl Protocol {
    /// All, in the order of [`Self::index`].
    pub(crate) const ALL: [Self; 4] = [Self::Grpc, Self::GrpcWeb, Self::Connect, Self::Json];

    /// The name, for telemetry.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::GrpcWeb => "grpc-web",
            Self::Connect => "connect",
            Self::Json => "json",
        }
    }

    /// The place in [`Self::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}
