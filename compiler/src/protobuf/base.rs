//! What many links begin with: the files that services share, linked once.

use std::sync::{Arc, Mutex, PoisonError};

use prost_reflect::{DescriptorError, DescriptorPool};
use prost_types::source_code_info::Location;
use prost_types::{DescriptorProto, FileDescriptorProto, SourceCodeInfo};

use super::ProtoFile;
use super::implicit::OPTIONS;

/// How many pools are kept. The oldest makes room for the next one.
const MAX_POOLS: usize = 16;

/// The packages of the files that vimana brings along, as linked names begin. The
/// comments of `google.protobuf` go nowhere.
const COMMENTED: [&str; 2] = [".vimana.", ".google.api."];

/// The field `uninterpreted_option` of all options in descriptors.
const UNINTERPRETED: i32 = 999;

/// A file under its import name.
pub(super) type Named = (String, Arc<ProtoFile>);

/// Pools of files that import each other and nothing else.
#[derive(Debug, Default)]
pub(super) struct Bases(Mutex<Vec<Base>>);

#[derive(Debug)]
struct Base {
    files: Vec<Named>,
    comments: Comments,
    pool: DescriptorPool,
}

/// What becomes of the comments of files that vimana brings along. They are long,
/// are copied with each pool, and matter only where a service speaks of a message
/// of these files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comments {
    Left,
    Kept,
}

impl Bases {
    /// A pool of `files`, dependencies first: the copy of one that was linked
    /// before, or one that begins with the first `shared` of them.
    pub(super) fn pool(
        &self,
        files: &[Named],
        shared: usize,
        comments: Comments,
    ) -> Result<DescriptorPool, DescriptorError> {
        if files.is_empty() {
            return Ok(DescriptorPool::new());
        }
        let shared = if shared == files.len() { 0 } else { shared };
        if let Some(pool) = self.known(files, comments) {
            return Ok(pool);
        }
        let mut pool = DescriptorPool::new();
        let (first, rest) = files.split_at(shared);
        if !first.is_empty() {
            pool = self.pool(first, 0, comments)?;
        }
        for file in rest {
            add(&mut pool, file, comments)?;
        }
        let base = Base {
            files: files.to_vec(),
            comments,
            pool: pool.clone(),
        };
        let mut bases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if bases.len() >= MAX_POOLS {
            bases.remove(0);
        }
        bases.push(base);
        Ok(pool)
    }

    fn known(&self, files: &[Named], comments: Comments) -> Option<DescriptorPool> {
        let bases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bases = bases.iter();
        bases
            .find(|base| base.comments == comments && are_same(&base.files, files))
            .map(|base| base.pool.clone())
    }
}

/// Whether two lists are of the same files under the same names.
pub(super) fn are_same(a: &[Named], b: &[Named]) -> bool {
    let is_same = |(a, b): (&Named, &Named)| Arc::ptr_eq(&a.1, &b.1) && a.0 == b.0;
    a.len() == b.len() && a.iter().zip(b).all(is_same)
}

/// Whether the file of a pool speaks of a message or an enum of a file that vimana
/// brings along, and that has comments which matter.
pub(super) fn speaks_of_builtins(file: &FileDescriptorProto) -> bool {
    let is_builtin = |name: &Option<String>| {
        name.as_deref()
            .is_some_and(|name| COMMENTED.iter().any(|package| name.starts_with(package)))
    };
    let mut waiting: Vec<&DescriptorProto> = file.message_type.iter().collect();
    while let Some(message) = waiting.pop() {
        if message
            .field
            .iter()
            .any(|field| is_builtin(&field.type_name))
        {
            return true;
        }
        waiting.extend(&message.nested_type);
    }
    let mut methods = file.service.iter().flat_map(|service| &service.method);
    methods.any(|method| is_builtin(&method.input_type) || is_builtin(&method.output_type))
}

/// Adds a file to a pool that has all that it imports, of its places only those that
/// [`is_kept`] tells of.
pub(super) fn add(
    pool: &mut DescriptorPool,
    (name, file): &Named,
    comments: Comments,
) -> Result<(), DescriptorError> {
    let places = file.descriptor.source_code_info.as_ref();
    let places = match (&file.path, comments) {
        (None, Comments::Left) => None,
        (None, Comments::Kept) => places.cloned(),
        (Some(_), _) => places.map(|places| SourceCodeInfo {
            location: places
                .location
                .iter()
                .filter(|place| is_kept(place))
                .cloned()
                .collect(),
        }),
    };
    pool.add_file_descriptor_proto(descriptor(name, file, places))
}

/// Adds a file with all its places, which errors tell.
pub(super) fn add_whole(
    pool: &mut DescriptorPool,
    (name, file): &Named,
) -> Result<(), DescriptorError> {
    let places = file.descriptor.source_code_info.clone();
    pool.add_file_descriptor_proto(descriptor(name, file, places))
}

/// Whether the pool has a place of a file in the repository: one that the linker
/// calls by another path, since it is that of an option, or one with a comment. The
/// others are many, and stand in what was parsed.
pub(super) fn is_kept(place: &Location) -> bool {
    place.path.contains(&UNINTERPRETED)
        || place.leading_comments.is_some()
        || place.trailing_comments.is_some()
}

fn descriptor(name: &str, file: &ProtoFile, places: Option<SourceCodeInfo>) -> FileDescriptorProto {
    let parsed = &file.descriptor;
    let mut dependency = parsed.dependency.clone();
    if file.implicit.is_some() && !dependency.iter().any(|name| name == OPTIONS) {
        dependency.push(OPTIONS.to_owned());
    }
    FileDescriptorProto {
        name: Some(name.to_owned()),
        package: parsed.package.clone(),
        dependency,
        public_dependency: parsed.public_dependency.clone(),
        weak_dependency: parsed.weak_dependency.clone(),
        message_type: parsed.message_type.clone(),
        enum_type: parsed.enum_type.clone(),
        service: parsed.service.clone(),
        extension: parsed.extension.clone(),
        options: parsed.options.clone(),
        source_code_info: places,
        syntax: parsed.syntax.clone(),
    }
}
