//! How long an instance of the component lives.

use vimana_proto::config::v1::service::Instances;

use super::ServiceConfig;
use super::limit::MAX_REQUESTS;
use crate::diagnostic::Diagnostic;
use crate::rules::ineffective_setting;

/// How many requests an instance serves with `instances: REUSE`, unless
/// `max_requests` says otherwise.
const DEFAULT_REUSE: u32 = 1000;

/// How many requests an instance serves.
pub(super) fn read(config: &ServiceConfig, diagnostics: &mut Vec<Diagnostic>) -> u32 {
    let message = config.message();
    let written = message.reuse.as_ref().and_then(|reuse| reuse.max_requests);
    let checked = written.and_then(|found| {
        MAX_REQUESTS
            .check(found, config.span("reuse.max_requests"))
            .map_err(|diagnostic| diagnostics.push(*diagnostic))
            .ok()
    });
    match message.instances() {
        Instances::Reuse => checked.unwrap_or(DEFAULT_REUSE),
        Instances::Unspecified | Instances::PerRequest => {
            if message.reuse.is_some() {
                let span = config.name_span("reuse");
                let instances = config.is_set("instances").then(|| config.span("instances"));
                diagnostics.push(ineffective_setting::reuse(span, instances));
            }
            1
        }
    }
}
