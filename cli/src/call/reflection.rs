//! What a server says of itself: `grpc.reflection.v1`, or else `v1alpha`, whose
//! messages are the same on the wire.

use std::collections::BTreeMap;

use http::uri::PathAndQuery;
use prost::Message as _;
use prost_reflect::DescriptorPool;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};
use tonic_prost::ProstCodec;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest as Question;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse as Answer;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

use super::metadata::Metadata;
use super::schema::Schema;
use crate::command_error::{Code, CommandError};

/// Files of a service with all that they import: far more than any has.
const MAX_FILES: usize = 10_000;
const MAX_BYTES: usize = 64 << 20;
const MAX_MESSAGE_BYTES: usize = 64 << 20;

const VERSIONS: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// A conversation with a server about what it serves.
pub(crate) struct Reflection {
    questions: mpsc::Sender<ServerReflectionRequest>,
    answers: Streaming<ServerReflectionResponse>,
    files: BTreeMap<String, FileDescriptorProto>,
    bytes: usize,
}

impl Reflection {
    /// Begins to ask, and gives the names of all services.
    pub(crate) async fn open(
        channel: &Channel,
        metadata: &Metadata,
    ) -> Result<(Self, Vec<String>), CommandError> {
        let mut refusal = None;
        for path in VERSIONS {
            match Self::open_version(channel, metadata, path).await {
                Ok(opened) => return Ok(opened),
                Err(status) if status.code() == tonic::Code::Unimplemented => {
                    refusal.get_or_insert(status);
                }
                Err(status) => return Err(failed(&status)),
            }
        }
        let error = CommandError::new(
            Code::Failed,
            "the server does not say what it serves: it has no reflection",
        );
        Err(error.with_help(
            "call from within the config repository that defines the service, with `--repository`",
        ))
    }

    async fn open_version(
        channel: &Channel,
        metadata: &Metadata,
        path: &'static str,
    ) -> Result<(Self, Vec<String>), Status> {
        let (questions, asked) = mpsc::channel(1);
        // Some servers answer nothing, not even headers, before they are asked.
        let first = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(Question::ListServices(String::new())),
        };
        let _ = questions.try_send(first);
        let mut client = Grpc::new(channel.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES);
        client
            .ready()
            .await
            .map_err(|error| Status::from_error(error.into()))?;
        let mut request = Request::new(ReceiverStream::new(asked));
        metadata.add_to(request.metadata_mut());
        let path = PathAndQuery::from_static(path);
        let answers = client
            .streaming(request, path, ProstCodec::default())
            .await?
            .into_inner();
        let mut opened = Self {
            questions,
            answers,
            files: BTreeMap::new(),
            bytes: 0,
        };
        let names = match opened.answer().await? {
            Answer::ListServicesResponse(list) => list
                .service
                .into_iter()
                .map(|service| service.name)
                .collect(),
            other => return Err(odd(&other)),
        };
        Ok((opened, names))
    }

    /// The services of these names. Those that the server cannot describe are left out.
    pub(crate) async fn schema(&mut self, names: &[String]) -> Result<Schema, CommandError> {
        for name in names {
            self.learn(name).await.map_err(|status| failed(&status))?;
        }
        Ok(Schema::of_pool(&self.pool()?, names))
    }

    /// Learns of a service or a message. Whether the server knows it.
    pub(crate) async fn learn(&mut self, symbol: &str) -> Result<bool, Status> {
        let question = Question::FileContainingSymbol(symbol.to_owned());
        if !self.fetch(question).await? {
            return Ok(false);
        }
        loop {
            let known = |name: &String| self.files.contains_key(name);
            let missing = self
                .files
                .values()
                .flat_map(|file| &file.dependency)
                .find(|name| !known(name));
            let Some(name) = missing.cloned() else {
                return Ok(true);
            };
            if !self.fetch(Question::FileByFilename(name.clone())).await? {
                let file = well_known(&name).ok_or_else(|| {
                    Status::not_found(format!("the server does not know its own file `{name}`"))
                })?;
                self.files.insert(name, file);
            }
        }
    }

    /// All that was learned.
    pub(crate) fn pool(&self) -> Result<DescriptorPool, CommandError> {
        let set = FileDescriptorSet {
            file: self.files.values().cloned().collect(),
        };
        DescriptorPool::from_file_descriptor_set(set).map_err(|error| {
            CommandError::new(
                Code::Failed,
                format!("the server describes what is no valid Protobuf: {error}"),
            )
        })
    }

    async fn fetch(&mut self, question: Question) -> Result<bool, Status> {
        let asked = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(question),
        };
        let gone = || Status::unavailable("the server ended the conversation");
        self.questions.send(asked).await.map_err(|_| gone())?;
        let files = match self.answer().await? {
            Answer::FileDescriptorResponse(files) => files.file_descriptor_proto,
            Answer::ErrorResponse(_) => return Ok(false),
            other => return Err(odd(&other)),
        };
        for encoded in files {
            self.bytes += encoded.len();
            if self.files.len() >= MAX_FILES || self.bytes > MAX_BYTES {
                return Err(Status::resource_exhausted("the server describes too much"));
            }
            let file = FileDescriptorProto::decode(&*encoded)
                .map_err(|error| Status::internal(error.to_string()))?;
            self.files.insert(file.name().to_owned(), file);
        }
        Ok(true)
    }

    async fn answer(&mut self) -> Result<Answer, Status> {
        let response = self.answers.message().await?;
        response
            .and_then(|response| response.message_response)
            .ok_or_else(|| Status::unavailable("the server ended the conversation"))
    }
}

/// The files that every implementation of Protobuf has, and some servers leave out.
fn well_known(name: &str) -> Option<FileDescriptorProto> {
    let pool = vimana_proto::descriptor_pool();
    let file = pool.get_file_by_name(name)?;
    Some(file.file_descriptor_proto().clone())
}

fn odd(answer: &Answer) -> Status {
    let kind = match answer {
        Answer::ErrorResponse(error) => return Status::unknown(error.error_message.clone()),
        Answer::FileDescriptorResponse(_) => "files",
        Answer::AllExtensionNumbersResponse(_) => "numbers",
        Answer::ListServicesResponse(_) => "services",
    };
    Status::internal(format!(
        "the server answered with {kind}, which nobody asked for"
    ))
}

fn failed(status: &Status) -> CommandError {
    let mut text = format!(
        "the server does not say what it serves: {}",
        super::failure::code_name(status.code())
    );
    if !status.message().is_empty() {
        text.push_str(": ");
        text.push_str(status.message());
    }
    CommandError::new(Code::Failed, text)
}
