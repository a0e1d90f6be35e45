//! Traces: which request belongs to which, and what is recorded of it.

mod context;
mod sampler;
mod span;

pub(crate) use context::{SpanContext, TRACEPARENT, TRACESTATE};
pub(crate) use sampler::Sampler;
pub(crate) use span::{ClientSpan, HttpHead, ServerSpan, Span};
