//! How errors are told to a client.
//!
//! `FAILED_PRECONDITION` means one thing in this API: the generation has passed.
//! A client that gets it must plan again. What is wrong with a step itself is
//! `INVALID_ARGUMENT`, or `NOT_FOUND` where something that it needs is not there.

use std::time::Duration;

use tonic::metadata::MetadataValue;
use tonic::{Code, Status};
use vimana_proto::lease;

use super::checked::Invalid;
use super::plane::StepError;
use crate::store::{ApplyError, ComponentError, StoreError};

impl From<Invalid> for Status {
    fn from(error: Invalid) -> Self {
        let code = match error {
            Invalid::Unsupported { .. } => Code::Unimplemented,
            _ => Code::InvalidArgument,
        };
        Self::new(code, error.to_string())
    }
}

impl From<StoreError> for Status {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Interrupted) {
            return Self::unavailable(error.to_string());
        }
        tracing::error!(error = ?error, "the store failed");
        Self::internal("the store of the node failed; the node's log says why")
    }
}

/// Adds who holds the lease and for how long.
fn lease_held(message: String, holder: &str, remaining: Duration) -> Status {
    let mut status = Status::aborted(message);
    let metadata = status.metadata_mut();
    metadata.insert_bin(lease::HOLDER, MetadataValue::from_bytes(holder.as_bytes()));
    let milliseconds = u64::try_from(remaining.as_millis()).unwrap_or(u64::MAX);
    metadata.insert(lease::EXPIRES_IN_MS, milliseconds.into());
    status
}

impl From<ApplyError> for Status {
    fn from(error: ApplyError) -> Self {
        let message = error.to_string();
        let code = match error {
            ApplyError::Store(error) => return error.into(),
            ApplyError::StaleParent { .. }
            | ApplyError::StaleGeneration { .. }
            | ApplyError::Ended { .. } => Code::FailedPrecondition,
            ApplyError::LeaseHeld {
                holder, remaining, ..
            } => return lease_held(message, &holder, remaining),
            ApplyError::NoSuchApply { .. }
            | ApplyError::MissingDependency { .. }
            | ApplyError::OtherInterface { .. } => Code::NotFound,
            ApplyError::NoSuchStep { .. }
            | ApplyError::OtherStep { .. }
            | ApplyError::StillNeeded { .. } => Code::InvalidArgument,
            ApplyError::OwnedByOther { .. } => Code::AlreadyExists,
        };
        Self::new(code, message)
    }
}

impl From<StepError> for Status {
    fn from(error: StepError) -> Self {
        let code = match error {
            StepError::Invalid(error) => return error.into(),
            StepError::Refused(error) => return error.into(),
            StepError::Unfit(_) | StepError::OtherSize { .. } => Code::InvalidArgument,
            StepError::NoComponent(_) => Code::NotFound,
            StepError::Interrupted => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<ComponentError> for Status {
    fn from(error: ComponentError) -> Self {
        match error {
            ComponentError::Store(error) => error.into(),
            ComponentError::OtherDigest { .. } => Self::invalid_argument(error.to_string()),
            ComponentError::TooLarge => Self::resource_exhausted(error.to_string()),
        }
    }
}
