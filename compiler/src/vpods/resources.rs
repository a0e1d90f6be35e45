use std::collections::BTreeMap;
use std::sync::Arc;

use vimana_proto::state::v1::{self, spec};
use vimana_proto::{Address, Digest};

use super::program::Program;
use super::programs::Programs;
use super::{Pod, Session, Written, check};
use crate::compile::Options;
use crate::diagnostic::Diagnostic;
use crate::graph::{EdgeKind, GraphBuilder};
use crate::rules::{duplicate_name, missing_program};
use crate::source::RepoPath;
use crate::texts::Texts;

/// Adds the sessions of all files, their vpods, and who may call whom. Returns
/// the programs of the vpods, as far as they can be read.
pub(crate) fn add(
    sessions: Vec<Session>,
    scripts: &[RepoPath],
    texts: &mut Texts<'_>,
    options: &Options,
    graph: &mut GraphBuilder,
    out: &mut Vec<Diagnostic>,
) -> BTreeMap<RepoPath, Program> {
    let sessions = without_duplicates(sessions, out);
    let mut programs = Programs::default();
    // By name in lower case, since URLs have no other; one name may stand in
    // several sessions.
    let mut by_name: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    let mut calls: Vec<(Address, &Pod)> = Vec::new();
    for session in &sessions {
        let session_address = graph.add(
            spec::Kind::Session(v1::Session {
                name: session.name.clone(),
                limit_connections: session.limit_connections,
            }),
            texts.origin(&session.span),
        );
        for pod in &session.pods {
            let Some(bytes) = program(pod, scripts, texts, options, out) else {
                continue;
            };
            programs.add(pod, &bytes, texts, out);
            let digest = Digest::of(&bytes);
            let address = graph.add(
                spec::Kind::Vpod(resource(session, pod, digest)),
                texts.origin(&pod.span),
            );
            graph.depends(&address, &session_address);
            by_name
                .entry(pod.name.to_lowercase())
                .or_default()
                .push(address.clone());
            calls.push((address, pod));
        }
    }
    for (address, pod) in calls {
        for name in &pod.reachable {
            // A name that no vpod bears is a host of the network.
            for target in by_name.get(&name.text.to_lowercase()).into_iter().flatten() {
                graph.edge(&address, target, EdgeKind::Reaches);
            }
        }
    }
    let programs = programs.into_map();
    check::all(&sessions, &programs, out);
    programs
}

fn without_duplicates(sessions: Vec<Session>, out: &mut Vec<Diagnostic>) -> Vec<Session> {
    let mut kept: BTreeMap<String, Session> = BTreeMap::new();
    for session in sessions {
        match kept.get(&session.name.to_lowercase()) {
            Some(first) => out.push(duplicate_name::diagnostic(
                session.span,
                "session",
                &session.name,
                first.span.clone(),
            )),
            None => {
                kept.insert(session.name.to_lowercase(), session);
            }
        }
    }
    kept.into_values().collect()
}

/// The text of a vpod's program.
fn program(
    pod: &Pod,
    scripts: &[RepoPath],
    texts: &Texts<'_>,
    options: &Options,
    out: &mut Vec<Diagnostic>,
) -> Option<Arc<[u8]>> {
    let path = pod.program.as_ref()?;
    if texts.exists(path) {
        return texts.bytes(path, options.max_component_bytes, out);
    }
    let folder = pod.span.file.parent().unwrap_or_else(RepoPath::root);
    let known: Vec<_> = scripts
        .iter()
        .filter_map(|script| script.relative_to(&folder))
        .collect();
    let span = pod.source_span.clone();
    out.push(missing_program::diagnostic(span, &pod.source, &known));
    None
}

fn resource(session: &Session, pod: &Pod, digest: Digest) -> v1::VPod {
    v1::VPod {
        session: session.name.clone(),
        name: pod.name.clone(),
        network: pod.network.text.clone(),
        image: pod.image.clone(),
        source: pod.source.clone(),
        source_digest: digest.to_string(),
        launcher: pod.launcher.text.clone(),
        environment: pod
            .environment
            .iter()
            .map(|(name, value)| (name.clone(), value.text.clone()))
            .collect(),
        reachable_vpods: texts(&pod.reachable),
        resources_url: pod.resources_url.text.clone(),
    }
}

fn texts(written: &[Written]) -> Vec<String> {
    written.iter().map(|written| written.text.clone()).collect()
}
