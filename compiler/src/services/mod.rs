//! Services: what the files of one folder say together.

mod component;
mod definition;
mod folder;
mod http;
mod identity;
mod link;
mod resources;
mod versions;

use definition::Definition;
pub(crate) use definition::{report_findings, service_options};
pub(crate) use folder::{Service, read};
pub(crate) use http::check_overlaps;
pub(crate) use identity::check_identities;
pub(crate) use resources::Resources;
