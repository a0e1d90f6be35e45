use super::decode;
use super::rule::{Rule, Verb};
use super::template::{Segment, Template};

/// An example of a request that both rules match, or none.
///
/// A template with a custom verb and one without never meet: a request that bears
/// the verb belongs to the rule that names it (see [`Router`](super::Router)).
pub fn overlap(a: &Rule, b: &Rule) -> Option<String> {
    let verb = common_verb(&a.verb, &b.verb)?;
    let path = common_path(&a.template, &b.template)?;
    Some(format!("{verb} {path}"))
}

/// Whether two rules match the same requests, all of them, so that of one
/// method's bindings the second would never be taken.
pub(super) fn is_same_request(a: &Rule, b: &Rule) -> bool {
    a.verb == b.verb
        && a.template.verb() == b.template.verb()
        && a.template.segments() == b.template.segments()
}

fn common_verb<'a>(a: &'a Verb, b: &'a Verb) -> Option<&'a str> {
    match (a, b) {
        (Verb::Any, Verb::Any) => Some("GET"),
        (Verb::Any, other) | (other, Verb::Any) => Some(other.as_str()),
        (a, b) => (a == b).then(|| a.as_str()),
    }
}

fn common_path(a: &Template, b: &Template) -> Option<String> {
    if a.verb() != b.verb() {
        return None;
    }
    let (mut a_rest, mut b_rest) = (a.segments(), b.segments());
    let mut path = String::new();
    loop {
        let next = match (a_rest.first(), b_rest.first()) {
            (None, None) => break,
            // `**` is last, and takes whatever the other one wants.
            (Some(Segment::Multi), _) => {
                push_all(&mut path, b_rest);
                break;
            }
            (_, Some(Segment::Multi)) => {
                push_all(&mut path, a_rest);
                break;
            }
            (None, Some(_)) | (Some(_), None) => return None,
            (Some(Segment::Literal(a)), Some(Segment::Literal(b))) if a != b => return None,
            (Some(Segment::Single), Some(other)) => other,
            (Some(literal), Some(_)) => literal,
        };
        push(&mut path, next);
        (a_rest, b_rest) = (&a_rest[1..], &b_rest[1..]);
    }
    if path.is_empty() {
        path.push('/');
    }
    if let Some(verb) = a.verb() {
        path.push(':');
        path.push_str(&decode::encode(verb));
    }
    Some(path)
}

fn push_all(path: &mut String, segments: &[Segment]) {
    for segment in segments {
        push(path, segment);
    }
}

fn push(path: &mut String, segment: &Segment) {
    path.push('/');
    match segment {
        Segment::Literal(text) => path.push_str(&decode::encode(text)),
        Segment::Single | Segment::Multi => path.push('x'),
    }
}

#[cfg(test)]
mod tests {
    use super::super::rule::Body;
    use super::*;

    fn rule(text: &str) -> Rule {
        let (verb, template) = text.split_once(' ').unwrap();
        Rule {
            verb: Verb::new(verb),
            template: template.parse().unwrap(),
            body: Body::None,
            response_body: None,
        }
    }

    #[test]
    fn an_example_is_a_request_that_both_match() {
        for (a, b, example) in [
            ("GET /a", "GET /a", Some("GET /a")),
            ("GET /a", "POST /a", None),
            ("GET /a", "* /a", Some("GET /a")),
            ("* /a", "* /a", Some("GET /a")),
            ("HEAD /a", "* /a", Some("HEAD /a")),
            ("GET /a", "GET /b", None),
            ("GET /a", "GET /a/b", None),
            (
                "GET /v1/shelves/{id}",
                "GET /v1/{name=shelves/*}",
                Some("GET /v1/shelves/x"),
            ),
            (
                "GET /v1/shelves/mine",
                "GET /v1/*/{id}",
                Some("GET /v1/shelves/mine"),
            ),
            ("GET /v1/*/a", "GET /v1/b/*", Some("GET /v1/b/a")),
            ("GET /v1/*/a", "GET /v1/b/*/c", None),
            ("GET /v1/**", "GET /v1", Some("GET /v1")),
            ("GET /v1/**", "GET /v1/a/{b}", Some("GET /v1/a/x")),
            ("GET /v1/a/**", "GET /v1/**", Some("GET /v1/a/x")),
            ("GET /v1/a/**", "GET /v1/b/**", None),
            ("GET /v1/*/**", "GET /v1", None),
            ("GET /**", "GET /", Some("GET /")),
            ("GET /{a}:x", "GET /{a}:x", Some("GET /x:x")),
            ("GET /{a}:x", "GET /{a}:y", None),
            ("GET /{a}:x", "GET /{a}", None),
            ("GET /a%20b", "GET /*", Some("GET /a%20b")),
        ] {
            let (a, b) = (rule(a), rule(b));
            assert_eq!(overlap(&a, &b).as_deref(), example, "{a} and {b}");
            assert_eq!(overlap(&b, &a).as_deref(), example, "{b} and {a}");
        }
    }
}
