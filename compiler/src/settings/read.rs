use std::collections::BTreeMap;
use std::ops::Range;

use vimana_proto::ServiceName;

use super::{
    Cluster, Domain, Engine, Region, Settings, Variable, VariableSource, Workspace, levels, shape,
};
use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::document::{Fields, Located, Table, toml};
use crate::rules::{
    invalid_toml, invalid_value, invalid_variable, nearest, not_supported, plain_endpoint,
};
use crate::source::RepoPath;

/// Where the parts of `vimana.toml` are written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// `[workspace]`, or the beginning of the file.
    pub(crate) workspace: Range<usize>,
    /// The value of `domain`.
    pub(crate) domain: Option<Range<usize>>,
    /// The names in `[cluster.NAME]`.
    pub(crate) clusters: BTreeMap<String, Range<usize>>,
    /// The names in `[variable.NAME]`.
    pub(crate) variables: BTreeMap<String, Range<usize>>,
    /// The names in `[domain.NAME]`.
    pub(crate) domains: BTreeMap<String, Range<usize>>,
}

/// Reads `vimana.toml`. What it says wrongly is reported and left out.
pub(crate) fn read(file: &RepoPath, text: &str, out: &mut Vec<Diagnostic>) -> (Settings, Places) {
    let (table, errors) = toml::parse(text);
    if errors.is_empty() {
        return read_table(file, &table, out);
    }
    for error in errors {
        let range = error.range.unwrap_or(0..0);
        out.push(invalid_toml::diagnostic(
            Span::new(file.clone(), range),
            &error.message,
        ));
    }
    // The rest of what is wrong may follow from the syntax errors.
    read_table(file, &table, &mut Vec::new())
}

fn read_table(file: &RepoPath, table: &Table, out: &mut Vec<Diagnostic>) -> (Settings, Places) {
    let mut root = Fields::new(file, "`vimana.toml`", 0..0, table);
    root.allow(&shape::ROOT, out);

    let mut places = Places::default();
    let clusters = read_clusters(file, table, &mut places, out);
    let variables = read_variables(file, table, &mut places, out);
    let domains = read_domains(file, table, &mut places, out);
    let workspace = read_workspace(file, table, &clusters, &mut places, out);
    let settings = Settings {
        workspace,
        clusters,
        variables,
        domains,
        levels: levels::read(file, table, out),
    };
    (settings, places)
}

fn read_workspace(
    file: &RepoPath,
    table: &Table,
    clusters: &BTreeMap<String, Cluster>,
    places: &mut Places,
    out: &mut Vec<Diagnostic>,
) -> Workspace {
    let mut workspace = Settings::default().workspace;
    let empty = Table::default();
    let mut fields = match table.get("workspace") {
        Some((key, value)) => {
            let Some(fields) = Fields::of(file, "`[workspace]`", key.range.clone(), value, out)
            else {
                return workspace;
            };
            fields
        }
        None => Fields::new(file, "`[workspace]`", 0..0, &empty),
    };
    fields.allow(&shape::WORKSPACE, out);
    places.workspace = fields.place().range;

    if let Some(name) = fields.required("name", out) {
        if is_name(&name.value) {
            workspace.name = name.value;
        } else {
            out.push(bad_name(fields.span(name.range), "workspace", &name.value));
        }
    }
    if let Some(domain) = fields.string("domain", out) {
        if is_domain(&domain.value) {
            workspace.domain = Some(domain.value);
            places.domain = Some(domain.range);
        } else {
            out.push(bad_domain(fields.span(domain.range), &domain.value));
        }
    }
    workspace.default_cluster = default_cluster(&fields, clusters, out);
    workspace
}

fn default_cluster(
    fields: &Fields<'_>,
    clusters: &BTreeMap<String, Cluster>,
    out: &mut Vec<Diagnostic>,
) -> String {
    let fallback = || match clusters.keys().next() {
        Some(only) if clusters.len() == 1 => only.clone(),
        _ => Cluster::LOCAL.to_owned(),
    };
    let names: Vec<_> = clusters.keys().collect();
    let Some(name) = fields.string("default_cluster", out) else {
        let name = fallback();
        if !clusters.contains_key(&name) && fields.get("default_cluster").is_none() {
            out.push(
                invalid_value::diagnostic(
                    fields.place(),
                    "there are several clusters, and none is the default",
                )
                .help(format!(
                    "add `default_cluster` to `[workspace]`; the clusters are {}",
                    crate::rules::list(&names)
                )),
            );
        }
        return name;
    };
    if clusters.contains_key(&name.value) {
        return name.value;
    }
    let diagnostic = invalid_value::diagnostic(
        fields.span(name.range.clone()),
        format!("there is no cluster `{}`", name.value),
    );
    out.push(
        match nearest(&name.value, names.iter().map(|name| name.as_str())) {
            Some(near) => diagnostic
                .help(format!("did you mean `{near}`?"))
                .fix(quoted(fields.span(name.range), near)),
            None => diagnostic.help(format!("the clusters are {}", crate::rules::list(&names))),
        },
    );
    fallback()
}

