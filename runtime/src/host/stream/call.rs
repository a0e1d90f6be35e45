//! Calls whose request or response is a stream.

use std::sync::Arc;

use http::HeaderMap;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout_at;
use tokio_util::task::AbortOnDropHandle;
use wasmtime::Store;
use wasmtime::component::{Accessor, Resource, ResourceAny, StreamAny, Val};

use super::{BATCH_BYTES, Drain, Input, PumpDrain, PumpSource, Source};
use crate::host::call::{Answer, CallError, classify, guest_status};
use crate::host::component::{GuestComponent, Host};
use crate::host::context::Context;
use crate::host::cpu::metered;
use crate::host::function::Function;
use crate::host::guest::{Guest, Invocation};
use crate::snapshot::Limits;

/// Batches of responses that may wait for a client to take them.
const WAITING_BATCHES: usize = 2;

/// What a function with streams is called with.
pub(crate) enum Request {
    One(Val),
    Stream(Input),
}

/// A response whose messages are still to come. To drop it is to end the guest.
pub(crate) struct Streaming {
    /// The headers that the guest added before it gave its stream.
    pub(crate) headers: HeaderMap,
    /// The messages; closed when there are no more.
    pub(crate) items: mpsc::Receiver<Vec<Val>>,
    /// What the call comes to.
    pub(crate) end: AbortOnDropHandle<Answer<()>>,
}

/// A guest that ended before it gave its stream.
pub(crate) struct Failed {
    pub(crate) error: CallError,
    pub(crate) headers: HeaderMap,
    pub(crate) trailers: HeaderMap,
}

/// Where the responses of a call go.
struct Outlet {
    started: oneshot::Sender<HeaderMap>,
    items: mpsc::Sender<Vec<Val>>,
}

/// What is left to say when a guest has run.
type Outcome<T> = wasmtime::Result<Result<T, CallError>>;

impl Host {
    /// Calls a function that takes a stream and gives one response.
    pub(crate) async fn collect(
        &self,
        component: &GuestComponent,
        function: &Function,
        invocation: Invocation,
        request: Request,
    ) -> Answer {
        let deadline = invocation.deadline;
        let _slot = match self.slot(deadline).await {
            Ok(slot) => slot,
            Err(error) => return Answer::failed(error),
        };
        let mut store = self.store(invocation);
        let meter = store.data().cpu.clone();
        let run = collect(self, &mut store, component, function, request);
        let run = self.ticks.during(metered(meter.as_ref(), run));
        let outcome = timeout_at(deadline, run).await;
        finish(store, outcome.ok())
    }

    /// Calls a function that gives a stream, and returns when the function has given
    /// it. The guest goes on in a task of its own, and is held up while nobody takes
    /// what it writes.
    pub(crate) async fn open(
        self: &Arc<Self>,
        component: &Arc<GuestComponent>,
        function: &Function,
        invocation: Invocation,
        request: Request,
    ) -> Result<Streaming, Failed> {
        let (started, starts) = oneshot::channel();
        let (sender, items) = mpsc::channel(WAITING_BATCHES);
        let outlet = Outlet {
            started,
            items: sender,
        };
        let (host, component) = (Arc::clone(self), Arc::clone(component));
        let function = function.clone();
        let end = AbortOnDropHandle::new(tokio::spawn(async move {
            host.stream(&component, &function, invocation, request, outlet)
                .await
        }));
        if let Ok(headers) = starts.await {
            return Ok(Streaming {
                headers,
                items,
                end,
            });
        }
        let answer = end.await;
        let answer = answer.unwrap_or_else(|_| Answer::failed(CallError::Cancelled));
        Err(Failed {
            error: answer.outcome.err().unwrap_or(CallError::Cancelled),
            headers: answer.headers,
            trailers: answer.trailers,
        })
    }

