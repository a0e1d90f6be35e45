//! `vpods.yml`: sessions of virtual pods.

mod calls;
mod check;
pub(crate) mod program;
mod programs;
mod read;
mod resources;
pub(crate) mod shape;
mod url;

use std::collections::BTreeMap;

use crate::diagnostic::Span;
use crate::source::RepoPath;

pub(crate) use program::{ExportKind, Program, Signature};
pub(crate) use read::read;
pub(crate) use resources::add;

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) limit_connections: Option<u32>,
    pub(crate) pods: Vec<Pod>,
}

/// A virtual pod.
#[derive(Debug)]
pub(crate) struct Pod {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) network: Written,
    pub(crate) image: String,
    /// The path as it is written, from the folder of `vpods.yml`.
    pub(crate) source: String,
    /// The file that it names.
    pub(crate) program: Option<RepoPath>,
    pub(crate) source_span: Span,
    pub(crate) launcher: Written,
    pub(crate) environment: BTreeMap<String, Written>,
    pub(crate) reachable: Vec<Written>,
    pub(crate) resources_url: Written,
}

/// A text and where it is written; the vpod itself, where it is not.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) span: Span,
}