fn read_clusters(
    file: &RepoPath,
    table: &Table,
    places: &mut Places,
    out: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Cluster> {
    let mut clusters = BTreeMap::new();
    for (name, mut fields) in sections(file, table, "cluster", out) {
        if !is_name(&name.value) {
            out.push(bad_name(fields.place(), "cluster", &name.value));
            continue;
        }
        places.clusters.insert(name.value.clone(), name.range);
        clusters.insert(
            name.value.clone(),
            read_cluster(name.value, &mut fields, out),
        );
    }
    if clusters.is_empty() {
        let local = Cluster::local();
        clusters.insert(local.name.clone(), local);
    }
    clusters
}

fn read_cluster(name: String, fields: &mut Fields<'_>, out: &mut Vec<Diagnostic>) -> Cluster {
    fields.allow(&shape::CLUSTER, out);
    let mut cluster = Cluster {
        name,
        ..Cluster::local()
    };
    if let Some(engine) = fields.string("engine", out) {
        match engine.value.as_str() {
            "embedded" => cluster.engine = Engine::Embedded,
            "kubernetes" => out.push(not_supported::diagnostic(
                fields.span(engine.range),
                "the engine `kubernetes`",
                "use `engine = \"embedded\"`, the control API of a `vimana serve` node",
            )),
            other => out.push(
                invalid_value::diagnostic(
                    fields.span(engine.range),
                    format!("there is no engine `{other}`"),
                )
                .help("the engine is `embedded`"),
            ),
        }
    }
    if let Some(endpoint) = fields.string("endpoint", out) {
        match check_endpoint(fields, &endpoint) {
            Ok(()) => {
                let url = endpoint.value.trim_end_matches('/');
                if plain_endpoint::is_exposed(url) {
                    let span = fields.span(endpoint.range.clone());
                    out.push(plain_endpoint::cluster(span, url));
                }
                url.clone_into(&mut cluster.endpoint);
            }
            Err(diagnostic) => out.push(*diagnostic),
        }
    }
    if let Some(region) = fields.string("region", out) {
        match region.value.parse::<Region>() {
            Ok(region) => cluster.region = region,
            Err(error) => out.push(invalid_value::diagnostic(
                fields.span(region.range),
                error.to_string(),
            )),
        }
    }
    for region in fields.strings("also", out) {
        match region.value.parse::<Region>() {
            Ok(region) => cluster.also.push(region),
            Err(error) => out.push(invalid_value::diagnostic(
                fields.span(region.range),
                error.to_string(),
            )),
        }
    }
    if let Some(cost) = fields.number("cost", out) {
        if cost.value.is_finite() && cost.value >= 0.0 {
            cluster.cost = cost.value;
        } else {
            out.push(invalid_value::diagnostic(
                fields.span(cost.range),
                "a cost is a number that is not negative",
            ));
        }
    }
    cluster
}

fn check_endpoint(fields: &Fields<'_>, endpoint: &Located<String>) -> Result<(), Box<Diagnostic>> {
    let span = || fields.span(endpoint.range.clone());
    if endpoint.value.starts_with("https://") {
        return Err(Box::new(not_supported::diagnostic(
            span(),
            "an endpoint with `https`",
            "use `http://HOST:PORT`, through a tunnel where the network is not your own",
        )));
    }
    let is_host = |host: &str| {
        !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    };
    let host = endpoint.value.strip_prefix("http://");
    if host.is_some_and(|host| is_host(host.trim_end_matches('/'))) {
        return Ok(());
    }
    Err(Box::new(
        invalid_value::diagnostic(span(), format!("`{}` is no endpoint", endpoint.value))
            .help("write `http://HOST:PORT`, as in `http://127.0.0.1:7700`"),
    ))
}

fn read_variables(
    file: &RepoPath,
    table: &Table,
    places: &mut Places,
    out: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Variable> {
    let mut variables = BTreeMap::new();
    for (name, mut fields) in sections(file, table, "variable", out) {
        if !is_variable(&name.value) {
            out.push(invalid_variable::name(fields.place(), &name.value));
            continue;
        }
        if let Some(variable) = read_variable(&name.value, &mut fields, out) {
            places.variables.insert(name.value.clone(), name.range);
            variables.insert(name.value, variable);
        }
    }
    variables
}

fn read_variable(
    name: &str,
    fields: &mut Fields<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<Variable> {
    fields.allow(&shape::VARIABLE, out);
    let secret = fields.bool("secret", out).unwrap_or_default();

    let given: Vec<_> = ["env", "file", "age", "vault"]
        .into_iter()
        .filter_map(|key| fields.get(key).map(|value| (key, value)))
        .collect();
    let (key, value) = match given.as_slice() {
        [] => {
            out.push(invalid_variable::no_source(fields.place(), name));
            return None;
        }
        [one] => *one,
        [(_, first), (_, second), ..] => {
            out.push(invalid_variable::several_sources(
                fields.span(first.range.clone()),
                name,
                fields.span(second.range.clone()),
            ));
            return None;
        }
    };
    if matches!(key, "age" | "vault") {
        out.push(not_supported::diagnostic(
            fields.span(value.range.clone()),
            &format!("a variable from `{key}`"),
            "use `env` or `file`",
        ));
        return None;
    }
    let text = fields.required(key, out)?.value;
    let source = if key == "env" {
        VariableSource::Env(text)
    } else {
        VariableSource::File(text)
    };
    Some(Variable {
        name: name.to_owned(),
        source,
        secret,
    })
}

fn read_domains(
    file: &RepoPath,
    table: &Table,
    places: &mut Places,
    out: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Domain> {
    let mut domains = BTreeMap::new();
    for (name, mut fields) in sections(file, table, "domain", out) {
        fields.allow(&shape::DOMAIN_SETTINGS, out);
        if !is_domain(&name.value) {
            let diagnostic =
                invalid_value::diagnostic(fields.place(), format!("`{}` is no domain", name.value));
            out.push(diagnostic.help("write a DNS name in quotes: `[domain.\"example.com\"]`"));
            continue;
        }
        let openapi = fields.bool("openapi", out).unwrap_or_default();
        places.domains.insert(name.value.clone(), name.range);
        domains.insert(name.value, Domain { openapi });
    }
    domains
}

/// The tables `[KIND.NAME]`.
fn sections<'a>(
    file: &'a RepoPath,
    table: &'a Table,
    kind: &str,
    out: &mut Vec<Diagnostic>,
) -> Vec<(Located<String>, Fields<'a>)> {
    let Some((key, value)) = table.get(kind) else {
        return Vec::new();
    };
    let name = format!("`[{kind}]`");
    if Fields::of(file, name, key.range.clone(), value, out).is_none() {
        return Vec::new();
    }
    let crate::document::Data::Table(sections) = &value.data else {
        return Vec::new();
    };
    sections
        .entries
        .iter()
        .filter_map(|(key, value)| {
            let name = format!("`[{kind}.{}]`", key.text);
            let fields = Fields::of(file, name, key.range.clone(), value, out)?;
            Some((Located::new(key.text.clone(), key.range.clone()), fields))
        })
        .collect()
}

fn is_name(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_variable(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether `text` is a DNS name, as [`ServiceName`] wants it.
fn is_domain(text: &str) -> bool {
    ServiceName::new(text, "S").is_ok()
}

fn bad_domain(span: Span, domain: &str) -> Diagnostic {
    let diagnostic = invalid_value::diagnostic(span.clone(), format!("`{domain}` is no domain"));
    let lower = domain.to_lowercase();
    if lower != domain && is_domain(&lower) {
        return diagnostic
            .help(format!("write it in lower case: `{lower}`"))
            .fix(quoted(span, &lower));
    }
    diagnostic.help("write a DNS name, as in `example.com`")
}

/// The fix that writes `text` for the string at `span`.
fn quoted(span: Span, text: &str) -> Fix {
    let quoted = format!("\"{text}\"");
    Fix::likely(format!("write `{quoted}`"), span, quoted)
}

fn bad_name(span: Span, kind: &str, name: &str) -> Diagnostic {
    invalid_value::diagnostic(span, format!("`{name}` is no name of a {kind}"))
        .help("use lower-case letters, digits and `-`, at most 63")
}

#[cfg(test)]
mod tests;
