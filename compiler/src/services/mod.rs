//! Services: what the files of one folder say together.

mod auth;
mod claims;
mod component;
mod definition;
mod domains;
mod findings;
mod folder;
mod http;
mod identity;
mod jwks;
mod link;
mod messages;
mod outbound;
mod resources;
mod versions;

pub(crate) use claims::{Claim, check_claims};
use definition::Definition;
pub(crate) use definition::service_options;
pub(crate) use domains::check_domains;
pub(crate) use findings::report_findings;
pub(crate) use folder::{Service, read};
pub(crate) use http::check_overlaps;
pub(crate) use identity::check_identities;
pub(crate) use link::Offers;
pub(crate) use resources::Resources;
