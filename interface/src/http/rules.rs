use prost::Message as _;
use prost_reflect::MethodDescriptor;
use vimana_proto::options::HttpRule;
use vimana_proto::options::http_rule::Pattern;

use super::check::{self, Part};
use super::finding::{RuleError, RuleFinding};
use super::overlap::is_same_request;
use super::rule::{Body, Rule, Verb};
use super::template::Template;

/// How many bindings a method may have, its first one included.
pub const MAX_BINDINGS: usize = 100;

const VIMANA_HTTP: i32 = 51700;
const GOOGLE_HTTP: i32 = 72_295_728;

/// The fields of `HttpRule` that hold no path.
const SELECTOR: i32 = 1;
const BODY: i32 = 7;
const CUSTOM: i32 = 8;
const ADDITIONAL_BINDINGS: i32 = 11;
const RESPONSE_BODY: i32 = 12;

/// The fields of `CustomHttpPattern`.
const KIND: i32 = 1;
const PATH: i32 = 2;

/// `google.protobuf.MethodOptions`, as far as it matters here. Read from bytes,
/// since the descriptor pool of the method knows either extension, both or none.
#[derive(Clone, PartialEq, prost::Message)]
struct HttpOptions {
    #[prost(message, optional, tag = "51700")]
    vimana: Option<HttpRule>,
    #[prost(message, optional, tag = "72295728")]
    google: Option<HttpRule>,
}

/// A binding of a method, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedRule {
    /// The path of its template, as in [`RuleFinding::path`].
    pub path: Vec<i32>,
    /// The binding.
    pub rule: Rule,
}

/// All that there is to say about the HTTP rule of a method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedRules {
    /// The bindings, without those that are wrong.
    pub rules: Vec<PlacedRule>,
    /// What is wrong, in the order of the bindings.
    pub findings: Vec<RuleFinding>,
}

/// The bindings of a method: its `vimana.http` or `google.api.http` rule and that
/// rule's additional bindings, each checked against the method's messages. A
/// method without the option has none.
pub fn rules(method: &MethodDescriptor) -> Result<Vec<Rule>, Vec<RuleFinding>> {
    let CheckedRules { rules, findings } = check_rules(method);
    let errors: Vec<RuleFinding> = findings
        .into_iter()
        .filter(|finding| finding.error.is_error())
        .collect();
    if errors.is_empty() {
        Ok(rules.into_iter().map(|placed| placed.rule).collect())
    } else {
        Err(errors)
    }
}

/// The same, with what does not keep a rule from being in force, and with the
/// places.
pub fn check_rules(method: &MethodDescriptor) -> CheckedRules {
    let mut checked = CheckedRules::default();
    let name = method.full_name().to_owned();
    let encoded = method.options().encode_to_vec();
    let Ok(options) = HttpOptions::decode(encoded.as_slice()) else {
        checked.report(vec![VIMANA_HTTP], RuleError::Unreadable { method: name });
        return checked;
    };
    let (extension, rule) = match (options.vimana, options.google) {
        (None, None) => return checked,
        (Some(rule), None) => (VIMANA_HTTP, rule),
        (None, Some(rule)) => (GOOGLE_HTTP, rule),
        (Some(rule), Some(_)) => {
            let error = RuleError::Both {
                method: name.clone(),
            };
            checked.report(vec![GOOGLE_HTTP], error);
            (VIMANA_HTTP, rule)
        }
    };
    if method.is_client_streaming() {
        checked.report(vec![extension], RuleError::ClientStreams { method: name });
        return checked;
    }
    let found = rule.additional_bindings.len() + 1;
    if found > MAX_BINDINGS {
        let error = RuleError::TooManyBindings {
            method: name,
            found,
        };
        checked.report(vec![extension], error);
        return checked;
    }
    checked.binding(method, &rule, vec![extension]);
    for (index, binding) in (0..).zip(&rule.additional_bindings) {
        let place = vec![extension, ADDITIONAL_BINDINGS, index];
        if !binding.additional_bindings.is_empty() {
            let error = RuleError::NestedBindings {
                method: name.clone(),
            };
            checked.report([&place[..], &[ADDITIONAL_BINDINGS, 0]].concat(), error);
        }
        checked.binding(method, binding, place);
    }
    checked
}

impl CheckedRules {
    fn report(&mut self, path: Vec<i32>, error: RuleError) {
        self.findings.push(RuleFinding {
            path,
            text: None,
            error,
        });
    }

