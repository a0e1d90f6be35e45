//! What a node adds to `ABORTED`, the refusal of an apply while another holds the
//! lease, so that a client can tell its user and wait. gRPC metadata of the error.

/// Who holds the lease, in UTF-8.
pub const HOLDER: &str = "vimana-lease-holder-bin";

/// In how many milliseconds the lease ends unless it is renewed, in decimal digits.
pub const EXPIRES_IN_MS: &str = "vimana-lease-expires-in-ms";
