//! What a node tells of the requests that it serves.

mod metrics;
