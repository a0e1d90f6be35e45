use prost::Message as _;
use prost_reflect::MethodDescriptor;
use vimana_proto::options::HttpRule;
use vimana_proto::options::http_rule::Pattern;

use super::check;
use super::rule::{Body, Rule, Verb};
use super::template::{Template, TemplateError};
use crate::{DescriptorFinding, FindingKind};

/// The field of `MethodDescriptorProto` that holds the options.
const OPTIONS: i32 = 4;
const VIMANA_HTTP: i32 = 51700;
const GOOGLE_HTTP: i32 = 72_295_728;

/// `google.protobuf.MethodOptions`, as far as it matters here. Read from bytes,
/// since the descriptor pool of the method knows either extension, both or none.
#[derive(Clone, PartialEq, prost::Message)]
struct HttpOptions {
    #[prost(message, optional, tag = "51700")]
    vimana: Option<HttpRule>,
    #[prost(message, optional, tag = "72295728")]
    google: Option<HttpRule>,
}

/// Why a method cannot have an HTTP rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Both spellings of the option.
    #[error(
        "the method `{method}` has both `vimana.http` and `google.api.http`, which are one option"
    )]
    Both {
        /// The method.
        method: String,
    },
    /// The option's bytes are no `HttpRule`.
    #[error("the HTTP rule of the method `{method}` cannot be read")]
    Unreadable {
        /// The method.
        method: String,
    },
    /// A rule on a method whose client streams.
    #[error("the method `{method}` takes a stream, and an HTTP request holds one message")]
    ClientStreams {
        /// The method.
        method: String,
    },
    /// A rule without HTTP method and path.
    #[error("an HTTP rule of the method `{method}` has no HTTP method and path")]
    NoPattern {
        /// The method.
        method: String,
    },
    /// A `custom` rule whose `kind` is no HTTP method.
    #[error("`{kind}` is no HTTP method")]
    InvalidVerb {
        /// The `kind`.
        kind: String,
    },
    /// A path that is no template.
    #[error("in the path template `{template}`: {error}")]
    Template {
        /// The text.
        template: String,
        /// The mistake.
        error: TemplateError,
    },
    /// Bindings in an additional binding.
    #[error("an additional binding of the method `{method}` has bindings of its own")]
    NestedBindings {
        /// The method.
        method: String,
    },
    /// A body in a GET request.
    #[error("`GET {template}` has a body, and a GET request has none")]
    GetBody {
        /// The path.
        template: String,
    },
    /// A name that is no field.
    #[error("the {role} `{path}` is no field of `{message}`")]
    UnknownField {
        /// What names the field: `path variable`, `body` or `response body`.
        role: &'static str,
        /// The dotted name.
        path: String,
        /// The message that lacks it.
        message: String,
    },
    /// A field of a type that the place cannot take.
    #[error("the {role} `{path}` is {found}, expected {expected}")]
    WrongType {
        /// What names the field.
        role: &'static str,
        /// The dotted name.
        path: String,
        /// Its type, or the type of what it leads through.
        found: String,
        /// What would do.
        expected: &'static str,
    },
    /// A field of a message that has a JSON form without fields.
    #[error("the {role} `{path}` is a field of `{message}`, which JSON spells as one value")]
    OwnJson {
        /// What names the field.
        role: &'static str,
        /// The dotted name.
        path: String,
        /// The well-known type.
        message: String,
    },
    /// A body that the path binds as well.
    #[error("the field `{field}` is both in the path and the body")]
    BodyInPath {
        /// The field.
        field: String,
    },
}

impl RuleError {
    fn help(&self) -> Option<String> {
        Some(match self {
            RuleError::Both { .. } => "remove one of them".to_owned(),
            RuleError::ClientStreams { .. } => {
                "remove the rule: the method is served over gRPC".to_owned()
            }
            RuleError::NoPattern { .. } => {
                "add one of `get`, `put`, `post`, `delete`, `patch` and `custom`, \
                 e.g. `get: \"/v1/books/{id}\"`"
                    .to_owned()
            }
            RuleError::InvalidVerb { .. } => {
                "write a method like `HEAD`, or `*` for every method".to_owned()
            }
            RuleError::NestedBindings { .. } => {
                "move it to the `additional_bindings` of the method's own rule".to_owned()
            }
            RuleError::GetBody { .. } => {
                "remove `body`: fields that are not in the path are query parameters".to_owned()
            }
            RuleError::BodyInPath { .. } => "remove it from one of them".to_owned(),
            RuleError::Template { .. } => {
                "write segments behind slashes, as in `/v1/{name=shelves/*}/books`".to_owned()
            }
            _ => return None,
        })
    }
}

