//! A call of a service that is deployed.

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use futures::stream;
use tonic::Code;
use vimana_interface::codec::JsonOptions;
use wasmtime::component::Val;

use super::call::{Caller, Input, Output, OutputBody, Piece};
use super::content::Codec;
use crate::data_plane::DataPlane;
use crate::data_plane::exchange::{Callee, Head, Replies, ReplyStream, Requests};
use crate::data_plane::failure::Refusal;

pub(super) async fn call(
    plane: &DataPlane,
    callee: &Callee,
    codec: Codec,
    caller: Caller,
    input: Input,
) -> Result<Output, Refusal> {
    let requests = match input {
        Input::One(message) => match read(callee, codec, &message) {
            Ok(message) => Requests::One(message),
            Err(refusal) => return Err(caller.observation.refused(refusal)),
        },
        Input::Stream(batches) => {
            let callee = callee.clone();
            let values = batches.map(move |batch| {
                let messages = batch?;
                let values = messages.iter().map(|message| read(&callee, codec, message));
                values.collect()
            });
            Requests::Stream(values.boxed())
        }
    };
    let head = Head {
        metadata: caller.metadata,
        deadline: caller.deadline,
        observation: caller.observation,
        wire: None,
        admitted: caller.admitted,
    };
    let reply = plane.exchange(callee, head, requests).await?;
    let body = match reply.body {
        Replies::One { message, trailers } => OutputBody::One {
            message: match write(callee, codec, &message) {
                Ok(message) => message,
                Err(refusal) => return Err(reply.observation.refused(refusal)),
            },
            trailers,
        },
        Replies::Stream(replies) => {
            let state = Some((replies, callee.clone()));
            let pieces = stream::unfold(state, move |state| next(state, codec));
            OutputBody::Stream(pieces.boxed())
        }
    };
    Ok(Output {
        headers: reply.headers,
        body,
    })
}

/// The next part of a response stream; nothing follows an end.
async fn next(
    state: Option<(ReplyStream, Callee)>,
    codec: Codec,
) -> Option<(Piece, Option<(ReplyStream, Callee)>)> {
    let (mut replies, callee) = state?;
    let batch = match replies.next().await {
        Some(Ok(batch)) => batch,
        Some(Err(refusal)) => return Some((Piece::End(Err(refusal)), None)),
        None => {
            let trailers = replies.take_trailers();
            return Some((Piece::End(Ok(trailers)), None));
        }
    };
    let messages = batch.iter().map(|value| write(&callee, codec, value));
    Some(match messages.collect() {
        Ok(messages) => (Piece::Messages(messages), Some((replies, callee))),
        Err(refusal) => (Piece::End(Err(replies.refused(refusal))), None),
    })
}

/// Reads a message. Of JSON, fields that the interface has not are left aside: clients
/// of Connect are made from a definition, perhaps a later one.
fn read(callee: &Callee, codec: Codec, message: &[u8]) -> Result<Val, Refusal> {
    let invalid = |error: &dyn std::fmt::Display| {
        let reason = format_args!("the request cannot be read: {error}");
        Refusal::of(callee, Code::InvalidArgument, reason)
    };
    let request = &callee.method.codec().request;
    match codec {
        Codec::Proto => request
            .from_protobuf(message)
            .map_err(|error| invalid(&error)),
        Codec::Json => {
            let options = JsonOptions {
                ignore_unknown: true,
                ..callee.json
            };
            request
                .read_json(message, options)
                .map_err(|error| invalid(&error))
        }
    }
}

fn write(callee: &Callee, codec: Codec, value: &Val) -> Result<Bytes, Refusal> {
    let response = &callee.method.codec().response;
    let broken = |error| callee.response_broken(&error);
    let message = match codec {
        Codec::Proto => {
            let mut message = BytesMut::new();
            response.to_protobuf(value, &mut message).map_err(broken)?;
            message.freeze()
        }
        Codec::Json => {
            let mut message = Vec::new();
            response
                .write_json(value, callee.json, &mut message)
                .map_err(broken)?;
            message.into()
        }
    };
    if message.len() > callee.response_limit() {
        return Err(Refusal::response_too_large(callee));
    }
    Ok(message)
}
