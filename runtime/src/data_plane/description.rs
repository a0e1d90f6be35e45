//! What a domain says of its services below `/.well-known/`, when it is asked to.

use std::sync::{Arc, LazyLock, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, Method, Response, StatusCode};
use http_body_util::Full;
use prost_reflect::DescriptorPool;
use sha2::{Digest as _, Sha256};
use tonic::Code;
use tonic::body::Body;
use vimana_interface::openapi::{Described, Page, document, page};

use super::service::ServiceRoutes;
use crate::transcode::{Failure, compress_response};

const SCHEMA: &str = "/.well-known/schema.json";
const PAGE: &str = "/.well-known/docs";

/// Which part of a description a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The `OpenAPI` document.
    Schema,
    /// The page for people.
    Page,
}

impl Part {
    /// The part that has this path.
    pub(super) fn at(path: &str) -> Option<Self> {
        match path {
            SCHEMA => Some(Self::Schema),
            PAGE => Some(Self::Page),
            _ => None,
        }
    }
}

/// The description of one domain, made when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct Description(OnceLock<Written>);

#[derive(Debug)]
struct Written {
    schema: Text,
    page: Text,
}

#[derive(Debug)]
struct Text {
    body: Bytes,
    etag: HeaderValue,
}

impl Text {
    fn new(body: String) -> Self {
        let digest = STANDARD.encode(&Sha256::digest(&body)[..12]);
        Self {
            body: body.into(),
            etag: HeaderValue::from_str(&format!("\"{digest}\"")).expect("base64 is visible ASCII"),
        }
    }
}

impl Written {
    fn of(domain: &str, services: &[Arc<ServiceRoutes>]) -> Self {
        let entries = services.iter().filter_map(|routes| {
            let entry = routes.newest()?;
            let pool = DescriptorPool::decode(entry.interface.descriptors.encode()).ok()?;
            let service = pool.get_service_by_name(&entry.interface.protobuf_service)?;
            Some((routes, entry, service))
        });
        let entries: Vec<_> = entries.collect();
        let described: Vec<Described<'_>> = entries
            .iter()
            .map(|(routes, entry, service)| Described {
                service: service.clone(),
                version: &entry.interface.name.version,
                comments: entry
                    .interface
                    .comments
                    .iter()
                    .map(|(element, text)| (&**element, &**text))
                    .collect(),
                json: routes.json(),
                is_secured: routes.is_secured(),
            })
            .collect();
        let document = document(domain, &described);
        Self {
            schema: Text::new(format!("{document:#}\n")),
            page: Text::new(page(&document).html),
        }
    }
}

/// What the page may load: the style within it, and nothing else.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(Page::STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("base64 and the rest are visible ASCII")
});

/// Answers a request for a part of a description.
pub(super) async fn answer(
    part: Part,
    method: &Method,
    headers: &HeaderMap,
    domain: String,
    description: Arc<Description>,
    services: Vec<Arc<ServiceRoutes>>,
) -> Response<Body> {
    const METHODS: &str = "GET, HEAD, OPTIONS";
    match *method {
        Method::GET | Method::HEAD => {}
        Method::OPTIONS => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            let allow = HeaderValue::from_static(METHODS);
            response.headers_mut().insert(ALLOW, allow);
            return response;
        }
        _ => return Failure::method_not_allowed(method, METHODS).into_response(),
    }
    // Large domains take a while, once.
    let write = {
        let description = Arc::clone(&description);
        move || {
            description
                .0
                .get_or_init(|| Written::of(&domain, &services));
        }
    };
    if description.0.get().is_none() && tokio::task::spawn_blocking(write).await.is_err() {
        return Failure::new(Code::Internal, "the description cannot be made").into_response();
    }
    match description.0.get() {
        Some(written) => respond(part, headers, written),
        None => Failure::new(Code::Internal, "the description cannot be made").into_response(),
    }
}

fn respond(part: Part, request: &HeaderMap, written: &Written) -> Response<Body> {
    let (text, content_type) = match part {
        Part::Schema => (&written.schema, "application/json"),
        Part::Page => (&written.page, "text/html; charset=utf-8"),
    };
    let mut headers = HeaderMap::new();
    headers.insert(ETAG, text.etag.clone());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if request.get(IF_NONE_MATCH) == Some(&text.etag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.headers_mut() = headers;
        return response;
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(X_CONTENT_TYPE_OPTIONS, nosniff);
    if part == Part::Page {
        headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
        let policy = HeaderValue::from_static("no-referrer");
        headers.insert(REFERRER_POLICY, policy);
    }
    let body = compress_response(request, &mut headers, text.body.clone());
    let mut response = Response::new(Body::new(Full::new(body)));
    *response.headers_mut() = headers;
    response
}
