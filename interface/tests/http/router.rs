use proptest::prelude::*;
use vimana_interface::http::{RouteError, Router};

use crate::conflicts::{accepts, rule};

fn router(rules: &[&'static str]) -> Router<&'static str> {
    let mut router = Router::new();
    for text in rules {
        router.insert(rule(text), *text);
    }
    router
}

/// The rule of a request and its variables, or the error.
fn route(router: &Router<&'static str>, request: &str) -> String {
    let (method, path) = request.split_once(' ').unwrap();
    match router.route(method, path) {
        Ok(found) => {
            let target = [(*found.target).to_owned()];
            let names = found.rule.template.variables().iter();
            let variables = names.zip(&found.variables);
            let variables = variables.map(|(name, value)| format!("{}={value}", name.field));
            let parts: Vec<String> = target.into_iter().chain(variables).collect();
            parts.join(" ")
        }
        Err(error) => error.to_string(),
    }
}

const NOT_FOUND: &str = "no method has this path";

#[test]
fn the_most_specific_rule_wins_whatever_the_order() {
    let mut rules = [
        "GET /v1/{rest=**}",
        "GET /v1/shelves/{id}",
        "GET /v1/shelves/mine",
        "GET /v1/{any}/mine",
        "* /v1/shelves/{id}",
        "GET /v1/shelves/{id}:read",
        "POST /v1/shelves/{id}",
    ];
    for _ in 0..2 {
        let router = router(&rules);
        for (request, expected) in [
            ("GET /v1/shelves/mine", "GET /v1/shelves/mine"),
            ("GET /v1/shelves/7", "GET /v1/shelves/{id} id=7"),
            ("POST /v1/shelves/7", "POST /v1/shelves/{id} id=7"),
            ("POST /v1/shelves/mine", "POST /v1/shelves/{id} id=mine"),
            ("PUT /v1/shelves/7", "* /v1/shelves/{id} id=7"),
            ("GET /v1/shelves/7:read", "GET /v1/shelves/{id}:read id=7"),
            ("GET /v1/shelves/7:other", "GET /v1/shelves/{id} id=7:other"),
            ("POST /v1/shelves/7:read", "POST /v1/shelves/{id} id=7:read"),
            ("GET /v1/books/mine", "GET /v1/{any}/mine any=books"),
            ("GET /v1/a/b/c", "GET /v1/{rest=**} rest=a/b/c"),
            ("GET /v1/shelves", "GET /v1/{rest=**} rest=shelves"),
            ("GET /v1", "GET /v1/{rest=**} rest="),
            ("GET /v1/", "GET /v1/{rest=**} rest="),
        ] {
            assert_eq!(route(&router, request), expected, "{request}");
        }
        rules.reverse();
    }
}

#[test]
fn a_segment_is_never_empty() {
    let router = router(&["GET /a/{b}", "GET /a/{b}/c"]);
    for path in ["/a/", "/a//c", "/a", "/a/b/", "//a/b", "a/b", "", "/", "*"] {
        assert_eq!(route(&router, &format!("GET {path}")), NOT_FOUND, "{path}");
    }
}

#[test]
fn the_root_has_a_rule_of_its_own() {
    let router = router(&["GET /", "POST /**"]);
    assert_eq!(route(&router, "GET /"), "GET /");
    assert_eq!(route(&router, "POST /"), "POST /**");
    assert_eq!(
        route(&router, "GET /x"),
        "this path has no such HTTP method: expected POST"
    );
}

#[test]
fn another_method_is_told_which_there_are() {
    let router = router(&[
        "GET /a/{b}",
        "PUT /a/x",
        "HEAD /a/**",
        "GET /a/{b}:v",
        "POST /c",
    ]);
    let allow = |path: &str| match router.route("DELETE", path) {
        Err(RouteError::MethodNotAllowed { allow }) => allow,
        other => panic!("{other:?}"),
    };
    assert_eq!(allow("/a/x"), ["GET", "HEAD", "PUT"]);
    assert_eq!(allow("/a/y:v"), ["GET", "HEAD"]);
    assert_eq!(allow("/a"), ["HEAD"]);
    assert_eq!(router.route("GET", "/b").unwrap_err(), RouteError::NotFound);
    // Methods are told apart by case.
    assert!(router.route("get", "/a/y").is_err());
}

#[test]
fn one_segment_is_decoded_whole_and_several_keep_slashes() {
    let router = router(&[
        "GET /a/{one}",
        "GET /b/{many=**}",
        "GET /c/{x=d/*}:e%20f",
        "GET /l%C3%A9",
    ]);
    for (request, expected) in [
        ("GET /a/x%2Fy%20z%C3%A9", "GET /a/{one} one=x/y zé"),
        ("GET /b/x%2Fy/z%20%2f", "GET /b/{many=**} many=x%2Fy/z %2f"),
        ("GET /c/d/%41%2F:e%20f", "GET /c/{x=d/*}:e%20f x=d/A%2F"),
        ("GET /%61/b", "GET /a/{one} one=b"),
        ("GET /l%c3%a9", "GET /l%C3%A9"),
        // Not valid escapes: they stand for themselves.
        ("GET /a/100%", "GET /a/{one} one=100%"),
        ("GET /a/%zz", "GET /a/{one} one=%zz"),
        // No plus sign means a space in a path.
        ("GET /a/b+c", "GET /a/{one} one=b+c"),
        // An encoded colon is no verb.
        ("GET /c/d/x%3Ae%20f", NOT_FOUND),
        ("GET /a/%FF", "the path's `one` is no UTF-8"),
    ] {
        assert_eq!(route(&router, request), expected, "{request}");
    }
}

#[test]
fn variables_are_cut_from_the_middle() {
    let router = router(&["GET /a/{x=b/*/c}/d/{y}/{z=e/**}:v"]);
    assert_eq!(
        route(&router, "GET /a/b/1/c/d/2/e/3/4:v"),
        "GET /a/{x=b/*/c}/d/{y}/{z=e/**}:v x=b/1/c y=2 z=e/3/4"
    );
    assert_eq!(
        route(&router, "GET /a/b/1/c/d/2/e:v"),
        "GET /a/{x=b/*/c}/d/{y}/{z=e/**}:v x=b/1/c y=2 z=e"
    );
    assert_eq!(route(&router, "GET /a/b/1/c/d/2:v"), NOT_FOUND);
}

fn segment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "*", "*", "x%20y"])
}

