//! How Protobuf and WIT correspond. The one place that knows.
//!
//! [`Interface`] is a Protobuf service in terms of WIT: each message, enum and
//! oneof that its methods reach, with the names and shapes that it has there.
//! Everything else reads that model and names nothing a second time:
//!
//! - [`Interface::to_wit`] prints it, as `vimana wit` shows it;
//! - [`verify`] compares a component with it, function by function and field by
//!   field;
//! - [`codec`] moves messages between Protobuf, `ProtoJSON` and a component's values;
//! - [`http`] reads the rules by which methods are reached over HTTP, and makes requests
//!   of what they match.
//!
//! [`adapt`] makes a component of what compilers produce.
//!
//! # Invariants
//!
//! - Nothing here does I/O, reads a clock, draws a random number or compiles wasm.
//! - Bad input is an error or a [`DescriptorFinding`], never a panic, and never
//!   unbounded recursion: an [`Interface`] exists only within the limits that
//!   every reader of its text imposes.
//! - The text of an [`Interface`] resolves in `wit-parser` together with
//!   [`SERVICE_WIT`], always, and is the same for the same descriptors.
//! - A type's text depends on the message alone, never on the order of methods;
//!   the one exception is the package prefix of imported messages whose names meet.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod codec;
mod component;
mod documentation;
mod finding;
pub mod http;
mod model;
mod name;
pub mod openapi;
mod verify;
mod wit;

pub use component::{ComponentError, adapt};
pub use documentation::documentation;
pub use finding::{DescriptorFinding, FindingKind, Rename};
pub use model::{
    Arity, Body, CaseModel, EnumCaseModel, EnumModel, FieldModel, Interface, JsonKind, Member,
    MessageModel, Method, OneofModel, Scalar, Shape, ValueShape,
};
pub use verify::{
    Difference, Element, ExtraExport, Import, Problem, Provider, UnsatisfiedImport, Verification,
    Want, verify, verify_link,
};

/// The text of the package `vimana:service`: what the platform gives to a service.
pub const SERVICE_WIT: &str = include_str!("../../wit/service.wit");
