//! The crate as its users see it: `.proto` files in, WIT, findings and
//! verifications out.
#![allow(clippy::unwrap_used)]
// snapbox writes them.
#![allow(clippy::needless_raw_string_hashes)]

mod adaptation;
mod compile;
mod constructs;
mod findings;
mod guest;
mod limits;
mod properties;
mod verification;
mod wit;
