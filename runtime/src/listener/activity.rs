//! Whether anything happens on a connection, and who it waits for.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, sleep_until};
use tonic::body::Body;

/// How long a connection may have no request. Clients open another one without being
/// asked.
const IDLE: Duration = Duration::from_mins(15);

/// How long a client may leave answers where they are.
const STALLED: Duration = Duration::from_mins(2);

/// The requests of one connection. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Activity(Arc<Counters>);

#[derive(Debug)]
struct Counters {
    opened: Instant,
    /// Requests that are not answered in full.
    open: AtomicU32,
    /// Those of them of whose answer the client has not taken what is there.
    untaken: AtomicU32,
    /// When something happened last, in milliseconds after `opened`.
    last: AtomicU64,
}

/// Why a connection is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quiet {
    /// It has no request.
    Idle,
    /// The client does not take its answers.
    Stalled,
}

impl Activity {
    /// A connection that was opened just now.
    pub(super) fn new() -> Self {
        Self(Arc::new(Counters {
            opened: Instant::now(),
            open: AtomicU32::new(0),
            untaken: AtomicU32::new(0),
            last: AtomicU64::new(0),
        }))
    }

    /// A request begins; it ends with the answer's body.
    pub(super) fn begin(&self) -> Ongoing {
        self.0.open.fetch_add(1, Ordering::AcqRel);
        Ongoing {
            activity: self.clone(),
            is_untaken: false,
        }
    }

    /// Ends when the connection is to be closed.
    pub(super) async fn quiet(&self) -> Quiet {
        loop {
            match self.look(Instant::now()) {
                Ok(next) => sleep_until(next).await,
                Err(quiet) => return quiet,
            }
        }
    }

    /// When to look again, or why not.
    fn look(&self, now: Instant) -> Result<Instant, Quiet> {
        let counters = &self.0;
        let last = Duration::from_millis(counters.last.load(Ordering::Acquire));
        let open = counters.open.load(Ordering::Acquire);
        let (limit, quiet) = if open == 0 {
            (IDLE, Quiet::Idle)
        } else if counters.untaken.load(Ordering::Acquire) == open {
            (STALLED, Quiet::Stalled)
        } else {
            return Ok(now + STALLED);
        };
        let end = counters.opened + last + limit;
        // What begins now may be stalled before this one ends.
        if now < end {
            Ok(end.min(now + STALLED))
        } else {
            Err(quiet)
        }
    }

    fn happened(&self) {
        let now = u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.last.store(now, Ordering::Release);
    }
}

/// A request that is not answered in full.
#[derive(Debug)]
pub(super) struct Ongoing {
    activity: Activity,
    is_untaken: bool,
}

impl Ongoing {
    fn set_untaken(&mut self, is_untaken: bool) {
        let untaken = &self.activity.0.untaken;
        match (self.is_untaken, is_untaken) {
            (false, true) => drop(untaken.fetch_add(1, Ordering::AcqRel)),
            (true, false) => drop(untaken.fetch_sub(1, Ordering::AcqRel)),
            _ => {}
        }
        self.is_untaken = is_untaken;
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        self.set_untaken(false);
        self.activity.happened();
        self.activity.0.open.fetch_sub(1, Ordering::AcqRel);
    }
}

/// An answer's body, which is asked for more when the client has taken what there was.
pub(super) struct Answer {
    body: Body,
    ongoing: Ongoing,
}

impl Answer {
    pub(super) fn new(body: Body, ongoing: Ongoing) -> Self {
        Self { body, ongoing }
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, tonic::Status>>> {
        self.ongoing.set_untaken(false);
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_some() {
            self.ongoing.set_untaken(true);
            self.ongoing.activity.happened();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(activity: &Activity, after: Duration) -> Result<(), Quiet> {
        activity.look(activity.0.opened + after).map(drop)
    }

    #[test]
    fn a_connection_without_requests_is_idle_after_a_while() {
        let activity = Activity::new();
        assert_eq!(at(&activity, IDLE / 2), Ok(()));
        assert_eq!(at(&activity, IDLE), Err(Quiet::Idle));
        let request = activity.begin();
        assert_eq!(at(&activity, IDLE * 9), Ok(()), "the guest computes");
        drop(request);
        assert_eq!(at(&activity, IDLE * 2), Err(Quiet::Idle));
    }

    #[test]
    fn a_client_that_takes_no_answer_stalls() {
        let activity = Activity::new();
        let mut first = activity.begin();
        first.set_untaken(true);
        assert_eq!(at(&activity, STALLED * 2), Err(Quiet::Stalled));
        let second = activity.begin();
        assert_eq!(at(&activity, STALLED * 2), Ok(()), "one is computed still");
        drop(second);
        first.set_untaken(false);
        assert_eq!(at(&activity, STALLED * 2), Ok(()), "the client took it");
    }
}
