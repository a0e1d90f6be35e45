//! Who calls, as far as it decides which version answers.

use http::HeaderValue;

use super::choice::Chooser;
use super::cookie;
use crate::snapshot::Sticky;

/// A caller, for the choice of a version.
pub(in crate::data_plane) enum StickyCaller {
    /// Nobody in particular: a version is drawn.
    Any,
    /// A caller that the request names.
    Known(Vec<u8>),
    /// A caller that has no name yet, and gets one with the answer.
    New {
        name: String,
        cookie: Option<HeaderValue>,
    },
}

impl StickyCaller {
    /// The caller of a request.
    pub(in crate::data_plane) fn of(sticky: &Sticky, chooser: &Chooser<'_>) -> Self {
        let found = match sticky {
            Sticky::Header(name) => chooser.headers.get(name).map(HeaderValue::as_bytes),
            Sticky::Cookie(name) => cookie::find(chooser.headers, name),
        };
        match (found, sticky) {
            (Some(found), _) => Self::Known(found.to_vec()),
            (None, Sticky::Header(_)) => Self::Any,
            (None, Sticky::Cookie(name)) => {
                let new = format!("{:032x}", rand::random::<u128>());
                Self::New {
                    cookie: cookie::set(name, &new, chooser.is_secure),
                    name: new,
                }
            }
        }
    }

    /// What the choice follows from; `None` where it is drawn.
    pub(super) fn value(&self) -> Option<&[u8]> {
        match self {
            Self::Any => None,
            Self::Known(value) => Some(value),
            Self::New { name, .. } => Some(name.as_bytes()),
        }
    }

    /// What the answer sets.
    pub(in crate::data_plane) fn into_cookie(self) -> Option<HeaderValue> {
        match self {
            Self::New { cookie, .. } => cookie,
            Self::Any | Self::Known(_) => None,
        }
    }
}
