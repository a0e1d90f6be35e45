//! The limits of a component's types, so that no reader of an interface meets one
//! of its own.

use std::collections::HashMap;

use prost_reflect::MessageDescriptor;

use super::build::{oneof, shape};
use super::graph::{Graph, value_shape};
use super::{Inner, Shape, ValueShape};
use crate::{DescriptorFinding, FindingKind};

/// wasmparser allows 10,000 fields or cases; an open enum has one more than its
/// values.
const MEMBERS: usize = 9_999;

/// wasmparser allows 100 levels, of which function, stream, result, interface,
/// world and package need some.
const DEPTH: usize = 88;

/// wasmparser allows 1,000,000 types in a component, each mention counted anew; a
/// message is mentioned in `types`, `rpc` and the world.
const SIZE: usize = 300_000;

/// How much of a component's type something takes.
#[derive(Clone, Copy)]
struct Extent {
    depth: usize,
    size: usize,
}

impl Extent {
    const LEAF: Self = Self { depth: 1, size: 1 };

    /// One type around this one.
    const fn wrapped(self) -> Self {
        Self {
            depth: self.depth + 1,
            size: self.size.saturating_add(1),
        }
    }

    /// One type around all of these.
    fn around(parts: impl Iterator<Item = Self>) -> Self {
        parts.fold(Self::LEAF, |whole, part| Self {
            depth: whole.depth.max(part.depth + 1),
            size: whole.size.saturating_add(part.size),
        })
    }
}

/// The messages and enums that are too large for a component's type.
pub(super) fn members(graph: &Graph) -> Vec<DescriptorFinding> {
    let mut findings = Vec::new();
    for message in &graph.leaves_first {
        let found = message.fields().len();
        if found > MEMBERS {
            findings.push(DescriptorFinding {
                file: message.parent_file().name().to_owned(),
                path: message.path().to_vec(),
                kind: FindingKind::TooManyMembers {
                    element: "message",
                    name: message.full_name().to_owned(),
                    found,
                    limit: MEMBERS,
                },
                help: Some("move some of its fields to a message of their own".to_owned()),
                rename: None,
            });
        }
        for field in message.fields() {
            let ValueShape::Enum(enumeration) = value_shape(&field) else {
                continue;
            };
            let found = enumeration.values().len();
            if found > MEMBERS {
                findings.push(DescriptorFinding {
                    file: enumeration.parent_file().name().to_owned(),
                    path: enumeration.path().to_vec(),
                    kind: FindingKind::TooManyMembers {
                        element: "enum",
                        name: enumeration.full_name().to_owned(),
                        found,
                        limit: MEMBERS,
                    },
                    help: Some("use an `int32` field instead of the enum".to_owned()),
                    rename: None,
                });
            }
        }
    }
    findings
}

/// Whether every message, and the interface as a whole, fits in a component's type.
pub(super) fn extents(inner: &Inner, graph: &Graph) -> Vec<DescriptorFinding> {
    let mut findings = Vec::new();
    let mut extents = HashMap::new();
    let mut total = 0_usize;
    for message in &graph.leaves_first {
        let extent = Extent::around(message.fields().map(|field| {
            let extent = of_shape(&shape(&field, graph), &extents);
            // The oneof's variant and option.
            if oneof(&field).is_some() {
                extent.wrapped().wrapped()
            } else {
                extent
            }
        }));
        total = if inner.messages.contains_key(message.full_name()) {
            total.saturating_add(extent.size)
        } else {
            total
        };
        extents.insert(message.full_name().to_owned(), capped(extent));
        findings.extend(too_big(message, extent));
    }
    let mentioned = inner
        .methods
        .iter()
        .flat_map(|method| [&method.request, &method.response])
        .map(|shape| of_value(shape, &extents).size)
        .fold(total, usize::saturating_add);
    if findings.is_empty() && mentioned > SIZE {
        findings.push(DescriptorFinding {
            file: inner.service.parent_file().name().to_owned(),
            path: inner.service.path().to_vec(),
            kind: FindingKind::ServiceTooLarge {
                service: inner.service.full_name().to_owned(),
                found: mentioned,
                limit: SIZE,
            },
            help: Some("split the service".to_owned()),
            rename: None,
        });
    }
    findings
}

/// What was reported once does not count in the messages that hold it.
fn capped(extent: Extent) -> Extent {
    if extent.depth > DEPTH || extent.size > SIZE {
        Extent::LEAF
    } else {
        extent
    }
}

fn too_big(message: &MessageDescriptor, extent: Extent) -> Option<DescriptorFinding> {
    let name = message.full_name().to_owned();
    let (kind, help) = if extent.depth > DEPTH {
        let kind = FindingKind::TooDeep {
            name,
            found: extent.depth,
            limit: DEPTH,
        };
        (kind, "nest fewer messages")
    } else if extent.size > SIZE {
        let kind = FindingKind::TooLarge {
            name,
            found: extent.size,
            limit: SIZE,
        };
        (
            kind,
            "let it refer to parts by name instead of holding them",
        )
    } else {
        return None;
    };
    Some(DescriptorFinding {
        file: message.parent_file().name().to_owned(),
        path: message.path().to_vec(),
        kind,
        help: Some(format!("{help}, or send the inner one as `bytes`")),
        rename: None,
    })
}

fn of_shape(shape: &Shape, extents: &HashMap<String, Extent>) -> Extent {
    match shape {
        Shape::Plain(value) | Shape::Required(value) => of_value(value, extents),
        Shape::Optional(value) | Shape::List(value) => of_value(value, extents).wrapped(),
        Shape::Map { value, .. } => {
            Extent::around([Extent::LEAF, of_value(value, extents)].into_iter()).wrapped()
        }
    }
}

fn of_value(value: &ValueShape, extents: &HashMap<String, Extent>) -> Extent {
    match value {
        ValueShape::Scalar(_)
        | ValueShape::Enum(_)
        | ValueShape::Recursive(_)
        | ValueShape::Wrapper(..)
        | ValueShape::FieldMask(_)
        | ValueShape::Json(..) => Extent::LEAF.wrapped(),
        ValueShape::Message(message) => extents
            .get(message.full_name())
            .copied()
            .unwrap_or(Extent::LEAF),
    }
}
