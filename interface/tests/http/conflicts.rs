//! Conflicts, against what the router takes.

use std::collections::BTreeSet;

use proptest::prelude::*;
use vimana_interface::http::{Body, Router, Rule, Verb, conflicts, overlap};

pub(crate) fn rule(text: &str) -> Rule {
    let (verb, template) = text.split_once(' ').unwrap();
    Rule {
        verb: Verb::new(verb),
        template: template.parse().unwrap(),
        body: Body::None,
        response_body: None,
    }
}

/// Whether a rule that stands alone takes the request.
pub(crate) fn accepts(rule: &Rule, verb: &str, path: &str) -> bool {
    let mut router = Router::new();
    router.insert(rule.clone(), ());
    router.route(verb, path).is_ok()
}

/// All texts of at most `length` of the parts, each behind `/`.
fn paths(parts: &[&str], length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..length {
        let longer = last
            .iter()
            .flat_map(|path| parts.iter().map(move |part| format!("{path}/{part}")));
        last = longer.collect();
        all.extend(last.iter().cloned());
    }
    all.remove(0);
    all
}

/// Every template of at most three segments out of `a`, `b`, `*`, and `**` at the
/// end, with and without a verb.
fn templates() -> Vec<String> {
    let mut templates = vec!["/".to_owned(), "/**".to_owned(), "/**:v".to_owned()];
    for path in paths(&["a", "b", "*"], 3) {
        if path.matches('/').count() < 3 {
            templates.extend([format!("{path}/**"), format!("{path}/**:v")]);
        }
        templates.extend([format!("{path}:v"), path]);
    }
    templates
}

/// Every path of at most four segments out of literals, one that no template
/// names, and an empty one, with and without verbs.
fn requests() -> Vec<String> {
    let mut requests = vec!["/".to_owned()];
    for path in paths(&["a", "b", "z", ""], 4) {
        requests.extend([format!("{path}:v"), format!("{path}:w"), path]);
    }
    requests
}

#[test]
fn no_overlap_of_small_templates_is_missed_and_none_is_made_up() {
    let rules: Vec<Rule> = templates()
        .iter()
        .map(|template| rule(&format!("GET {template}")))
        .collect();
    let requests = requests();
    let taken: Vec<Vec<bool>> = rules
        .iter()
        .map(|rule| {
            requests
                .iter()
                .map(|path| accepts(rule, "GET", path))
                .collect()
        })
        .collect();
    let mut overlaps = 0;
    for (a, taken_by_a) in rules.iter().zip(&taken) {
        for (b, taken_by_b) in rules.iter().zip(&taken) {
            let both = taken_by_a.iter().zip(taken_by_b).any(|(a, b)| *a && *b);
            match overlap(a, b) {
                Some(example) => {
                    let path = example.strip_prefix("GET ").unwrap();
                    assert!(accepts(a, "GET", path), "{a} {path}");
                    assert!(accepts(b, "GET", path), "{b} {path}");
                    assert!(both, "{a} {b} {path}");
                    overlaps += 1;
                }
                // Of two rules of which one has a verb, that one goes first.
                None if a.template.verb() != b.template.verb() => {}
                None => assert!(!both, "{a} {b}"),
            }
        }
    }
    assert!(overlaps > 1_000, "{overlaps}");
}

#[test]
fn methods_overlap_where_a_request_has_both() {
    let verbs = ["GET", "HEAD", "POST", "MAKE", "*"];
    for a in verbs {
        for b in verbs {
            let [first, second] = [a, b].map(|verb| rule(&format!("{verb} /a/{{x}}")));
            let both = ["GET", "HEAD", "POST", "MAKE", "OTHER"]
                .into_iter()
                .any(|verb| accepts(&first, verb, "/a/b") && accepts(&second, verb, "/a/b"));
            let example = overlap(&first, &second);
            assert_eq!(example.is_some(), both, "{a} {b}");
            if let Some(example) = example {
                let (verb, path) = example.split_once(' ').unwrap();
                assert!(accepts(&first, verb, path) && accepts(&second, verb, path));
            }
        }
    }
}

fn segment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a", "b", "*", "{x}", "x%20y", "%C3%A9", "a%2Fb", "%3A",
    ])
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let method = prop::sample::select(vec!["GET", "POST", "HEAD", "*"]);
    let verb = prop::sample::select(vec!["", "", ":a", ":v%20w"]);
    let segments = prop::collection::vec(segment(), 0..4);
    (method, segments, any::<bool>(), verb).prop_map(|(method, mut segments, multi, verb)| {
        let is_variable = |segment: &&str| *segment == "{x}";
        if segments
            .iter()
            .filter(|segment| is_variable(segment))
            .count()
            > 1
        {
            segments.retain(|segment| !is_variable(segment));
        }
        if multi || segments.is_empty() {
            segments.push("**");
        }
        rule(&format!("{method} /{}{verb}", segments.join("/")))
    })
}