/// The bindings of a method: its `vimana.http` or `google.api.http` rule and that
/// rule's additional bindings, each checked against the method's messages. A
/// method without the option has none.
pub fn rules(method: &MethodDescriptor) -> Result<Vec<Rule>, Vec<DescriptorFinding>> {
    let finding = |extension: i32, error: &RuleError, help: Option<String>| DescriptorFinding {
        file: method.parent_file().name().to_owned(),
        path: [method.path(), &[OPTIONS, extension]].concat(),
        kind: FindingKind::Http(error.to_string()),
        help: help.or_else(|| error.help()),
        rename: None,
    };
    let name = method.full_name().to_owned();
    let encoded = method.options().encode_to_vec();
    let Ok(options) = HttpOptions::decode(encoded.as_slice()) else {
        let error = RuleError::Unreadable { method: name };
        return Err(vec![finding(VIMANA_HTTP, &error, None)]);
    };
    let (extension, rule) = match (options.vimana, options.google) {
        (None, None) => return Ok(Vec::new()),
        (Some(rule), None) => (VIMANA_HTTP, rule),
        (None, Some(rule)) => (GOOGLE_HTTP, rule),
        (Some(_), Some(_)) => {
            let error = RuleError::Both { method: name };
            return Err(vec![finding(VIMANA_HTTP, &error, None)]);
        }
    };
    if method.is_client_streaming() {
        let error = RuleError::ClientStreams { method: name };
        return Err(vec![finding(extension, &error, None)]);
    }

    let mut bindings = Vec::new();
    let mut findings = Vec::new();
    let mut nested = false;
    for binding in &rule.additional_bindings {
        nested |= !binding.additional_bindings.is_empty();
    }
    if nested {
        let error = RuleError::NestedBindings { method: name };
        findings.push(finding(extension, &error, None));
    }
    for binding in std::iter::once(&rule).chain(&rule.additional_bindings) {
        match parse(method, binding) {
            Err(error) => findings.push(finding(extension, &error, None)),
            Ok(rule) => {
                for (error, help) in check::check(method, &rule) {
                    findings.push(finding(extension, &error, help));
                }
                bindings.push(rule);
            }
        }
    }
    if findings.is_empty() {
        Ok(bindings)
    } else {
        Err(findings)
    }
}

fn parse(method: &MethodDescriptor, rule: &HttpRule) -> Result<Rule, RuleError> {
    let (verb, template) = match &rule.pattern {
        Some(Pattern::Get(path)) => (Verb::Get, path),
        Some(Pattern::Put(path)) => (Verb::Put, path),
        Some(Pattern::Post(path)) => (Verb::Post, path),
        Some(Pattern::Delete(path)) => (Verb::Delete, path),
        Some(Pattern::Patch(path)) => (Verb::Patch, path),
        Some(Pattern::Custom(custom)) if is_token(&custom.kind) => {
            (Verb::new(&custom.kind), &custom.path)
        }
        Some(Pattern::Custom(custom)) => {
            return Err(RuleError::InvalidVerb {
                kind: custom.kind.clone(),
            });
        }
        None => {
            return Err(RuleError::NoPattern {
                method: method.full_name().to_owned(),
            });
        }
    };
    let parsed: Template = template.parse().map_err(|error| RuleError::Template {
        template: template.clone(),
        error,
    })?;
    Ok(Rule {
        verb,
        template: parsed,
        body: match rule.body.as_str() {
            "" => Body::None,
            "*" => Body::Whole,
            field => Body::Field(field.into()),
        },
        response_body: (!rule.response_body.is_empty()).then(|| rule.response_body.clone()),
    })
}

/// RFC 9110, section 5.6.2; `*`, which means every method here, is one too.
fn is_token(text: &str) -> bool {
    let is_token_char = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(is_token_char)
}
