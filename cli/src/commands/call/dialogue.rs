//! What is sent, and what comes back.

use std::time::Instant;

use bytes::Bytes;
use http::uri::PathAndQuery;
use prost_reflect::MethodDescriptor;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Status, Streaming};
use vimana_interface::codec::{CodecError, CodecErrorKind};

use super::Arguments;
use crate::call::answer::{Format, Writer, unreadable};
use crate::call::exchange::{Options, call};
use crate::call::input::{Messages, only};
use crate::call::metadata::{Metadata, lines};
use crate::call::reflection::Reflection;
use crate::call::request::Encoder;
use crate::call::{channel, failure};
use crate::command_error::{Code, CommandError};
use crate::commands::signals::Signals;
use crate::output::Output;

/// One call from its beginning to its end.
pub(super) struct Dialogue<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) output: &'a Output,
    pub(super) format: Format,
    pub(super) url: String,
    pub(super) authority: String,
    pub(super) method: MethodDescriptor,
    pub(super) reflection: Option<Reflection>,
}

/// How a call ended early.
enum Ended {
    /// The answer is a status other than OK, or nobody answered.
    Status(Status),
    /// This side failed.
    Failed(CommandError),
    /// Nobody reads what is printed.
    Unread,
}

impl From<Status> for Ended {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

impl From<CommandError> for Ended {
    fn from(error: CommandError) -> Self {
        Self::Failed(error)
    }
}

impl Dialogue<'_> {
    pub(super) async fn run(mut self, channel: Channel) -> Result<Code, CommandError> {
        let mut signals = Signals::listen()?;
        let began = Instant::now();
        let timeout = self.arguments.timeout;
        let limit = async {
            match timeout {
                // The server is to say so itself, where it can.
                Some(timeout) => tokio::time::sleep(timeout + timeout / 10).await,
                None => std::future::pending().await,
            }
        };
        let ended = tokio::select! {
            ended = self.talk(channel) => ended,
            () = limit => Err(Status::deadline_exceeded("the time is up").into()),
            () = signals.next() => return Ok(Code::Interrupted),
        };
        self.verbose(|| {
            vec![format!(
                "* {:.1} ms",
                began.elapsed().as_secs_f64() * 1000.0
            )]
        });
        match ended {
            Ok(()) | Err(Ended::Unread) => Ok(Code::Success),
            Err(Ended::Failed(error)) => Err(error),
            Err(Ended::Status(status)) => self.failed(&status).await,
        }
    }

    async fn talk(&mut self, channel: Channel) -> Result<(), Ended> {
        let options = Options {
            metadata: Metadata(self.arguments.headers.clone()),
            timeout: self.arguments.timeout,
            gzip: self.arguments.gzip,
        };
        let (messages, broken) = self.messages().await?;
        let path = self.path()?;
        self.verbose(|| {
            let mut sent = MetadataMap::new();
            options.metadata.add_to(&mut sent);
            let head = [
                format!("> {path}"),
                format!("> authority: {}", self.authority),
            ];
            let entries = lines(&sent).into_iter().map(|line| format!("> {line}"));
            head.into_iter().chain(entries).collect()
        });
        let answer = async {
            let response = call(
                channel,
                path.clone(),
                &options,
                ReceiverStream::new(messages),
            );
            let response = response.await?;
            self.show("<", response.metadata());
            self.print_all(response.into_inner()).await
        };
        tokio::select! {
            // What was answered before a mistake is printed first.
            biased;
            answered = answer => answered,
            // To drop the call is to cancel it: it must not look complete.
            Ok(error) = broken => Err(Ended::Failed(error)),
        }
    }

    /// The messages to send, and where it is told that one is none.
    async fn messages(
        &self,
    ) -> Result<(mpsc::Receiver<Bytes>, oneshot::Receiver<CommandError>), CommandError> {
        let (sender, receiver) = mpsc::channel(1);
        let (tell, broken) = oneshot::channel();
        let read = self.arguments.data.clone().map(|data| {
            let encoder = Encoder::new(&self.method.input(), data.label());
            data.read(encoder)
        });
        match read {
            Some(read) if self.method.is_client_streaming() => {
                tokio::spawn(pass(read, sender, tell));
            }
            Some(read) => {
                let message = only(read, self.method.full_name()).await?;
                let _ = sender.try_send(message);
            }
            None if self.method.is_client_streaming() => {}
            None => {
                let _ = sender.try_send(Encoder::empty());
            }
        }
        Ok((receiver, broken))
    }

