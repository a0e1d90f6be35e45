//! Where the messages of a request come from.

use std::convert::Infallible;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::str::FromStr;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::documents::{Document, Documents};
use super::request::Encoder;
use crate::command_error::{Code, CommandError};

/// Messages that wait for the server.
const AHEAD: usize = 16;

/// The data of `-d`.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    Text(String),
    File(PathBuf),
    Stdin,
}

impl FromStr for Input {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match (text, text.strip_prefix('@')) {
            ("-", _) => Self::Stdin,
            (_, Some(file)) => Self::File(file.into()),
            _ => Self::Text(text.to_owned()),
        })
    }
}

/// Messages as they are read. Behind an error there is none.
pub(crate) type Messages = mpsc::Receiver<Result<Bytes, CommandError>>;

impl Input {
    /// What the data is called in messages.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Text(_) => "-d".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "<stdin>".to_owned(),
        }
    }

    /// Reads, cuts and encodes in a thread of its own: a terminal is waited for in a way
    /// that nothing else could end.
    pub(crate) fn read(self, encoder: Encoder) -> Messages {
        let (sender, receiver) = mpsc::channel(AHEAD);
        std::thread::spawn(move || {
            let ended = self.send(&encoder, &sender);
            if let Err(error) = ended {
                // Nobody is left to tell where the call is over.
                let _ = sender.blocking_send(Err(error));
            }
        });
        receiver
    }

    fn send(
        self,
        encoder: &Encoder,
        sender: &mpsc::Sender<Result<Bytes, CommandError>>,
    ) -> Result<(), CommandError> {
        let label = self.label();
        let cannot_read = |error: std::io::Error| {
            CommandError::new(Code::Failed, format!("cannot read `{label}`: {error}"))
        };
        let mut reader: Box<dyn Read> = match self {
            Self::Text(text) => Box::new(std::io::Cursor::new(text)),
            Self::File(path) => Box::new(File::open(path).map_err(cannot_read)?),
            Self::Stdin => Box::new(std::io::stdin().lock()),
        };
        let pass = |document: Document| {
            let message = encoder.encode(&document)?;
            Ok::<_, CommandError>(sender.blocking_send(Ok(message)).is_ok())
        };
        let mut documents = Documents::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            let length = reader.read(&mut buffer).map_err(cannot_read)?;
            if length == 0 {
                break;
            }
            let complete = documents
                .push(&buffer[..length])
                .map_err(|error| CommandError::from_error(Code::Invalid, &error))?;
            for document in complete {
                if !pass(document)? {
                    return Ok(());
                }
            }
        }
        if let Some(document) = documents.end() {
            pass(document)?;
        }
        Ok(())
    }
}

/// The one message of a method that takes one.
pub(crate) async fn only(mut messages: Messages, method: &str) -> Result<Bytes, CommandError> {
    let Some(first) = messages.recv().await else {
        // As of an empty file.
        return Ok(Encoder::empty());
    };
    let first = first?;
    match messages.recv().await {
        None => Ok(first),
        Some(Err(error)) => Err(error),
        Some(Ok(_)) => Err(CommandError::new(
            Code::Invalid,
            format!("`{method}` takes one message, and the data holds more"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Messages {
        let message = vimana_proto::descriptor_pool()
            .get_message_by_name("vimana.control.v1.GetStatusRequest")
            .unwrap();
        let input: Input = text.parse().unwrap();
        let encoder = Encoder::new(&message, input.label());
        input.read(encoder)
    }

    #[tokio::test]
    async fn messages_come_in_order_and_end_with_the_first_mistake() {
        let mut read = messages(r#"{"name":"a"} {"name":"b"} {"name":3} {"name":"c"}"#);
        assert_eq!(&read.recv().await.unwrap().unwrap()[..], b"\x12\x01a");
        assert_eq!(&read.recv().await.unwrap().unwrap()[..], b"\x12\x01b");
        let error = read.recv().await.unwrap().unwrap_err();
        assert_eq!(
            error.render(false),
            "error: -d:1:35: `name`: expected a string, found a number"
        );
        assert!(read.recv().await.is_none());
    }

    #[tokio::test]
    async fn a_method_that_takes_one_message_is_given_one() {
        assert!(only(messages(""), "a/b").await.unwrap().is_empty());
        assert_eq!(
            &only(messages(r#"{"name":"a"}"#), "a/b").await.unwrap()[..],
            b"\x12\x01a"
        );
        let error = only(messages("{}{}"), "a/b").await.unwrap_err();
        assert!(error.render(false).contains("takes one message"));
        let missing = only(messages("@/nowhere.json"), "a/b").await.unwrap_err();
        assert!(
            missing
                .render(false)
                .contains("cannot read `/nowhere.json`")
        );
    }
}
