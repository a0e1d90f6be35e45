//! One encoding for equal descriptors. The linker encodes an option that holds
//! a map in the order of a hash table, which differs from run to run.

use std::collections::BTreeMap;
use std::sync::Arc;

use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};
use prost_reflect::{DescriptorPool, FileDescriptor, Kind, MessageDescriptor};
use vimana_proto::Digest;

use super::{Linked, Protos};

/// How deep descriptors and options may nest; prost refuses more than that when
/// it decodes.
const MAX_DEPTH: usize = 100;

impl Linked {
    /// The encoded descriptors of the file and of all that it needs, dependencies
    /// first: without source locations, the fields of options by number, and map
    /// entries by key.
    pub(crate) fn encode(&self, protos: &Protos<'_>) -> Vec<Arc<[u8]>> {
        let mut keys = BTreeMap::new();
        // Other services may be in the pool.
        let names = self.files.keys();
        in_order(names.filter_map(|name| self.pool.get_file_by_name(name)))
            .into_iter()
            .map(|file| {
                let make = || Arc::from(encode(&file, &self.pool));
                let Some(key) = self.key(&file, &keys) else {
                    return make();
                };
                keys.insert(file.name().to_owned(), key);
                protos.encoded(key, make)
            })
            .collect()
    }

    /// What names a file that services share: where it is, and the same of all
    /// that it imports. None for a file of the service's own folder.
    fn key(&self, file: &FileDescriptor, keys: &BTreeMap<String, Digest>) -> Option<Digest> {
        let path = self
            .files
            .get(file.name())
            .and_then(|proto| proto.path.as_ref());
        if path.is_some_and(|path| path.parent().as_ref() == Some(&self.folder)) {
            return None;
        }
        let mut key = Vec::new();
        for part in [file.name(), path.map_or("", |path| path.as_str())] {
            key.extend_from_slice(&(part.len() as u64).to_le_bytes());
            key.extend_from_slice(part.as_bytes());
        }
        for dependency in file.dependencies() {
            key.extend_from_slice(keys.get(dependency.name())?.as_bytes());
        }
        Some(Digest::of(&key))
    }
}

/// The files, dependencies first, and otherwise by name.
fn in_order(files: impl Iterator<Item = FileDescriptor>) -> Vec<FileDescriptor> {
    let mut rest: Vec<_> = files.collect();
    rest.sort_by(|a, b| a.name().cmp(b.name()));
    let mut ordered: Vec<FileDescriptor> = Vec::with_capacity(rest.len());
    let mut placed = std::collections::BTreeSet::new();
    while !rest.is_empty() {
        let (ready, waiting): (Vec<_>, Vec<_>) = rest.into_iter().partition(|file| {
            file.dependencies()
                .all(|dependency| placed.contains(dependency.name()))
        });
        if ready.is_empty() {
            // A pool holds no cycles; what is left keeps its order.
            ordered.extend(waiting);
            break;
        }
        placed.extend(ready.iter().map(|file| file.name().to_owned()));
        ordered.extend(ready);
        rest = waiting;
    }
    ordered
}

/// A message of `google/protobuf/descriptor.proto`.
#[derive(Debug, Clone, Copy)]
enum Part {
    File,
    Message,
    Field,
    Oneof,
    Enum,
    EnumValue,
    Service,
    Method,
    ExtensionRange,
}

