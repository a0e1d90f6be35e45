//! Reading what guests wrote.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tracing::Level;
use vimana_proto::control::v1::log_line::Level as WireLevel;
use vimana_proto::control::v1::read_logs_response::Entry;
use vimana_proto::control::v1::{LogLine as WireLine, ReadLogsRequest, ReadLogsResponse};
use vimana_proto::{Address, Kind, ServiceName, VersionName};

use super::checked;
use super::plane::ControlPlane;
use crate::logs::{Followed, Following, LogFilter, LogHub, LogLine, LogScope};

/// Readers that follow at once.
const MAX_FOLLOWERS: usize = 64;

/// The lines and the errors of one answer.
pub(super) type Lines = BoxStream<'static, Result<ReadLogsResponse, Status>>;

/// What the node's logs are read from.
#[derive(Clone)]
pub(crate) struct LogReader {
    hub: Arc<LogHub>,
    followers: Arc<Semaphore>,
    /// Cancelled when the node takes no new requests.
    stop: CancellationToken,
}

impl LogReader {
    pub(crate) fn new(hub: Arc<LogHub>, stop: CancellationToken) -> Self {
        Self {
            hub,
            followers: Arc::new(Semaphore::new(MAX_FOLLOWERS)),
            stop,
        }
    }

    /// Answers a request, for what `plane` has.
    pub(super) fn read(
        &self,
        request: ReadLogsRequest,
        plane: &ControlPlane,
    ) -> Result<Lines, Status> {
        let level = level(request.minimum_level());
        let scope = scope(checked::workspace(request.workspace)?, &request.name)?;
        if !is_known(&scope, plane) && !self.hub.knows(&scope) {
            return Err(not_found(&scope));
        }
        let filter = LogFilter {
            scope,
            level,
            since: request.since_time.as_ref().map(moment).transpose()?,
        };
        let limit = request.tail_lines.map_or(usize::MAX, |lines| {
            usize::try_from(lines).unwrap_or(usize::MAX)
        });
        if !request.follow {
            let lines = self.hub.recent(&filter, limit);
            return Ok(recent(lines).boxed());
        }
        let permit = Arc::clone(&self.followers).try_acquire_owned();
        let permit = permit.map_err(|_| {
            Status::resource_exhausted(format!(
                "{MAX_FOLLOWERS} readers follow the logs of this node, and there is no room for more"
            ))
        })?;
        let (lines, following) = self.hub.follow(filter, limit);
        let follow = Follow {
            following,
            stop: self.stop.clone(),
            _permit: permit,
        };
        Ok(recent(lines).chain(follow.lines()).boxed())
    }
}

