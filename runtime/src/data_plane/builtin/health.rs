//! `grpc.health.v1`: whether services can be called
//! (<https://github.com/grpc/grpc/blob/master/doc/health-checking.md>).

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use futures::{Stream, stream};
use prost::Message as _;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tonic::{Code, Request, Response, Status};
use vimana_proto::health::health_check_response::ServingStatus;
use vimana_proto::health::health_server::Health;
use vimana_proto::health::{
    HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse,
};

use super::{NAMES, Streams, View, host, stopping};
use crate::data_plane::failure::ambiguous;
use crate::data_plane::service::ServiceRoutes;
use crate::data_plane::table::Miss;

/// What clients of gRPC take, unless they are told otherwise.
const MAX_LIST_BYTES: usize = 4 << 20;

pub(super) struct HealthService {
    view: View,
    streams: Streams,
}

impl HealthService {
    pub(super) fn new(view: View, streams: Streams) -> Self {
        Self { view, streams }
    }
}

#[async_trait]
impl Health for HealthService {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let host = host(&request);
        match self.view.status(&host, &request.get_ref().service)? {
            ServingStatus::ServiceUnknown => Err(Status::not_found("no such service")),
            status => Ok(Response::new(answer(status))),
        }
    }

    async fn list(
        &self,
        request: Request<HealthListRequest>,
    ) -> Result<Response<HealthListResponse>, Status> {
        let response = HealthListResponse {
            statuses: self.view.statuses(&host(&request)),
        };
        if response.encoded_len() > MAX_LIST_BYTES {
            let reason = "there are too many services to list; check them one by one";
            return Err(Status::resource_exhausted(reason));
        }
        Ok(Response::new(response))
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let host = host(&request);
        let service = request.into_inner().service;
        // Said now, where it is wrong from the beginning.
        self.view.status(&host, &service)?;
        let watcher = Watcher {
            changes: self.view.changes.clone(),
            view: self.view.clone(),
            host,
            service,
            told: None,
            has_ended: false,
            _place: self.streams.open()?,
        };
        Ok(Response::new(Box::pin(stream::unfold(
            watcher,
            Watcher::next,
        ))))
    }
}

/// One client that wants to know of changes.
struct Watcher {
    view: View,
    changes: watch::Receiver<()>,
    host: Arc<str>,
    service: String,
    told: Option<ServingStatus>,
    has_ended: bool,
    _place: OwnedSemaphorePermit,
}

impl Watcher {
    /// The next status that differs from the last one. The stream ends with the node.
    async fn next(mut self) -> Option<(Result<HealthCheckResponse, Status>, Self)> {
        loop {
            let is_stopping = self.view.draining.is_cancelled();
            self.changes.mark_unchanged();
            let status = match self.view.status(&self.host, &self.service) {
                Ok(status) => status,
                // Several domains claim it now: nobody can say which was meant.
                Err(_) => ServingStatus::ServiceUnknown,
            };
            if self.told != Some(status) {
                self.told = Some(status);
                return Some((Ok(answer(status)), self));
            }
            if self.has_ended {
                return None;
            }
            if is_stopping {
                self.has_ended = true;
                return Some((Err(stopping()), self));
            }
            tokio::select! {
                changed = self.changes.changed() => changed.ok()?,
                () = self.view.draining.cancelled() => {}
            }
        }
    }
}

impl View {
    /// How a service fares that `host` has, or the whole node.
    fn status(&self, host: &str, service: &str) -> Result<ServingStatus, Status> {
        if self.draining.is_cancelled() {
            return Ok(ServingStatus::NotServing);
        }
        if service.is_empty() {
            return Ok(self.node_status());
        }
        let current = self.current.load();
        match current.table.known(host, service) {
            Ok(Some(routes)) => Ok(status_of(routes)),
            Ok(None) if NAMES.contains(&service) => Ok(ServingStatus::Serving),
            Ok(None) => Ok(ServingStatus::ServiceUnknown),
            Err(Miss::Ambiguous(domains)) => Err(Status::new(
                Code::InvalidArgument,
                ambiguous("`:authority`", host, &domains),
            )),
            Err(_) => Ok(ServingStatus::ServiceUnknown),
        }
    }

    /// How the node as a whole fares.
    fn node_status(&self) -> ServingStatus {
        if self.draining.is_cancelled() || self.restoring.load(Ordering::Relaxed) {
            ServingStatus::NotServing
        } else {
            ServingStatus::Serving
        }
    }

    /// How all services fare that `host` has; the whole node is the one without a name.
    fn statuses(&self, host: &str) -> BTreeMap<String, HealthCheckResponse> {
        let is_draining = self.draining.is_cancelled();
        let mut statuses = BTreeMap::new();
        statuses.insert(String::new(), self.node_status());
        statuses.extend(NAMES.map(|name| (name.to_owned(), ServingStatus::Serving)));
        let current = self.current.load();
        for routes in current.table.services(host) {
            let status = status_of(routes);
            let told = statuses
                .entry(routes.name.protobuf().to_owned())
                .or_insert(status);
            // Of several domains, where `host` is none: well if all of them are.
            if status == ServingStatus::NotServing {
                *told = status;
            }
        }
        statuses
            .into_iter()
            .map(|(name, status)| {
                let status = if is_draining {
                    ServingStatus::NotServing
                } else {
                    status
                };
                (name, answer(status))
            })
            .collect()
    }
}

fn status_of(routes: &ServiceRoutes) -> ServingStatus {
    if routes.is_ready() {
        ServingStatus::Serving
    } else {
        ServingStatus::NotServing
    }
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}
