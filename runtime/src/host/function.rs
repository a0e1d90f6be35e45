//! The exported functions of components, as the host calls them.

use wasmtime::component::types::ComponentFunc;
use wasmtime::component::{ComponentExportIndex, Type};

use super::stream::{Adapter as _, AdapterError, PumpDrain, PumpSource, Pumps};

/// An exported function that implements a method.
#[derive(Clone)]
pub(crate) struct Function {
    pub(super) index: ComponentExportIndex,
    /// Whether it gives `result<T, status>` instead of `T`, for the response or for
    /// each element of its stream.
    pub(super) is_fallible: bool,
    /// Whether it has ended when it has answered, so that its instance is free then.
    pub(super) ends_with_answer: bool,
    /// Where the request is a stream.
    pub(super) source: Option<PumpSource>,
    /// Where the response is a stream.
    pub(super) drain: Option<PumpDrain>,
}

/// What the type of a function says of the method.
#[derive(Debug, PartialEq)]
pub(super) struct Signature {
    /// The elements of the request's stream.
    request: Option<Type>,
    /// The elements of the response's stream.
    response: Option<Type>,
    is_fallible: bool,
    is_async: bool,
}

impl Signature {
    /// `None` where it is no function of a method. No message corresponds to a WIT
    /// `result`, so the outermost type decides what is fallible.
    pub(super) fn of(ty: &ComponentFunc) -> Option<Self> {
        let mut params = ty.params();
        let (Some((_, Type::Own(_))), Some((_, request)), None) =
            (params.next(), params.next(), params.next())
        else {
            return None;
        };
        let mut results = ty.results();
        let (Some(result), None) = (results.next(), results.next()) else {
            return None;
        };
        let request = match request {
            Type::Stream(stream) => Some(stream.ty()?),
            _ => None,
        };
        let (response, outcome) = match result {
            Type::Stream(stream) => (Some(stream.ty()?), stream.ty()?),
            other => (None, other),
        };
        Some(Self {
            request,
            response,
            is_fallible: matches!(outcome, Type::Result(_)),
            is_async: ty.async_(),
        })
    }

    /// The function, with what moves its streams. May compile.
    pub(super) fn with_streams(
        self,
        index: ComponentExportIndex,
        pumps: &Pumps,
    ) -> Result<Function, AdapterError> {
        let source = self.request.map(|element| pumps.source(&element));
        let drain = self.response.map(|element| pumps.drain(&element));
        Ok(Function {
            index,
            is_fallible: self.is_fallible,
            ends_with_answer: !self.is_async,
            source: source.transpose()?,
            drain: drain.transpose()?,
        })
    }
}
