//! `bar.FooService` of the walkthrough: greets whoever has a name, and echoes
//! pings.

mod enthusiasm;

use vimana::service::logging::{Level, log};
use vimana::service::types::Code;
use wit_bindgen::{StreamReader, StreamResult, spawn_local};

wit_bindgen::generate!({
    path: ["../../../wit", "wit"],
    world: "bar:foo-service/foo-service@1.0.0",
    generate_all,
});

struct Foo;

impl Guest for Foo {
    fn say_hello(ctx: Context, request: HelloRequest) -> Result<HelloResponse, Status> {
        let name = request.name.trim();
        if name.is_empty() {
            log(Level::Warn, "nobody to greet");
            return Err(status(Code::InvalidArgument, "`name` is empty: whom to greet?"));
        }

        let enthusiasm = enthusiasm::about(name);
        log(Level::Info, &format!("greeted {name:?} with an enthusiasm of {enthusiasm}"));
        ctx.add_header("greeting-mood", enthusiasm::mood(enthusiasm).as_bytes())
            .map_err(|error| status(Code::Internal, &format!("header refused: {error:?}")))?;
        Ok(HelloResponse { enthusiasm })
    }

    /// Answers every ping as soon as it comes, until the caller has sent the
    /// last one or no longer listens.
    async fn ping_pong(_: Context, mut request: StreamReader<Ping>) -> StreamReader<Result<Ping, Status>> {
        let (mut answers, response) = wit_stream::new();
        spawn_local(async move {
            let mut pings = Vec::with_capacity(BATCH);
            loop {
                let (result, read) = request.read(pings).await;
                let unsent = answers.write_all(read.into_iter().map(Ok).collect()).await;
                if !unsent.is_empty() || result == StreamResult::Dropped {
                    return;
                }
                pings = Vec::with_capacity(BATCH);
            }
        });
        response
    }
}

/// How many pings are taken at once, at most.
const BATCH: usize = 64;

fn status(code: Code, message: &str) -> Status {
    Status { code, message: message.to_owned(), details: Vec::new() }
}

export!(Foo);
