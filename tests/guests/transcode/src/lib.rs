//! `transcode.TranscodeService`: shows what becomes of HTTP requests.

mod files;

use vimana::service::types::{Code, Detail};
use wit_bindgen::{StreamReader, spawn_local};

wit_bindgen::generate!({
    path: ["../../../wit", "wit"],
    world: "transcode:transcode-service/transcode-service@1.0.0",
    generate_all,
});

struct Transcode;

impl Guest for Transcode {
    fn echo(ctx: Context, request: Everything) -> Result<Everything, Status> {
        // Its own headers and trailers show that they reach the client.
        let method = ctx.method();
        let added = ctx
            .add_header("echo-method", method.as_bytes())
            .and_then(|()| ctx.add_trailer("echo-trailer", b"behind"));
        match added {
            Ok(()) => Ok(request),
            Err(error) => Err(status(Code::Internal, &format!("refused: {error:?}"))),
        }
    }

    fn path(_: Context, request: Name) -> Result<Name, Status> {
        Ok(request)
    }

    fn part(_: Context, request: Everything) -> Result<Everything, Status> {
        Ok(request)
    }

    fn raw(_: Context, request: HttpBody) -> Result<HttpBody, Status> {
        Ok(request)
    }

    fn upload(_: Context, request: File) -> Result<File, Status> {
        Ok(request)
    }

    fn download(_: Context, request: File) -> Result<File, Status> {
        match files::content(&request.name) {
            Some(content) => Ok(File { content, ..request }),
            None => Err(status(Code::NotFound, &format!("no file `{}`", request.name))),
        }
    }

    async fn count(_: Context, request: CountRequest) -> StreamReader<Result<Number, Status>> {
        let (mut numbers, response) = wit_stream::new();
        spawn_local(async move {
            for value in 1..=request.to {
                let item = number(value, request.fail_at);
                let is_last = item.is_err();
                if !numbers.write_all(vec![item]).await.is_empty() || is_last {
                    return;
                }
            }
        });
        response
    }

    async fn chunks(_: Context, request: CountRequest) -> StreamReader<Result<HttpBody, Status>> {
        let (mut chunks, response) = wit_stream::new();
        spawn_local(async move {
            for value in 1..=request.to {
                let item = number(value, request.fail_at).map(|number| files::line(number.value));
                let is_last = item.is_err();
                if !chunks.write_all(vec![item]).await.is_empty() || is_last {
                    return;
                }
            }
        });
        response
    }

    fn fail(_: Context, request: FailRequest) -> Result<Empty, Status> {
        let Some(code) = code(request.code) else {
            return Ok(Empty::Empty);
        };
        let reason = request.reason.map(|reason| reason.name).unwrap_or_default();
        let mut status = status(code, &reason);
        if !reason.is_empty() {
            // `transcode.Name`, encoded: field 1, of this length.
            let mut value = vec![0x0a, u8::try_from(reason.len()).unwrap_or(0)];
            value.extend_from_slice(reason.as_bytes().get(..255).unwrap_or(reason.as_bytes()));
            status.details = vec![
                Detail { type_url: "type.googleapis.com/transcode.Name".into(), value },
                Detail { type_url: "type.googleapis.com/elsewhere.Unknown".into(), value: vec![1, 2] },
            ];
        }
        Err(status)
    }
}

fn number(value: u32, fail_at: u32) -> Result<Number, Status> {
    if value == fail_at {
        return Err(status(Code::Aborted, &format!("told to fail at {value}")));
    }
    Ok(Number { value })
}

fn status(code: Code, message: &str) -> Status {
    Status { code, message: message.to_owned(), details: Vec::new() }
}

/// The code of a number; none for 0, which is no failure.
fn code(number: i32) -> Option<Code> {
    Some(match number {
        1 => Code::Cancelled,
        2 => Code::Unknown,
        3 => Code::InvalidArgument,
        4 => Code::DeadlineExceeded,
        5 => Code::NotFound,
        6 => Code::AlreadyExists,
        7 => Code::PermissionDenied,
        8 => Code::ResourceExhausted,
        9 => Code::FailedPrecondition,
        10 => Code::Aborted,
        11 => Code::OutOfRange,
        12 => Code::Unimplemented,
        13 => Code::Internal,
        14 => Code::Unavailable,
        15 => Code::DataLoss,
        16 => Code::Unauthenticated,
        _ => return None,
    })
}

export!(Transcode);