    async fn stream(
        &self,
        component: &GuestComponent,
        function: &Function,
        invocation: Invocation,
        request: Request,
        outlet: Outlet,
    ) -> Answer<()> {
        let deadline = invocation.deadline;
        let _slot = match self.slot(deadline).await {
            Ok(slot) => slot,
            Err(error) => return Answer::failed(error),
        };
        let mut store = self.store(invocation);
        let meter = store.data().cpu.clone();
        let run = stream(self, &mut store, component, function, request, outlet);
        let run = self.ticks.during(metered(meter.as_ref(), run));
        let outcome = timeout_at(deadline, run).await;
        finish(store, outcome.ok())
    }
}

/// What a call came to; `None` where its time was up.
fn finish<T>(store: Store<Guest>, outcome: Option<Outcome<T>>) -> Answer<T> {
    let outcome = match outcome {
        Some(Ok(outcome)) => outcome,
        Some(Err(error)) => Err(classify(&store, &error)),
        None => Err(CallError::DeadlineExceeded),
    };
    let guest = store.into_data();
    Answer {
        outcome,
        headers: guest.headers.into_headers(),
        trailers: guest.trailers.into_headers(),
    }
}

/// A guest that is ready to be called.
struct Ready {
    export: wasmtime::component::Func,
    context: ResourceAny,
    request: ReadyRequest,
}

enum ReadyRequest {
    One(Val),
    Stream(<PumpSource as Source>::Open),
}

impl Ready {
    async fn new(
        host: &Host,
        store: &mut Store<Guest>,
        component: &GuestComponent,
        function: &Function,
        request: Request,
    ) -> wasmtime::Result<Self> {
        let instance = host.instantiate(store, component).await?;
        let export = instance
            .get_func(&mut *store, function.index)
            .ok_or_else(|| wasmtime::format_err!("the function is gone"))?;
        let request = match (request, &function.source) {
            (Request::One(value), None) => ReadyRequest::One(value),
            (Request::Stream(input), Some(source)) => {
                store.data_mut().input = Some(input);
                allow_batches(store, |limits| limits.request_bytes);
                ReadyRequest::Stream(source.open(store).await?)
            }
            (Request::One(value), Some(source)) => {
                let only = futures::stream::once(async { Ok(vec![value]) });
                store.data_mut().input = Some(Box::pin(only));
                allow_batches(store, |limits| limits.request_bytes);
                ReadyRequest::Stream(source.open(store).await?)
            }
            (Request::Stream(_), None) => {
                return Err(wasmtime::format_err!("the function takes no stream"));
            }
        };
        Ok(Self {
            export,
            context: ResourceAny::try_from_resource(Resource::<Context>::new_own(0), &mut *store)?,
            request,
        })
    }

    /// What the function gives.
    async fn call(self, accessor: &Accessor<Guest>) -> wasmtime::Result<Val> {
        let request = match self.request {
            ReadyRequest::One(value) => value,
            ReadyRequest::Stream(open) => Val::Stream(PumpSource::stream(&open, accessor).await?),
        };
        let mut results = [Val::Bool(false)];
        let params = [Val::Resource(self.context), request];
        self.export
            .call_concurrent(accessor, &params, &mut results)
            .await?;
        let [result] = results;
        Ok(result)
    }
}

/// Batches lie in memories of the host's own making; the service's limit is for its
/// own.
fn allow_batches(store: &mut Store<Guest>, message: fn(&Limits) -> u64) {
    let guest = store.data_mut();
    let message = message(&guest.call.limits);
    let batch = message.saturating_add(2 * BATCH_BYTES as u64);
    guest.memory.allow(batch);
}

async fn collect(
    host: &Host,
    store: &mut Store<Guest>,
    component: &GuestComponent,
    function: &Function,
    request: Request,
) -> Outcome<Val> {
    let ready = Ready::new(host, store, component, function, request).await?;
    let value = store
        .run_concurrent(async |accessor| ready.call(accessor).await)
        .await??;
    Ok(if function.is_fallible {
        outcome(value)
    } else {
        Ok(value)
    })
}

