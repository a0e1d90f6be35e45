//! That the readers and the schemas agree on what is right.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::string::string_regex;
use serde_json::{Map, Value, json};

use super::{Shape, Takes, Text, schema};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::unknown_rule;
use crate::source::RepoPath;
use crate::{settings, vpods};

/// What is no value of any key.
fn wrong() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(json!(-1)),
        Just(json!(0)),
        Just(json!(1.5)),
        Just(json!(true)),
        Just(json!("")),
        Just(json!("a b")),
        Just(json!("Main")),
        Just(json!("-a")),
        Just(json!([])),
        Just(json!([1])),
        Just(json!([["a"]])),
        Just(json!({})),
        Just(json!({"a": []})),
        Just(json!({"a": {"b": 1}})),
        "[A-Za-z0-9./:_-]{0,70}".prop_map(Value::String),
    ]
    .boxed()
}

fn text(text: Text) -> BoxedStrategy<String> {
    match text {
        Text::Any => "[ -~é]{0,5}".boxed(),
        Text::Some => "[a-z]{1,5}".boxed(),
        Text::OneOf(values) | Text::Probably(values) => {
            prop::sample::select(values).prop_map(str::to_owned).boxed()
        }
        Text::Like(pattern, longest, except) => {
            let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
            string_regex(pattern)
                .unwrap()
                .prop_filter("within the limits", move |text| {
                    longest.is_none_or(|longest| text.len() <= longest)
                        && except.is_none_or(|_| !text.eq_ignore_ascii_case("main"))
                })
                .boxed()
        }
    }
}

/// A value that is right, or nearly.
fn value(takes: Takes) -> BoxedStrategy<Value> {
    let right = match takes {
        Takes::Text(kind) => text(kind).prop_map(Value::String).boxed(),
        Takes::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Takes::Number => (0..100_u32).prop_map(|number| json!(number)).boxed(),
        Takes::Count => (1..100_u32).prop_map(|number| json!(number)).boxed(),
        // Of tables that have names, two might have one.
        Takes::List(Takes::Table(shape)) => prop::collection::vec(table(shape), 0..2)
            .prop_map(Value::Array)
            .boxed(),
        Takes::List(items) => prop::collection::vec(value(*items), 0..3)
            .prop_map(Value::Array)
            .boxed(),
        Takes::Table(shape) => table(shape),
        Takes::Tables(names, shape) => named(text(names), table(shape)),
        Takes::Scalars => {
            let scalar = prop_oneof![
                Just(json!("x")),
                Just(json!(1)),
                Just(json!(0.5)),
                Just(json!(true))
            ];
            named("[A-Z]{1,3}".boxed(), scalar.boxed())
        }
        Takes::Listed(names, values) => {
            let names: Vec<String> = names()
                .into_iter()
                .flat_map(|entry| [entry.name.to_lowercase(), entry.name])
                .collect();
            named(prop::sample::select(names).boxed(), value(*values))
        }
        Takes::Later => Just(json!("x")).boxed(),
    };
    prop_oneof![40 => right, 1 => wrong()].boxed()
}

/// A table of one name at most, which may be a wrong one.
fn named(names: BoxedStrategy<String>, values: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let names =
        prop_oneof![20 => names, 1 => Just("no name".to_owned()), 1 => Just("-".to_owned())];
    prop::collection::btree_map(names, values, 0..2)
        .prop_map(|entries| Value::Object(entries.into_iter().collect()))
        .boxed()
}

/// A table of the shape: keys that are required are mostly there, and of those
/// that exclude each other there is mostly one.
fn table(shape: &'static Shape) -> BoxedStrategy<Value> {
    let keys: Vec<_> = shape
        .keys
        .iter()
        .map(|key| {
            let share = match key.value {
                Takes::Later => 0.02,
                _ if key.is_required => 0.97,
                _ => 0.5,
            };
            (
                Just(key.name),
                prop::option::weighted(share, value(key.value)),
            )
        })
        .collect();
    let unknown = prop::option::weighted(0.03, (Just("unknown"), wrong()));
    (keys, unknown, any::<prop::sample::Index>(), 0..30_u8)
        .prop_map(move |(keys, unknown, index, luck)| {
            let mut entries: Map<String, Value> = keys
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .chain(unknown.map(|(name, value)| (name.to_owned(), value)))
                .collect();
            if !shape.one_of.is_empty() && luck > 0 {
                let kept = index.get(shape.one_of);
                let first = shape.one_of.iter().find_map(|name| entries.remove(*name));
                shape.one_of.iter().for_each(|name| {
                    entries.remove(*name);
                });
                entries.insert((*kept).to_owned(), first.unwrap_or(json!("x")));
            }
            Value::Object(entries)
        })
        .boxed()
}

/// Whether anything in `found` says that the file is wrong.
fn is_refused(found: &[Diagnostic]) -> bool {
    found
        .iter()
        .any(|found| found.severity == Severity::Error || found.code == unknown_rule::RULE.code)
}

