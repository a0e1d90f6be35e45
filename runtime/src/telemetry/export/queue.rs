//! What waits for a receiver.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::counts::{Counts, Signal};
use crate::telemetry::otlp::Resource;

/// Bytes that wait for all receivers of a process together.
const MAX_BYTES: usize = 64 << 20;

static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Room for something that waits, given back when it is dropped.
struct Room(usize);

impl Room {
    fn take(bytes: usize) -> Option<Self> {
        let before = WAITING.fetch_add(bytes, Ordering::Relaxed);
        // Dropped where there is none, and so given back.
        let room = Self(bytes);
        (before + bytes <= MAX_BYTES).then_some(room)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        WAITING.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// Something that waits, and what it is about.
pub(super) struct Entry<T> {
    resource: Arc<Resource>,
    item: T,
    _room: Room,
}

/// The sending side of a queue. Its task begins with the first entry.
pub(super) struct Queue<T> {
    signal: Signal,
    counts: Arc<Counts>,
    sender: OnceLock<mpsc::Sender<Entry<T>>>,
}

/// The other side.
pub(super) struct Batches<T> {
    entries: mpsc::Receiver<Entry<T>>,
    /// How many make a batch.
    size: usize,
    /// How long the first of a batch waits for others.
    delay: Duration,
    stop: CancellationToken,
}

impl<T> Queue<T> {
    pub(super) fn new(signal: Signal, counts: Arc<Counts>) -> Self {
        Self {
            signal,
            counts,
            sender: OnceLock::new(),
        }
    }

    /// Lets something wait, or drops it. `start` makes the other side.
    pub(super) fn push(
        &self,
        resource: &Arc<Resource>,
        item: T,
        bytes: usize,
        start: impl FnOnce() -> mpsc::Sender<Entry<T>>,
    ) {
        let sender = self.sender.get_or_init(start);
        let is_queued = Room::take(bytes).is_some_and(|room| {
            let entry = Entry {
                resource: Arc::clone(resource),
                item,
                _room: room,
            };
            sender.try_send(entry).is_ok()
        });
        if !is_queued {
            self.counts.of(self.signal).drop(1);
        }
    }
}

impl<T> Batches<T> {
    pub(super) fn new(
        queue: usize,
        size: usize,
        delay: Duration,
        stop: CancellationToken,
    ) -> (mpsc::Sender<Entry<T>>, Self) {
        let (sender, entries) = mpsc::channel(queue.max(1));
        let batches = Self {
            entries,
            size: size.max(1),
            delay,
            stop,
        };
        (sender, batches)
    }

    /// The next batch, never empty. When the node stops, what waits comes without delay,
    /// and then no more.
    pub(super) async fn next(&mut self) -> Option<Vec<(Arc<Resource>, T)>> {
        let first = tokio::select! {
            entry = self.entries.recv() => entry,
            () = self.stop.cancelled(), if !self.entries.is_closed() => {
                self.entries.close();
                self.entries.recv().await
            }
        };
        let mut batch = vec![first?];
        let until = Instant::now() + self.delay;
        while batch.len() < self.size {
            let entry = tokio::select! {
                biased;
                entry = self.entries.recv() => entry,
                () = self.stop.cancelled() => break,
                () = sleep_until(until) => break,
            };
            let Some(entry) = entry else {
                break;
            };
            batch.push(entry);
        }
        let batch = batch.into_iter();
        Some(batch.map(|entry| (entry.resource, entry.item)).collect())
    }
}
