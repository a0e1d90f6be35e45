//! The method that a request calls.

use std::num::NonZeroU32;
use std::sync::Arc;

use http::HeaderValue;
use tonic::Code;
use vimana_interface::codec::JsonOptions;

use super::auth::Authenticator;
use crate::data_plane::failure::Refusal;
use crate::data_plane::interfaces::MethodModel;
use crate::data_plane::quota::Quota;
use crate::data_plane::traffic::Shadows;
use crate::data_plane::versions::VersionSlot;
use crate::host::Outbound;
use crate::snapshot::Limits;

/// The method that a request calls, of the version that was drawn for it.
/// Cheap to clone.
#[derive(Clone)]
pub(in crate::data_plane) struct Callee {
    pub(in crate::data_plane) slot: Arc<VersionSlot>,
    pub(in crate::data_plane) method: Arc<MethodModel>,
    pub(in crate::data_plane) limits: Limits,
    /// How many requests one instance serves.
    pub(in crate::data_plane) requests_per_instance: NonZeroU32,
    pub(in crate::data_plane) quota: Arc<Quota>,
    pub(in crate::data_plane) outbound: Arc<Outbound>,
    /// Who may call.
    pub(in crate::data_plane) auth: Option<Arc<Authenticator>>,
    /// Who else gets the request.
    pub(in crate::data_plane) shadows: Shadows,
    /// What keeps the caller with the version, for the answer to set.
    pub(in crate::data_plane) cookie: Option<HeaderValue>,
    /// How messages are written and read as JSON.
    pub(in crate::data_plane) json: JsonOptions,
}

impl Callee {
    /// Bytes of one request message, as far as this machine can address them.
    pub(in crate::data_plane) fn request_limit(&self) -> usize {
        usize::try_from(self.limits.request_bytes).unwrap_or(usize::MAX)
    }

    /// Bytes of one response message, as far as this machine can address them.
    pub(in crate::data_plane) fn response_limit(&self) -> usize {
        usize::try_from(self.limits.response_bytes).unwrap_or(usize::MAX)
    }

    /// The answer where this method's streams cannot be served.
    pub(in crate::data_plane) fn streams_unserved(&self) -> Refusal {
        let reason = "streaming methods are not served yet";
        Refusal::of(self, Code::Unimplemented, reason)
    }

    /// A response that the codec cannot write, which verification rules out.
    pub(in crate::data_plane) fn response_broken(&self, error: &dyn std::fmt::Display) -> Refusal {
        tracing::error!(
            version = &*self.slot.label,
            method = &*self.method.path,
            %error,
            "a response cannot be encoded"
        );
        Refusal::of(self, Code::Internal, "the service failed")
    }
}
