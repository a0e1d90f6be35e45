//! Whether messages are compressed on the wire, message by message.

use crate::grpc_testing::test_service::types::BoolValue;
use crate::vimana::service::types::Code;
use crate::{Context, Status, reply};

/// The request's messages, counted.
pub struct Incoming<'a> {
    ctx: &'a Context,
    read: u64,
}

impl<'a> Incoming<'a> {
    pub fn of(ctx: &'a Context) -> Self {
        Self { ctx, read: 0 }
    }

    /// Refuses the next message where it should have come compressed and has not.
    pub fn check(&mut self, expected: Option<BoolValue>) -> Result<(), Status> {
        let place = self.read;
        self.read += 1;
        let is_expected = expected.is_some_and(|expected| expected.value);
        if is_expected && !self.ctx.is_compressed(place) {
            return Err(reply::status(Code::InvalidArgument, "the request should be compressed and is not"));
        }
        Ok(())
    }
}

/// The response's messages, counted.
pub struct Outgoing<'a> {
    ctx: &'a Context,
    sent: u64,
}

impl<'a> Outgoing<'a> {
    pub fn of(ctx: &'a Context) -> Self {
        Self { ctx, sent: 0 }
    }

    /// Says how the next message is to be sent; without a wish, as the node sees fit.
    pub fn next(&mut self, compressed: Option<BoolValue>) {
        if compressed.is_some_and(|compressed| !compressed.value) {
            self.ctx.leave_uncompressed(self.sent);
        }
        self.sent += 1;
    }
}
