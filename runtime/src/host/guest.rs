//! What the host knows of one guest instance and the call that it serves.

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use tokio::time::Instant;

use super::cpu::CpuMeter;
use super::limits::MemoryLimiter;
use super::log::GuestLog;
use super::metadata::OutgoingMetadata;
use super::outbound::Outbound;
use super::stream::Input;
use super::wasi::WasiState;
use super::wire::Wire;
use crate::logs::VersionLog;
use crate::snapshot::Limits;
use crate::telemetry::CallTrace;

/// An identifier of one call, random, and written only where somebody reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId(u128);

impl RequestId {
    /// Draws one.
    pub(crate) fn random() -> Self {
        Self(rand::random())
    }

    /// Its 128 bits.
    pub(super) const fn bits(self) -> u128 {
        self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A call to be made.
pub(crate) struct Invocation {
    /// The version that serves it: `example.com:bar.FooService@1.0.0`.
    pub(crate) version: Arc<str>,
    /// The method: `bar.FooService/SayHello`.
    pub(crate) method: Arc<str>,
    /// The identifier.
    pub(crate) request_id: RequestId,
    /// What came with the request.
    pub(crate) metadata: HeaderMap,
    /// When the call must have ended.
    pub(crate) deadline: Instant,
    /// What it may use.
    pub(crate) limits: Limits,
    /// How its messages travel, where the protocol lets a guest see to that.
    pub(crate) wire: Option<Arc<Wire>>,
    /// Where what it writes goes.
    pub(crate) log: Arc<VersionLog>,
    /// Where it may send HTTP requests to.
    pub(crate) outbound: Arc<Outbound>,
    /// Who calls, where that was verified.
    pub(crate) caller: Option<Arc<Caller>>,
    /// Its trace, where the version's telemetry goes anywhere.
    pub(crate) trace: Option<Arc<CallTrace>>,
}

/// Who calls.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Who vouches for the caller.
    pub(crate) issuer: String,
    /// The caller, unique for the issuer.
    pub(crate) subject: String,
}

/// The data of a store.
pub(super) struct Guest {
    pub(super) call: Invocation,
    /// How many calls the instance has begun before this one.
    pub(super) served: u32,
    pub(super) memory: MemoryLimiter,
    pub(super) cpu: Option<CpuMeter>,
    pub(super) headers: OutgoingMetadata,
    pub(super) trailers: OutgoingMetadata,
    pub(super) log: GuestLog,
    pub(super) wasi: Option<Box<WasiState>>,
    /// What the client streams, until the guest wants no more.
    pub(super) input: Option<Input>,
}

impl Guest {
    pub(super) fn new(call: Invocation) -> Self {
        Self {
            memory: MemoryLimiter::new(call.limits.memory_bytes),
            cpu: CpuMeter::new(call.limits.cpu_time, call.limits.timeout),
            headers: OutgoingMetadata::default(),
            trailers: OutgoingMetadata::default(),
            log: GuestLog::new(&call),
            wasi: None,
            input: None,
            served: 0,
            call,
        }
    }

    /// Begins a further call in the same instance, with nothing of the one before.
    pub(super) fn begin(&mut self, call: Invocation) {
        self.served += 1;
        self.memory.renew(call.limits.memory_bytes);
        self.cpu = CpuMeter::new(call.limits.cpu_time, call.limits.timeout);
        self.log = GuestLog::new(&call);
        if let Some(wasi) = &mut self.wasi {
            wasi.begin(&call, &self.log);
        }
        self.call = call;
    }

    /// Ends a call, and forgets who made it. Whether another one may follow, where the
    /// instance may serve `requests`.
    pub(super) fn end(&mut self, requests: u32) -> bool {
        let Self {
            call,
            served,
            memory,
            cpu,
            headers,
            trailers,
            log: _,
            wasi,
            input,
        } = self;
        call.metadata = HeaderMap::new();
        call.wire = None;
        call.caller = None;
        call.trace = None;
        *cpu = None;
        *headers = OutgoingMetadata::default();
        *trailers = OutgoingMetadata::default();
        *input = None;
        let is_clean = wasi.as_mut().is_none_or(|wasi| wasi.end());
        // A guest that was refused memory is left in a state that nobody tests.
        is_clean && !memory.has_refused() && *served + 1 < requests
    }
}