    fn path(&self) -> Result<PathAndQuery, CommandError> {
        let service = self.method.parent_service();
        let path = format!("/{}/{}", service.full_name(), self.method.name());
        path.parse()
            .map_err(|error| CommandError::from_error(Code::Failed, &error))
    }

    async fn print_all(&mut self, mut answers: Streaming<Bytes>) -> Result<(), Ended> {
        let arguments = self.arguments;
        let mut writer = Writer::new(&self.method.output(), self.format, arguments.emit_defaults);
        loop {
            let message = match answers.message().await {
                Ok(Some(message)) => message,
                Ok(None) => break,
                Err(status) => return Err(status.into()),
            };
            let text = self.written(&mut writer, &message).await?;
            let is_read = self.output.stream(text).map_err(CommandError::from)?;
            if !is_read {
                return Err(Ended::Unread);
            }
        }
        if let Some(trailers) = answers.trailers().await? {
            self.show("<", &trailers);
        }
        Ok(())
    }

    /// A message as it is printed. Of a message in an `Any`, the server is asked.
    async fn written(
        &mut self,
        writer: &mut Writer,
        message: &[u8],
    ) -> Result<String, CommandError> {
        loop {
            let error = match writer.write(message) {
                Ok(text) => return Ok(text),
                Err(error) => error,
            };
            match self.learn(&error, writer).await {
                Some(better) => *writer = better,
                None => return Err(unreadable(&error, writer.message())),
            }
        }
    }

    /// A writer that knows the message that this one does not.
    async fn learn(&mut self, error: &CodecError, writer: &Writer) -> Option<Writer> {
        let CodecErrorKind::UnknownType(url) = error.kind() else {
            return None;
        };
        let name = url.rsplit('/').next()?;
        let reflection = self.reflection.as_mut()?;
        let is_known = reflection.learn(name).await.ok()?;
        let pool = reflection.pool().ok().filter(|_| is_known)?;
        // Or else it would be asked for ever.
        pool.get_message_by_name(name)?;
        let message = pool.get_message_by_name(writer.message().full_name())?;
        Some(writer.of(&message))
    }

    /// Says what the server answered instead.
    async fn failed(&mut self, status: &Status) -> Result<Code, CommandError> {
        // The client's own transport attaches the cause; a server's answer has none.
        if let Some(source) = std::error::Error::source(status) {
            return Err(channel::unreachable(&self.url, source));
        }
        self.show("<", status.metadata());
        let mut pools = vec![self.method.parent_pool().clone()];
        if let Some(reflection) = &mut self.reflection {
            for detail in failure::details(status) {
                // One that the server does not know is shown as it came.
                let _ = reflection.learn(failure::type_name(&detail)).await;
            }
            pools.extend(reflection.pool());
        }
        pools.push(vimana_proto::descriptor_pool().clone());
        let service = self.method.parent_service();
        let method = format!("{}/{}", service.full_name(), self.method.name());
        let text = failure::text(&method, status, &pools);
        Err(CommandError::new(Code::Invalid, text))
    }

    fn show(&self, mark: &str, metadata: &MetadataMap) {
        self.verbose(|| {
            let entries = lines(metadata).into_iter();
            entries.map(|line| format!("{mark} {line}")).collect()
        });
    }

    fn verbose(&self, text: impl FnOnce() -> Vec<String>) {
        if self.arguments.verbose {
            for line in text() {
                self.output
                    .note(vimana_reconciler::render::printable(&line));
            }
        }
    }
}

/// Passes messages on. Where one is none, the stream stays open, so that the server does
/// not take what came for all.
async fn pass(
    mut read: Messages,
    sender: mpsc::Sender<Bytes>,
    tell: oneshot::Sender<CommandError>,
) {
    while let Some(message) = read.recv().await {
        match message {
            Ok(message) => {
                if sender.send(message).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                let _ = tell.send(error);
                // Until the call is dropped.
                sender.closed().await;
                return;
            }
        }
    }
}
