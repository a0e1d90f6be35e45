use super::decode;
use super::rule::{Rule, Verb};
use super::template::{FieldPath, Segment};

/// Finds the rule that a request belongs to, in a tree of path segments.
///
/// Among rules that match, the most specific one wins: a custom verb before none,
/// then from left to right a literal before `*` before `**`, then a named HTTP
/// method before `*`. Nothing is allocated but the variables of the match.
#[derive(Clone, Debug)]
pub struct Router<T> {
    root: Node<T>,
}

#[derive(Clone, Debug)]
struct Node<T> {
    /// Sorted by the (decoded) text.
    literals: Vec<(Box<str>, Node<T>)>,
    single: Option<Box<Node<T>>>,
    /// The rules that end here in `**`.
    multi: Vec<Leaf<T>>,
    /// The rules that end here.
    leaves: Vec<Leaf<T>>,
}

#[derive(Clone, Debug)]
struct Leaf<T> {
    rule: Rule,
    target: T,
}

/// The rule of a request.
#[derive(Debug)]
pub struct Match<'a, T> {
    /// What was inserted with the rule.
    pub target: &'a T,
    /// The rule.
    pub rule: &'a Rule,
    /// The path's variables, decoded.
    pub variables: Vec<(FieldPath, String)>,
}

/// Why no rule serves a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// 404: no rule has this path.
    #[error("no method has this path")]
    NotFound,
    /// 405: rules have this path, but for other HTTP methods.
    #[error("this path has no such HTTP method: expected {}", allow.join(", "))]
    MethodNotAllowed {
        /// The methods that there are, sorted.
        allow: Vec<String>,
    },
    /// 400: a variable's bytes are no UTF-8 once decoded.
    #[error("the path's `{field}` is no UTF-8")]
    NotUtf8 {
        /// The variable.
        field: FieldPath,
    },
}

/// The part of a request that leaves are compared with.
#[derive(Clone, Copy)]
struct Request<'a> {
    method: &'a str,
    /// The text behind the path's last colon, when this pass takes it for a verb.
    verb: Option<&'a str>,
}

impl<T> Default for Router<T> {
    fn default() -> Self {
        Router::new()
    }
}

impl<T> Router<T> {
    /// A router without rules.
    pub fn new() -> Self {
        Router { root: Node::new() }
    }

    /// Adds a rule. Of two rules that match the same requests, the first one
    /// added is taken.
    pub fn insert(&mut self, rule: &Rule, target: T) {
        let mut node = &mut self.root;
        let leaf = Leaf {
            rule: rule.clone(),
            target,
        };
        for segment in rule.template.segments() {
            node = match segment {
                Segment::Literal(text) => node.literal(text),
                Segment::Single => node.single.get_or_insert_with(|| Box::new(Node::new())),
                Segment::Multi => return node.multi.push(leaf),
            };
        }
        node.leaves.push(leaf);
    }

    /// The rule of a request with this HTTP method and this path, which is as the
    /// request line has it: encoded, and without its query.
    pub fn route(&self, method: &str, path: &str) -> Result<Match<'_, T>, RouteError> {
        let Some(whole) = path.strip_prefix('/') else {
            return Err(RouteError::NotFound);
        };
        let plain = Request { method, verb: None };
        if let Some((before, verb)) = split_verb(whole) {
            let request = Request {
                method,
                verb: Some(verb),
            };
            if let Some(leaf) = self.root.find(non_empty(before), request) {
                return leaf.capture(before);
            }
        }
        if let Some(leaf) = self.root.find(non_empty(whole), plain) {
            return leaf.capture(whole);
        }
        Err(self.refusal(whole))
    }

    fn refusal(&self, whole: &str) -> RouteError {
        let mut allow = Vec::new();
        if let Some((before, verb)) = split_verb(whole) {
            self.root.methods(non_empty(before), Some(verb), &mut allow);
        }
        self.root.methods(non_empty(whole), None, &mut allow);
        if allow.is_empty() {
            return RouteError::NotFound;
        }
        allow.sort_unstable();
        allow.dedup();
        RouteError::MethodNotAllowed { allow }
    }
}

impl<T> Node<T> {
    fn new() -> Self {
        Node {
            literals: Vec::new(),
            single: None,
            multi: Vec::new(),
            leaves: Vec::new(),
        }
    }

    fn literal(&mut self, text: &str) -> &mut Node<T> {
        let at = match self
            .literals
            .binary_search_by(|(known, _)| known.as_ref().cmp(text))
        {
            Ok(at) => at,
            Err(at) => {
                self.literals.insert(at, (text.into(), Node::new()));
                at
            }
        };
        &mut self.literals[at].1
    }

