//! Runs a node: the data plane, the control API and the store
//!
//! The node restores what was applied to it, and keeps serving it until SIGINT or
//! SIGTERM. Both listeners bind to loopback unless told otherwise; a control
//! listener elsewhere needs a token.

use std::net::SocketAddr;
use std::path::PathBuf;

use vimana_runtime::{Node, NodeConfig};

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
}

pub(crate) fn run(
    arguments: &Arguments,
    global: &Global,
    output: &Output,
) -> Result<Code, CommandError> {
    super::logging();
    super::runtime()?.block_on(async {
        let mut signals = Signals::listen()?;
        let node = start(&arguments.listeners, arguments.state.clone(), global).await?;
        output.data(format_args!(
            "Serving on http://{}, control API on http://{}\n",
            node.data_address(),
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
        tls: None,
    })
    .await
    .map_err(|error| failed(&error))
}
