//! Messages of requests, and refusals of what is none.

use serde_json::{Value, json};
use vimana_interface::codec::{JsonOptions, MethodCodec};
use vimana_interface::http::{Content, Router, Transcoder, rules};

use crate::schema::method;

/// Routes a request to the method, and returns the JSON of its message.
pub(crate) fn request(name: &str, request: &str, body: Option<Value>) -> Result<Value, String> {
    request_with(JsonOptions::default(), name, request, body)
}

pub(crate) fn request_with(
    options: JsonOptions,
    name: &str,
    request: &str,
    body: Option<Value>,
) -> Result<Value, String> {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let codec = MethodCodec::of_descriptor(&method(name));
    let mut router = Router::new();
    for rule in rules(&method(name)).unwrap() {
        let transcoder = Transcoder::new(&rule, &codec).unwrap();
        router.insert(rule, std::sync::Arc::new(transcoder));
    }
    let (verb, target) = request.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let found = router.route(verb, path).unwrap();
    let content = Content {
        content_type: "application/json",
        data: body.as_bytes(),
    };
    let codec = &codec.request;
    let message = found
        .target
        .request(codec, options, &found.variables, query, content)
        .map_err(|error| error.to_string())?;
    let mut json = Vec::new();
    codec.to_json(&message, &mut json).unwrap();
    Ok(serde_json::from_slice(&json).unwrap())
}

fn get(query: &str) -> Result<Value, String> {
    let mut value = request(
        "GetBook",
        &format!("GET /v1/shelves/1/books/2?{query}"),
        None,
    )?;
    let name = value.as_object_mut().unwrap().remove("name");
    assert_eq!(name, Some(json!("shelves/1/books/2")));
    Ok(value)
}

#[test]
fn variables_and_parameters_have_the_types_of_their_fields() {
    assert_eq!(
        request("GetBook", "GET /v1/books/7?loud=true", None),
        Ok(json!({"id": "7", "loud": true}))
    );
    for (query, expected) in [
        ("", json!({})),
        ("&&", json!({})),
        ("years=1&years=-2", json!({"years": [1, -2]})),
        ("format=HARDCOVER", json!({"format": "HARDCOVER"})),
        (
            "format=1&formats=7",
            json!({"format": "HARDCOVER", "formats": [7]}),
        ),
        (
            "byAuthor.fullName=A+B%26",
            json!({"byAuthor": {"fullName": "A B&"}}),
        ),
        (
            "by_author.full_name=A&byAuthor.aliases=x&by_author.aliases=y",
            json!({"byAuthor": {"fullName": "A", "aliases": ["x", "y"]}}),
        ),
        (
            "by_author.mentor.full_name=M",
            json!({"byAuthor": {"mentor": {"fullName": "M"}}}),
        ),
        (
            "rating=1.5e2&weight=-Infinity",
            json!({"rating": 150, "weight": "-Infinity"}),
        ),
        ("coverHash=-_8", json!({"coverHash": "+/8="})),
        (
            "since=2030-01-31T12:00:00Z",
            json!({"since": "2030-01-31T12:00:00Z"}),
        ),
        ("within=1.5s", json!({"within": "1.500s"})),
        (
            "readMask=name,byAuthor.fullName",
            json!({"readMask": "name,byAuthor.fullName"}),
        ),
        (
            "readMask=name,by_author.full_name",
            json!({"readMask": "name,byAuthor.fullName"}),
        ),
        ("atMost=9", json!({"atMost": "9"})),
        ("edition=4294967295", json!({"edition": 4_294_967_295u32})),
        ("loud=false", json!({})),
    ] {
        assert_eq!(get(query), Ok(expected), "{query}");
    }
}

