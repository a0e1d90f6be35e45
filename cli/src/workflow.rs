//! What `plan`, `apply` and `up` have in common: the node, the plan, and its
//! execution.

mod components;
mod progress;

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use vimana_compiler::{Desired, Settings};
use vimana_reconciler::{
    Cancel, DesiredState, Embedded, Engine as _, EngineError, ExecuteError, ExecuteOptions, Live,
    Plan, PlanError, PlanOptions, Report, execute, plan, render,
};
use vimana_runtime::Token;

use crate::arguments::Global;
use crate::command_error::{Code, CommandError};
use crate::endpoint;
use crate::output::Output;
use crate::repository::Repository;

pub(crate) use components::RepositoryComponents;
pub(crate) use progress::Progress;

/// How long a fresh apply waits for somebody else's lease before it gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Connects to the control API: of `--endpoint`, of a running `up`, or of the
/// default cluster.
pub(crate) async fn connect(
    repository: &Repository,
    settings: Option<&Settings>,
    global: &Global,
) -> Result<Embedded, CommandError> {
    connect_to(&control_api(repository, settings, global)?, global).await
}

/// The URL of the control API: of `--endpoint`, of a running `up`, or of the default
/// cluster.
pub(crate) fn control_api(
    repository: &Repository,
    settings: Option<&Settings>,
    global: &Global,
) -> Result<String, CommandError> {
    global
        .endpoint
        .clone()
        .or_else(|| endpoint::announced(repository.root()))
        .or_else(|| Some(settings?.default_cluster()?.endpoint.clone()))
        .ok_or_else(|| {
            CommandError::new(Code::Failed, "there is no control API to speak to")
                .with_help("start a node with `vimana up`, or name one with `--endpoint URL`")
        })
}

/// Connects to the control API at `endpoint`, with the token that the command line
/// names.
pub(crate) async fn connect_to(endpoint: &str, global: &Global) -> Result<Embedded, CommandError> {
    let token = token(global)?;
    Embedded::connect(endpoint, token.as_ref().map(Token::expose))
        .await
        .map_err(|error| engine_error(&error))
}

/// The token in the file that the command line names.
pub(crate) fn token(global: &Global) -> Result<Option<Token>, CommandError> {
    global
        .token_file
        .as_deref()
        .map(Token::from_file)
        .transpose()
        .map_err(|error| CommandError::from_error(Code::Failed, &error))
}

/// Reads what a workspace has on the node.
pub(crate) async fn observe(engine: &Embedded, workspace: &str) -> Result<Live, CommandError> {
    engine
        .observe(workspace)
        .await
        .map_err(|error| engine_error(&error))
}

/// Compares the desired state with what is live.
pub(crate) async fn make_plan(
    desired: &Desired,
    engine: &Embedded,
    options: &PlanOptions,
) -> Result<Plan, CommandError> {
    let cluster = &desired.settings.workspace.default_cluster;
    let live = observe(engine, &desired.workspace).await?;
    plan(&DesiredState::of(desired, cluster), cluster, &live, options)
        .map_err(|error| plan_error(&error))
}

/// The execution of plans that are made just now.
pub(crate) struct FreshApply<'a> {
    pub(crate) desired: &'a Desired,
    pub(crate) engine: &'a Embedded,
    pub(crate) components: &'a RepositoryComponents,
    pub(crate) options: &'a PlanOptions,
    pub(crate) output: &'a Output,
    pub(crate) cancel: &'a Cancel,
    /// Sees a plan that does something else than the one before, and may refuse it.
    pub(crate) review: &'a dyn Fn(&Plan) -> Result<(), CommandError>,
}

impl FreshApply<'_> {
    /// Executes `plan`. Where the node has moved on in between, or somebody else is
    /// applying, it plans again.
    pub(crate) async fn run(&self, mut plan: Plan) -> Result<Report, CommandError> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let ran = run(
                &plan,
                self.engine,
                self.components,
                self.output,
                self.cancel,
            );
            let refused = match ran.await {
                Ok(report) => return Ok(report),
                Err(error) => error,
            };
            let wait = match &refused {
                ExecuteError::Stale { .. } if Instant::now() < give_up => Duration::ZERO,
                ExecuteError::LeaseHeld { holder, expires_in } if Instant::now() < give_up => {
                    self.output.note(format_args!(
                        "waiting for `{holder}`, whose lease ends in {:.0} s unless it is renewed",
                        expires_in.as_secs_f64().ceil()
                    ));
                    *expires_in
                }
                _ => return Err(execute_error(&refused)),
            };
            let again = async {
                tokio::time::sleep(wait).await;
                make_plan(self.desired, self.engine, self.options).await
            };
            let next = tokio::select! {
                next = again => next?,
                () = self.cancel.requested() => {
                    let message = "interrupted before anything was applied";
                    return Err(CommandError::new(Code::Interrupted, message));
                }
            };
            if !next.pending().eq(plan.pending()) {
                (self.review)(&next)?;
            }
            plan = next;
        }
    }
}

