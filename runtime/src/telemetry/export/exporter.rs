//! One receiver, for all versions that name it alike.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use parking_lot::Mutex;
use prost::Message;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::counts::Signal;
use super::failure::SendError;
use super::queue::{Batches, Entry, Queue};
use super::remote::Remote;
use super::retry::Backoff;
use super::{Settings, Shared, Sink};
use crate::telemetry::otlp::{LogEntry, Resource, logs_request, metrics_request, spans_request};
use crate::telemetry::trace::{Sampler, Span};

/// How many versions' metrics go into one request: receivers bound its size.
const VERSIONS_AT_ONCE: usize = 64;

/// What makes one request of what waited.
type Encode<T> = fn(Vec<(Arc<Resource>, T)>) -> Bytes;

pub(crate) struct Exporter {
    shared: Arc<Shared>,
    link: Arc<Link>,
    spans: Queue<Span>,
    logs: Queue<LogEntry>,
    /// The versions whose metrics go here.
    sinks: Mutex<Vec<Weak<Sink>>>,
}

/// The way to the receiver.
struct Link {
    remote: Remote,
    /// How often in a row something could not be sent.
    failures: AtomicU64,
    /// Whether it was told that a variable has no value.
    misses_variable: AtomicBool,
}

impl Exporter {
    pub(super) fn new(workspace: &str, settings: &Settings, shared: &Arc<Shared>) -> Self {
        Self {
            link: Arc::new(Link {
                remote: Remote::new(workspace, settings),
                failures: AtomicU64::new(0),
                misses_variable: AtomicBool::new(false),
            }),
            spans: Queue::new(Signal::Traces, Arc::clone(&shared.counts)),
            logs: Queue::new(Signal::Logs, Arc::clone(&shared.counts)),
            sinks: Mutex::default(),
            shared: Arc::clone(shared),
        }
    }

    pub(super) fn sampler(&self) -> Sampler {
        self.shared.settings.sampler
    }

    pub(super) fn add(&self, sink: &Arc<Sink>) {
        let mut sinks = self.sinks.lock();
        sinks.retain(|sink| sink.strong_count() > 0);
        sinks.push(Arc::downgrade(sink));
    }

    pub(super) fn span(&self, resource: &Arc<Resource>, span: Span) {
        let bytes = span.size();
        let encode = |spans| spans_request(spans).encode_to_vec().into();
        let delay = self.shared.settings.span_delay;
        self.spans.push(resource, span, bytes, || {
            self.start(Signal::Traces, delay, encode)
        });
    }

    pub(super) fn log(&self, resource: &Arc<Resource>, entry: LogEntry) {
        let bytes = entry.size();
        let encode = |entries| logs_request(entries).encode_to_vec().into();
        let delay = self.shared.settings.log_delay;
        self.logs.push(resource, entry, bytes, || {
            self.start(Signal::Logs, delay, encode)
        });
    }

    /// Begins the task that sends what waits. It ends when the exporter is gone and all
    /// is sent.
    fn start<T: Send + 'static>(
        &self,
        signal: Signal,
        delay: Duration,
        encode: Encode<T>,
    ) -> mpsc::Sender<Entry<T>> {
        let shared = &self.shared;
        let settings = &shared.settings;
        let stop = shared.stop.clone();
        let (sender, mut batches) = Batches::new(settings.queue, settings.batch, delay, stop);
        let (link, sharing) = (Arc::clone(&self.link), Arc::clone(shared));
        let task = async move {
            while let Some(batch) = batches.next().await {
                let items = batch.len();
                link.send(&sharing, signal, items, encode(batch)).await;
            }
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            shared.tasks.spawn_on(task, &runtime);
        }
        sender
    }

    /// Sends the metrics of all versions once.
    pub(super) async fn send_metrics(&self, now: SystemTime, patience: Duration) {
        let sinks: Vec<_> = self.sinks.lock().iter().filter_map(Weak::upgrade).collect();
        for sinks in sinks.chunks(VERSIONS_AT_ONCE) {
            let versions = sinks.iter().map(|sink| (&sink.resource, &*sink.metrics));
            let request = metrics_request(versions, now);
            if request.resource_metrics.is_empty() {
                continue;
            }
            let body = request.encode_to_vec().into();
            let sent = self.link.attempt(&self.shared, Signal::Metrics, body);
            let outcome = timeout(patience, sent).await;
            let outcome = outcome.unwrap_or_else(|_| Err(SendError::later("no answer in time")));
            self.link.settle(&self.shared, Signal::Metrics, 1, outcome);
        }
    }
}

impl Link {
    /// Sends a request until the receiver takes it, or it is given up.
    async fn send(&self, shared: &Shared, signal: Signal, items: usize, body: Bytes) {
        let mut backoff = Backoff::new(shared.settings.backoff);
        loop {
            let outcome = self.attempt(shared, signal, body.clone()).await;
            let Err(SendError::Later { after, .. }) = &outcome else {
                return self.settle(shared, signal, items, outcome);
            };
            // Who stops does not wait.
            let is_stopping = shared.stop.is_cancelled();
            let wait = backoff.next(*after, rand::random());
            let Some(wait) = wait.filter(|_| !is_stopping) else {
                return self.settle(shared, signal, items, outcome);
            };
            let waiting = tokio::time::sleep(wait);
            shared.stop.run_until_cancelled(waiting).await;
        }
    }

    async fn attempt(
        &self,
        shared: &Shared,
        signal: Signal,
        body: Bytes,
    ) -> Result<Option<String>, SendError> {
        let variables = shared.variables.load_full();
        let sent = (self.remote).send(&shared.clients, &variables, signal, body);
        match timeout(shared.settings.timeout, sent).await {
            Ok(outcome) => outcome,
            Err(_) => Err(SendError::later("no answer in time")),
        }
    }

    /// Counts what came of a request, and tells of failures: of the first in a row, and
    /// then ever less often.
    fn settle(
        &self,
        shared: &Shared,
        signal: Signal,
        items: usize,
        outcome: Result<Option<String>, SendError>,
    ) {
        let count = shared.counts.of(signal);
        let endpoint = self.remote.endpoint();
        let problem = match outcome {
            Ok(None) => {
                count.send(items);
                self.misses_variable.store(false, Ordering::Relaxed);
                if self.failures.swap(0, Ordering::Relaxed) > 0 {
                    tracing::info!(endpoint, "telemetry is taken again");
                }
                return;
            }
            // It took the rest.
            Ok(Some(problem)) => {
                count.send(items);
                problem
            }
            // It stays so until somebody sees to it.
            Err(error @ SendError::Variable(_)) => {
                count.drop(items);
                if !self.misses_variable.swap(true, Ordering::Relaxed) {
                    tracing::warn!(endpoint, %error, "telemetry cannot be sent");
                }
                return;
            }
            Err(error) => {
                count.drop(items);
                error.to_string()
            }
        };
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if failures.is_power_of_two() {
            let signal = signal.name();
            tracing::warn!(
                endpoint,
                signal,
                failures,
                problem,
                "telemetry is not taken"
            );
        }
    }
}