fn template() -> impl Strategy<Value = String> {
    let verb = prop::sample::select(vec!["", "", ":a", ":v"]);
    (prop::collection::vec(segment(), 1..4), any::<bool>(), verb).prop_map(
        |(segments, multi, verb)| {
            let multi = if multi { "/**" } else { "" };
            format!("/{}{multi}{verb}", segments.join("/"))
        },
    )
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "x", "x%20y", "%61", ""]);
    let verb = prop::sample::select(vec!["", "", ":a", ":v", ":"]);
    (prop::collection::vec(segment, 0..5), verb)
        .prop_map(|(segments, verb)| format!("/{}{verb}", segments.join("/")))
}

fn matches(template: &str, path: &str) -> bool {
    accepts(&rule(&format!("GET {template}")), "GET", path)
}

proptest! {
    #[test]
    fn a_router_of_many_finds_what_a_router_of_one_does(
        templates in prop::collection::vec(template(), 1..6),
        path in path(),
    ) {
        let mut router = Router::new();
        for template in &templates {
            router.insert(rule(&format!("GET {template}")), template);
        }
        let expected = templates.iter().any(|template| matches(template, &path));
        match router.route("GET", &path) {
            Ok(found) => prop_assert!(matches(found.target, &path)),
            Err(_) => prop_assert!(!expected),
        }
        let refused = router.route("PUT", &path).unwrap_err();
        prop_assert_eq!(expected, refused != RouteError::NotFound);
    }
}
