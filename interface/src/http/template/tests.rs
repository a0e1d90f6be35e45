use super::*;

fn mistake(template: &str) -> (Range<usize>, TemplateErrorKind) {
    let error = template.parse::<Template>().unwrap_err();
    assert!(template.get(error.range.clone()).is_some(), "{error:?}");
    (error.range, error.kind)
}

#[test]
fn a_variable_without_a_pattern_is_one_segment() {
    let template: Template = "/v1/{book.name}/x".parse().unwrap();
    assert_eq!(
        template.segments(),
        [
            Segment::Literal("v1".into()),
            Segment::Single,
            Segment::Literal("x".into())
        ]
    );
    assert_eq!(template.variables()[0].field.to_string(), "book.name");
    assert_eq!(template.variables()[0].segments, 1..2);
    assert!(!template.is_multi_segment(&template.variables()[0]));
}

#[test]
fn a_variable_spans_the_segments_of_its_pattern() {
    let template: Template = "/v1/{name=shelves/*/books/**}:read".parse().unwrap();
    assert_eq!(template.segments().len(), 5);
    assert_eq!(template.variables()[0].segments, 1..5);
    assert_eq!(template.verb(), Some("read"));
    assert!(template.is_multi_segment(&template.variables()[0]));
}

#[test]
fn literals_are_compared_decoded() {
    let template: Template = "/a%20b/%C3%A9".parse().unwrap();
    assert_eq!(
        template.segments(),
        [Segment::Literal("a b".into()), Segment::Literal("é".into())]
    );
    assert_eq!(template.to_string(), "/a%20b/%C3%A9");
}

#[test]
fn the_root_is_a_template() {
    assert_eq!("/".parse::<Template>().unwrap().segments(), []);
}

#[test]
fn mistakes_are_found_where_they_are() {
    use TemplateErrorKind as Kind;
    for (template, range, kind) in [
        ("", 0..0, Kind::NoLeadingSlash),
        ("v1", 0..0, Kind::NoLeadingSlash),
        ("/v1/", 4..4, Kind::EmptySegment),
        ("/v1//x", 4..4, Kind::EmptySegment),
        ("/v1/{a", 4..6, Kind::UnclosedVariable),
        ("/v1/{a=b", 4..8, Kind::UnclosedVariable),
        ("/v1/{a=", 7..7, Kind::EmptySegment),
        ("/v1/{a=}", 7..7, Kind::EmptySegment),
        ("/v1/{}", 5..5, Kind::NoFieldName),
        ("/v1/{a.}", 7..7, Kind::NoFieldName),
        ("/v1/{1a}", 5..7, Kind::NoFieldName),
        ("/v1/{-x=y}", 5..7, Kind::NoFieldName),
        ("/v1/{a=b/{c}}", 9..12, Kind::NestedVariable),
        ("/v1/**/x", 7..8, Kind::AfterMulti),
        ("/v1/{a=**}/xy/z", 11..13, Kind::AfterMulti),
        ("/v1/x:", 6..6, Kind::EmptyVerb),
        ("/v1/x:a:b", 7..8, Kind::Unexpected(':')),
        ("/v1/x:a/b", 7..8, Kind::Unexpected('/')),
        ("/v1/***", 6..7, Kind::Unexpected('*')),
        ("/v1/a*", 5..6, Kind::Unexpected('*')),
        ("/v1/a}", 5..6, Kind::Unexpected('}')),
        ("/v1/a?b", 5..6, Kind::Unexpected('?')),
        ("/v1/a b", 5..6, Kind::Unexpected(' ')),
        ("/v1/a\u{a0}b", 5..7, Kind::Unexpected('\u{a0}')),
        ("/v1/ab%2", 6..8, Kind::PercentEncoding),
        ("/v1/ab%2\u{e9}c", 6..10, Kind::PercentEncoding),
        ("/v1/%FF", 4..7, Kind::PercentEncoding),
    ] {
        assert_eq!(mistake(template), (range, kind), "{template}");
    }
    let (range, kind) = mistake("/{a}/{b}/{a=x/*}");
    assert_eq!(range, 10..11);
    let (name, first) = ("a".to_owned(), 2..3);
    assert_eq!(kind, Kind::DuplicateVariable { name, first });
}

#[test]
fn every_mistake_says_what_to_type() {
    for template in [
        "", "/a b", "/{", "/{a=*", "/**/x", "/:", "/%", "/{a={b}}", "/{a}/{a}",
    ] {
        let error = template.parse::<Template>().unwrap_err();
        assert!(!error.kind.help().is_empty(), "{error:?}");
    }
}

#[test]
fn what_no_request_could_hold_is_refused() {
    use TemplateErrorKind as Kind;
    assert_eq!(
        mistake(&"/a".repeat(MAX_SEGMENTS + 1)).1,
        Kind::TooManySegments
    );
    assert!("/a".repeat(MAX_SEGMENTS).parse::<Template>().is_ok());
    let long = format!("/{}", "a".repeat(MAX_TEMPLATE_BYTES));
    assert_eq!(mistake(&long).1, Kind::TooLong);
    let names = ["a"; MAX_FIELD_NAMES + 1].join(".");
    assert_eq!(mistake(&format!("/{{{names}}}")).1, Kind::FieldPathTooLong);
}

#[test]
fn the_names_of_a_variable_have_places() {
    let text = "/v1/{book.shelf_id.x=y/*}";
    let template: Template = text.parse().unwrap();
    let variable = &template.variables()[0];
    assert_eq!(&text[variable.place.clone()], "book.shelf_id.x");
    let names: Vec<&str> = (0..3)
        .map(|index| &text[variable.name_place(index)])
        .collect();
    assert_eq!(names, ["book", "shelf_id", "x"]);
}
