//! Who waits for whom, and what happens to a guest that nobody waits for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::{StreamExt as _, stream};
use tokio::sync::oneshot;
use tokio::time::timeout;
use vimana_proto::Digest;
use wasmtime::component::Val;

use super::{host, invocation};
use crate::host::stream::{Adapter as _, Input, InputFailed, Request, Streaming};
use crate::host::{CallError, Function, GuestComponent, Host};

/// Gives the stream back that it is given.
const ECHO: &str = r#"(component
  (import "vimana:service/types@1.0.0" (instance $types
    (export "context" (type (sub resource)))))
  (alias export $types "context" (type $context))
  (type $stream (stream u32))
  (core module $code
    (func (export "echo") (param i32 i32) (result i32) (local.get 1)))
  (core instance $echo (instantiate $code))
  (func (export "echo") (param "ctx" (own $context)) (param "request" $stream) (result $stream)
    (canon lift (core func $echo "echo"))))"#;

struct Echo {
    host: Arc<Host>,
    component: Arc<GuestComponent>,
    function: Function,
    _folder: tempfile::TempDir,
}

impl Echo {
    async fn load() -> Self {
        let (host, folder) = host();
        let binary = wat::parse_str(ECHO).unwrap();
        let file = folder.path().join("echo.wasm");
        std::fs::write(&file, &binary).unwrap();
        let component = host.load(Digest::of(&binary), file).await.unwrap();
        let mut functions = host.functions(&component, &["echo"]).await.unwrap();
        Self {
            function: functions.pop().unwrap(),
            component: Arc::new(component),
            host,
            _folder: folder,
        }
    }

    async fn call(&self, input: Input) -> Streaming {
        let opened = self.host.open(
            &self.component,
            &self.function,
            invocation(),
            Request::Stream(input),
        );
        opened.await.ok().unwrap()
    }
}

/// Lets everything run that can run. The tests have one thread, so a turn of this task
/// is one of every other that is ready.
async fn settle() {
    for _ in 0..2000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_client_is_heard_no_faster_than_its_answers_are_taken() {
    let echo = Echo::load().await;
    let heard = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&heard);
    let endless = stream::repeat_with(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(vec![Val::U32(7); 10])
    });
    let mut answers = echo.call(endless.boxed()).await;
    settle().await;
    let at_first = heard.load(Ordering::Relaxed);
    assert!((1..20).contains(&at_first), "{at_first} batches were heard");
    settle().await;
    assert_eq!(heard.load(Ordering::Relaxed), at_first);

    let mut taken = 0;
    while taken < 1000 {
        taken += answers.items.recv().await.unwrap().len();
    }
    settle().await;
    let later = heard.load(Ordering::Relaxed);
    assert!(later > at_first && later < at_first + 120, "{later}");
}

#[tokio::test]
async fn to_drop_a_reply_ends_the_guest_and_lets_go_of_its_requests() {
    let echo = Echo::load().await;
    let free = echo.host.slots.available_permits();
    let (alive, gone) = oneshot::channel::<()>();
    let silent = stream::once(async { Ok(vec![Val::U32(1)]) }).chain(stream::once(async move {
        let _alive = alive;
        std::future::pending().await
    }));
    let mut answers = echo.call(silent.boxed()).await;
    assert_eq!(answers.items.recv().await.unwrap(), [Val::U32(1)]);
    assert_eq!(echo.host.slots.available_permits(), free - 1);
    drop(answers);
    let ended = timeout(Duration::from_secs(20), gone).await.unwrap();
    assert!(
        ended.is_err(),
        "what it held is dropped, and nothing was sent"
    );
    settle().await;
    assert_eq!(echo.host.slots.available_permits(), free);
}

#[tokio::test]
async fn a_client_that_fails_ends_the_call_behind_what_it_sent() {
    let echo = Echo::load().await;
    let failing = stream::iter([Ok(vec![Val::U32(1), Val::U32(2)]), Err(InputFailed)]);
    let mut answers = echo.call(failing.boxed()).await;
    let mut items = Vec::new();
    while let Some(batch) = answers.items.recv().await {
        items.extend(batch);
    }
    let end = answers.end.await.unwrap();
    assert!(
        matches!(end.outcome, Err(CallError::Input)),
        "{:?}",
        end.outcome
    );
    assert_eq!(items, [Val::U32(1), Val::U32(2)]);
}

#[tokio::test]
async fn a_type_is_compiled_once_for_all_who_stream_it() {
    let echo = Echo::load().await;
    let pumps = &echo.host.pumps;
    let element = wasmtime::component::Type::U32;
    let other = wasmtime::component::Type::String;
    let source = pumps.source(&element).unwrap();
    assert!(echo.function.source.as_ref().unwrap().is_same(&source));
    assert!(pumps.source(&element).unwrap().is_same(&source));
    assert!(!pumps.source(&other).unwrap().is_same(&source));
}
