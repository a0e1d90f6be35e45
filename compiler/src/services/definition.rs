use prost::Message as _;
use std::fmt;

use prost_reflect::ServiceDescriptor;
use prost_types::ServiceDescriptorProto;
use vimana_interface::Interface;
use vimana_interface::http::{self, Rule};
use vimana_proto::options::{OpenTelemetryExporter, ServiceOptions};

use super::findings::report_findings;
use super::http::{Places, report};
use super::messages;
use crate::diagnostic::{Diagnostic, Span};
use crate::protobuf::{Linked, OptionField};
use crate::rules::token_in_clear::Place;
use crate::rules::{invalid_service_options, invalid_version, not_supported, plain_endpoint};
use crate::secrets;
use crate::source::RepoPath;

/// The number of the extension `vimana.service`.
const SERVICE_OPTION: i32 = 51700;

/// The fields `options` and `name` of a service in a descriptor.
const SERVICE_OPTIONS: i32 = 3;
const NAME: i32 = 1;

/// A service as one `.proto` file defines it, at one version.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) path: RepoPath,
    pub(crate) linked: Linked,
    pub(crate) service: ServiceDescriptor,
    /// The name of the service.
    pub(crate) span: Span,
    pub(crate) id: String,
    pub(crate) id_span: Span,
    pub(crate) version: semver::Version,
    pub(crate) version_span: Span,
    pub(crate) otlp: Option<OpenTelemetryExporter>,
    /// The option that holds `otlp`.
    pub(crate) options_span: Span,
    pub(crate) interface: Interface,
    pub(crate) bindings: Vec<Binding>,
}

/// An HTTP rule of a method, and where it is written.
#[derive(Debug)]
pub(crate) struct Binding {
    /// The full name: `bar.FooService.SayHello`.
    pub(crate) method: String,
    pub(crate) rule: Rule,
    pub(crate) span: Span,
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.method.rsplit('.').next().unwrap_or(&self.method);
        write!(f, "{method}: {}", self.rule)
    }
}

/// The options of a service, of which one extension is read.
#[derive(Clone, PartialEq, prost::Message)]
struct Options {
    #[prost(message, optional, tag = "51700")]
    service: Option<ServiceOptions>,
}

/// Whether a service, only parsed, bears `(vimana.service)`.
pub(crate) fn bears_service(service: &ServiceDescriptorProto) -> bool {
    service.options.iter().any(|options| {
        options.uninterpreted_option.iter().any(|option| {
            option.name.first().is_some_and(|name| {
                name.is_extension && name.name_part.trim_start_matches('.') == "vimana.service"
            })
        })
    })
}

impl Definition {
    /// The service that the linked file defines. `None` where what is wrong
    /// leaves no identity or no interface.
    pub(crate) fn read(path: &RepoPath, linked: Linked, out: &mut Vec<Diagnostic>) -> Option<Self> {
        let file = linked.pool.get_file_by_name(&linked.name)?;
        let service = file
            .services()
            .find(|service| service_options(service).is_some())?;
        let options = service_options(&service)?;

        let whole = |path: &[i32]| linked.span(&linked.name, path);
        let span = whole(&[service.path(), &[NAME]].concat())?;
        let option_path = [service.path(), &[SERVICE_OPTIONS, SERVICE_OPTION]].concat();
        let options_span = whole(&option_path)?;
        let field = |name: &str| {
            let text = linked.text(&linked.name).unwrap_or_default();
            Span::new(
                path.clone(),
                OptionField::range(text, options_span.range.clone(), name),
            )
        };
        let (id_span, version_span) = (field("id"), field("version"));

        let id = read_id(&options, &id_span, &options_span, out);
        let version = read_version(&options, &version_span, &options_span, out);
        let otlp = options
            .otlp
            .filter(|otlp| *otlp != OpenTelemetryExporter::default());
        if let Some(otlp) = &otlp {
            check_exporter(otlp, &field, out);
            check_headers(&otlp.headers, &field("otlp.headers"), out);
        }
        let bindings = read_bindings(&linked, path, &service, &span, out);

        // Without a version of its own the definition is still checked.
        let assumed = version.clone().unwrap_or(semver::Version::new(0, 0, 0));
        let interface = match Interface::new(&service, &assumed) {
            Ok(interface) => {
                messages::check(&linked, &interface, out);
                Some(interface)
            }
            Err(findings) => {
                report_findings(&linked, findings, &span, out);
                None
            }
        };
        Some(Self {
            path: path.clone(),
            span,
            id: id?,
            id_span,
            version: version?,
            version_span,
            otlp,
            options_span,
            interface: interface?,
            bindings: bindings?,
            service,
            linked,
        })
    }
}

