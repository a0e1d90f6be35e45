//! The codec as a testee of Protobuf's conformance suite.
//!
//! Reads requests on standard input and answers each on standard output, both with
//! their length before them, in four bytes, the lowest first. Every message goes
//! through the values that a component would be given and return.
#![forbid(unsafe_code)]

mod answer;
mod protocol;
mod schema;

use std::io::{self, Read, Write};

use prost::Message as _;

use crate::protocol::{Request, Response};

/// Why the program ends before its input does.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the test messages cannot be used")]
    Schema(#[from] schema::SchemaError),
    #[error("standard input or output failed")]
    Stream(#[from] io::Error),
    #[error("a request is no `ConformanceRequest`")]
    Request(#[from] prost::DecodeError),
    #[error("a response of {0} bytes is too long")]
    Response(usize),
}

fn main() -> Result<(), Failure> {
    let codecs = schema::codecs()?;
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    while let Some(request) = read(&mut input)? {
        let request = Request::decode(request.as_slice())?;
        let response = Response {
            answer: Some(answer::answer(&codecs, &request)),
        };
        let response = response.encode_to_vec();
        let length = u32::try_from(response.len());
        let length = length.map_err(|_| Failure::Response(response.len()))?;
        output.write_all(&length.to_le_bytes())?;
        output.write_all(&response)?;
        output.flush()?;
    }
    Ok(())
}

/// The next request; none where the input ends between two.
fn read(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if input.read(&mut length[..1])? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut length[1..])?;
    let length = u64::from(u32::from_le_bytes(length));
    let mut request = Vec::new();
    if input.take(length).read_to_end(&mut request)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(request))
}
