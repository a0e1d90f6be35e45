//! One encoding for equal descriptors. The linker encodes an option that holds
//! a map in the order of a hash table, which differs from run to run.

use std::sync::Arc;

use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};
use prost_reflect::{DescriptorPool, FileDescriptor, Kind, MessageDescriptor, ReflectMessage as _};
use prost_types::FileDescriptorProto;

/// `source_code_info` of `google.protobuf.FileDescriptorProto`.
const SOURCE_CODE_INFO: u32 = 9;

/// How deep options may nest; prost refuses more than that when it decodes.
const MAX_DEPTH: usize = 100;

/// The encoded descriptors of a pool's files: dependencies first, without source
/// locations, fields by number, map entries by key.
pub(crate) fn encode(pool: &DescriptorPool) -> Vec<Arc<[u8]>> {
    let descriptor = pool
        .get_message_by_name("google.protobuf.FileDescriptorProto")
        .unwrap_or_else(|| FileDescriptorProto::default().descriptor());
    in_order(pool)
        .into_iter()
        .map(|file| {
            let encoded = file.encode_to_vec();
            canonicalise(&encoded, &descriptor, Some(SOURCE_CODE_INFO), 0).into()
        })
        .collect()
}

/// The files, dependencies first, and otherwise by name.
fn in_order(pool: &DescriptorPool) -> Vec<FileDescriptor> {
    let mut rest: Vec<_> = pool.files().collect();
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

/// One field on the wire: its bytes with the key, and its bytes without.
struct Record {
    number: u32,
    whole: Vec<u8>,
}

fn canonicalise(
    bytes: &[u8],
    message: &MessageDescriptor,
    without: Option<u32>,
    depth: usize,
) -> Vec<u8> {
    if depth > MAX_DEPTH {
        return bytes.to_vec();
    }
    let Some(mut records) = records(bytes, message, depth) else {
        return bytes.to_vec();
    };
    records.retain(|record| Some(record.number) != without);
    // Stable, so that repeated fields keep their order; entries of a map have
    // none, and are sorted by their bytes, which begin with the key.
    records.sort_by(|a, b| {
        let order = a.number.cmp(&b.number);
        if is_map(message, a.number) {
            order.then_with(|| a.whole.cmp(&b.whole))
        } else {
            order
        }
    });
    records
        .into_iter()
        .flat_map(|record| record.whole)
        .collect()
}

fn records(mut bytes: &[u8], message: &MessageDescriptor, depth: usize) -> Option<Vec<Record>> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let start = bytes;
        let (number, wire_type) = decode_key(&mut bytes).ok()?;
        let mut whole = Vec::new();
        match wire_type {
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut bytes).ok()?).ok()?;
                let payload = bytes.get(..length)?;
                bytes = &bytes[length..];
                match child(message, number) {
                    Some(child) => {
                        put(
                            &mut whole,
                            number,
                            &canonicalise(payload, &child, None, depth + 1),
                        );
                    }
                    None => put(&mut whole, number, payload),
                }
            }
            WireType::Varint => {
                decode_varint(&mut bytes).ok()?;
                whole.extend_from_slice(&start[..start.len() - bytes.len()]);
            }
            WireType::SixtyFourBit | WireType::ThirtyTwoBit => {
                let length = if wire_type == WireType::SixtyFourBit {
                    8
                } else {
                    4
                };
                bytes = bytes.get(length..)?;
                whole.extend_from_slice(&start[..start.len() - bytes.len()]);
            }
            // Groups hold no map that the linker writes; such a message stays
            // as it is.
            WireType::StartGroup | WireType::EndGroup => return None,
        }
        records.push(Record { number, whole });
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

fn put(out: &mut Vec<u8>, number: u32, payload: &[u8]) {
    encode_key(number, WireType::LengthDelimited, out);
    encode_varint(payload.len() as u64, out);
    out.extend_from_slice(payload);
}
