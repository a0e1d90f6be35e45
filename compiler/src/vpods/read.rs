use std::collections::BTreeMap;

use super::{Pod, Session, Written, shape};
use crate::diagnostic::{Diagnostic, Span};
use crate::document::{Data, Fields, Located, Value, yaml};
use crate::rules::{
    duplicate_name, invalid_value, invalid_yaml, missing_program, unreachable_name,
};
use crate::source::RepoPath;

/// The name that stands for the page, which vpods call as `vpod://main`.
const PAGE: &str = "main";

/// Reads one `vpods.yml`. What it says wrongly is reported and left out.
pub(crate) fn read(file: &RepoPath, text: &str, out: &mut Vec<Diagnostic>) -> Vec<Session> {
    let root = match yaml::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let range = error.range.unwrap_or(0..0);
            let span = Span::new(file.clone(), range);
            out.push(invalid_yaml::diagnostic(span, &error.message));
            return Vec::new();
        }
    };
    let Some(mut fields) = Fields::of(file, "`vpods.yml`", 0..0, &root, out) else {
        return Vec::new();
    };
    fields.allow(&shape::ROOT, out);
    if fields.get("sessions").is_none() {
        fields.missing("sessions", out);
    }
    let items = fields.list("sessions", out).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| read_session(file, item, out))
        .collect()
}

fn read_session(file: &RepoPath, item: &Value, out: &mut Vec<Diagnostic>) -> Option<Session> {
    let table = describe("session", item);
    let mut fields = Fields::of(file, table, start(item), item, out)?;
    fields.allow(&shape::SESSION, out);
    let limit_connections = read_limit(&fields, out);

    let mut pods: Vec<Pod> = Vec::new();
    for item in fields.list("containers", out).unwrap_or_default() {
        let Some(pod) = read_pod(file, item, out) else {
            continue;
        };
        let first = pods
            .iter()
            .find(|other| other.name.eq_ignore_ascii_case(&pod.name));
        match first {
            Some(first) => out.push(duplicate_name::diagnostic(
                pod.span,
                "vpod",
                &pod.name,
                first.span.clone(),
            )),
            None => pods.push(pod),
        }
    }
    let name = read_name(&fields, "session", out)?;
    Some(Session {
        span: fields.span(name.range),
        name: name.value,
        limit_connections,
        pods,
    })
}

fn read_limit(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<u32> {
    let value = fields.get("limitConnections")?;
    match &value.data {
        Data::Null => None,
        Data::Integer(number) => match u32::try_from(*number) {
            Ok(number) if number > 0 => Some(number),
            _ => {
                let span = fields.span(value.range.clone());
                out.push(
                    invalid_value::diagnostic(
                        span,
                        format!("`limitConnections` is {number}; expected a whole number from 1"),
                    )
                    .help("leave it out for any number of connections"),
                );
                None
            }
        },
        data => fields.wrong_type("limitConnections", value, "a whole number", data, out),
    }
}

fn read_pod(file: &RepoPath, item: &Value, out: &mut Vec<Diagnostic>) -> Option<Pod> {
    let table = describe("container", item);
    let mut fields = Fields::of(file, table, start(item), item, out)?;
    fields.allow(&shape::POD, out);
    let text = |key: &str, out: &mut Vec<Diagnostic>| match fields.string(key, out) {
        Some(text) => Written {
            text: text.value,
            span: fields.span(text.range),
        },
        None => Written {
            text: String::new(),
            span: fields.place(),
        },
    };
    let (network, image) = (text("network", out), text("image", out));
    let resources_url = text("resourcesUrl", out);
    let environment = read_environment(file, &fields, out);
    let reachable = fields.strings("reachableVPods", out);
    let written = |text: Located<String>| Written {
        span: fields.span(text.range),
        text: text.value,
    };
    let reachable = reachable.into_iter().map(written).collect();

    let name = read_name(&fields, "vpod", out);
    let source = fields.required("source", out);
    let launcher = fields.required("launcher", out);
    let (name, source, launcher) = (name?, source?, launcher?);
    let span = fields.span(name.range);
    if name.value.eq_ignore_ascii_case(PAGE) {
        out.push(invalid_value::diagnostic(
            span,
            format!("a vpod cannot be named `{PAGE}`: that is the page"),
        ));
        return None;
    }
    if name.value.chars().any(char::is_uppercase) {
        out.push(unreachable_name::diagnostic(span.clone(), &name.value));
    }
    let source_span = fields.span(source.range);
    let folder = file.parent().unwrap_or_else(RepoPath::root);
    let program = folder.join(&source.value);
    if let Err(error) = &program {
        out.push(missing_program::outside(
            source_span.clone(),
            &error.to_string(),
        ));
    }
    Some(Pod {
        name: name.value,
        span,
        network,
        image: image.text,
        source: source.value,
        program: program.ok(),
        source_span,
        launcher: written(launcher),
        environment,
        reachable,
        resources_url,
    })
}

/// A name that can stand in a URL and in an address.
fn read_name(
    fields: &Fields<'_>,
    kind: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<Located<String>> {
    let name = fields.required("name", out)?;
    let is_name = name.value.len() <= 63
        && name
            .value
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.'));
    if is_name {
        return Some(name);
    }
    out.push(
        invalid_value::diagnostic(
            fields.span(name.range),
            format!("`{}` is no name of a {kind}", name.value),
        )
        .help("use letters, digits, `-`, `_` and `.`, at most 63"),
    );
    None
}

/// The environment. Numbers and booleans stand for their own text.
fn read_environment(
    file: &RepoPath,
    fields: &Fields<'_>,
    out: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Written> {
    let Some(value) = fields.get("environment") else {
        return BTreeMap::new();
    };
    if value.data == Data::Null {
        return BTreeMap::new();
    }
    let name = "`environment`";
    if Fields::of(file, name, value.range.clone(), value, out).is_none() {
        return BTreeMap::new();
    }
    let Data::Table(table) = &value.data else {
        return BTreeMap::new();
    };
    let mut environment = BTreeMap::new();
    for (key, value) in &table.entries {
        let text = match &value.data {
            Data::String(text) => text.clone(),
            Data::Bool(value) => value.to_string(),
            Data::Integer(value) => value.to_string(),
            Data::Float(value) => value.to_string(),
            data => {
                let name = format!("`{}` of {name}", key.text);
                let span = Span::new(file.clone(), value.range.clone());
                let found = data.describe();
                out.push(invalid_value::wrong_type(span, &name, "a string", found));
                continue;
            }
        };
        let span = Span::new(file.clone(), value.range.clone());
        environment.insert(key.text.clone(), Written { text, span });
    }
    environment
}

/// The table as a message names it: by its name where it has one.
fn describe(kind: &str, item: &Value) -> String {
    let name = match &item.data {
        Data::Table(table) => table.get("name").map(|(_, value)| &value.data),
        _ => None,
    };
    match name {
        Some(Data::String(name)) => format!("{kind} `{name}`"),
        _ => format!("a {kind}"),
    }
}

/// The beginning of a table, which may go on for many lines.
fn start(item: &Value) -> std::ops::Range<usize> {
    match &item.data {
        Data::Table(table) => table
            .entries
            .first()
            .map_or(item.range.clone(), |(key, _)| key.range.clone()),
        _ => item.range.clone(),
    }
}
