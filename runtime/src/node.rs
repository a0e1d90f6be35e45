use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::clock::{Clock, SystemClock};
use crate::control::{
    ControlPlane, ControlService, Endpoint, LogReader, NodeFacts, ReflectionError,
};
use crate::listener::{Listener, raise_file_limit, serve_connections};
use crate::logs::LogHub;
use crate::serving::{Serving, ServingConfig};
use crate::store::{Moment, Store, StoreError};
use crate::telemetry::TelemetrySettings;
use crate::tls::{Tls, TlsError, TlsFiles};
use crate::token::Token;

/// How long requests in flight may take to end when a node shuts down.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a node needs to know.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// Where services are served; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the control API is served; port 0 takes a free one.
    pub control: SocketAddr,
    /// The state directory, which is made where it is missing.
    pub state: PathBuf,
    /// What clients of the control API must know. Required where `control` is
    /// not on the loopback interface.
    pub token: Option<Token>,
    /// What secures the services' listener; absent, they are served in clear.
    pub tls: Option<TlsFiles>,
}

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The control API would be open to everyone.
    #[error(
        "the control API on `{address}` can be reached from other machines, so it needs a token; give one with `--token-file`, or use `--control 127.0.0.1:{}`",
        address.port()
    )]
    NeedsToken {
        /// The address.
        address: SocketAddr,
    },
    /// An address could not be listened on.
    #[error(
        "cannot listen on `{address}`; stop what uses it, or choose another address with `{option}`"
    )]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The option that changes it.
        option: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The files of TLS cannot be used.
    #[error("services cannot be served over TLS")]
    Tls(#[from] TlsError),
    /// The store could not be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data plane could not be made.
    #[error("the data plane cannot start")]
    DataPlane(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The control API could not be made.
    #[error(transparent)]
    Control(#[from] ReflectionError),
}

/// A node that runs. Dropped, it stops at once; [`Node::shutdown`] lets requests
/// end first.
#[derive(Debug)]
pub struct Node {
    data_address: SocketAddr,
    control_address: SocketAddr,
    ready: watch::Receiver<bool>,
    tasks: Vec<JoinHandle<()>>,
    stop: CancellationToken,
    _stop_on_drop: DropGuard,
}

impl Node {
    /// Starts a node: opens its state, restores what was applied, and serves.
    pub async fn start(config: NodeConfig) -> Result<Self, NodeError> {
        raise_file_limit();
        Self::start_with(config, Arc::new(SystemClock), |serving| {
            let plane = crate::data_plane::DataPlane::new(&serving)
                .map_err(|error| NodeError::DataPlane(error.into()))?;
            Ok(Arc::new(plane) as Arc<dyn Serving>)
        })
        .await
    }

    pub(crate) async fn start_with(
        config: NodeConfig,
        clock: Arc<dyn Clock>,
        make_serving: impl FnOnce(ServingConfig) -> Result<Arc<dyn Serving>, NodeError>,
    ) -> Result<Self, NodeError> {
        if config.token.is_none() && !config.control.ip().is_loopback() {
            return Err(NodeError::NeedsToken {
                address: config.control,
            });
        }
        let tls = match config.tls {
            Some(files) => Some(Tls::open(files).await?),
            None => None,
        };
        let (control, control_address) = bind(config.control, "--control").await?;
        let (data, data_address) = bind(config.listen, "--listen").await?;
        let store = open(config.state, Arc::clone(&clock)).await?;
        let logs = LogHub::new();
        let serving = make_serving(ServingConfig {
            artifacts: store.artifacts(),
            control: Some(control_address),
            logs: Arc::clone(&logs),
            loaded_versions: ServingConfig::LOADED_VERSIONS,
            telemetry: TelemetrySettings::from_environment(),
        })?;
        let (plane, versions) = ControlPlane::restore(store, Arc::clone(&serving)).await?;

        let facts = NodeFacts {
            data_address,
            control_address,
            started_at: Moment::from(clock.now()),
            is_secure: tls.is_some(),
        };
        let (set_ready, ready) = watch::channel(false);
        let stop = CancellationToken::new();
        let reader = LogReader::new(logs, stop.clone());
        let service = ControlService::new(Arc::clone(&plane), facts, reader);
        let endpoint =
            Endpoint::new(service, config.token, ready.clone(), Arc::clone(&serving)).await?;

        let tasks = vec![
            tokio::spawn(serve_connections(
                control.into(),
                stop.clone(),
                move |request| endpoint.clone().answer(request),
            )),
            tokio::spawn(serving.serve(Listener::new(data, tls), stop.clone())),
            tokio::spawn(restore(plane, versions, set_ready, stop.clone())),
        ];
        Ok(Self {
            data_address,
            control_address,
            ready,
            tasks,
            _stop_on_drop: stop.clone().drop_guard(),
            stop,
        })
    }

    /// Where services are served.
    pub const fn data_address(&self) -> SocketAddr {
        self.data_address
    }

    /// Where the control API is served.
    pub const fn control_address(&self) -> SocketAddr {
        self.control_address
    }

    /// Waits until every version that was applied before serves again, or is
    /// known not to.
    pub async fn ready(&self) {
        let mut ready = self.ready.clone();
        // The sender goes away only with the node.
        let _ = ready.wait_for(|is_ready| *is_ready).await;
    }

    /// Takes no new connections, lets requests in flight end for a while, and
    /// closes the state.
    pub async fn shutdown(self) {
        self.stop.cancel();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        for mut task in self.tasks {
            if tokio::time::timeout_at(deadline, &mut task).await.is_err() {
                tracing::warn!("requests that did not end in time are cut off");
                task.abort();
                let _ = task.await;
            }
        }
    }
}

async fn restore(
    plane: Arc<ControlPlane>,
    versions: Vec<Arc<crate::snapshot::VersionEntry>>,
    set_ready: watch::Sender<bool>,
    stop: CancellationToken,
) {
    tokio::select! {
        () = plane.prepare_restored(versions) => {
            set_ready.send_replace(true);
            // Not ready any more once the node stops.
            stop.cancelled().await;
            set_ready.send_replace(false);
        }
        () = stop.cancelled() => {}
    }
}

async fn bind(
    address: SocketAddr,
    option: &'static str,
) -> Result<(TcpListener, SocketAddr), NodeError> {
    let error = |source| NodeError::Bind {
        address,
        option,
        source,
    };
    let listener = TcpListener::bind(address).await.map_err(error)?;
    let bound = listener.local_addr().map_err(error)?;
    Ok((listener, bound))
}

async fn open(path: PathBuf, clock: Arc<dyn Clock>) -> Result<Arc<Store>, StoreError> {
    tokio::task::spawn_blocking(move || Store::open(&path, clock))
        .await
        .map_err(|_| StoreError::Interrupted)?
        .map(Arc::new)
}

#[cfg(test)]
mod tests;
