//! What sessions say that is valid, and probably not what was meant.

use std::collections::{BTreeMap, BTreeSet};

use super::program::Program;
use super::{Pod, Session, calls, url};
use crate::diagnostic::{Diagnostic, Severity};
use crate::discovery::VPODS;
use crate::rules::token_in_clear::Place;
use crate::rules::{
    invalid_url, missing_function, reachable_twice, self_reach, undeclared_call, unknown_launcher,
    unknown_reachable, unreachable_vpod, wrong_launcher,
};
use crate::secrets;
use crate::source::RepoPath;

/// The launchers of modules and of scripts.
const MODULE: &str = "Javascript";
const SCRIPT: &str = "JSModule";

/// The vpods by their names in lower case; several sessions may have the same.
type ByName<'s> = BTreeMap<String, Vec<&'s Pod>>;

/// Checks the vpods of all sessions, which are sorted.
pub(super) fn all(
    sessions: &[Session],
    programs: &BTreeMap<RepoPath, Program>,
    out: &mut Vec<Diagnostic>,
) {
    let pods = || sessions.iter().flat_map(|session| &session.pods);
    let mut by_name = ByName::new();
    for pod in pods() {
        let name = pod.name.to_lowercase();
        by_name.entry(name).or_default().push(pod);
    }
    let is_complete = !has_errors(out);
    for pod in pods() {
        check_launcher(pod, programs, out);
        check_reachable(pod, &by_name, is_complete, out);
        check_calls(pod, &by_name, programs, is_complete, out);
        check_environment(pod, out);
        let resources = &pod.resources_url;
        if let Some(why) = url::problem(&resources.text) {
            let span = resources.span.clone();
            out.push(invalid_url::diagnostic(span, &resources.text, &why));
        }
    }
}

/// Whether a vpod, or what it reaches, may be missing for something reported.
fn has_errors(out: &[Diagnostic]) -> bool {
    out.iter().any(|found| {
        let file = found.primary().map(|span| span.file.file_name());
        found.severity == Severity::Error && file == Some(VPODS)
    })
}

fn check_launcher(pod: &Pod, programs: &BTreeMap<RepoPath, Program>, out: &mut Vec<Diagnostic>) {
    let launcher = &pod.launcher;
    if !unknown_launcher::KNOWN.contains(&launcher.text.as_str()) {
        out.push(unknown_launcher::diagnostic(
            launcher.span.clone(),
            &launcher.text,
        ));
    }
    let program = pod.program.as_ref().and_then(|path| programs.get(path));
    if launcher.text == SCRIPT && program.is_some_and(|program| program.is_module) {
        out.push(wrong_launcher::diagnostic(
            launcher.span.clone(),
            &pod.source,
        ));
    }
}

fn check_reachable(pod: &Pod, by_name: &ByName<'_>, is_complete: bool, out: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<String, _> = BTreeMap::new();
    for name in &pod.reachable {
        let (text, span) = (name.text.as_str(), name.span.clone());
        let lower = text.to_lowercase();
        if let Some(first) = seen.get(&lower) {
            out.push(reachable_twice::diagnostic(span, text, Clone::clone(first)));
            continue;
        }
        seen.insert(lower.clone(), span.clone());
        if lower == pod.name.to_lowercase() {
            out.push(self_reach::diagnostic(span, text));
            continue;
        }
        let Some(others) = by_name.get(&lower) else {
            let is_host = lower == unknown_reachable::GATEWAY || lower.contains('.');
            if is_complete && !is_host {
                let known = by_name.values().flatten().map(|pod| pod.name.as_str());
                let known: Vec<_> = known.filter(|name| *name != pod.name).collect();
                out.push(unknown_reachable::diagnostic(span, text, &known));
            }
            continue;
        };
        if url::is_address(text) {
            out.push(unreachable_vpod::number(span, text));
            continue;
        }
        let own = pod.network.text.as_str();
        let is_elsewhere = |other: &&&Pod| other.network.text != own;
        if let Some(other) = others
            .first()
            .filter(|_| others.iter().all(|other| is_elsewhere(&other)))
        {
            let network = &other.network;
            if !own.is_empty() && !network.text.is_empty() {
                let other = network.span.clone();
                out.push(unreachable_vpod::network(
                    span,
                    text,
                    &network.text,
                    own,
                    other,
                ));
            }
        }
    }
}

fn check_calls(
    pod: &Pod,
    by_name: &ByName<'_>,
    programs: &BTreeMap<RepoPath, Program>,
    is_complete: bool,
    out: &mut Vec<Diagnostic>,
) {
    let reachable: BTreeSet<_> = pod
        .reachable
        .iter()
        .map(|name| name.text.to_lowercase())
        .collect();
    let mut reported = BTreeSet::new();
    for call in calls::of(pod, programs) {
        let Some(others) = by_name.get(&call.host) else {
            continue;
        };
        let [other, ..] = others.as_slice() else {
            continue;
        };
        let is_own = call.host == pod.name.to_lowercase();
        if !is_own && !reachable.contains(&call.host) {
            if is_complete && reported.insert(call.host.clone()) {
                let place = pod.span.clone();
                out.push(undeclared_call::diagnostic(
                    call.span,
                    &pod.name,
                    &other.name,
                    place,
                ));
            }
            continue;
        }
        let Some(function) = &call.function else {
            continue;
        };
        if others.iter().all(|other| lacks(other, function, programs)) {
            let program = other.program.as_ref().and_then(|path| programs.get(path));
            let exports = program.into_iter().flat_map(|program| &program.exports);
            let known: Vec<_> = exports.map(|export| export.name.as_str()).collect();
            let source = other.source_span.clone();
            out.push(missing_function::diagnostic(
                call.span,
                &other.name,
                function,
                source,
                &known,
            ));
        }
    }
}

/// Whether a vpod certainly has no function of this name.
fn lacks(pod: &Pod, function: &str, programs: &BTreeMap<RepoPath, Program>) -> bool {
    let program = pod.program.as_ref().and_then(|path| programs.get(path));
    let Some(program) = program.filter(|_| pod.launcher.text == MODULE) else {
        return false;
    };
    let has = program.exports.iter().any(|export| export.name == function);
    program.is_module && !program.exports_more && !has
}

fn check_environment(pod: &Pod, out: &mut Vec<Diagnostic>) {
    for (name, value) in &pod.environment {
        let what = format!("`{name}` of the vpod `{}`", pod.name);
        secrets::check(
            &what,
            name,
            &value.text,
            Place::Environment,
            &value.span,
            out,
        );
    }
}