/// Executes a plan.
pub(crate) async fn run(
    plan: &Plan,
    engine: &Embedded,
    components: &RepositoryComponents,
    output: &Output,
    cancel: &Cancel,
) -> Result<Report, ExecuteError> {
    let options = ExecuteOptions::new(holder());
    execute(
        plan,
        engine,
        components,
        &Progress::new(output),
        &options,
        cancel,
    )
    .await
}

/// Says what became of an execution, and what that means for the exit code.
pub(crate) fn finish(report: &Report, output: &Output) -> Result<Code, CommandError> {
    output.data(render::report::render(report, &palette(output)))?;
    Ok(if report.interrupted {
        Code::Interrupted
    } else if report.is_complete() {
        Code::Success
    } else {
        Code::Failed
    })
}

/// The colours of stdout.
pub(crate) const fn palette(output: &Output) -> render::Palette {
    if output.stdout_color() {
        render::Palette::ansi()
    } else {
        render::Palette::plain()
    }
}

/// Whether there is a person to ask; in a pipe there is nobody.
pub(crate) fn asks(output: &Output) -> bool {
    std::io::stdin().is_terminal() && output.is_watched()
}

/// Asks a person.
pub(crate) fn confirm(output: &Output) -> Result<bool, CommandError> {
    output.note("Apply this plan? Only `yes` applies it.");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

/// `user@host`, for whoever waits for the lease.
fn holder() -> String {
    let user = std::env::var("USER")
        .or_else(|_| std::env::var("LOGNAME"))
        .unwrap_or_else(|_| "vimana".to_owned());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| std::env::var("HOSTNAME"))
        .unwrap_or_else(|_| "localhost".to_owned());
    format!("{user}@{}", host.trim())
}

/// What a failure of the node means.
pub(crate) fn engine_error(error: &EngineError) -> CommandError {
    let code = match error {
        EngineError::Stale { .. } | EngineError::LeaseHeld { .. } => Code::Refused,
        EngineError::Endpoint { .. }
        | EngineError::Unreachable { .. }
        | EngineError::Unauthenticated { .. }
        | EngineError::NotFound { .. }
        | EngineError::Refused { .. }
        | EngineError::Answer { .. } => Code::Failed,
    };
    let described = CommandError::from_error(code, error);
    match error {
        EngineError::Unreachable { .. } => described.with_help(
            "start a node with `vimana up`, or name a running one with `--endpoint URL`",
        ),
        EngineError::Unauthenticated { .. } => described
            .with_help("name the file that holds the node's token with `--token-file FILE`"),
        _ => described,
    }
}

/// What a failed execution means.
pub(crate) fn execute_error(error: &ExecuteError) -> CommandError {
    match error {
        ExecuteError::Engine(error) => engine_error(error),
        ExecuteError::Stale { .. } => CommandError::from_error(Code::Refused, error).with_help(
            "make a new one with `vimana plan --out FILE`, read it, and apply it with `vimana apply FILE`",
        ),
        ExecuteError::LeaseHeld { .. } => CommandError::from_error(Code::Refused, error)
            .with_help("wait until that apply has ended, and type the same again"),
        ExecuteError::Overtaken { .. } => CommandError::from_error(Code::Refused, error)
            .with_help("type `vimana plan` to see where the node stands"),
        ExecuteError::ComponentChanged { .. } => CommandError::from_error(Code::Refused, error)
            .with_help("make a new plan with `vimana plan --out FILE`"),
        ExecuteError::Component { .. } | ExecuteError::Cycle(_) => {
            CommandError::from_error(Code::Failed, error)
        }
    }
}

fn plan_error(error: &PlanError) -> CommandError {
    let described = CommandError::from_error(Code::Refused, error);
    match error {
        PlanError::NothingDesired { .. } => {
            described.with_help("if that is meant, `vimana apply --allow-empty` deletes them")
        }
        _ => described,
    }
}
