//! What differs between two definitions of one service, element by element.
//!
//! Elements are the same where their full names are, fields and values where
//! their numbers are. Everything that the files of a definition declare is
//! compared, reached by a method or not, since code is generated from all of it;
//! the files that vimana brings along are not.

mod enums;
mod fields;
mod files;
mod http;
mod messages;
mod names;
mod services;
#[cfg(test)]
mod tests;
mod types;
mod wit;

use prost_reflect::{DescriptorPool, FileDescriptor};
use vimana_interface::http::Rule;

use super::change::{Change, Spot};

use names::Names;
pub(super) use wit::{differences, interface};

/// One definition of a service: a pool, and the file that defines the service.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    pub(super) pool: DescriptorPool,
    /// The full name of the service in Protobuf.
    pub(super) service: String,
    pub(super) version: semver::Version,
    /// The HTTP rules of the service, as people read them.
    pub(super) bindings: Vec<String>,
}

impl Definition {
    /// The files that belong to the repository.
    fn files(&self) -> Vec<FileDescriptor> {
        self.pool
            .files()
            .filter(|file| !is_brought_along(file.name()))
            .collect()
    }

    /// The import name of the file that defines the service.
    pub(super) fn entry(&self) -> Option<String> {
        let service = self.pool.get_service_by_name(&self.service)?;
        Some(service.parent_file().name().to_owned())
    }
}

/// Whether vimana brings a file along, so that nobody here can change it.
fn is_brought_along(name: &str) -> bool {
    name.starts_with("google/protobuf/")
        || matches!(
            name,
            "vimana/options.proto"
                | "google/api/annotations.proto"
                | "google/api/http.proto"
                | "google/api/httpbody.proto"
        )
}

/// An HTTP rule of the head's domain, and the method that it leads to.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    /// The full name of the service in Protobuf.
    pub(super) service: String,
    pub(super) method: String,
    pub(super) rule: Rule,
}

/// What comes out of a comparison.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// What breaks somebody.
    pub(super) changes: Vec<Change>,
    /// What is new and breaks nobody, for example ``field `note` of `bar.Foo` ``.
    pub(super) additions: Vec<String>,
}

/// The comparison of two definitions.
struct Comparison<'c> {
    base: &'c Definition,
    head: &'c Definition,
    /// What the names of the base are in the head.
    names: Names,
    out: Differences,
}

/// Compares two definitions of a service. `claims` are HTTP rules in the head's
/// domain that are new, those of this service among them or not.
pub(super) fn compare(base: &Definition, head: &Definition, claims: &[Claim]) -> Differences {
    let mut comparison = Comparison {
        base,
        head,
        names: Names::default(),
        out: Differences::default(),
    };
    comparison.files();
    comparison.messages();
    comparison.enums();
    comparison.extensions();
    comparison.services(claims);
    comparison.wit();
    comparison.out
}

impl Comparison<'_> {
    fn add(&mut self, change: Change) {
        self.out.changes.push(change);
    }

    fn added(&mut self, what: String) {
        self.out.additions.push(what);
    }

    /// What is around an element of the base in the head: the message that it was
    /// in, or the file.
    fn around(&self, file: &str, parent: Option<&str>) -> Spot {
        if let Some(parent) = parent
            && let Some(message) = self.head.pool.get_message_by_name(&self.names.of(parent))
        {
            return super::element::message_spot(&message);
        }
        Spot::new(&self.names.file(file), &[], &[])
    }
}