#[test]
fn parameters_that_do_not_fit_are_refused() {
    for (query, message) in [
        ("nope=1", "`nope` is no parameter of this method"),
        (
            "byAuthor.nope=1",
            "`byAuthor.nope` is no parameter of this method",
        ),
        ("id.x=1", "`id.x` is no parameter of this method"),
        ("=1", "`` is no parameter of this method"),
        (
            "since.seconds=1",
            "`since.seconds` is no parameter of this method",
        ),
        (
            "authors.full_name=1",
            "`authors.full_name` is no parameter of this method",
        ),
        (
            "name=x",
            "`name` is given by the path, and cannot be a query parameter",
        ),
        ("id=1&id=2", "`id` is given more than once"),
        (
            "by_author.full_name=1&byAuthor.fullName=2",
            "`byAuthor.fullName` is given more than once",
        ),
        (
            "id=x",
            "`id` is invalid: expected an integer of 64 bits, found `x`",
        ),
        (
            "id=",
            "`id` is invalid: expected an integer of 64 bits, found ``",
        ),
        (
            "edition=-1",
            "`edition` is invalid: expected an unsigned integer of 32 bits, found `-1`",
        ),
        (
            "loud=1",
            "`loud` is invalid: expected `true` or `false`, found `1`",
        ),
        (
            "rating=inf",
            "`rating` is invalid: expected a number, found `inf`",
        ),
        (
            "weight=1e39",
            "`weight` is invalid: expected a number of 32 bits, found `1e39`",
        ),
        (
            "format=x",
            "`format` is invalid: expected one of `FORMAT_UNSPECIFIED`, `HARDCOVER`, found `x`",
        ),
        (
            "coverHash=?",
            "`coverHash` is invalid: expected base64, found `?`",
        ),
        (
            "within=1",
            "`within` is invalid: expected a duration like `1.5s`, found `1`",
        ),
        (
            "extra=x",
            "`extra` cannot be a query parameter: it is a message",
        ),
        (
            "by_author=x",
            "`by_author` cannot be a query parameter: it is a message",
        ),
        (
            "authors=x",
            "`authors` cannot be a query parameter: it is a list of messages",
        ),
        (
            "labels=x",
            "`labels` cannot be a query parameter: it is a map",
        ),
        ("loud=%FF", "`query` is no UTF-8 once decoded"),
    ] {
        assert_eq!(get(query), Err(message.to_owned()), "{query}");
    }
    let deep = format!(
        "{}full_name=x",
        "by_author.".to_owned() + &"mentor.".repeat(200)
    );
    assert!(
        get(&deep)
            .unwrap_err()
            .ends_with("is no parameter of this method")
    );
}

#[test]
fn a_variable_that_does_not_fit_is_refused() {
    assert_eq!(
        request("GetBook", "GET /v1/books/x", None),
        Err("`id` is invalid: expected an integer of 64 bits, found `x`".to_owned())
    );
}

#[test]
fn the_path_wins_over_the_body() {
    const PATH: &str = "PATCH /v1/shelves/1/books/2";
    let named = json!("shelves/1/books/2");
    for (body, expected) in [
        (None, json!({"book": {"name": named}})),
        (Some(Value::Null), json!({"book": {"name": named}})),
        (Some(json!({})), json!({"book": {"name": named}})),
        (
            Some(json!({"name": "other", "title": "T"})),
            json!({"book": {"name": named, "title": "T"}}),
        ),
    ] {
        assert_eq!(request("UpdateBook", PATH, body), Ok(expected));
    }
    assert_eq!(
        request("UpdateBook", PATH, Some(json!("text"))),
        Err("`book`: expected an object, found a string".to_owned())
    );
}

#[test]
fn the_path_wins_over_both_names_of_a_field() {
    for body in [
        json!({"author": {"full_name": "other"}, "page_count": 1}),
        json!({"author": {"fullName": "other"}, "pageCount": 1}),
        json!({"author": null, "pageCount": null}),
    ] {
        assert_eq!(
            request("SetAuthor", "PUT /v1/authors/A/7", Some(body)),
            Ok(json!({"author": {"fullName": "A"}, "pageCount": 7}))
        );
    }
}

#[test]
fn the_other_fields_than_the_body_are_parameters() {
    const PATH: &str = "PATCH /v1/shelves/1/books/2";
    assert_eq!(
        request(
            "UpdateBook",
            &format!("{PATH}?validateOnly=true&updateMask=title"),
            Some(json!({"title": "T"}))
        ),
        Ok(json!({
            "book": {"name": "shelves/1/books/2", "title": "T"},
            "validateOnly": true,
            "updateMask": "title",
        }))
    );
    assert_eq!(
        request("UpdateBook", &format!("{PATH}?book.title=x"), None),
        Err("`book.title` belongs to the body, and cannot be a query parameter".to_owned())
    );
}

#[test]
fn a_whole_body_leaves_no_parameters() {
    const PATH: &str = "MAKE /v1/shelves/9/books:make";
    assert_eq!(
        request(
            "CreateBook",
            PATH,
            Some(json!({"shelf": "1", "book": {"title": "T"}}))
        ),
        Ok(json!({"shelf": "9", "book": {"title": "T"}}))
    );
    assert_eq!(request("CreateBook", PATH, None), Ok(json!({"shelf": "9"})));
    assert_eq!(
        request("CreateBook", &format!("{PATH}?validate_only=true"), None),
        Err("`validate_only` is no parameter of this method".to_owned())
    );
    assert_eq!(
        request("CreateBook", PATH, Some(json!([]))),
        Err("expected an object, found an array".to_owned())
    );
}

#[test]
fn a_method_without_a_body_takes_none() {
    assert_eq!(
        request("GetBook", "GET /v1/books/7", Some(json!({}))),
        Err("`body` is not expected: this method takes no body".to_owned())
    );
}