    fn literal_child(&self, segment: &str) -> Option<&Node<T>> {
        let at = self
            .literals
            .binary_search_by(|(known, _)| decode::compare(segment, known).reverse())
            .ok()?;
        Some(&self.literals[at].1)
    }

    /// `rest` is none at the end of the path. Each node is visited at most once,
    /// since `**` is always last.
    fn find(&self, rest: Option<&str>, request: Request<'_>) -> Option<&Leaf<T>> {
        let here = match rest {
            None => pick(&self.leaves, request),
            Some(rest) => {
                let (segment, rest) = split_segment(rest);
                self.literal_child(segment)
                    .and_then(|child| child.find(rest, request))
                    .or_else(|| {
                        let child = self.single.as_ref().filter(|_| !segment.is_empty())?;
                        child.find(rest, request)
                    })
            }
        };
        here.or_else(|| pick(&self.multi, request))
    }

    fn methods(&self, rest: Option<&str>, verb: Option<&str>, allow: &mut Vec<String>) {
        let mut collect = |leaves: &[Leaf<T>]| {
            let matching = leaves.iter().filter(|leaf| leaf.has_verb(verb));
            allow.extend(matching.map(|leaf| leaf.rule.verb.to_string()));
        };
        collect(&self.multi);
        let Some(rest) = rest else {
            return collect(&self.leaves);
        };
        let (segment, rest) = split_segment(rest);
        if let Some(child) = self.literal_child(segment) {
            child.methods(rest, verb, allow);
        }
        if let Some(child) = self.single.as_ref().filter(|_| !segment.is_empty()) {
            child.methods(rest, verb, allow);
        }
    }
}

impl<T> Leaf<T> {
    fn has_verb(&self, verb: Option<&str>) -> bool {
        match (self.rule.template.verb(), verb) {
            (None, None) => true,
            (Some(own), Some(verb)) => decode::compare(verb, own).is_eq(),
            _ => false,
        }
    }

    /// Cuts the variables out of the path, which matches the template.
    fn capture<'a>(&'a self, path: &str) -> Result<Match<'a, T>, RouteError> {
        let template = &self.rule.template;
        let mut variables = Vec::with_capacity(template.variables().len());
        let mut rest = non_empty(path);
        let mut at = 0;
        for variable in template.variables() {
            while at < variable.segments.start {
                rest = rest.and_then(|rest| split_segment(rest).1);
                at += 1;
            }
            let text = rest.unwrap_or_default();
            let last = template.segments()[variable.segments.clone()].last();
            let captured = if last == Some(&Segment::Multi) {
                text
            } else {
                while at < variable.segments.end {
                    rest = rest.and_then(|rest| split_segment(rest).1);
                    at += 1;
                }
                // Up to the slash before the rest.
                let tail = rest.map_or(0, |rest| rest.len() + 1);
                &text[..text.len().saturating_sub(tail)]
            };
            let decoded = if template.is_multi_segment(variable) {
                decode::segments(captured)
            } else {
                decode::segment(captured)
            };
            let Some(decoded) = decoded else {
                return Err(RouteError::NotUtf8 {
                    field: variable.field.clone(),
                });
            };
            variables.push((variable.field.clone(), decoded));
        }
        Ok(Match {
            target: &self.target,
            rule: &self.rule,
            variables,
        })
    }
}

fn pick<'a, T>(leaves: &'a [Leaf<T>], request: Request<'_>) -> Option<&'a Leaf<T>> {
    let matching = || leaves.iter().filter(|leaf| leaf.has_verb(request.verb));
    matching()
        .find(|leaf| leaf.rule.verb != Verb::Any && leaf.rule.verb.as_str() == request.method)
        .or_else(|| matching().find(|leaf| leaf.rule.verb == Verb::Any))
}

/// The path without its leading slash: none when it has no segment at all.
fn non_empty(path: &str) -> Option<&str> {
    (!path.is_empty()).then_some(path)
}

fn split_segment(path: &str) -> (&str, Option<&str>) {
    match path.split_once('/') {
        Some((segment, rest)) => (segment, Some(rest)),
        None => (path, None),
    }
}

/// Splits at the last colon of the last segment.
fn split_verb(path: &str) -> Option<(&str, &str)> {
    let (before, verb) = path.rsplit_once(':')?;
    (!verb.is_empty() && !verb.contains('/')).then_some((before, verb))
}
