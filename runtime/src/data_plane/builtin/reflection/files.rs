//! The files of one interface: which of them defines what.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use prost::{DecodeError, Message as _};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use crate::data_plane::builtin::DESCRIPTOR_SETS;
use crate::descriptors::DescriptorSet;

/// The files of an encoded `google.protobuf.FileDescriptorSet`, found by what they
/// define.
pub(super) struct Files {
    all: Vec<File>,
    by_name: HashMap<String, usize>,
    /// Full names of all that has one: messages, fields, enums, their values, services,
    /// methods, extensions.
    symbols: HashMap<String, usize>,
    /// By the full name of the extended message, and the number.
    extensions: HashMap<(String, i32), usize>,
}

/// One file, as it was compiled: decoding it would lose options.
pub(super) struct File {
    pub(super) encoded: Bytes,
    /// Tells files apart that differ, whatever their names.
    pub(super) identity: u64,
    dependencies: Vec<String>,
}

/// What a file defines.
pub(super) enum Defined {
    Symbol(String),
    /// The extended message, and the number.
    Extension(String, i32),
}

/// The identity of a file that is encoded so.
pub(super) fn identity(encoded: &[u8]) -> u64 {
    // Keyed at random, so that nobody can make two files that are alike.
    static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEYS.hash_one(encoded)
}

impl Files {
    /// The files of a set; the bytes are shared, not copied.
    pub(super) fn new(set: &DescriptorSet) -> Result<Self, DecodeError> {
        let mut files = Self {
            all: Vec::new(),
            by_name: HashMap::new(),
            symbols: HashMap::new(),
            extensions: HashMap::new(),
        };
        for (index, encoded) in set.files().iter().enumerate() {
            let file = FileDescriptorProto::decode(encoded.clone())?;
            define(&file, true, &mut |defined| {
                match defined {
                    Defined::Symbol(name) => files.symbols.insert(name, index),
                    Defined::Extension(name, number) => {
                        files.extensions.insert((name, number), index)
                    }
                };
            });
            files.by_name.insert(file.name().to_owned(), index);
            files.all.push(File {
                identity: identity(encoded),
                dependencies: file.dependency,
                encoded: encoded.clone(),
            });
        }
        Ok(files)
    }

    /// The file of a name.
    pub(super) fn file(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The file that defines a symbol.
    pub(super) fn symbol(&self, name: &str) -> Option<usize> {
        self.symbols.get(name).copied()
    }

    /// The file that defines an extension.
    pub(super) fn extension(&self, message: &str, number: i32) -> Option<usize> {
        self.extensions.get(&(message.to_owned(), number)).copied()
    }

    /// A file, and then all that it needs, each once.
    pub(super) fn with_dependencies(&self, index: usize) -> Vec<&File> {
        let mut is_listed = vec![false; self.all.len()];
        is_listed[index] = true;
        let mut listed = vec![index];
        let mut at = 0;
        while let Some(index) = listed.get(at) {
            for name in &self.all[*index].dependencies {
                if let Some(needed) = self.file(name)
                    && !std::mem::replace(&mut is_listed[needed], true)
                {
                    listed.push(needed);
                }
            }
            at += 1;
        }
        listed.into_iter().map(|index| &self.all[index]).collect()
    }
}

/// The files of the services that the node itself has.
pub(super) fn own() -> &'static [Arc<Files>] {
    static OWN: LazyLock<Vec<Arc<Files>>> = LazyLock::new(|| {
        DESCRIPTOR_SETS
            .into_iter()
            .filter_map(|set| DescriptorSet::decode(Bytes::from_static(set)).ok())
            .filter_map(|set| Files::new(&set).ok())
            .map(Arc::new)
            .collect()
    });
    &OWN
}

/// Tells `define` what a file defines; of members, that is fields, methods and the
/// like, `with_members` alone.
pub(super) fn define(
    file: &FileDescriptorProto,
    with_members: bool,
    define: &mut dyn FnMut(Defined),
) {
    let scope = file.package();
    for message in &file.message_type {
        define_message(scope, message, with_members, define);
    }
    for enumeration in &file.enum_type {
        define_enum(scope, enumeration, define);
    }
    for field in &file.extension {
        define_extension(scope, field, define);
    }
    for service in &file.service {
        let name = join(scope, service.name());
        if with_members {
            for method in &service.method {
                define(Defined::Symbol(join(&name, method.name())));
            }
        }
        define(Defined::Symbol(name));
    }
}

fn define_message(
    scope: &str,
    message: &DescriptorProto,
    with_members: bool,
    define: &mut dyn FnMut(Defined),
) {
    let name = join(scope, message.name());
    for nested in &message.nested_type {
        define_message(&name, nested, with_members, define);
    }
    for enumeration in &message.enum_type {
        define_enum(&name, enumeration, define);
    }
    for field in &message.extension {
        define_extension(&name, field, define);
    }
    if with_members {
        let fields = message.field.iter().map(FieldDescriptorProto::name);
        let oneofs = message
            .oneof_decl
            .iter()
            .map(prost_types::OneofDescriptorProto::name);
        for member in fields.chain(oneofs) {
            define(Defined::Symbol(join(&name, member)));
        }
    }
    define(Defined::Symbol(name));
}

/// An enum and its values, which are siblings of it (Protobuf's language, "Enum
/// Value Options").
fn define_enum(
    scope: &str,
    enumeration: &prost_types::EnumDescriptorProto,
    define: &mut dyn FnMut(Defined),
) {
    define(Defined::Symbol(join(scope, enumeration.name())));
    for value in &enumeration.value {
        define(Defined::Symbol(join(scope, value.name())));
    }
}

fn define_extension(scope: &str, field: &FieldDescriptorProto, define: &mut dyn FnMut(Defined)) {
    define(Defined::Symbol(join(scope, field.name())));
    let extended = field.extendee().trim_start_matches('.').to_owned();
    define(Defined::Extension(extended, field.number()));
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() {
        name.to_owned()
    } else {
        format!("{scope}.{name}")
    }
}
