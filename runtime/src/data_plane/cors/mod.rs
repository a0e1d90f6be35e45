//! Cross-origin resource sharing (<https://fetch.spec.whatwg.org/#http-cors-protocol>):
//! which web pages of other origins may call a service, the same for every protocol.
//!
//! Browsers enforce it; the node says what a service's configuration allows, which is
//! nothing where it says nothing.

mod policy;
mod preflight;

use std::sync::Arc;

use http::header::{HeaderValue, ORIGIN};
use http::{Request, Response};

use super::table::Table;
use super::{DataPlane, host_of};

pub(super) use policy::Policy;
pub(super) use preflight::preflight;

/// A request of a web page, and what the service that it is for says about pages.
pub(super) struct Visitor {
    origin: HeaderValue,
    policy: Arc<Policy>,
}

impl Visitor {
    /// The visitor of a request; none where no web page sent it, or the service that
    /// it is for lets none in.
    pub(super) fn of<B>(plane: &DataPlane, table: &Table, request: &Request<B>) -> Option<Self> {
        let origin = request.headers().get(ORIGIN)?;
        let policy = policy(plane, table, request, request.method().as_str())?;
        Some(Self {
            origin: origin.clone(),
            policy,
        })
    }

    /// Tells the browser whether the page may read the response.
    pub(super) fn mark<B>(&self, response: &mut Response<B>) {
        self.policy.mark(&self.origin, response.headers_mut());
    }
}

/// What the service says that a request with `verb` is for: by method, or by HTTP rule.
fn policy<B>(
    plane: &DataPlane,
    table: &Table,
    request: &Request<B>,
    verb: &str,
) -> Option<Arc<Policy>> {
    let host = host_of(request.uri(), request.headers());
    let path = request.uri().path();
    let named = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    if let Some((service, _)) = named
        && let Ok(Some(routes)) = table.service(&host, service)
    {
        return routes.cors.clone();
    }
    // All versions of a service have one policy.
    let chooser = plane.chooser(request);
    let bound = table.http(&host, verb, path, &chooser).ok()?;
    let service = &bound.callee.slot.interface().name.service;
    let routes = table.service(service.domain(), service.protobuf()).ok()??;
    routes.cors.clone()
}
