//! `.proto` files: parsed once each, and linked into one descriptor pool for each
//! version of a service.
//!
//! An import is looked for at the root of the repository, then in the folder of
//! the importing service, then among the files that vimana brings along. The
//! files of `google/protobuf/` are always those that vimana brings along, since
//! the linker knows them by heart.

mod advice;
mod base;
mod builtin;
mod canonical;
mod edition;
mod error;
mod implicit;
mod import_line;
mod link;
mod locate;
mod option_field;
mod parse;
mod recover;
pub(crate) mod rename;
mod reuse;
mod scan;
mod shared;
mod together;
mod valid;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorProto;
use prost_types::source_code_info::Location;

use crate::diagnostic::Span;
use crate::source::RepoPath;

pub(crate) use link::Linker;
pub(crate) use option_field::OptionField;
pub(crate) use parse::parse;
pub(crate) use scan::Outline;
pub(crate) use shared::Protos;

/// A `.proto` file, parsed.
#[derive(Debug)]
pub(crate) struct ProtoFile {
    /// Where it is; none for a file that vimana brings along.
    pub(crate) path: Option<RepoPath>,
    pub(crate) text: Arc<str>,
    pub(crate) descriptor: FileDescriptorProto,
    /// The first option of package `vimana`, by its `SourceCodeInfo` path, where
    /// the file does not import the definition of those options.
    implicit: Option<Vec<i32>>,
}

impl ProtoFile {
    /// The place of the element at `path`, or of what is around it.
    pub(crate) fn range(&self, path: &[i32]) -> Range<usize> {
        locate::range(&self.descriptor, &self.text, path)
    }

    /// The place of the option whose name ends in `name`, among the options at
    /// `path`.
    pub(crate) fn option_range(&self, path: &[i32], name: &str) -> Option<Range<usize>> {
        locate::option(&self.descriptor, &self.text, path, name)
    }
}

/// A `.proto` file with all that it imports, linked.
#[derive(Debug, Clone)]
pub(crate) struct Linked {
    pub(crate) pool: DescriptorPool,
    places: Places,
    /// The import name of the file.
    pub(crate) name: String,
    /// Every file of the pool by its import name.
    files: BTreeMap<String, Arc<ProtoFile>>,
    /// The folder of the service: its files are nobody else's.
    folder: RepoPath,
}

/// Which places of the files of the repository a pool has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Places {
    All,
    /// Those that [`base::is_kept`] tells of.
    Kept,
}

impl Linked {
    /// The place of an element in the import `file`: the nearest one around it
    /// that has a place. None for a file that vimana brings along.
    pub(crate) fn span(&self, file: &str, path: &[i32]) -> Option<Span> {
        let proto = self.files.get(file)?;
        let repo_path = proto.path.clone()?;
        let linked = self.pool.get_file_by_name(file)?;
        let find = |path: &[i32]| {
            let mut locations = self.locations(proto, linked.file_descriptor_proto());
            let found = locations.find(|(found, _)| *found == path);
            found.map(|(_, location)| location)
        };
        let range = locate::nearest(find, &proto.text, path);
        Some(Span::new(repo_path, range))
    }

    /// The places of all elements of the import `file` whose paths are `wanted`,
    /// in the order of the parser.
    pub(crate) fn places(
        &self,
        file: &str,
        wanted: &dyn Fn(&[i32]) -> bool,
    ) -> Vec<(Vec<i32>, Range<usize>)> {
        let (Some(proto), Some(linked)) = (self.files.get(file), self.pool.get_file_by_name(file))
        else {
            return Vec::new();
        };
        let locations = self.locations(proto, linked.file_descriptor_proto());
        locate::all(locations, &proto.text, wanted)
    }

    /// The places in a file with their paths, in the order of the parser.
    fn locations<'l>(
        &'l self,
        parsed: &'l ProtoFile,
        linked: &'l FileDescriptorProto,
    ) -> impl Iterator<Item = (&'l [i32], &'l Location)> {
        let are_all = self.places == Places::All || parsed.path.is_none();
        let mut kept = locate::locations(linked).iter();
        let all = if are_all { linked } else { &parsed.descriptor };
        locate::locations(all).iter().map(move |location| {
            let called = if are_all || !base::is_kept(location) {
                None
            } else {
                kept.next()
            };
            (called.unwrap_or(location).path.as_slice(), location)
        })
    }

    /// Where the import `file` is; none for a file that vimana brings along.
    pub(crate) fn repo_path(&self, file: &str) -> Option<RepoPath> {
        self.files.get(file)?.path.clone()
    }

    /// The text of the import `file`.
    pub(crate) fn text(&self, file: &str) -> Option<&str> {
        self.files.get(file).map(|proto| &*proto.text)
    }
}
