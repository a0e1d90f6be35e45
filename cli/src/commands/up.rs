//! Runs a node, applies the repository to it, and again whenever it changes
//!
//! One process: a node whose state lies in the repository's `.vimana/`, and a
//! watch over the work tree. While it runs, every other command in the repository
//! finds it by itself.

mod certificate;
mod invitation;
mod watch;

use std::path::PathBuf;

use vimana_reconciler::{Cancel, Embedded, PlanOptions};

use crate::arguments::{Format, Global};
use crate::command_error::{Code, CommandError};
use crate::commands::serve::{self, Listeners};
use crate::commands::signals::Signals;
use crate::endpoint::{self, Announcement};
use crate::output::Output;
use crate::repository::Repository;
use crate::workflow::{self, FreshApply, RepositoryComponents};
use certificate::OwnCertificate;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    // Not `directory`: clap would take it for the global `-C DIR` of that name.
    /// The config repository, instead of the working folder's
    #[arg(value_name = "DIR")]
    repository: Option<PathBuf>,

    #[command(flatten)]
    listeners: Listeners,

    /// Serves over TLS, with a certificate of its own for this machine and the domains
    /// of the repository, which is kept in `.vimana/tls`
    #[arg(long, conflicts_with = "tls_cert")]
    tls: bool,

    /// The folder of the node's state, instead of `.vimana/node` in the repository
    #[arg(long, value_name = "DIR", env = "VIMANA_STATE")]
    state: Option<PathBuf>,
}

pub(crate) fn run(
    arguments: &Arguments,
    global: &Global,
    output: &Output,
) -> Result<Code, CommandError> {
    let repository = match &arguments.repository {
        Some(directory) => Repository::around(directory)?,
        None => Repository::find()?,
    }
    .cached();
    super::logging();
    super::runtime()?.block_on(serve_and_follow(arguments, global, &repository, output))
}

async fn serve_and_follow(
    arguments: &Arguments,
    global: &Global,
    repository: &Repository,
    output: &Output,
) -> Result<Code, CommandError> {
    let mut signals = Signals::listen()?;
    let folder = endpoint::make_folder(repository.root())?;
    let state = arguments
        .state
        .clone()
        .unwrap_or_else(|| folder.join("node"));
    let own = arguments
        .tls
        .then(|| OwnCertificate::open(&endpoint::tls_folder(repository.root())));
    let mut own = own.transpose()?;
    let tls = match &own {
        Some(own) => Some(own.files()),
        None => arguments.listeners.tls(),
    };
    let is_secure = tls.is_some();
    let node = serve::start(&arguments.listeners, tls, state, global).await?;
    let data = serve::data_url(&node, is_secure);
    let announcement =
        Announcement::publish(repository.root(), node.control_address(), data.clone())?;
    let mut changes = watch::Changes::watch(repository.root())?;
    output.data(format_args!(
        "Serving on {data}, control API on http://{}\n\n",
        node.control_address()
    ))?;
    if let Some(own) = &own {
        output.data(own.advice())?;
    }

    let follow = async {
        // The node of this very process, by the way that every other client takes.
        let endpoint = format!("http://{}", node.control_address());
        let engine = workflow::connect_to(&endpoint, global).await?;
        let mut invited = false;
        loop {
            let converged = converge(repository, &engine, output).await;
            if let (Some(own), Ok(Some(desired))) = (&mut own, &converged) {
                own.cover(&desired.graph)?;
            }
            match converged {
                // Said once: the address stays.
                Ok(Some(desired)) if !invited => {
                    let trust = own.as_ref().map(OwnCertificate::curl_option);
                    let trust = trust.unwrap_or_default();
                    output.data(invitation::text(&desired.graph, &data, &trust))?;
                    invited = true;
                }
                Ok(_) => {}
                // A mistake in the repository, or a step that failed: whoever
                // edits the repository mends it, and what serves goes on serving.
                Err(error) => {
                    error.report(output);
                }
            }
            changes.next().await?;
        }
    };
    let ended: Result<std::convert::Infallible, CommandError> = tokio::select! {
        ended = follow => ended,
        () = signals.next() => {
            output.progress("stopping: requests in flight may end");
            drop(announcement);
            return tokio::select! {
                () = node.shutdown() => Ok(Code::Success),
                () = signals.next() => Ok(Code::Interrupted),
            };
        }
    };
    drop(announcement);
    node.shutdown().await;
    match ended {
        Err(error) => Err(error),
    }
}

/// Compiles, plans and applies once; gives the desired state where it was reached.
async fn converge(
    repository: &Repository,
    engine: &Embedded,
    output: &Output,
) -> Result<Option<vimana_compiler::Desired>, CommandError> {
    let (source, desired) = tokio::task::block_in_place(|| {
        let source = repository.source(None)?;
        let desired = repository.desired(source.as_ref(), output)?;
        Ok::<_, CommandError>((source, desired.into_inner()))
    })?;
    let options = PlanOptions::default();
    let plan = workflow::make_plan(&desired, engine, &options).await?;
    super::plan::print(&plan, Format::Text, output)?;
    if plan.is_empty() {
        return Ok(Some(desired));
    }
    let components = RepositoryComponents::of(source, &desired);
    let apply = FreshApply {
        desired: &desired,
        engine,
        components: &components,
        options: &options,
        output,
        cancel: &Cancel::never(),
        review: &|plan| super::plan::print(plan, Format::Text, output),
    };
    let report = apply.run(plan).await?;
    let code = workflow::finish(&report, output)?;
    Ok((code == Code::Success).then_some(desired))
}
