//! Runs a node: the data plane, the control API and the store
//!
//! The node restores what was applied to it, and keeps serving it until SIGINT or
//! SIGTERM. Both listeners bind to loopback unless told otherwise; a control
//! listener elsewhere needs a token.

use std::net::SocketAddr;
use std::path::PathBuf;

use vimana_runtime::{ClientCertificates, Node, NodeConfig, TlsFiles};

use crate::arguments::Global;
use crate::command_error::{Code, CommandError};
use crate::commands::signals::Signals;
use crate::output::Output;
use crate::workflow;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) listeners: Listeners,

    /// The folder of the node's resources, journal and components
    #[arg(long, value_name = "DIR", env = "VIMANA_STATE")]
    state: PathBuf,
}

/// Where a node listens.
#[derive(clap::Args)]
pub(crate) struct Listeners {
    /// The data plane: gRPC and HTTP/JSON
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// The control API: gRPC and HTTP/JSON
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7700")]
    pub(crate) control: SocketAddr,

    #[command(flatten)]
    tls: Tls,
}

/// What secures the data plane. The files are read again when they change.
#[derive(clap::Args)]
struct Tls {
    /// Serves over TLS, with this certificate and those that lead to its authority, in PEM
    #[arg(
        id = "tls_cert",
        long = "tls-cert",
        value_name = "FILE",
        requires = "tls_key"
    )]
    certificate: Option<PathBuf>,

    /// The private key of the certificate, in PEM
    #[arg(
        id = "tls_key",
        long = "tls-key",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    key: Option<PathBuf>,

    /// Takes clients with a certificate of these authorities, in PEM, and no others
    #[arg(
        id = "tls_client_ca",
        long = "tls-client-ca",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    client_authorities: Option<PathBuf>,

    /// Takes clients without a certificate as well
    #[arg(
        id = "tls_client_optional",
        long = "tls-client-optional",
        requires = "tls_client_ca"
    )]
    client_optional: bool,
}

impl Listeners {
    /// The files that secure the data plane, where any do.
    pub(crate) fn tls(&self) -> Option<TlsFiles> {
        let tls = &self.tls;
        Some(TlsFiles {
            certificate: tls.certificate.clone()?,
            key: tls.key.clone()?,
            clients: tls
                .client_authorities
                .clone()
                .map(|authorities| ClientCertificates {
                    authorities,
                    optional: tls.client_optional,
                }),
        })
    }
}

/// The URL of a node's services.
pub(crate) fn data_url(node: &Node, is_secure: bool) -> String {
    let scheme = if is_secure { "https" } else { "http" };
    format!("{scheme}://{}", node.data_address())
}

pub(crate) fn run(
    arguments: &Arguments,
    global: &Global,
    output: &Output,
) -> Result<Code, CommandError> {
    super::logging();
    super::runtime()?.block_on(async {
        let mut signals = Signals::listen()?;
        let tls = arguments.listeners.tls();
        let is_secure = tls.is_some();
        let state = arguments.state.clone();
        let node = start(&arguments.listeners, tls, state, global).await?;
        output.data(format_args!(
            "Serving on {}, control API on http://{}\n",
            data_url(&node, is_secure),
            node.control_address()
        ))?;
        signals.next().await;
        output.progress("stopping: requests in flight may end");
        tokio::select! {
            () = node.shutdown() => Ok(Code::Success),
            () = signals.next() => Ok(Code::Interrupted),
        }
    })
}

/// Starts a node with the token that the command line names.
pub(crate) async fn start(
    listeners: &Listeners,
    tls: Option<TlsFiles>,
    state: PathBuf,
    global: &Global,
) -> Result<Node, CommandError> {
    let failed = |error: &dyn std::error::Error| CommandError::from_error(Code::Failed, error);
    let token = workflow::token(global)?;
    Node::start(NodeConfig {
        listen: listeners.listen,
        control: listeners.control,
        state,
        token,
        tls,
    })
    .await
    .map_err(|error| failed(&error))
}