proptest! {
    #[test]
    fn an_overlap_is_a_request_that_both_match(a in any_rule(), b in any_rule()) {
        if let Some(example) = overlap(&a, &b) {
            let (verb, path) = example.split_once(' ').unwrap();
            prop_assert!(accepts(&a, verb, path), "{a} {example}");
            prop_assert!(accepts(&b, verb, path), "{b} {example}");
        }
    }

    #[test]
    fn the_conflicts_of_many_are_the_overlaps_of_each_two(
        rules in prop::collection::vec(any_rule(), 0..24)
    ) {
        let rules: Vec<&Rule> = rules.iter().collect();
        let found = conflicts(&rules, &|_, _| false);
        prop_assert!(!found.is_partial);
        let told: BTreeSet<usize> =
            found.found.iter().flat_map(|found| [found.first, found.second]).collect();
        for conflict in &found.found {
            prop_assert!(conflict.first < conflict.second);
            let expected = overlap(rules[conflict.first], rules[conflict.second]);
            prop_assert_eq!(expected.as_ref(), Some(&conflict.example));
        }
        // Of a rule with many conflicts some are left out, of none all.
        for (index, rule) in rules.iter().enumerate() {
            let others = rules.iter().enumerate().filter(|(other, _)| *other != index);
            let has_some = others.clone().any(|(_, other)| overlap(rule, other).is_some());
            prop_assert_eq!(told.contains(&index), has_some, "{}", rule);
        }
    }
}

#[test]
fn a_few_conflicts_are_all_told() {
    let texts = [
        "GET /a",
        "GET /{x}",
        "POST /a",
        "* /a",
        "GET /b/**",
        "GET /b/c",
        "GET /a:v",
    ];
    let rules = texts.map(rule);
    let rules: Vec<&Rule> = rules.iter().collect();
    let pairs = |may_share: &dyn Fn(usize, usize) -> bool| -> Vec<(usize, usize)> {
        let found = conflicts(&rules, may_share).found;
        found
            .iter()
            .map(|found| (found.first, found.second))
            .collect()
    };
    // `/b` matches `/{x}` and `/b/**`.
    let expected = [(0, 1), (0, 3), (1, 3), (1, 4), (2, 3), (4, 5)];
    assert_eq!(pairs(&|_, _| false), expected);
    let without = |a: usize, b: usize| a == 3 || b == 3;
    assert_eq!(pairs(&without), [(0, 1), (1, 4), (4, 5)]);
}

/// What compares each with each takes a hundred million steps for these, and
/// what tells every conflict has as many to tell.
#[test]
fn many_rules_are_compared_in_few_steps() {
    let many = |make: &dyn Fn(usize) -> String| -> Vec<Rule> {
        (0..10_000).map(|index| rule(&make(index))).collect()
    };
    let half = |index: usize| index.is_multiple_of(2);
    for (rules, expected) in [
        (many(&|index| format!("GET /{{x}}/a{index}")), 0),
        (
            many(&|index| {
                if half(index) {
                    format!("GET /{{x}}/a{index}")
                } else {
                    format!("GET /b{index}/c{index}")
                }
            }),
            0,
        ),
        (many(&|index| format!("M{index} /a")), 0),
        (many(&|_| "GET /a".to_owned()), 9_999),
        (
            many(&|index| {
                if index == 0 {
                    "GET /**".to_owned()
                } else {
                    format!("GET /a{index}")
                }
            }),
            9_999,
        ),
    ] {
        let rules: Vec<&Rule> = rules.iter().collect();
        let found = conflicts(&rules, &|_, _| false);
        assert!(!found.is_partial, "{}", rules[1]);
        let told: BTreeSet<usize> = found
            .found
            .iter()
            .flat_map(|found| [found.first, found.second])
            .collect();
        assert!(found.found.len() >= expected && found.found.len() <= 5 * expected);
        assert_eq!(told.len(), if expected == 0 { 0 } else { 10_000 });
    }
}

#[test]
fn entangled_rules_are_compared_in_part() {
    // Each of the 8,192 paths leads to a node that all the others meet.
    let rules: Vec<Rule> = (0..8_192u32)
        .map(|index| {
            let segments: String = (0..13)
                .map(|bit| if index >> bit & 1 == 0 { "/a" } else { "/*" })
                .collect();
            rule(&format!("M{index} {segments}"))
        })
        .collect();
    let rules: Vec<&Rule> = rules.iter().collect();
    assert!(conflicts(&rules, &|_, _| false).is_partial);
}
