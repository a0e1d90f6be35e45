//! `streams.v1.StreamService`: what streams can do, and what can happen to them.

mod count;

use vimana::service::logging::{Level, log};
use vimana::service::types::Code;
use wit_bindgen::{StreamReader, StreamResult, spawn_local};

wit_bindgen::generate!({
    path: ["../../../wit", "wit"],
    world: "streams-v1:stream-service/stream-service@1.0.0",
    generate_all,
});

/// How many messages are taken at once, at most.
const BATCH: usize = 64;

struct Streams;

impl Guest for Streams {
    async fn count(ctx: Context, request: CountRequest) -> StreamReader<Result<Number, Status>> {
        let (numbers, response) = wit_stream::new();
        let _ = ctx.add_header("count-to", request.to.to_string().as_bytes());
        spawn_local(count::write(ctx, request, numbers));
        response
    }

    /// Stops at the number that the metadata `stop-at` names, and answers without
    /// reading on.
    async fn sum(ctx: Context, mut request: StreamReader<Number>) -> Result<Total, Status> {
        let stop_at = number(&ctx, "stop-at");
        let mut total = Total { sum: 0, count: 0 };
        let mut numbers = Vec::with_capacity(BATCH);
        loop {
            let (result, read) = request.read(numbers).await;
            for number in &read {
                total.sum += u64::from(number.value);
                total.count += 1;
                if stop_at == Some(number.value) {
                    return Ok(total);
                }
            }
            if result == StreamResult::Dropped {
                break;
            }
            numbers = read;
            numbers.clear();
        }
        if total.count == 0 {
            return Err(status(Code::InvalidArgument, "there is nothing to add"));
        }
        let _ = ctx.add_trailer("numbers", total.count.to_string().as_bytes());
        Ok(total)
    }

    /// Ends at the note whose number the metadata `stop-at` names, and reads nothing
    /// more. Ends with a status at that of `fail-at`.
    async fn echo(ctx: Context, mut request: StreamReader<Note>) -> StreamReader<Result<Note, Status>> {
        let (mut answers, response) = wit_stream::new();
        let stop_at = number(&ctx, "stop-at");
        let fail_at = number(&ctx, "fail-at");
        spawn_local(async move {
            let mut seen = 0_u32;
            loop {
                let (result, notes) = request.read(Vec::with_capacity(BATCH)).await;
                let mut last = result == StreamResult::Dropped;
                let mut echoes = Vec::with_capacity(notes.len());
                for note in notes {
                    seen += 1;
                    if fail_at == Some(note.number) {
                        echoes.push(Err(status(Code::OutOfRange, "this note is not echoed")));
                        last = true;
                        break;
                    }
                    last |= stop_at == Some(note.number);
                    echoes.push(Ok(note));
                    if last && stop_at.is_some() {
                        break;
                    }
                }
                if last {
                    let _ = ctx.add_trailer("notes", seen.to_string().as_bytes());
                }
                let unsent = answers.write_all(echoes).await;
                if last || !unsent.is_empty() {
                    return;
                }
            }
        });
        response
    }
}

/// The number that a metadata entry holds.
fn number(ctx: &Context, name: &str) -> Option<u32> {
    let values = ctx.get_metadata(name);
    let text = str::from_utf8(values.first()?).ok()?;
    let number = text.parse().ok();
    if number.is_none() {
        log(Level::Warn, &format!("`{name}` is no number: {text:?}"));
    }
    number
}

fn status(code: Code, message: &str) -> Status {
    Status { code, message: message.to_owned(), details: Vec::new() }
}

export!(Streams);
