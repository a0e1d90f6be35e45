use vimana_interface::http::{Body, Router, Rule, Template, Verb, overlap};

/// Lines of `VERB TEMPLATE`, and the last line a request, `VERB PATH`.
pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let lines: Vec<&str> = text.lines().take(8).collect();
    let rules: Vec<Rule> = lines.iter().filter_map(|line| rule(line)).collect();
    let mut router = Router::new();
    for (index, rule) in rules.iter().enumerate() {
        router.insert(rule.clone(), index);
        for other in &rules[index + 1..] {
            check_overlap(rule, other);
        }
    }
    let Some((verb, path)) = lines.last().and_then(|line| line.split_once(' ')) else {
        return;
    };
    if let Ok(found) = router.route(verb, path) {
        assert_eq!(**found.rule, rules[*found.target]);
        assert_eq!(found.variables.len(), found.rule.template.variables().len());
        assert!(accepts(found.rule, verb, path));
    } else {
        // A variable that is no UTF-8 refuses the request as a whole.
        let alone = |rule: &Rule| accepts(rule, verb, path);
        assert!(path.contains('%') || !rules.iter().any(alone));
    }
}

fn rule(line: &str) -> Option<Rule> {
    let (verb, template) = line.split_once(' ')?;
    match template.parse::<Template>() {
        Ok(parsed) => {
            assert_eq!(parsed.to_string(), template);
            Some(Rule {
                verb: Verb::new(verb),
                template: parsed,
                body: Body::None,
                response_body: None,
            })
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(template.get(error.range.clone()).is_some());
            None
        }
    }
}

/// The example of an overlap is a request that both rules match.
fn check_overlap(a: &Rule, b: &Rule) {
    let example = overlap(a, b);
    assert_eq!(example.is_some(), overlap(b, a).is_some());
    let Some(example) = example else {
        return;
    };
    let (verb, path) = example.split_once(' ').unwrap();
    assert!(accepts(a, verb, path), "{a} {example}");
    assert!(accepts(b, verb, path), "{b} {example}");
}

fn accepts(rule: &Rule, verb: &str, path: &str) -> bool {
    let mut router = Router::new();
    router.insert(rule.clone(), ());
    router.route(verb, path).is_ok()
}
