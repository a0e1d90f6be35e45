//! WASI with nothing behind it, for guests whose toolchain imports it.
//!
//! No environment, arguments, files or network; clocks stand still at the Unix
//! epoch. Random numbers are random, and standard output and error go to the log.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::io::AsyncWrite;
use tracing::Level;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, OutputStream, Pollable, StreamResult,
};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;

use super::guest::{Guest, Invocation};
use super::log::GuestLog;
use super::outbound::{Outgoing, OutgoingTrace};

/// Bytes that a line may grow to before it is written without its end.
const MAX_PENDING: usize = 8 << 10;

/// Random bytes that a guest gets at once.
const MAX_RANDOM: u64 = 1 << 20;

/// Resources that the host keeps for one guest, and bytes that the headers among
/// them take each.
const MAX_RESOURCES: usize = 1000;
const MAX_FIELDS: usize = 32 << 10;

/// What WASI keeps for one guest.
pub(super) struct WasiState {
    ctx: WasiCtx,
    /// Standard output and error, to which a guest may hold handles in all its calls.
    streams: [LogStream; 2],
    pub(super) table: ResourceTable,
    pub(super) http: WasiHttpCtx,
    pub(super) outgoing: Outgoing,
}

/// Links WASI p2.
pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let state = self.wasi_state();
        WasiCtxView {
            ctx: &mut state.ctx,
            table: &mut state.table,
        }
    }
}

impl Guest {
    /// Made at the first call, since most guests import WASI and do not use it.
    pub(super) fn wasi_state(&mut self) -> &mut WasiState {
        self.wasi
            .get_or_insert_with(|| Box::new(WasiState::new(&self.call, &self.log)))
    }
}

impl WasiState {
    fn new(call: &Invocation, log: &GuestLog) -> Self {
        let streams = ["stdout", "stderr"].map(|name| LogStream::new(name, log));
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_RESOURCES);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(MAX_FIELDS);
        Self {
            ctx: ctx(&streams),
            streams,
            table,
            http,
            outgoing: outgoing(call),
        }
    }

    /// Begins a further call of the same guest: random numbers, the log and what may be
    /// reached are its own.
    pub(super) fn begin(&mut self, call: &Invocation, log: &GuestLog) {
        for stream in &self.streams {
            stream.0.lock().log = log.clone();
        }
        self.ctx = ctx(&self.streams);
        self.outgoing = outgoing(call);
    }

    /// Ends a call. Whether nothing is left of it: what a guest may keep are handles to
    /// its standard streams, which show nothing. What HTTP consists of has a type of its
    /// own, and its streams are never there without it.
    pub(super) fn end(&mut self) -> bool {
        for stream in &self.streams {
            stream.0.lock().flush();
        }
        self.table.iter_mut().all(|entry| {
            entry.is::<DynInputStream>()
                || entry.is::<DynOutputStream>()
                || entry.is::<DynPollable>()
        })
    }
}

fn ctx([stdout, stderr]: &[LogStream; 2]) -> WasiCtx {
    WasiCtx::builder()
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .allow_blocking_current_thread(false)
        .max_random_size(MAX_RANDOM)
        .wall_clock(StoppedClock)
        .monotonic_clock(StoppedClock)
        .stdout(stdout.clone())
        .stderr(stderr.clone())
        .build()
}

fn outgoing(call: &Invocation) -> Outgoing {
    let limits = &call.limits;
    let body = limits.request_bytes.max(limits.response_bytes);
    let trace = OutgoingTrace::new(&call.metadata, call.trace.as_ref());
    Outgoing::new(Arc::clone(&call.outbound), call.deadline, body, trace)
}

/// Shows the Unix epoch for ever: a guest has no clock unless one is granted.
struct StoppedClock;

impl HostWallClock for StoppedClock {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

impl HostMonotonicClock for StoppedClock {
    fn resolution(&self) -> u64 {
        1_000_000_000
    }

    fn now(&self) -> u64 {
        0
    }
}

/// A standard stream that writes lines to the log. Clones are the same stream.
#[derive(Clone)]
struct LogStream(Arc<Mutex<Lines>>);

struct Lines {
    log: GuestLog,
    name: &'static str,
    pending: Vec<u8>,
}

impl LogStream {
    fn new(name: &'static str, log: &GuestLog) -> Self {
        let lines = Lines {
            log: log.clone(),
            name,
            pending: Vec::new(),
        };
        Self(Arc::new(Mutex::new(lines)))
    }
}

impl Lines {
    fn write(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            match piece.strip_suffix(b"\n") {
                Some(end) => {
                    self.extend(end);
                    self.end_line();
                }
                None => self.extend(piece),
            }
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(MAX_PENDING) {
            if self.pending.len() + piece.len() > MAX_PENDING {
                self.end_line();
            }
            self.pending.extend_from_slice(piece);
        }
    }

    fn end_line(&mut self) {
        let text = String::from_utf8_lossy(&self.pending);
        self.log.line(Level::INFO, self.name, text.trim_end());
        self.pending.clear();
    }
}

impl Lines {
    /// Writes a line without its end, where there is one.
    fn flush(&mut self) {
        if !self.pending.is_empty() {
            self.end_line();
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.flush();
    }
}

impl IsTerminal for LogStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogStream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Pollable for LogStream {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl OutputStream for LogStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.0.lock().write(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 << 10)
    }
}

impl AsyncWrite for LogStream {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.lock().write(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
