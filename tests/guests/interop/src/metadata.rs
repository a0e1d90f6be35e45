//! The metadata that a client asks back.

use crate::vimana::service::types::{Code, MetadataError};
use crate::{Context, Status, reply};

const INITIAL: &str = "x-grpc-test-echo-initial";
const TRAILING: &str = "x-grpc-test-echo-trailing-bin";

/// Sends back what came under two names, one as header and one as trailer.
pub fn echo(ctx: &Context) -> Result<(), Status> {
    for value in ctx.get_metadata(INITIAL) {
        add_header(ctx, INITIAL, &value)?;
    }
    for value in ctx.get_metadata(TRAILING) {
        ctx.add_trailer(TRAILING, &value).map_err(refused)?;
    }
    Ok(())
}

pub fn add_header(ctx: &Context, name: &str, value: &[u8]) -> Result<(), Status> {
    ctx.add_header(name, value).map_err(refused)
}

fn refused(error: MetadataError) -> Status {
    reply::status(Code::InvalidArgument, &format!("the metadata cannot be sent back: {error:?}"))
}
