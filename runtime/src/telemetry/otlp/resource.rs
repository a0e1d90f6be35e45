//! What telemetry is about: one version on one node.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::resource::v1::Resource as Message;
use vimana_proto::VersionName;

use super::attributes::text;

/// A version on this node.
#[derive(Debug)]
pub(crate) struct Resource {
    attributes: Vec<KeyValue>,
}

impl Resource {
    /// A version on the node `instance`, which has attributes of its own.
    pub(crate) fn new(
        version: &VersionName,
        instance: &str,
        attributes: &[(String, String)],
    ) -> Self {
        let service = &version.service;
        let own = [
            text("service.namespace", service.domain()),
            text("service.name", service.protobuf()),
            text("service.version", version.version.to_string()),
            text("service.instance.id", instance),
            text("telemetry.sdk.name", "vimana"),
            text("telemetry.sdk.language", "rust"),
            text("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
        ];
        let more = attributes.iter().map(|(key, value)| text(key, value));
        let more = more.filter(|more| own.iter().all(|own| own.key != more.key));
        Self {
            attributes: own.iter().cloned().chain(more).collect(),
        }
    }

    pub(super) fn message(&self) -> Message {
        Message {
            attributes: self.attributes.clone(),
            ..Message::default()
        }
    }
}
