//! The platform's side of `vimana:service@1.0.0`: `context` and logging.

use http::HeaderMap;
use tokio::time::Instant;
use tracing::Level;
use wasmtime::component::{HasSelf, Linker, Resource};

use super::guest::Guest;
use super::metadata::{incoming, incoming_values};
use bindings::vimana::service::{logging, types};

pub(super) use types::MetadataError;

mod bindings {
    #![allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
    wasmtime::component::bindgen!({
        path: "../wit/service.wit",
        world: "imports",
        with: { "vimana:service/types.context": super::Context },
    });
}

/// The `context` resource. A store serves one call, so the handle alone says
/// everything, and its representation is always 0.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct Context;

/// Links `vimana:service/types` and `vimana:service/logging`.
pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    types::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)?;
    logging::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)
}

impl types::Host for Guest {}

impl types::HostContext for Guest {
    fn method(&mut self, _: Resource<Context>) -> String {
        self.call.method.as_ref().to_owned()
    }

    fn request_id(&mut self, _: Resource<Context>) -> String {
        self.call.request_id.to_string()
    }

    fn metadata(&mut self, _: Resource<Context>) -> Vec<types::MetadataEntry> {
        incoming(&self.call.metadata)
            .map(|(name, value)| types::MetadataEntry {
                name: name.to_owned(),
                value,
            })
            .collect()
    }

    fn get_metadata(&mut self, _: Resource<Context>, name: String) -> Vec<Vec<u8>> {
        incoming_values(&self.call.metadata, &name.to_ascii_lowercase())
    }

    fn time_remaining(&mut self, _: Resource<Context>) -> u64 {
        let left = self.call.deadline.saturating_duration_since(Instant::now());
        // No finer than a guest needs: a clock that is shows what others compute.
        u64::try_from(left.as_millis())
            .unwrap_or(u64::MAX)
            .saturating_mul(1_000_000)
    }

    fn caller(&mut self, _: Resource<Context>) -> Option<types::Identity> {
        self.call.caller.as_ref().map(|caller| types::Identity {
            issuer: caller.issuer.clone(),
            subject: caller.subject.clone(),
        })
    }

    fn trace(&mut self, _: Resource<Context>) -> Option<types::TraceContext> {
        trace(&self.call.metadata)
    }

    fn add_header(
        &mut self,
        _: Resource<Context>,
        name: String,
        value: Vec<u8>,
    ) -> Result<(), MetadataError> {
        self.headers.add(&name, &value)
    }

    fn add_trailer(
        &mut self,
        _: Resource<Context>,
        name: String,
        value: Vec<u8>,
    ) -> Result<(), MetadataError> {
        self.trailers.add(&name, &value)
    }

    fn is_compressed(&mut self, _: Resource<Context>, place: u64) -> bool {
        let wire = self.call.wire.as_ref();
        wire.is_some_and(|wire| wire.is_compressed(place))
    }

    fn leave_uncompressed(&mut self, _: Resource<Context>, place: u64) {
        if let Some(wire) = &self.call.wire {
            wire.leave_uncompressed(place);
        }
    }

    fn drop(&mut self, _: Resource<Context>) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl logging::Host for Guest {
    fn log(&mut self, level: logging::Level, message: String) {
        let level = match level {
            logging::Level::Trace => Level::TRACE,
            logging::Level::Debug => Level::DEBUG,
            logging::Level::Info => Level::INFO,
            logging::Level::Warn => Level::WARN,
            logging::Level::Error => Level::ERROR,
        };
        self.log.line(level, "log", &message);
    }
}

/// W3C Trace Context, section 3.2: a `traceparent` that is not well-formed is as
/// if there were none, and then so is `tracestate`.
fn trace(metadata: &HeaderMap) -> Option<types::TraceContext> {
    let text = |name| metadata.get(name)?.to_str().ok();
    let traceparent = text("traceparent").filter(|value| is_traceparent(value))?;
    Some(types::TraceContext {
        traceparent: traceparent.to_owned(),
        tracestate: text("tracestate").unwrap_or_default().to_owned(),
    })
}

fn is_traceparent(value: &str) -> bool {
    let is_hex = |part: &str, len: usize| {
        part.len() == len
            && part
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_id = |part: &str, len| is_hex(part, len) && part.bytes().any(|byte| byte != b'0');
    let parts: Vec<&str> = value.split('-').collect();
    // A later version than 00 may go on behind the flags.
    let [version, trace, parent, flags, rest @ ..] = parts.as_slice() else {
        return false;
    };
    is_hex(version, 2)
        && *version != "ff"
        && is_id(trace, 32)
        && is_id(parent, 16)
        && is_hex(flags, 2)
        && (*version != "00" || rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_well_formed_traceparent_is_one() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert!(is_traceparent(good));
        assert!(is_traceparent(&good.replace("00-4", "01-4")));
        assert!(is_traceparent(
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"
        ));
        for bad in [
            "",
            "00",
            &good.to_uppercase(),
            &good.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &good.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &format!("{good}-more"),
            &good.replace("00-4", "ff-4"),
        ] {
            assert!(!is_traceparent(bad), "{bad}");
        }
    }
}
