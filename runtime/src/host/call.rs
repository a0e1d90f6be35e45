//! One call of a guest's function.

use std::num::NonZeroU32;
use std::pin::Pin;

use http::HeaderMap;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout_at};
use tonic::Code;
use wasmtime::component::{Resource, ResourceAny, Val};
use wasmtime::{PoolConcurrencyLimitError, Store, StoreContextMut, UpdateDeadline};

use super::component::{GuestComponent, Host};
use super::context::Context;
use super::cpu::{CpuTimeUsedUp, metered};
use super::function::Function;
use super::guest::{Guest, Invocation, RequestId};
use super::instances::{Instance, Pool};
use super::stream::InputFailed;

/// What a call came to.
pub(crate) struct Answer<T = Val> {
    /// The response message, or why there is none.
    pub(crate) outcome: Result<T, CallError>,
    /// The headers that the guest added and that were not sent before.
    pub(crate) headers: HeaderMap,
    /// The trailers that the guest added.
    pub(crate) trailers: HeaderMap,
}

/// Why a call has no response.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The guest says why.
    Status(GuestStatus),
    /// The guest trapped after it was refused memory.
    OutOfMemory,
    /// The guest's response is larger than the host takes from it.
    ResponseTooLarge,
    /// The time is up.
    DeadlineExceeded,
    /// The guest computed longer than it may.
    CpuTimeExceeded,
    /// The guest trapped, or broke the rules of the component model. The log says more.
    Trap,
    /// The node runs as many guests as it can hold.
    AtCapacity,
    /// The stream of requests failed, and whoever reads it knows why.
    Input,
    /// Nobody waits for the response any more.
    Cancelled,
}

/// A `status` of `vimana:service/types`.
#[derive(Debug, PartialEq)]
pub(crate) struct GuestStatus {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) details: Vec<prost_types::Any>,
}

/// How a call uses instances that have served before.
#[derive(Clone, Copy)]
pub(crate) struct Reuse<'a> {
    /// The instances of the version.
    pub(crate) pool: &'a Pool,
    /// How many calls one of them serves.
    pub(crate) requests: NonZeroU32,
}

/// Ticks that a guest computes before others have a turn: the one that it begins in,
/// and a whole one.
const TURN: u64 = 2;

/// Handles that a guest may hold: of resources, streams, futures and tasks. The host
/// keeps some hundred bytes for each, which no limit of memory counts.
const MAX_HANDLES: usize = 10_000;

/// What the host may hold for a guest's tasks and streams: two ends and what lies
/// between for each stream.
const MAX_TASKS: usize = 4 * MAX_HANDLES;

/// Ends a guest that computes beyond its deadline.
#[derive(Debug, thiserror::Error)]
#[error("the deadline has passed")]
struct DeadlinePassed;

impl Host {
    /// Calls `function` of an instance of `component`: of a fresh one, or with `reuse`
    /// of one that may have served before.
    pub(crate) async fn call(
        &self,
        component: &GuestComponent,
        function: &Function,
        invocation: Invocation,
        request: Val,
        reuse: Option<Reuse<'_>>,
    ) -> Answer {
        let deadline = invocation.deadline;
        let _slot = match self.slot(deadline).await {
            Ok(slot) => slot,
            Err(error) => return Answer::failed(error),
        };
        let reuse = reuse.filter(|_| function.ends_with_answer);
        let mut instance = self.instance(invocation, reuse);
        let meter = instance.store.data().cpu.clone();
        let running = self.run(&mut instance, component, function, request);
        let running = self.ticks.during(metered(meter.as_ref(), running));
        let result = timeout_at(deadline, running).await;
        let store = &mut instance.store;
        let outcome = match result {
            Ok(Ok(value)) => interpret(function, value).ok_or_else(|| {
                log_failure(store, "the guest returned what its type does not allow");
                CallError::Trap
            }),
            Ok(Err(error)) => Err(classify(store, &error)),
            Err(_) => Err(CallError::DeadlineExceeded),
        };
        let guest = store.data_mut();
        let headers = std::mem::take(&mut guest.headers).into_headers();
        let trailers = std::mem::take(&mut guest.trailers).into_headers();
        if let (Ok(_), Some(reuse)) = (&outcome, reuse) {
            reuse.pool.put(instance, reuse.requests.get());
        }
        Answer {
            outcome: outcome.and_then(|outcome| outcome.map_err(CallError::Status)),
            headers,
            trailers,
        }
    }

