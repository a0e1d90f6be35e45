//! A receiver, by whichever protocol.

use bytes::Bytes;

use super::counts::Signal;
use super::failure::SendError;
use super::grpc::GrpcRemote;
use super::headers;
use super::http::HttpRemote;
use super::tls::Tls;
use crate::snapshot::{ExportProtocol, Exporter as Settings, Variables};

/// What connections are made with, once somebody needs it.
#[derive(Default)]
pub(super) struct Clients {
    pub(super) http: super::http::HttpClient,
    pub(super) tls: Tls,
}

pub(super) struct Remote {
    workspace: String,
    settings: Settings,
    protocol: Protocol,
}

enum Protocol {
    Grpc(GrpcRemote),
    Http(HttpRemote),
}

impl Remote {
    pub(super) fn new(workspace: &str, settings: &Settings) -> Self {
        let protocol = match settings.protocol {
            ExportProtocol::Grpc => Protocol::Grpc(GrpcRemote::new(&settings.endpoint)),
            ExportProtocol::Http => Protocol::Http(HttpRemote::new(&settings.endpoint)),
        };
        Self {
            workspace: workspace.to_owned(),
            settings: settings.clone(),
            protocol,
        }
    }

    /// The endpoint, for people.
    pub(super) fn endpoint(&self) -> &str {
        &self.settings.endpoint
    }

    /// Sends a request of OTLP. The answer is what the receiver says of what it did not
    /// take.
    pub(super) async fn send(
        &self,
        clients: &Clients,
        variables: &Variables,
        signal: Signal,
        body: Bytes,
    ) -> Result<Option<String>, SendError> {
        let headers = &self.settings.headers;
        let headers = headers::resolve(headers, &self.workspace, variables).await?;
        let answer = match &self.protocol {
            Protocol::Grpc(remote) => remote.send(&clients.tls, signal, headers, body).await?,
            Protocol::Http(remote) => remote.send(&clients.http, signal, headers, body).await?,
        };
        Ok(partial_success(&answer))
    }
}

/// What the responses of all signals have in common: the first field says how much was
/// rejected, and why (OTLP, "Partial Success").
#[derive(Clone, PartialEq, prost::Message)]
struct Response {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
    #[prost(string, tag = "2")]
    message: String,
}

fn partial_success(answer: &[u8]) -> Option<String> {
    let response = <Response as prost::Message>::decode(answer).ok()?;
    let partial = response.partial_success?;
    let message: String = partial.message.chars().take(200).collect();
    let is_said = partial.rejected > 0 || !message.is_empty();
    is_said.then(|| format!("{} were rejected: {message}", partial.rejected))
}