/// Somebody who follows.
struct Follow {
    following: Following,
    stop: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

impl Follow {
    fn lines(self) -> impl futures::Stream<Item = Result<ReadLogsResponse, Status>> + Send {
        stream::unfold(Some(self), |follow| async move {
            let mut follow = follow?;
            let followed = tokio::select! {
                biased;
                followed = follow.following.next() => followed,
                () = follow.stop.cancelled() => {
                    let status = Status::unavailable("the node is shutting down");
                    return Some((Err(status), None));
                }
            };
            let entry = match followed {
                Followed::Line(line) => Entry::Line(wire_line(&line)),
                Followed::Lost(lines) => Entry::LostLines(lines),
            };
            Some((Ok(response(entry)), Some(follow)))
        })
    }
}

fn recent(
    lines: Vec<Arc<LogLine>>,
) -> impl futures::Stream<Item = Result<ReadLogsResponse, Status>> + Send {
    stream::iter(lines).map(|line| Ok(response(Entry::Line(wire_line(&line)))))
}

const fn response(entry: Entry) -> ReadLogsResponse {
    ReadLogsResponse { entry: Some(entry) }
}

fn wire_line(line: &LogLine) -> WireLine {
    WireLine {
        number: line.number,
        time: Some(line.time.into()),
        level: wire_level(line.level).into(),
        source: line.source.to_owned(),
        version: line.origin.label.as_ref().to_owned(),
        method: line.method.as_ref().to_owned(),
        request_id: line.request_id.clone(),
        text: line.text.clone().into(),
    }
}

const fn wire_level(level: Level) -> WireLevel {
    match level {
        Level::TRACE => WireLevel::Trace,
        Level::DEBUG => WireLevel::Debug,
        Level::INFO => WireLevel::Info,
        Level::WARN => WireLevel::Warn,
        Level::ERROR => WireLevel::Error,
    }
}

const fn level(level: WireLevel) -> Level {
    match level {
        WireLevel::Unspecified | WireLevel::Trace => Level::TRACE,
        WireLevel::Debug => Level::DEBUG,
        WireLevel::Info => Level::INFO,
        WireLevel::Warn => Level::WARN,
        WireLevel::Error => Level::ERROR,
    }
}

fn moment(time: &prost_types::Timestamp) -> Result<SystemTime, Status> {
    let nanos = u32::try_from(time.nanos)
        .ok()
        .filter(|nanos| *nanos < 1_000_000_000);
    let seconds = u64::try_from(time.seconds).ok();
    let since_epoch = seconds.zip(nanos).map(|(s, n)| Duration::new(s, n));
    since_epoch
        .and_then(|duration| SystemTime::UNIX_EPOCH.checked_add(duration))
        .ok_or_else(|| Status::invalid_argument("`since_time` is no time after 1970"))
}

/// What a name means: all of the workspace where it is empty, or a service or version,
/// by name or by address.
fn scope(workspace: String, name: &str) -> Result<LogScope, Status> {
    if name.is_empty() {
        return Ok(LogScope::Workspace(workspace));
    }
    let address: Option<Address> = name.parse().ok();
    let name = match &address {
        None => name,
        Some(address) => match address.kind() {
            Kind::Service | Kind::Route | Kind::Version | Kind::Interface => address.name(),
            Kind::Cluster | Kind::Domain | Kind::Variable | Kind::Session | Kind::VPod => {
                return Err(Status::invalid_argument(format!(
                    "`{name}` writes no log; expected a service or a version"
                )));
            }
        },
    };
    if let Ok(version) = name.parse::<VersionName>() {
        return Ok(LogScope::Version { workspace, version });
    }
    match name.parse::<ServiceName>().ok() {
        Some(service) => Ok(LogScope::Service { workspace, service }),
        None => Err(Status::not_found(format!(
            "workspace `{workspace}` has no service or version `{name}`"
        ))),
    }
}

fn is_known(scope: &LogScope, plane: &ControlPlane) -> bool {
    match scope {
        LogScope::Node | LogScope::Workspace(_) => true,
        LogScope::Service { workspace, service } => {
            let address = Address::new(Kind::Service, service);
            plane.published(workspace, &address).is_some()
        }
        LogScope::Version { workspace, version } => {
            let address = Address::new(Kind::Version, version);
            plane.published(workspace, &address).is_some()
        }
    }
}

fn not_found(scope: &LogScope) -> Status {
    let text = match scope {
        LogScope::Node => "no lines are kept".to_owned(),
        LogScope::Workspace(workspace) => format!("there is no workspace `{workspace}`"),
        LogScope::Service { workspace, service } => {
            format!("workspace `{workspace}` has no service `{service}`")
        }
        LogScope::Version { workspace, version } => {
            format!("workspace `{workspace}` has no version `{version}`")
        }
    };
    Status::not_found(text)
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    #[test]
    fn names_and_addresses_of_services_and_versions_have_logs() {
        let scope = |name| scope("acme".to_owned(), name);
        let service = LogScope::Service {
            workspace: "acme".to_owned(),
            service: "a.com:b.C".parse().unwrap(),
        };
        let version = LogScope::Version {
            workspace: "acme".to_owned(),
            version: "a.com:b.C@1.0.0".parse().unwrap(),
        };
        assert_eq!(scope("").unwrap(), LogScope::Workspace("acme".to_owned()));
        for name in ["a.com:b.C", "service/a.com:b.C", "route/a.com:b.C"] {
            assert_eq!(scope(name).unwrap(), service, "{name}");
        }
        for name in ["a.com:b.C@1.0.0", "version/a.com:b.C@1.0.0"] {
            assert_eq!(scope(name).unwrap(), version, "{name}");
        }
        assert_eq!(scope("b.C").unwrap_err().code(), Code::NotFound);
        assert_eq!(
            scope("domain/a.com").unwrap_err().code(),
            Code::InvalidArgument
        );
    }

    #[test]
    fn times_before_1970_are_refused() {
        let time = |seconds, nanos| moment(&prost_types::Timestamp { seconds, nanos });
        assert!(time(1, 5).is_ok());
        for (seconds, nanos) in [(-1, 0), (1, -1), (1, 1_000_000_000)] {
            assert!(time(seconds, nanos).is_err(), "{seconds} {nanos}");
        }
    }
}