    /// Adds the binding that is written at `place`, and what is wrong with it.
    fn binding(&mut self, method: &MethodDescriptor, rule: &HttpRule, place: Vec<i32>) {
        let at = |field: &[i32]| [&place[..], field].concat();
        let name = || method.full_name().to_owned();
        if !rule.selector.is_empty() {
            self.report(at(&[SELECTOR]), RuleError::Selector { method: name() });
        }
        let Some((verb, template, field)) = self.pattern(rule, &place) else {
            if rule.pattern.is_none() {
                self.report(place, RuleError::NoPattern { method: name() });
            }
            return;
        };
        let path = at(field);
        let template: Template = match template.parse() {
            Ok(template) => template,
            Err(error) => {
                self.findings.push(RuleFinding {
                    path,
                    text: Some(error.range.clone()),
                    error: RuleError::Template {
                        template: shortened(template),
                        error,
                    },
                });
                return;
            }
        };
        let rule = Rule {
            verb,
            template,
            body: match rule.body.as_str() {
                "" => Body::None,
                "*" => Body::Whole,
                field => Body::Field(field.into()),
            },
            response_body: (!rule.response_body.is_empty()).then(|| rule.response_body.clone()),
        };
        let mut is_wrong = false;
        for (part, error) in check::check(method, &rule) {
            is_wrong |= error.is_error();
            let (path, text) = match part {
                Part::Template(range) => (path.clone(), Some(range)),
                Part::Body => (at(&[BODY]), None),
                Part::ResponseBody => (at(&[RESPONSE_BODY]), None),
            };
            self.findings.push(RuleFinding { path, text, error });
        }
        if is_wrong {
            return;
        }
        let earlier = self
            .rules
            .iter()
            .find(|earlier| is_same_request(&earlier.rule, &rule));
        if let Some(earlier) = earlier {
            let error = RuleError::Repeated {
                rule: rule.to_string(),
                method: name(),
                earlier: earlier.path.clone(),
            };
            self.report(path.clone(), error);
        }
        self.rules.push(PlacedRule { path, rule });
    }

    /// The HTTP method and the text of the path, and which field holds the path.
    fn pattern<'r>(
        &mut self,
        rule: &'r HttpRule,
        place: &[i32],
    ) -> Option<(Verb, &'r str, &'static [i32])> {
        Some(match rule.pattern.as_ref()? {
            Pattern::Get(path) => (Verb::Get, path, &[2]),
            Pattern::Put(path) => (Verb::Put, path, &[3]),
            Pattern::Post(path) => (Verb::Post, path, &[4]),
            Pattern::Delete(path) => (Verb::Delete, path, &[5]),
            Pattern::Patch(path) => (Verb::Patch, path, &[6]),
            Pattern::Custom(custom) => {
                let error = wrong_kind(&custom.kind);
                let is_wrong = error.as_ref().is_some_and(RuleError::is_error);
                if let Some(error) = error {
                    self.report([place, &[CUSTOM, KIND]].concat(), error);
                }
                if is_wrong {
                    return None;
                }
                (Verb::new(&custom.kind), &custom.path, &[CUSTOM, PATH])
            }
        })
    }
}

/// What there is to say about the `kind` of a custom pattern. The methods of
/// RFC 9110 and RFC 5789 are in upper case, and case matters.
fn wrong_kind(kind: &str) -> Option<RuleError> {
    const OWN: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "PATCH"];
    const OTHER: [&str; 4] = ["HEAD", "OPTIONS", "TRACE", "CONNECT"];
    let owned = || shortened(kind);
    let upper = kind.to_ascii_uppercase();
    if !is_token(kind) {
        return Some(RuleError::InvalidKind { kind: owned() });
    }
    if OWN.contains(&kind) {
        return Some(RuleError::KnownKind { kind: owned() });
    }
    let known = OWN.iter().chain(&OTHER);
    let is_other_case = upper != kind && known.into_iter().any(|known| *known == upper);
    is_other_case.then(|| RuleError::KindCase { kind: owned() })
}

/// A text as a message shows it: what has no end tells nobody more.
fn shortened(text: &str) -> String {
    const LIMIT: usize = 200;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// RFC 9110, section 5.6.2; `*`, which means every method here, is one too.
fn is_token(text: &str) -> bool {
    let is_token_char = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(is_token_char)
}