async fn stream(
    host: &Host,
    store: &mut Store<Guest>,
    component: &GuestComponent,
    function: &Function,
    request: Request,
    outlet: Outlet,
) -> Outcome<()> {
    let ready = Ready::new(host, store, component, function, request).await?;
    let Some(drain) = &function.drain else {
        return Err(wasmtime::format_err!("the function gives no stream"));
    };
    allow_batches(store, |limits| limits.response_bytes);
    let drain = drain.open(store).await?;
    store
        .run_concurrent(async |accessor| {
            let Val::Stream(stream) = ready.call(accessor).await? else {
                return Ok(Err(CallError::Trap));
            };
            forward(accessor, drain, stream, function.is_fallible, outlet).await
        })
        .await?
}

/// Passes on what the guest writes, until the end or the first `err`.
async fn forward(
    accessor: &Accessor<Guest>,
    mut drain: <PumpDrain as Drain>::Open,
    stream: StreamAny,
    is_fallible: bool,
    outlet: Outlet,
) -> Outcome<()> {
    let headers = accessor.with(|mut access| std::mem::take(&mut access.get().headers));
    let cancelled = Ok(Err(CallError::Cancelled));
    if outlet.started.send(headers.into_headers()).is_err() {
        return cancelled;
    }
    PumpDrain::attach(&mut drain, accessor, stream).await?;
    loop {
        // Nothing is read from the guest before there is room for it.
        let Ok(room) = outlet.items.reserve().await else {
            return cancelled;
        };
        let elements = PumpDrain::next(&mut drain, accessor).await?;
        if elements.is_empty() {
            return Ok(Ok(()));
        }
        if !is_fallible {
            room.send(elements);
            continue;
        }
        let (messages, end) = until_status(elements);
        if !messages.is_empty() {
            room.send(messages);
        }
        if let Some(error) = end {
            return Ok(Err(error));
        }
    }
}

/// The messages before the first `err`, and that.
fn until_status(elements: Vec<Val>) -> (Vec<Val>, Option<CallError>) {
    let mut end = None;
    let messages = elements
        .into_iter()
        .map_while(|element| match outcome(element) {
            Ok(message) => Some(message),
            Err(error) => {
                end = Some(error);
                None
            }
        })
        .collect();
    (messages, end)
}

/// Takes a `result<T, status>` apart.
fn outcome(value: Val) -> Result<Val, CallError> {
    match value {
        Val::Result(Ok(Some(message))) => Ok(*message),
        Val::Result(Err(Some(status))) => {
            Err(guest_status(*status).map_or(CallError::Trap, CallError::Status))
        }
        // wasmtime has compared the value with its type.
        _ => Err(CallError::Trap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_ends_the_messages_before_it() {
        let ok = |value| Val::Result(Ok(Some(Box::new(Val::U32(value)))));
        let status = Val::Record(vec![
            ("code".to_owned(), Val::Enum("aborted".to_owned())),
            ("message".to_owned(), Val::String("enough".to_owned())),
            ("details".to_owned(), Val::List(Vec::new())),
        ]);
        let err = Val::Result(Err(Some(Box::new(status))));
        let (messages, end) = until_status(vec![ok(1), ok(2), err, ok(3)]);
        assert_eq!(messages, [Val::U32(1), Val::U32(2)]);
        assert!(
            matches!(&end, Some(CallError::Status(status)) if status.message == "enough"),
            "{end:?}"
        );

        let (messages, end) = until_status(vec![ok(1), ok(2)]);
        assert_eq!(messages.len(), 2);
        assert!(end.is_none());
        let (messages, end) = until_status(vec![Val::Bool(true), ok(2)]);
        assert!(messages.is_empty());
        assert!(matches!(end, Some(CallError::Trap)));
    }
}
