//! `google.api.HttpBody`: bodies that are no JSON.

use vimana_interface::codec::{HttpBody, JsonOptions, MethodCodec};
use vimana_interface::http::{Content, Transcoder, Written, rules};

use crate::schema::method;

fn parts(name: &str) -> (Transcoder, MethodCodec) {
    let codec = MethodCodec::of_descriptor(&method(name));
    let rule = rules(&method(name)).unwrap().remove(0);
    (Transcoder::new(&rule, &codec).unwrap(), codec)
}

#[test]
fn a_body_passes_with_its_content_type() {
    for (name, variables) in [("Put", &[][..]), ("Upload", &["a.png".to_owned()])] {
        let (transcoder, codec) = parts(name);
        assert!(transcoder.takes_any_body() && transcoder.gives_any_body());
        let content = Content {
            content_type: "image/png",
            data: b"\x89PNG\0\xff",
        };
        let options = JsonOptions::default();
        let message = transcoder
            .request(&codec.request, options, variables, "", content)
            .unwrap();
        let written = transcoder
            .response(&codec.response, options, &message, &mut Vec::new())
            .unwrap();
        let expected = HttpBody {
            content_type: "image/png".to_owned(),
            data: b"\x89PNG\0\xff".to_vec(),
        };
        assert_eq!(written, Written::Raw(expected), "{name}");
    }
}

#[test]
fn what_is_beside_the_body_comes_from_path_and_query() {
    let (transcoder, codec) = parts("Upload");
    let options = JsonOptions::default();
    let request = |query: &str| {
        let content = Content {
            content_type: "",
            data: b"{\"name\": \"evil\"}",
        };
        let variables = ["a b".to_owned()];
        let message = transcoder
            .request(&codec.request, options, &variables, query, content)
            .map_err(|error| error.to_string())?;
        let mut json = Vec::new();
        codec.request.to_json(&message, &mut json).unwrap();
        Ok(String::from_utf8(json).unwrap())
    };
    assert_eq!(
        request("public=true"),
        Ok(
            r#"{"name":"a b","content":{"data":"eyJuYW1lIjogImV2aWwifQ=="},"public":true}"#
                .to_owned()
        )
    );
    let refused: Result<String, String> = request("content.contentType=text/html");
    assert_eq!(
        refused.unwrap_err(),
        "`content.contentType` belongs to the body, and cannot be a query parameter"
    );
}

#[test]
fn an_absent_body_is_an_empty_one() {
    let (transcoder, codec) = parts("Upload");
    let message = codec
        .response
        .read_json(b"{}", JsonOptions::default())
        .unwrap();
    let written = transcoder
        .response(
            &codec.response,
            JsonOptions::default(),
            &message,
            &mut Vec::new(),
        )
        .unwrap();
    assert_eq!(written, Written::Raw(HttpBody::default()));
}