fn validator(schema: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

static SETTINGS: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| validator(&schema("", &settings::shape::ROOT)));

static VPODS: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| validator(&schema("", &vpods::shape::ROOT)));

fn read_settings(text: &str) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    settings::read(&RepoPath::new("vimana.toml").unwrap(), text, &mut out);
    out
}

fn read_vpods(text: &str) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    vpods::read(&RepoPath::new("vpods.yml").unwrap(), text, &mut out);
    out
}

/// No schema can say that a cluster is there: a name of the right type is that
/// of one that is.
fn with_default_cluster(mut document: Value) -> Value {
    let first = document
        .get("cluster")
        .and_then(Value::as_object)
        .and_then(|clusters| clusters.keys().next().cloned())
        .unwrap_or_else(|| "local".to_owned());
    if let Some(name) = document.pointer_mut("/workspace/default_cluster")
        && name.as_str().is_some_and(|name| !name.is_empty())
    {
        *name = json!(first);
    }
    document
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn settings_are_refused_by_both_or_by_neither(document in table(&settings::shape::ROOT)) {
        let document = with_default_cluster(document);
        let text = toml::to_string(&document).unwrap();
        let found = read_settings(&text);
        let errors: Vec<String> = SETTINGS.iter_errors(&document).map(|e| e.to_string()).collect();
        prop_assert_eq!(is_refused(&found), !errors.is_empty(), "{}\n{:#?}\n{:#?}", text, found, errors);
    }

    #[test]
    fn vpods_are_refused_by_both_or_by_neither(document in table(&vpods::shape::ROOT)) {
        // JSON is YAML.
        let text = serde_json::to_string(&document).unwrap();
        let found = read_vpods(&text);
        let errors: Vec<String> = VPODS.iter_errors(&document).map(|e| e.to_string()).collect();
        prop_assert_eq!(is_refused(&found), !errors.is_empty(), "{}\n{:#?}\n{:#?}", text, found, errors);
    }
}

/// Every key of `shape`, each with where it is in a document that has it.
fn paths(shape: &'static Shape, at: &str, found: &mut Vec<String>) {
    for key in shape.keys {
        let at = format!("{at}/{}", key.name);
        found.push(at.clone());
        match key.value {
            Takes::Table(shape) => paths(shape, &at, found),
            Takes::Tables(_, shape) => paths(shape, &format!("{at}/x"), found),
            Takes::List(Takes::Table(shape)) => paths(shape, &format!("{at}/0"), found),
            _ => {}
        }
    }
}

#[test]
fn a_value_of_the_wrong_type_is_refused_at_every_key() {
    let settings = json!({
        "workspace": {"name": "a", "domain": "a.b", "default_cluster": "x"},
        "cluster": {"x": {"engine": "embedded", "endpoint": "http://a", "region": "a/b", "also": [], "cost": 1}},
        "variable": {"x": {"env": "x", "secret": true}},
        "domain": {"x": {"openapi": true}},
        "check": {"rules": {"VM0045": "off"}},
    });
    let vpods = json!({"sessions": [{"name": "a", "limitConnections": 1, "containers": [{
        "name": "b", "network": "n", "image": "i", "source": "s.js", "launcher": "JSModule",
        "environment": {"A": 1}, "reachableVPods": ["c"], "resourcesUrl": "r",
    }]}]});
    assert!(!is_refused(&read_settings(
        &toml::to_string(&settings).unwrap()
    )));
    assert!(!is_refused(&read_vpods(&vpods.to_string())));

    let [mut of_settings, mut of_vpods] = [vec![], vec![]];
    paths(&settings::shape::ROOT, "", &mut of_settings);
    paths(&vpods::shape::ROOT, "", &mut of_vpods);
    // A date is no JSON, so that both take what is given for a list of lists.
    for path in of_settings {
        let mut document = settings.clone();
        put(&mut document, &path, json!([[1]]));
        let text = toml::to_string(&document).unwrap();
        assert!(is_refused(&read_settings(&text)), "{path}");
        assert!(!SETTINGS.is_valid(&document), "{path}");
    }
    for path in of_vpods {
        let mut document = vpods.clone();
        put(&mut document, &path, json!([[1]]));
        assert!(is_refused(&read_vpods(&document.to_string())), "{path}");
        assert!(!VPODS.is_valid(&document), "{path}");
    }
}

/// Sets the value at `path`, in tables that are there.
fn put(document: &mut Value, path: &str, value: Value) {
    let (table, key) = path.rsplit_once('/').unwrap();
    document.pointer_mut(table).unwrap()[key] = value;
}

#[test]
fn the_example_is_valid() {
    let text = include_str!("../../../../examples/repo/vimana.toml");
    let document: Value = toml::from_str(text).unwrap();
    assert!(SETTINGS.is_valid(&document));
    let text = include_str!("../../../../examples/repo/vpods/vpods.yml");
    let document: Value = serde_saphyr::from_str(text).unwrap();
    assert!(VPODS.is_valid(&document));
}
