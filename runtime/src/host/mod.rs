//! The wasm host: compiles components, and calls their functions in a fresh
//! instance for each request, or where a service wants it in [one that serves
//! several](instances).
//!
//! # Invariants
//!
//! - No guest runs without a memory limit and a deadline, and none keeps an
//!   executor thread for longer than two [ticks](ticks::TICK) and a look at it.
//! - A guest has no capability but those of `vimana:service`; WASI is linked with
//!   an empty world behind it, and HTTP requests go to hosts that are allowed.
//! - Machine code is only ever loaded when this node made it.

mod artifacts;
mod call;
mod component;
mod context;
mod cpu;
mod engine;
mod function;
mod guest;
mod hmac;
mod instances;
mod limits;
mod log;
mod metadata;
mod outbound;
mod stream;
mod ticks;
mod turns;
mod wasi;
mod wire;

pub(crate) use call::{Answer, CallError, GuestStatus, Reuse};
pub use component::HostError;
pub(crate) use component::{GuestComponent, Host, LoadError};
pub use engine::EngineError;
pub(crate) use engine::EngineSettings;
pub(crate) use function::Function;
pub(crate) use guest::{Caller, Invocation, RequestId};
pub(crate) use instances::Pool;
pub(crate) use outbound::{Network, Outbound};
pub(crate) use stream::{BATCH_BYTES, BATCH_ITEMS, Input, InputFailed, Request, Streaming};
pub(crate) use wire::Wire;
