//! HTTP rules: each mistake at its place.

use snapbox::{IntoData as _, assert_data_eq, str};
use vimana_compiler::diagnostic::render;

use crate::repo::{SETTINGS, compiled, findings, repo, text};

/// A definition with these methods.
fn definition(methods: &str) -> String {
    format!(
        r#"syntax = "proto3";
package library;
import "google/api/annotations.proto";
import "vimana/options.proto";
service Library {{
  option (vimana.service) = {{
    id: "00000000-0000-4000-8000-000000000001"
    version: "1.0.0"
  }};
{methods}
}}
message Request {{ string name = 1; Book book = 2; repeated string tags = 3; }}
message Book {{ string shelf_id = 1; }}
"#
    )
}

fn found(methods: &str) -> String {
    let proto = definition(methods);
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("library/library.proto", text(&proto)),
    ]);
    findings(&compiled(&source))
}

#[test]
fn every_mistake_has_its_place_within_the_option() {
    let found = found(
        r#"
  rpc A(Request) returns (Book) { option (vimana.http) = { get: "/v1/{name" }; }
  rpc B(Request) returns (Book) {
    option (google.api.http) = {
      put: "/v1/b" // put: "/v1/{nome}"
      body: "boook"
      additional_bindings {
        custom { kind: "head" path: "/v1/{book.shelfid}" }
      }
      additional_bindings: [
        { delete: "/v1/b/{tags}", body: '*' },
        < patch: "/\x76\061" "/{book}/{name}/{name=x}" response_body: "shelf" selector: "B" >
      ]
    };
  }
  rpc C(Request) returns (Book) {
    option (google.api.http).get = "/v1/c /x";
    option (google.api.http).additional_bindings = { post: "/v1/c/{name}" body: "name" };
    option (google.api.http).additional_bindings = { get: "/v1/c/{book.shelf_id.x}" body: "book.shelf_id" };
  }
  rpc D(stream Request) returns (Book) { option (vimana.http) = { get: "/v1/d" }; }
  rpc E(Request) returns (Book) {
    option (vimana.http) = { custom { kind: "a b" path: "/" } additional_bindings { body: "*" } };
  }
  rpc F(Request) returns (Book) {
    option (vimana.http) = { get: "/v1/f" };
    option (google.api.http) = { get: "/v1/f" };
  }
  rpc G(Request) returns (stream Book) {
    option (vimana.http) = {
      post: "/v1/g" body: "*"
      additional_bindings { post: "/v1/g" additional_bindings { get: "/v1/gg" } }
    };
  }
"#,
    );
    assert_data_eq!(found, str![[r#"
library/library.proto:11:70 E VM0130 in the path template `/v1/{name`: expected `}` before the end
    help: add `}` behind the variable
library/library.proto:15:13 E VM0131 the body `boook` is no field of `library.Request`
    help: did you mean `book`?
library/library.proto:17:24 W VM0140 `head` is not the HTTP method `HEAD`: case matters
    help: write `HEAD`
library/library.proto:17:48 E VM0131 the path variable `book.shelfid` is no field of `library.Book`
    help: did you mean `shelf_id`?
library/library.proto:20:27 E VM0132 the path variable `tags` is a repeated field, expected a singular field that is no message
    help: bind a field that is a number, a text, a boolean or an enum
library/library.proto:20:41 W VM0145 `DELETE /v1/b/{tags}` has a body, which clients and proxies may drop
    help: remove `body`, or write `post` and a path with a verb
library/library.proto:21:47 E VM0133 in the path template `/v1/{book}/{name}/{name=x}`: the variable `name` occurs twice
    at library/library.proto:21:40: the first one
    help: bind another field, or write `*` for one of them
library/library.proto:21:89 W VM0141 the HTTP rule of the method `library.Library.B` has a `selector`, which means nothing here
    help: remove it: the rule is that of its method
library/library.proto:26:42 E VM0130 in the path template `/v1/c /x`: unexpected ` `
    help: write a space as `%20`
library/library.proto:27:81 E VM0135 the field `name` is both in the path and the body
    help: remove it from one of them
library/library.proto:28:72 E VM0132 the path variable `book.shelf_id.x` is a scalar, `string`, expected a singular field that is no message
    help: bind a field that is a number, a text, a boolean or an enum
library/library.proto:28:91 E VM0132 the body `book.shelf_id` is a field within a field, and only one of `library.Request` can be
    help: write `book`, or `*` for all fields
library/library.proto:28:91 E VM0134 `GET /v1/c/{book.shelf_id.x}` has a body, and a GET request has none
    help: remove `body`: fields that are not in the path are query parameters
library/library.proto:30:65 E VM0137 the method `library.Library.D` takes a stream, and an HTTP request holds one message
    help: remove the rule: the method is served over gRPC
library/library.proto:32:45 E VM0139 `a b` is no HTTP method
    help: write a method like `HEAD`, or `*` for every method
library/library.proto:32:83 E VM0138 an HTTP rule of the method `library.Library.E` has no HTTP method and path
    help: add one of `get`, `put`, `post`, `delete`, `patch` and `custom`, e.g. `get: "/v1/books/{id}"`
library/library.proto:36:32 E VM0142 the method `library.Library.F` has both `vimana.http` and `google.api.http`, which are one option
    at library/library.proto:35:28: the other one
    help: remove one of them
library/library.proto:41:35 W VM0143 `POST /v1/g` matches what an earlier binding of the method `library.Library.G` matches
    at library/library.proto:40:13: the earlier one
    help: remove one of the two
library/library.proto:41:63 E VM0136 an additional binding of the method `library.Library.G` has bindings of its own
    help: move it to the `additional_bindings` of the method's own rule

"#]].raw());
}

#[test]
fn two_rules_that_match_one_request_are_shown_on_both_lines() {
    let found = found(
        r#"
  rpc A(Request) returns (Book) {
    option (vimana.http) = {
      get: "/v1/shelves/{name}"
      additional_bindings { get: "/v2/{name=shelves/*/**}" }
    };
  }
  rpc B(Request) returns (Book) {
    option (vimana.http) = { get: "/v1/{name=*}/mine" };
  }
  rpc C(Request) returns (Book) {
    option (vimana.http) = {
      post: "/v1/{name}"
      additional_bindings { custom { kind: "*" path: "/v2/shelves/{name}/books:read" } }
      additional_bindings { custom { kind: "*" path: "/v2/shelves/{name}/books" } }
    };
  }
"#,
    );
    assert_data_eq!(found, str![[r#"
library/library.proto:8:14 E VM0055 version `1.0.0` has no component
    help: build the component and put it there as `library-1.0.0.wasm`
    note: expected a file `library-1.0.0.wasm` in `library`
    note: found no `.wasm` file there
library/library.proto:18:35 E VM0062 `library.Library.A` and `library.Library.B` both match `GET /v1/shelves/mine`
    at library/library.proto:13:12: `GET /v1/shelves/{name}`
    help: change one of the paths
library/library.proto:24:54 E VM0062 `library.Library.A` and `library.Library.C` both match `GET /v2/shelves/x/books`
    at library/library.proto:14:34: `GET /v2/{name=shelves/*/**}`
    help: change one of the paths

"#]].raw());
}

#[test]
fn a_mistake_in_a_template_is_underlined() {
    let proto = definition(
        r#"
  rpc A(Request) returns (Book) {
    option (vimana.http) = { get: "/v1/\u00e9/{name}/{book.shelf}:read" };
  }
"#,
    );
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("library/library.proto", text(&proto)),
    ]);
    let compilation = compiled(&source);
    let style = render::text::Style::default();
    let shown = render::text::render(&compilation.diagnostics, &compilation.files, style);
    assert_data_eq!(
        shown,
        str![[r#"
error[VM0131]: the path variable `book.shelf` is no field of `library.Book`
  --> library/library.proto:12:60
   |
12 |     option (vimana.http) = { get: "/v1/\u00e9/{name}/{book.shelf}:read" };
   |                                                            ^^^^^
   |
   = help: did you mean `shelf_id`?


"#]]
        .raw()
    );
    let fix = &compilation.diagnostics[0].fixes[0].edits[0];
    assert_eq!(&proto[fix.span.range.clone()], "shelf");
    assert_eq!(fix.replacement, "shelf_id");
}
