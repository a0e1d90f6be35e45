use std::sync::Arc;

use super::decode;
use super::rule::{Rule, Verb};
use super::template::{FieldPath, Segment};

/// Finds the rule that a request belongs to, in a trie of path segments, which is
/// made once of the rules.
///
/// Among rules that match, the most specific one wins: a custom verb before none,
/// then from left to right a literal before `*` before `**`, then a named HTTP
/// method before `*`. Nothing is allocated but the variables of the match.
///
/// A clone shares its nodes with the original. A change copies those on its way, so
/// that it costs what it changes, whatever else there is.
#[derive(Debug)]
pub struct Router<T> {
    root: Arc<Node<T>>,
}

#[derive(Clone, Debug)]
struct Node<T> {
    /// Sorted by the (decoded) text.
    literals: Vec<(Box<str>, Arc<Node<T>>)>,
    single: Option<Arc<Node<T>>>,
    /// The rules that end here in `**`.
    multi: Vec<Leaf<T>>,
    /// The rules that end here.
    leaves: Vec<Leaf<T>>,
}

#[derive(Clone, Debug)]
struct Leaf<T> {
    rule: Arc<Rule>,
    target: T,
}

/// The rule of a request.
#[derive(Debug)]
pub struct Match<'a, T> {
    /// What was inserted with the rule.
    pub target: &'a T,
    /// The rule.
    pub rule: &'a Arc<Rule>,
    /// The path's variables, decoded, in the order of the template.
    pub variables: Vec<String>,
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

impl<T> Clone for Router<T> {
    fn clone(&self) -> Self {
        Router {
            root: Arc::clone(&self.root),
        }
    }
}

impl<T: Clone> Router<T> {
    /// Adds a rule. Of two rules that match the same requests, the first one
    /// added is taken.
    pub fn insert(&mut self, rule: impl Into<Arc<Rule>>, target: T) {
        self.insert_before(rule, target, |_| false);
    }

    /// Adds a rule before those that match the same requests and whose targets
    /// `is_later` says so of.
    pub fn insert_before(
        &mut self,
        rule: impl Into<Arc<Rule>>,
        target: T,
        is_later: impl Fn(&T) -> bool,
    ) {
        let rule = rule.into();
        let leaves = Arc::make_mut(&mut self.root).leaves_of(rule.template.segments());
        let at = leaves.iter().position(|leaf| is_later(&leaf.target));
        leaves.insert(at.unwrap_or(leaves.len()), Leaf { rule, target });
    }

    /// Takes away the targets of a rule that `is_gone` says so of.
    pub fn remove(&mut self, rule: &Rule, is_gone: impl Fn(&T) -> bool) {
        let is_gone = |leaf: &Leaf<T>| *leaf.rule == *rule && is_gone(&leaf.target);
        Arc::make_mut(&mut self.root).remove(rule.template.segments(), &is_gone);
    }
}

impl<T> Router<T> {
    /// A router without rules.
    pub fn new() -> Self {
        Router {
            root: Arc::new(Node::new()),
        }
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.root.is_empty()
    }

    /// The rule of a request with this HTTP method and this path, which is as the
    /// request line has it: encoded, and without its query.
    pub fn route(&self, method: &str, path: &str) -> Result<Match<'_, T>, RouteError> {
        let (leaf, path) = self.find(method, path)?;
        leaf.capture(path)
    }

    /// What was inserted with the rule of a request.
    pub fn target(&self, method: &str, path: &str) -> Result<&T, RouteError> {
        self.find(method, path).map(|(leaf, _)| &leaf.target)
    }

    /// The rule's leaf, and the path without what is no segment of it.
    fn find<'p>(&self, method: &str, path: &'p str) -> Result<(&Leaf<T>, &'p str), RouteError> {
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
                return Ok((leaf, before));
            }
        }
        match self.root.find(non_empty(whole), plain) {
            Some(leaf) => Ok((leaf, whole)),
            None => Err(self.refusal(whole)),
        }
    }

    /// The HTTP methods that the rules of a path have, sorted; `*` for all.
    pub fn methods(&self, path: &str) -> Vec<String> {
        match path.strip_prefix('/').map(|whole| self.refusal(whole)) {
            Some(RouteError::MethodNotAllowed { allow }) => allow,
            _ => Vec::new(),
        }
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

    fn is_empty(&self) -> bool {
        self.literals.is_empty()
            && self.single.is_none()
            && self.multi.is_empty()
            && self.leaves.is_empty()
    }

    fn literal_child(&self, segment: &str) -> Option<&Node<T>> {
        let at = if segment.contains('%') {
            self.literals
                .binary_search_by(|(known, _)| decode::compare(segment, known).reverse())
        } else {
            self.literals
                .binary_search_by(|(known, _)| known.as_ref().cmp(segment))
        };
        Some(&*self.literals[at.ok()?].1)
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

impl<T: Clone> Node<T> {
    /// Where the rules of a template are, with the nodes on the way to them.
    fn leaves_of(&mut self, segments: &[Segment]) -> &mut Vec<Leaf<T>> {
        let Some((segment, rest)) = segments.split_first() else {
            return &mut self.leaves;
        };
        let child = match segment {
            Segment::Multi => return &mut self.multi,
            Segment::Single => self.single.get_or_insert_with(|| Arc::new(Node::new())),
            Segment::Literal(text) => {
                let at = match self.place(text) {
                    Ok(at) => at,
                    Err(at) => {
                        self.literals
                            .insert(at, (text.clone(), Arc::new(Node::new())));
                        at
                    }
                };
                &mut self.literals[at].1
            }
        };
        Arc::make_mut(child).leaves_of(rest)
    }

    /// Removes leaves, and the nodes that nothing is left of.
    fn remove(&mut self, segments: &[Segment], is_gone: &dyn Fn(&Leaf<T>) -> bool) {
        let Some((segment, rest)) = segments.split_first() else {
            return self.leaves.retain(|leaf| !is_gone(leaf));
        };
        match segment {
            Segment::Multi => self.multi.retain(|leaf| !is_gone(leaf)),
            Segment::Single => {
                if let Some(child) = &mut self.single {
                    Arc::make_mut(child).remove(rest, is_gone);
                }
                self.single.take_if(|child| child.is_empty());
            }
            Segment::Literal(text) => {
                let Ok(at) = self.place(text) else {
                    return;
                };
                let child = Arc::make_mut(&mut self.literals[at].1);
                child.remove(rest, is_gone);
                if child.is_empty() {
                    self.literals.remove(at);
                }
            }
        }
    }

    fn place(&self, text: &str) -> Result<usize, usize> {
        self.literals
            .binary_search_by(|(known, _)| known.as_ref().cmp(text))
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
            variables.push(decoded);
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