/// What a field of a [`Part`] holds.
enum Holds {
    Part(Part),
    /// The options message of this name.
    Options(&'static str),
    /// `source_code_info`.
    Locations,
    Value,
}

impl Part {
    const fn holds(self, number: u32) -> Holds {
        match (self, number) {
            (Self::File, 4) | (Self::Message, 3) => Holds::Part(Self::Message),
            (Self::File, 5) | (Self::Message, 4) => Holds::Part(Self::Enum),
            (Self::File, 6) => Holds::Part(Self::Service),
            (Self::File, 7) | (Self::Message, 2 | 6) => Holds::Part(Self::Field),
            (Self::Message, 5) => Holds::Part(Self::ExtensionRange),
            (Self::Message, 8) => Holds::Part(Self::Oneof),
            (Self::Enum, 2) => Holds::Part(Self::EnumValue),
            (Self::Service, 2) => Holds::Part(Self::Method),
            (Self::File, 8) => Holds::Options("google.protobuf.FileOptions"),
            (Self::Message, 7) => Holds::Options("google.protobuf.MessageOptions"),
            (Self::Field, 8) => Holds::Options("google.protobuf.FieldOptions"),
            (Self::Oneof, 2) => Holds::Options("google.protobuf.OneofOptions"),
            (Self::Enum, 3) => Holds::Options("google.protobuf.EnumOptions"),
            (Self::EnumValue, 3) => Holds::Options("google.protobuf.EnumValueOptions"),
            (Self::Service, 3) => Holds::Options("google.protobuf.ServiceOptions"),
            (Self::Method, 4) => Holds::Options("google.protobuf.MethodOptions"),
            (Self::ExtensionRange, 3) => Holds::Options("google.protobuf.ExtensionRangeOptions"),
            (Self::File, 9) => Holds::Locations,
            _ => Holds::Value,
        }
    }
}

fn encode(file: &FileDescriptor, pool: &DescriptorPool) -> Vec<u8> {
    let bytes = file.encode_to_vec();
    let mut out = Vec::with_capacity(bytes.len());
    match rewrite(&bytes, Part::File, pool, 0, &mut out) {
        Some(()) => out,
        None => bytes,
    }
}

/// Copies a part of a descriptor, whose fields are in order, with its options in
/// order. To put them in order changes no length.
fn rewrite(
    mut bytes: &[u8],
    part: Part,
    pool: &DescriptorPool,
    depth: usize,
    out: &mut Vec<u8>,
) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    while !bytes.is_empty() {
        let (field, rest) = next(bytes)?;
        let whole = &bytes[..bytes.len() - rest.len()];
        bytes = rest;
        let Some(payload) = field.payload else {
            out.extend_from_slice(whole);
            continue;
        };
        let key = &whole[..whole.len() - payload.len()];
        match part.holds(field.number) {
            Holds::Part(part) => {
                out.extend_from_slice(key);
                rewrite(payload, part, pool, depth + 1, out)?;
            }
            Holds::Options(name) => {
                out.extend_from_slice(key);
                match pool.get_message_by_name(name) {
                    Some(options) => {
                        out.extend_from_slice(&canonicalise(payload, &options, depth + 1));
                    }
                    None => out.extend_from_slice(payload),
                }
            }
            Holds::Locations => {}
            Holds::Value => out.extend_from_slice(whole),
        }
    }
    Some(())
}

/// One field on the wire.
struct Field<'b> {
    number: u32,
    /// Of a field with a length, what is in it.
    payload: Option<&'b [u8]>,
}

/// The first field of `bytes`, and what follows it.
fn next(mut bytes: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let (number, wire_type) = decode_key(&mut bytes).ok()?;
    let fixed = |length: usize| bytes.get(length..);
    match wire_type {
        WireType::LengthDelimited => {
            let length = usize::try_from(decode_varint(&mut bytes).ok()?).ok()?;
            let payload = Some(bytes.get(..length)?);
            Some((Field { number, payload }, &bytes[length..]))
        }
        WireType::Varint => {
            decode_varint(&mut bytes).ok()?;
            Some((
                Field {
                    number,
                    payload: None,
                },
                bytes,
            ))
        }
        WireType::SixtyFourBit => fixed(8).map(|rest| {
            let payload = None;
            (Field { number, payload }, rest)
        }),
        WireType::ThirtyTwoBit => fixed(4).map(|rest| {
            let payload = None;
            (Field { number, payload }, rest)
        }),
        // Groups hold no map that the linker writes; such a message stays as
        // it is.
        WireType::StartGroup | WireType::EndGroup => None,
    }
}

fn canonicalise(bytes: &[u8], message: &MessageDescriptor, depth: usize) -> Vec<u8> {
    if depth > MAX_DEPTH {
        return bytes.to_vec();
    }
    let Some(mut records) = records(bytes, message, depth) else {
        return bytes.to_vec();
    };
    // Stable, so that repeated fields keep their order; entries of a map have
    // none, and are sorted by their bytes, which begin with the key.
    records.sort_by(|a, b| {
        let order = a.0.cmp(&b.0);
        if is_map(message, a.0) {
            order.then_with(|| a.1.cmp(&b.1))
        } else {
            order
        }
    });
    records.into_iter().flat_map(|(_, whole)| whole).collect()
}

/// The fields of a message by their numbers, each with its key and in order.
fn records(
    mut bytes: &[u8],
    message: &MessageDescriptor,
    depth: usize,
) -> Option<Vec<(u32, Vec<u8>)>> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let (field, rest) = next(bytes)?;
        let child = field.payload.and_then(|_| child(message, field.number));
        let whole = match (field.payload, child) {
            (Some(payload), Some(child)) => {
                let payload = canonicalise(payload, &child, depth + 1);
                let mut whole = Vec::with_capacity(payload.len() + 8);
                encode_key(field.number, WireType::LengthDelimited, &mut whole);
                encode_varint(payload.len() as u64, &mut whole);
                whole.extend(payload);
                whole
            }
            _ => bytes[..bytes.len() - rest.len()].to_vec(),
        };
        records.push((field.number, whole));
        bytes = rest;
    }
    Some(records)
}

fn child(message: &MessageDescriptor, number: u32) -> Option<MessageDescriptor> {
    let kind = match message.get_field(number) {
        Some(field) => field.kind(),
        None => message.get_extension(number)?.kind(),
    };
    match kind {
        Kind::Message(message) => Some(message),
        _ => None,
    }
}

fn is_map(message: &MessageDescriptor, number: u32) -> bool {
    message
        .get_field(number)
        .is_some_and(|field| field.is_map())
}