/// The option `(vimana.service)` of a service, where it bears that.
pub(crate) fn service_options(service: &ServiceDescriptor) -> Option<ServiceOptions> {
    let encoded = service.options().encode_to_vec();
    Options::decode(encoded.as_slice()).ok()?.service
}

fn read_id(
    options: &ServiceOptions,
    span: &Span,
    whole: &Span,
    out: &mut Vec<Diagnostic>,
) -> Option<String> {
    if options.id.is_empty() {
        out.push(invalid_service_options::no_id(whole.clone()));
        return None;
    }
    // The nil UUID stands for none, and other notations than the usual one
    // would give one service several names.
    match uuid::Uuid::try_parse(&options.id) {
        Ok(id) if !id.is_nil() && options.id.len() == 36 => Some(id.hyphenated().to_string()),
        _ => {
            out.push(invalid_service_options::bad_id(span.clone(), &options.id));
            None
        }
    }
}

fn read_version(
    options: &ServiceOptions,
    span: &Span,
    whole: &Span,
    out: &mut Vec<Diagnostic>,
) -> Option<semver::Version> {
    if options.version.is_empty() {
        out.push(invalid_service_options::no_version(whole.clone()));
        return None;
    }
    match options.version.parse() {
        Ok(version) => Some(version),
        Err(error) => {
            out.push(invalid_version::diagnostic(
                span.clone(),
                &options.version,
                &error,
            ));
            None
        }
    }
}

fn check_exporter(
    otlp: &OpenTelemetryExporter,
    field: &dyn Fn(&str) -> Span,
    out: &mut Vec<Diagnostic>,
) {
    match otlp.protocol.as_str() {
        "grpc" | "http/protobuf" | "" => {}
        "http/json" => out.push(not_supported::diagnostic(
            field("otlp.protocol"),
            "the OTLP protocol `http/json`",
            "use `http/protobuf` or `grpc`",
        )),
        other => out.push(invalid_service_options::bad_exporter(
            field("otlp.protocol"),
            format!("`{other}` is no OTLP protocol"),
            "use `http/protobuf` or `grpc`",
        )),
    }
    if otlp.endpoint.is_empty() {
        out.push(invalid_service_options::bad_exporter(
            field("otlp"),
            "`otlp` has no `endpoint`".to_owned(),
            "add `endpoint: \"https://HOST/PATH\"`",
        ));
        return;
    }
    if let Err((problem, help)) = check_endpoint(otlp) {
        let message = format!("`{}` {problem}", otlp.endpoint);
        let span = field("otlp.endpoint");
        out.push(invalid_service_options::bad_exporter(span, message, help));
    }
    if plain_endpoint::is_exposed(&otlp.endpoint) {
        let span = field("otlp.endpoint");
        out.push(plain_endpoint::exporter(span, &otlp.endpoint));
    }
    let what = "the endpoint of `otlp`";
    let span = field("otlp.endpoint");
    secrets::check(what, "endpoint", &otlp.endpoint, Place::Header, &span, out);
}