    /// What serves a call.
    fn instance(&self, invocation: Invocation, reuse: Option<Reuse<'_>>) -> Instance {
        let waiting =
            reuse.and_then(|reuse| (reuse.pool).take(&invocation.limits, reuse.requests.get() - 1));
        let Some(mut instance) = waiting else {
            return Instance {
                store: self.store(invocation),
                instance: None,
            };
        };
        let store = &mut instance.store;
        store.set_hostcall_fuel(hostcall_fuel(invocation.limits.response_bytes));
        store.set_epoch_deadline(TURN);
        store.data_mut().begin(invocation);
        instance
    }

    /// Room for one more guest.
    pub(super) async fn slot(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, CallError> {
        match timeout_at(deadline, self.slots.acquire()).await {
            Ok(Ok(slot)) => Ok(slot),
            Ok(Err(_)) => Err(CallError::AtCapacity),
            Err(_) => Err(CallError::DeadlineExceeded),
        }
    }

    /// A store for one call, with all its limits.
    pub(super) fn store(&self, invocation: Invocation) -> Store<Guest> {
        let fuel = hostcall_fuel(invocation.limits.response_bytes);
        let mut store = Store::new(&self.engine, Guest::new(invocation));
        store.limiter(|guest| &mut guest.memory);
        store.set_hostcall_fuel(fuel);
        store.set_max_component_handles(MAX_HANDLES);
        if let Some(table) = store.concurrent_resource_table() {
            table.set_max_capacity(MAX_TASKS);
        }
        store.set_epoch_deadline(TURN);
        let turns = self.turns.clone();
        store.epoch_deadline_callback(move |store: StoreContextMut<'_, Guest>| {
            let guest = store.data();
            if Instant::now() >= guest.call.deadline {
                return Err(DeadlinePassed.into());
            }
            if let Some(meter) = &guest.cpu {
                meter.check()?;
            }
            let next: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(turns.clone().next());
            Ok(UpdateDeadline::YieldCustom(TURN, next))
        });
        store
    }

    /// Works with exports that are lifted sync and async alike.
    async fn run(
        &self,
        Instance { store, instance }: &mut Instance,
        component: &GuestComponent,
        function: &Function,
        request: Val,
    ) -> wasmtime::Result<Val> {
        let instance = match *instance {
            Some(instance) => instance,
            None => *instance.insert(self.instantiate(store, component).await?),
        };
        let export = instance
            .get_func(&mut *store, function.index)
            .ok_or_else(|| wasmtime::format_err!("the function is gone"))?;
        let context = Resource::<Context>::new_own(store.data().served);
        let context = ResourceAny::try_from_resource(context, &mut *store)?;
        let mut results = [Val::Bool(false)];
        export
            .call_async(
                &mut *store,
                &[Val::Resource(context), request],
                &mut results,
            )
            .await?;
        let [result] = results;
        Ok(result)
    }

    /// An instance in its store. Those that wait for their next call give way to it.
    pub(super) async fn instantiate(
        &self,
        store: &mut Store<Guest>,
        component: &GuestComponent,
    ) -> wasmtime::Result<wasmtime::component::Instance> {
        match component.pre.instantiate_async(&mut *store).await {
            Err(error) if error.is::<PoolConcurrencyLimitError>() && self.instances.give_way() => {
                component.pre.instantiate_async(store).await
            }
            done => done,
        }
    }
}

impl<T> Answer<T> {
    pub(super) fn failed(error: CallError) -> Self {
        Self {
            outcome: Err(error),
            headers: HeaderMap::new(),
            trailers: HeaderMap::new(),
        }
    }
}

/// Bytes of host memory that one value from the guest may take. The largest
/// message that may be sent is a string of bytes, each of which becomes a `Val`.
fn hostcall_fuel(message_bytes: u64) -> usize {
    usize::try_from(message_bytes)
        .unwrap_or(usize::MAX)
        .saturating_mul(size_of::<Val>())
        .saturating_add(8 << 20)
}

/// Takes the `result<T, status>` apart where there is one; `None` where the
/// value has not the shape that its type says.
fn interpret(function: &Function, value: Val) -> Option<Result<Val, GuestStatus>> {
    if !function.is_fallible {
        return Some(Ok(value));
    }
    match value {
        Val::Result(Ok(Some(value))) => Some(Ok(*value)),
        Val::Result(Err(Some(status))) => Some(Err(guest_status(*status)?)),
        _ => None,
    }
}

