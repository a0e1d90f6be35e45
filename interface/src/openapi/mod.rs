//! What services look like over HTTP/JSON, for machines and for people: an `OpenAPI`
//! document (<https://spec.openapis.org/oas/v3.1.1>) and a page made of it.
//!
//! Everything follows from descriptors, HTTP rules and comments; the same input gives
//! the same bytes.

mod operations;
mod page;
mod parameters;
mod paths;
mod schemas;

use std::collections::BTreeMap;

use prost_reflect::ServiceDescriptor;
use serde_json::{Map, Value, json};

use crate::codec::JsonOptions;

pub use page::{Page, page};

/// The version of the specification that documents follow.
const VERSION: &str = "3.1.1";

/// The name of the schema of errors.
const STATUS: &str = "google.rpc.Status";

/// A service to be described.
#[derive(Clone, Debug)]
pub struct Described<'a> {
    /// The service.
    pub service: ServiceDescriptor,
    /// The version of its definition.
    pub version: &'a semver::Version,
    /// The comments of its elements, by full name.
    pub comments: BTreeMap<&'a str, &'a str>,
    /// How its messages are written and read as JSON.
    pub json: JsonOptions,
    /// Whether callers must bear a token.
    pub is_secured: bool,
}

impl Described<'_> {
    fn comment(&self, full_name: &str) -> Option<&str> {
        self.comments.get(full_name).copied()
    }
}

/// The document of all services of a domain, which are described in their order.
pub fn document(domain: &str, services: &[Described<'_>]) -> Value {
    let mut schemas = schemas::status();
    let mut paths = paths::Paths::default();
    let mut tags = Vec::new();
    for described in services {
        let schemes = add_schemas(described, &mut schemas);
        operations::add(described, &schemes, &mut paths);
        let mut tag = Map::from_iter([("name".to_owned(), described.service.full_name().into())]);
        if let Some(comment) = described.comment(described.service.full_name()) {
            tag.insert("description".to_owned(), comment.into());
        }
        tags.push(Value::Object(tag));
    }
    let mut components = Map::from_iter([("schemas".to_owned(), Value::Object(schemas))]);
    if services.iter().any(|described| described.is_secured) {
        let scheme = json!({"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}});
        components.insert("securitySchemes".to_owned(), scheme);
    }
    json!({
        "openapi": VERSION,
        "info": {"title": domain, "version": version(services)},
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths.into_value(),
        "components": components,
    })
}

/// The version of the whole: that of the only service, or the sum of all, so that
/// it grows with each of them.
fn version(services: &[Described<'_>]) -> String {
    if let [only] = services {
        return only.version.to_string();
    }
    let sum = |part: fn(&semver::Version) -> u64| {
        let parts = services.iter().map(|described| part(described.version));
        parts.fold(0, u64::saturating_add)
    };
    let (major, minor, patch) = (sum(|v| v.major), sum(|v| v.minor), sum(|v| v.patch));
    format!("{major}.{minor}.{patch}")
}

/// Adds the schemas of a service's messages. Those of another service by the same
/// name, but of another form, stand beside it under names of their own.
fn add_schemas<'d>(
    described: &'d Described<'_>,
    schemas: &mut Map<String, Value>,
) -> schemas::Schemas<'d> {
    let mut suffix = String::new();
    for number in 2.. {
        let own = schemas::Schemas::new(described, suffix.clone());
        let made = own.all();
        let is_other = |(name, schema): (&String, &Value)| {
            schemas.get(name).is_some_and(|known| known != schema)
        };
        if !made.iter().any(is_other) {
            schemas.extend(made);
            return own;
        }
        suffix = format!(".{number}");
    }
    unreachable!("there are fewer services than numbers")
}
