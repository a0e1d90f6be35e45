//! Whether the hosts that a service may reach are what its components need.

use super::component::Accepted;
use super::folder::Service;
use super::versions::Chosen;
use crate::diagnostic::Diagnostic;
use crate::rules::{ungranted_http, unused_outbound_hosts};

/// What is known of a service's components while they are gone through.
#[derive(Debug, Default)]
pub(super) struct Outbound {
    /// Whether one of them sends HTTP requests.
    is_used: bool,
    /// Whether it is not known of all of them.
    pub(super) is_unknown: bool,
}

impl Outbound {
    /// Looks at the component of a version.
    pub(super) fn see(
        &mut self,
        service: &Service,
        version: &Chosen<'_>,
        component: &Accepted<'_>,
        out: &mut Vec<Diagnostic>,
    ) {
        let Some(import) = &component.outbound_http else {
            return;
        };
        self.is_used = true;
        // An entry that is written and wrong has been reported.
        if !service.config.is_set("limits.outbound_hosts[0]") {
            let span = version.component_span.clone();
            out.push(ungranted_http::diagnostic(span, &version.component, import));
        }
    }

    /// After the last version.
    pub(super) fn end(&self, service: &Service, out: &mut Vec<Diagnostic>) {
        let config = &service.config;
        if self.is_used || self.is_unknown || config.limits().outbound_hosts.is_empty() {
            return;
        }
        let span = config.name_span("limits.outbound_hosts[0]");
        out.push(unused_outbound_hosts::diagnostic(span));
    }
}