/// Reads a `status`.
pub(super) fn guest_status(value: Val) -> Option<GuestStatus> {
    let [code, message, details] = fields(value, ["code", "message", "details"])?;
    let (Val::Enum(code), Val::String(message), Val::List(details)) = (code, message, details)
    else {
        return None;
    };
    Some(GuestStatus {
        code: code_of(&code)?,
        message,
        details: details.into_iter().map(detail).collect::<Option<_>>()?,
    })
}

fn detail(value: Val) -> Option<prost_types::Any> {
    let [type_url, value] = fields(value, ["type-url", "value"])?;
    let (Val::String(type_url), Val::List(bytes)) = (type_url, value) else {
        return None;
    };
    let byte = |value| match value {
        Val::U8(byte) => Some(byte),
        _ => None,
    };
    Some(prost_types::Any {
        type_url,
        value: bytes.into_iter().map(byte).collect::<Option<_>>()?,
    })
}

fn fields<const N: usize>(value: Val, names: [&str; N]) -> Option<[Val; N]> {
    let Val::Record(fields) = value else {
        return None;
    };
    let fields: [(String, Val); N] = fields.try_into().ok()?;
    let is_named = fields.iter().map(|(name, _)| name).eq(names);
    is_named.then(|| fields.map(|(_, value)| value))
}

fn code_of(case: &str) -> Option<Code> {
    Some(match case {
        "cancelled" => Code::Cancelled,
        "unknown" => Code::Unknown,
        "invalid-argument" => Code::InvalidArgument,
        "deadline-exceeded" => Code::DeadlineExceeded,
        "not-found" => Code::NotFound,
        "already-exists" => Code::AlreadyExists,
        "permission-denied" => Code::PermissionDenied,
        "resource-exhausted" => Code::ResourceExhausted,
        "failed-precondition" => Code::FailedPrecondition,
        "aborted" => Code::Aborted,
        "out-of-range" => Code::OutOfRange,
        "unimplemented" => Code::Unimplemented,
        "internal" => Code::Internal,
        "unavailable" => Code::Unavailable,
        "data-loss" => Code::DataLoss,
        "unauthenticated" => Code::Unauthenticated,
        _ => return None,
    })
}

/// What a failed call means to its caller. The log has the rest, backtrace and all.
pub(super) fn classify(store: &Store<Guest>, error: &wasmtime::Error) -> CallError {
    if error.is::<DeadlinePassed>() {
        return CallError::DeadlineExceeded;
    }
    if error.is::<CpuTimeUsedUp>() {
        return CallError::CpuTimeExceeded;
    }
    if error.is::<InputFailed>() {
        return CallError::Input;
    }
    if error.is::<PoolConcurrencyLimitError>() {
        log_failure(store, &format!("{error:#}"));
        return CallError::AtCapacity;
    }
    log_failure(store, &format!("{error:?}"));
    if store.data().memory.has_refused() {
        CallError::OutOfMemory
    } else if is_out_of_hostcall_fuel(error) {
        CallError::ResponseTooLarge
    } else {
        CallError::Trap
    }
}

/// wasmtime has no type for this error. Should its text ever change, then the
/// caller is told of a trap, which is true as well.
fn is_out_of_hostcall_fuel(error: &wasmtime::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.to_string().contains("fuel allocated for hostcalls"))
}

fn log_failure(store: &Store<Guest>, error: &str) {
    let call = &store.data().call;
    let request_id: RequestId = call.request_id;
    tracing::error!(
        version = &*call.version,
        method = &*call.method,
        %request_id,
        error,
        "a guest failed"
    );
    store.data().log.failure(error);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_with_its_details() {
        let record = |fields: &[(&str, Val)]| {
            let named = fields.iter().cloned();
            Val::Record(
                named
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect(),
            )
        };
        let status = record(&[
            ("code", Val::Enum("not-found".to_owned())),
            ("message", Val::String("no shelf".to_owned())),
            (
                "details",
                Val::List(vec![record(&[
                    (
                        "type-url",
                        Val::String("type.googleapis.com/a.B".to_owned()),
                    ),
                    ("value", Val::List(vec![Val::U8(8), Val::U8(1)])),
                ])]),
            ),
        ]);
        let expected = GuestStatus {
            code: Code::NotFound,
            message: "no shelf".to_owned(),
            details: vec![prost_types::Any {
                type_url: "type.googleapis.com/a.B".to_owned(),
                value: vec![8, 1],
            }],
        };
        assert_eq!(guest_status(status), Some(expected));
        assert_eq!(guest_status(Val::Bool(true)), None);
        assert_eq!(code_of("ok"), None);
    }
}
