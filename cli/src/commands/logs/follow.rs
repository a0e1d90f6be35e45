//! Lines as they are written, also across the end of a node.

use std::time::Duration;

use vimana_proto::control::v1::read_logs_response::Entry;
use vimana_reconciler::{Embedded, EngineError};

use super::{Place, Reading, place};
use crate::command_error::{Code, CommandError};
use crate::commands::signals::Signals;
use crate::workflow;

/// How long to wait before a node that is gone is looked for again.
const PAUSE: Duration = Duration::from_millis(500);

/// Why there is nothing more to read for now.
enum Ended {
    /// Nobody reads what is printed.
    Unread,
    /// The node is gone.
    NodeGone,
}

/// Prints lines until it is interrupted. `connect` is asked again when the node is gone.
pub(super) async fn follow(
    reading: &Reading<'_>,
    connect: impl AsyncFn() -> Result<Embedded, CommandError>,
) -> Result<Code, CommandError> {
    let mut signals = Signals::listen()?;
    let mut followed = Followed {
        reading,
        last: None,
    };
    let reading = async {
        let mut engine = connect().await?;
        loop {
            match followed.read(&engine).await? {
                Ended::Unread => return Ok(Code::Success),
                Ended::NodeGone => {}
            }
            followed.say("the node is gone; waiting for it");
            engine = loop {
                tokio::time::sleep(PAUSE).await;
                // Where another node has taken its place, that one is found.
                if let Ok(engine) = connect().await {
                    break engine;
                }
            };
            followed.say("the node is back; lines that were not read before it ended are lost");
        }
    };
    tokio::select! {
        ended = reading => ended,
        () = signals.next() => Ok(Code::Interrupted),
    }
}

struct Followed<'a> {
    reading: &'a Reading<'a>,
    /// The last line that was printed.
    last: Option<Place>,
}

impl Followed<'_> {
    fn say(&self, text: &str) {
        self.reading.output.note(format_args!("note: {text}"));
    }

    async fn read(&mut self, engine: &Embedded) -> Result<Ended, CommandError> {
        let mut request = self.reading.request();
        if let Some(last) = self.last {
            // All since then; the last is told twice, and left out below.
            request.tail_lines = None;
            request.since_time = Some(last.time());
        }
        let mut stream = match engine.read_logs(request.clone()).await {
            // A node that has just started may not have been applied to yet.
            Err(EngineError::NotFound { .. }) if self.last.is_some() => return Ok(Ended::NodeGone),
            Err(error) if error.is_passing() => return Ok(Ended::NodeGone),
            Ok(stream) => stream,
            Err(_) => self.reading.open(engine, request).await?,
        };
        loop {
            match stream.next().await {
                Ok(Some(Entry::Line(line))) => {
                    let place = place(&line);
                    if self.last.is_some_and(|last| place <= last) {
                        continue;
                    }
                    self.last = Some(place);
                    if !self.reading.print(Entry::Line(line))? {
                        return Ok(Ended::Unread);
                    }
                }
                Ok(Some(lost @ Entry::LostLines(_))) => {
                    if !self.reading.print(lost)? {
                        return Ok(Ended::Unread);
                    }
                }
                Ok(None) => return Ok(Ended::NodeGone),
                Err(error) if error.is_passing() => return Ok(Ended::NodeGone),
                Err(error) => return Err(workflow::engine_error(&error)),
            }
        }
    }
}
