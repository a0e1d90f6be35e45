//! Where a call goes to.

use std::net::IpAddr;
use std::path::PathBuf;

use vimana_runtime::SelfSigned;

use crate::arguments::Global;
use crate::command_error::{Code, CommandError};
use crate::endpoint;
use crate::output::Output;
use crate::repository::Repository;
use crate::workflow;

/// A server.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) url: String,
    /// The certificate that it made for itself, where that is known.
    pub(crate) own_certificate: Option<PathBuf>,
}

/// The services of the node that the repository or the command line names: those of a
/// running `up`, or where the control API says that they are.
pub(crate) async fn node(
    repository: Option<&Repository>,
    global: &Global,
    output: &Output,
) -> Result<Target, CommandError> {
    let control = match (repository, &global.endpoint) {
        (_, Some(endpoint)) => endpoint.clone(),
        (Some(repository), None) => {
            if let Some(target) = running(repository) {
                return Ok(target);
            }
            let settings = repository.settings(output)?;
            workflow::control_api(repository, Some(&settings), global)?
        }
        (None, None) => {
            let message = "there is no node to call: this is no config repository";
            return Err(CommandError::new(Code::Failed, message).with_help(
                "name a server with `--server http://HOST:PORT`, or the control API of a node with `--endpoint URL`",
            ));
        }
    };
    let engine = workflow::connect_to(&control, global).await?;
    let node = engine
        .node()
        .await
        .map_err(|error| workflow::engine_error(&error))?;
    let scheme = if node.data_is_secure { "https" } else { "http" };
    Ok(Target {
        url: format!("{scheme}://{}", reachable(&node.data_address, &control)),
        own_certificate: None,
    })
}

/// The services of the `up` that runs in a repository.
fn running(repository: &Repository) -> Option<Target> {
    let url = endpoint::announced_data(repository.root())?;
    let folder = endpoint::tls_folder(repository.root());
    let own_certificate = url
        .starts_with("https:")
        .then(|| SelfSigned::certificate_in(&folder))
        .filter(|file| file.is_file());
    Some(Target {
        url,
        own_certificate,
    })
}

/// A node that listens everywhere is reached where its control API is.
fn reachable(data: &str, control: &str) -> String {
    let Some((host, port)) = data.rsplit_once(':') else {
        return data.to_owned();
    };
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    if !address.is_some_and(|address| address.is_unspecified()) {
        return data.to_owned();
    }
    let control: Option<http::Uri> = control.parse().ok();
    match control.as_ref().and_then(http::Uri::host) {
        Some(host) => format!("{host}:{port}"),
        None => data.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_listens_everywhere_is_reached_where_its_control_api_is() {
        let control = "http://node.example:7700";
        assert_eq!(reachable("0.0.0.0:8080", control), "node.example:8080");
        assert_eq!(reachable("[::]:8080", control), "node.example:8080");
        assert_eq!(reachable("127.0.0.1:8080", control), "127.0.0.1:8080");
    }
}
