//! The platform's side of `vimana:service@1.0.0`: `context` and logging.

use http::HeaderMap;
use tokio::time::Instant;
use tracing::Level;
use wasmtime::component::{HasSelf, Linker, Resource};

use super::guest::{Guest, Invocation};
use super::metadata::{incoming, incoming_values};
use crate::telemetry::{SpanContext, TRACEPARENT, TRACESTATE};
use bindings::vimana::service::{logging, types};

pub(super) use types::MetadataError;

mod bindings {
    #![allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
    wasmtime::component::bindgen!({
        path: "../wit/service.wit",
        world: "imports",
        imports: { default: trappable },
        with: { "vimana:service/types.context": super::Context },
    });
}

/// The `context` resource. A store serves one call at a time, so what represents it is
/// the number of the call, [`Guest::served`]: nobody reads the next caller's context
/// through a handle of the last one.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct Context;

/// A guest uses a `context` whose call has ended.
#[derive(Debug, thiserror::Error)]
#[error("the context belongs to a call that has ended")]
struct Ended;

/// Links `vimana:service/types` and `vimana:service/logging`.
pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    types::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)?;
    logging::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)
}

impl types::Host for Guest {}

impl Guest {
    /// The call, where the context is its own.
    fn call_of(&self, context: &Resource<Context>) -> wasmtime::Result<&Invocation> {
        if context.rep() == self.served {
            Ok(&self.call)
        } else {
            Err(Ended.into())
        }
    }
}

impl types::HostContext for Guest {
    fn method(&mut self, context: Resource<Context>) -> wasmtime::Result<String> {
        Ok(self.call_of(&context)?.method.as_ref().to_owned())
    }

    fn request_id(&mut self, context: Resource<Context>) -> wasmtime::Result<String> {
        Ok(self.call_of(&context)?.request_id.to_string())
    }

    fn metadata(
        &mut self,
        context: Resource<Context>,
    ) -> wasmtime::Result<Vec<types::MetadataEntry>> {
        let entries = incoming(&self.call_of(&context)?.metadata);
        Ok(entries
            .map(|(name, value)| types::MetadataEntry {
                name: name.to_owned(),
                value,
            })
            .collect())
    }

    fn get_metadata(
        &mut self,
        context: Resource<Context>,
        name: String,
    ) -> wasmtime::Result<Vec<Vec<u8>>> {
        let metadata = &self.call_of(&context)?.metadata;
        Ok(incoming_values(metadata, &name.to_ascii_lowercase()))
    }

    fn time_remaining(&mut self, context: Resource<Context>) -> wasmtime::Result<u64> {
        let deadline = self.call_of(&context)?.deadline;
        let left = deadline.saturating_duration_since(Instant::now());
        // No finer than a guest needs: a clock that is shows what others compute.
        let millis = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        Ok(millis.saturating_mul(1_000_000))
    }

    fn caller(&mut self, context: Resource<Context>) -> wasmtime::Result<Option<types::Identity>> {
        let caller = self.call_of(&context)?.caller.as_ref();
        Ok(caller.map(|caller| types::Identity {
            issuer: caller.issuer.clone(),
            subject: caller.subject.clone(),
        }))
    }

    fn trace(
        &mut self,
        context: Resource<Context>,
    ) -> wasmtime::Result<Option<types::TraceContext>> {
        Ok(trace(&self.call_of(&context)?.metadata))
    }

    fn add_header(
        &mut self,
        context: Resource<Context>,
        name: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), MetadataError>> {
        self.call_of(&context)?;
        Ok(self.headers.add(&name, &value))
    }

    fn add_trailer(
        &mut self,
        context: Resource<Context>,
        name: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), MetadataError>> {
        self.call_of(&context)?;
        Ok(self.trailers.add(&name, &value))
    }

    fn is_compressed(&mut self, context: Resource<Context>, place: u64) -> wasmtime::Result<bool> {
        let wire = self.call_of(&context)?.wire.as_ref();
        Ok(wire.is_some_and(|wire| wire.is_compressed(place)))
    }

    fn leave_uncompressed(
        &mut self,
        context: Resource<Context>,
        place: u64,
    ) -> wasmtime::Result<()> {
        if let Some(wire) = &self.call_of(&context)?.wire {
            wire.leave_uncompressed(place);
        }
        Ok(())
    }

    fn drop(&mut self, _: Resource<Context>) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl logging::Host for Guest {
    fn log(&mut self, level: logging::Level, message: String) -> wasmtime::Result<()> {
        let level = match level {
            logging::Level::Trace => Level::TRACE,
            logging::Level::Debug => Level::DEBUG,
            logging::Level::Info => Level::INFO,
            logging::Level::Warn => Level::WARN,
            logging::Level::Error => Level::ERROR,
        };
        self.log.line(level, "log", &message);
        Ok(())
    }
}

/// Where there is no `traceparent` that is well-formed, there is no `tracestate` either.
fn trace(metadata: &HeaderMap) -> Option<types::TraceContext> {
    SpanContext::of(metadata)?;
    let text = |name| metadata.get(name)?.to_str().ok();
    Some(types::TraceContext {
        traceparent: text(TRACEPARENT)?.to_owned(),
        tracestate: text(TRACESTATE).unwrap_or_default().to_owned(),
    })
}
