//! Streams through guests that hand them back, without a network.

mod elements;
mod pressure;

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::host::{EngineSettings, Host, Invocation, Network, Outbound, RequestId};
use crate::logs::LogHub;
use crate::snapshot::Limits;

fn host() -> (Arc<Host>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::new(EngineSettings::default(), folder.path()).unwrap();
    (Arc::new(host), folder)
}

fn invocation() -> Invocation {
    let limits = Limits::DEFAULT;
    Invocation {
        version: "example.com:a.B@1.0.0".into(),
        method: "a.B/Echo".into(),
        request_id: RequestId::random(),
        metadata: HeaderMap::new(),
        deadline: Instant::now() + Duration::from_mins(1),
        limits,
        wire: None,
        log: LogHub::new().version("acme", &"example.com:a.B@1.0.0".parse().unwrap()),
        outbound: Arc::new(Outbound::new(&Arc::from([]), &Network::new(None))),
        caller: None,
        trace: None,
    }
}