/// What is wrong with the URL of a receiver, and what helps. What the node adds to it is
/// the path of a signal, or for gRPC that of a method.
fn check_endpoint(otlp: &OpenTelemetryExporter) -> Result<(), (&'static str, &'static str)> {
    const URL: &str = "write `endpoint: \"https://HOST/PATH\"`";
    let schemes = ["http://", "https://"];
    let rest = schemes
        .iter()
        .find_map(|scheme| otlp.endpoint.strip_prefix(scheme));
    let Some(rest) = rest else {
        return Err(("is no URL of an OTLP receiver", URL));
    };
    if rest.contains(['?', '#']) {
        return Err(("has more than a path", URL));
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if authority.contains('@') {
        let help = "authenticate with `headers`, whose values may name variables";
        return Err(("holds credentials", help));
    }
    let is_spelt = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    if authority.is_empty() || authority.starts_with(':') || !rest.bytes().all(is_spelt) {
        return Err(("is no URL of an OTLP receiver", URL));
    }
    if otlp.protocol == "grpc" && !path.is_empty() {
        return Err((
            "has a path, which gRPC has no use for",
            "write `endpoint: \"https://HOST:PORT\"`, or `protocol: \"http/protobuf\"`",
        ));
    }
    Ok(())
}

/// Reports headers that cannot be sent, and those that hold a secret in clear.
fn check_headers(headers: &str, span: &Span, out: &mut Vec<Diagnostic>) {
    let pairs = headers.split(',').map(str::trim);
    for pair in pairs.filter(|pair| !pair.is_empty()) {
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        // What is not a name may be a secret, and is not shown.
        let message = match pair.split_once('=') {
            Some((name, _)) if !name.is_empty() && name.trim().bytes().all(is_token) => continue,
            Some(_) => "a header of `otlp` has a name that no header can have",
            None => "a header of `otlp` has no value",
        };
        out.push(invalid_service_options::bad_exporter(
            span.clone(),
            message.to_owned(),
            "write `headers: \"NAME=VALUE,NAME=VALUE\"`, with `%2C` for a comma in a value",
        ));
    }
    for (name, value) in secrets::headers(headers) {
        let what = format!("the header `{name}`");
        secrets::check(&what, name, &value, Place::Header, span, out);
    }
}

/// The bindings of all methods; none where one of them cannot be used.
fn read_bindings(
    linked: &Linked,
    path: &RepoPath,
    service: &ServiceDescriptor,
    fallback: &Span,
    out: &mut Vec<Diagnostic>,
) -> Option<Vec<Binding>> {
    let places = Places::new(linked, path);
    let mut bindings = Vec::new();
    let mut complete = true;
    for method in service.methods() {
        let checked = http::check_rules(&method);
        for finding in &checked.findings {
            complete &= !finding.error.is_error();
            out.push(report(finding, &method, &places, fallback));
        }
        let name = method.full_name();
        bindings.extend(checked.rules.into_iter().map(|placed| {
            Binding {
                method: name.to_owned(),
                span: places
                    .span(method.path(), &placed.path, None)
                    .unwrap_or_else(|| fallback.clone()),
                rule: placed.rule,
            }
        }));
    }
    complete.then_some(bindings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_a_url_that_a_path_can_be_added_to() {
        let problem = |protocol: &str, endpoint: &str| {
            let otlp = OpenTelemetryExporter {
                protocol: protocol.to_owned(),
                endpoint: endpoint.to_owned(),
                headers: String::new(),
            };
            check_endpoint(&otlp).err().map(|(problem, _)| problem)
        };
        for (protocol, endpoint) in [
            ("", "http://localhost:4318"),
            ("http/protobuf", "https://a.example/otlp/"),
            ("grpc", "https://[::1]:4317"),
            ("grpc", "https://a.example:4317/"),
        ] {
            assert_eq!(problem(protocol, endpoint), None, "{endpoint}");
        }
        for (protocol, endpoint, expected) in [
            ("", "a.example", "is no URL of an OTLP receiver"),
            ("", "https://", "is no URL of an OTLP receiver"),
            ("", "https://a example", "is no URL of an OTLP receiver"),
            ("", "https://:4318", "is no URL of an OTLP receiver"),
            ("", "https://a.example?key=1", "has more than a path"),
            ("", "https://me:secret@a.example", "holds credentials"),
            (
                "grpc",
                "https://a.example/otlp",
                "has a path, which gRPC has no use for",
            ),
        ] {
            assert_eq!(problem(protocol, endpoint), Some(expected), "{endpoint}");
        }
    }
}
