//! A name that the node does not know.

use vimana_proto::{Address, Kind};
use vimana_reconciler::{Embedded, Engine as _, EngineError};

use crate::command_error::{Code, CommandError};
use crate::nearest::nearest;

/// The error, with the names that there are.
pub(super) async fn error(
    error: &EngineError,
    name: &str,
    workspace: &str,
    engine: &Embedded,
) -> CommandError {
    let told = CommandError::new(Code::Failed, error.to_string());
    let Ok(status) = engine.status(workspace, "").await else {
        return told;
    };
    let addresses = status.resources.iter().filter_map(|status| {
        let address: Address = status.resource.as_ref()?.address.parse().ok()?;
        let has_log = matches!(address.kind(), Kind::Service | Kind::Version);
        has_log.then(|| address.name().to_owned())
    });
    let names: Vec<String> = addresses.collect();
    if names.is_empty() {
        return told.with_help("nothing is live there; type `vimana apply` first");
    }
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => told.with_help(format!("did you mean `{near}`?")),
        None => told.with_help(format!("there is {}", listed(&names))),
    }
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown.join(", ")
}
