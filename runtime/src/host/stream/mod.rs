//! Streams between host and guest, of elements whose type is learnt at run time.
//!
//! wasmtime's own host API moves elements of types that are known when the host is
//! compiled. Ours come with the components, so an [`Adapter`] stands between: today
//! it is [a pump](pump), a small component beside the guest's in its store. Should
//! wasmtime learn to move dynamic values, another adapter takes its place.
//!
//! # Invariants
//!
//! - Nothing is buffered but one batch on each side, which is bounded in number and,
//!   as far as sizes can be foreseen, in bytes. Who takes slowly makes the other slow.
//! - A store serves one call. To cancel a call is to drop its store.

mod call;
mod element;
mod pump;
#[cfg(test)]
mod tests;

use futures::stream::BoxStream;
use wasmtime::Store;
use wasmtime::component::{Accessor, StreamAny, Type, Val};

use super::guest::Guest;

pub(crate) use call::{Request, Streaming};
pub(crate) use element::Unsupported;
pub(super) use pump::{PumpDrain, PumpSource, Pumps};

/// Elements of one batch, at most, and the bytes that one should have. An element
/// that is larger makes a batch of its own.
pub(crate) const BATCH_ITEMS: usize = 64;
pub(crate) const BATCH_BYTES: usize = 64 << 10;

/// What the client sends, as it arrives: batches that are never empty.
pub(crate) type Input = BoxStream<'static, Result<Vec<Val>, InputFailed>>;

/// The requests ended in a way that must end the call. Whoever made the [`Input`]
/// knows why.
#[derive(Debug, thiserror::Error)]
#[error("the stream of requests failed")]
pub(crate) struct InputFailed;

/// A way to move elements of dynamic types.
pub(super) trait Adapter {
    /// Into a guest.
    type Source: Source;
    /// Out of a guest.
    type Drain: Drain;

    /// For streams of `element` into guests. May compile, so it may take milliseconds.
    fn source(&self, element: &Type) -> Result<Self::Source, AdapterError>;

    /// For streams of `element` out of guests.
    fn drain(&self, element: &Type) -> Result<Self::Drain, AdapterError>;
}

/// Makes streams for guests to read.
pub(super) trait Source {
    /// What is open in one store.
    type Open;

    /// Gets ready in a store, before it runs concurrently.
    fn open(
        &self,
        store: &mut Store<Guest>,
    ) -> impl Future<Output = wasmtime::Result<Self::Open>> + Send;

    /// A stream of the elements of [`Guest::input`], for a guest to read. Where the
    /// guest drops its end, the input is dropped.
    fn stream(
        open: &Self::Open,
        accessor: &Accessor<Guest>,
    ) -> impl Future<Output = wasmtime::Result<StreamAny>> + Send;
}

/// Reads streams that guests write.
pub(super) trait Drain {
    /// What is open in one store.
    type Open;

    /// Gets ready in a store, before it runs concurrently.
    fn open(
        &self,
        store: &mut Store<Guest>,
    ) -> impl Future<Output = wasmtime::Result<Self::Open>> + Send;

    /// Takes the stream to be read.
    fn attach(
        open: &mut Self::Open,
        accessor: &Accessor<Guest>,
        stream: StreamAny,
    ) -> impl Future<Output = wasmtime::Result<()>> + Send;

    /// The next elements: what the guest offers at once, within the bounds of a batch.
    /// Empty at the end.
    fn next(
        open: &mut Self::Open,
        accessor: &Accessor<Guest>,
    ) -> impl Future<Output = wasmtime::Result<Vec<Val>>> + Send;
}

/// An element type that cannot be adapted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AdapterError {
    #[error(transparent)]
    Type(#[from] Unsupported),
    #[error("the adapter of a stream does not compile: {0}")]
    Compile(String),
}
