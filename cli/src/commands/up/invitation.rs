//! A line that calls one of the services, for whoever has just started them.

use std::collections::BTreeSet;

use prost_reflect::{DescriptorPool, Kind as FieldKind, MethodDescriptor};
use vimana_compiler::Graph;
use vimana_interface::http::{self, Rule, Verb};
use vimana_proto::state::v1::{Interface, spec};
use vimana_proto::{Kind, ServiceName};

/// The text that `up` prints when it serves; empty where nothing can be called
/// with a plain GET. `data` is the URL of the services, and `options` are what curl
/// needs for it.
pub(crate) fn text(graph: &Graph, data: &str, options: &str) -> String {
    let domains: BTreeSet<String> = interfaces(graph)
        .filter_map(|interface| {
            Some(
                interface
                    .service
                    .parse::<ServiceName>()
                    .ok()?
                    .domain()
                    .to_owned(),
            )
        })
        .collect();
    // A rule that needs no path variable reads best.
    let Some((service, method, path)) = interfaces(graph)
        .flat_map(|interface| gets(&interface))
        .min_by_key(|(_, _, path)| (path.matches('/').count(), path.clone()))
    else {
        return String::new();
    };
    let host = match service.parse::<ServiceName>() {
        Ok(service) if domains.len() > 1 => format!(" -H 'host: {}'", service.domain()),
        _ => String::new(),
    };
    format!(
        "\nTry it:\n\n  curl{options}{host} '{data}{path}{}'\n\n",
        query(&method, &path)
    )
}

fn interfaces(graph: &Graph) -> impl Iterator<Item = Interface> {
    graph
        .nodes_of(Kind::Interface)
        .filter_map(|node| match node.spec().kind? {
            spec::Kind::Interface(interface) => Some(interface),
            _ => None,
        })
}

/// The methods of an interface that GET reaches, each with the name of the service
/// and a path that it matches.
fn gets(interface: &Interface) -> Vec<(String, MethodDescriptor, String)> {
    let Ok(pool) = DescriptorPool::decode(interface.file_descriptor_set.as_slice()) else {
        return Vec::new();
    };
    let Some(service) = pool.get_service_by_name(&interface.protobuf_service) else {
        return Vec::new();
    };
    service
        .methods()
        .filter_map(|method| {
            let rule = http::rules(&method)
                .ok()?
                .into_iter()
                .find(|rule| rule.verb == Verb::Get)?;
            Some((interface.service.clone(), method, example(&rule)?))
        })
        .collect()
}

/// A path that matches a rule: what it has in common with itself.
fn example(rule: &Rule) -> Option<String> {
    let request = http::overlap(rule, rule)?;
    Some(request.split_once(' ')?.1.to_owned())
}

/// A value for the first text field that the path does not bind.
fn query(method: &MethodDescriptor, path: &str) -> String {
    method
        .input()
        .fields()
        .find(|field| matches!(field.kind(), FieldKind::String) && !field.is_list())
        .filter(|_| path.matches('/').count() == 1)
        .map(|field| format!("?{}=Ada", field.json_name()))
        .unwrap_or_default()
}
