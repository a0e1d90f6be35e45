// The snapshots are as snapbox writes them.
#![allow(clippy::needless_raw_string_hashes)]

pub(super) mod properties;

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use snapbox::{IntoData as _, assert_data_eq, str};

use super::bind::{self, Bound};
use super::{MAX_DEPTH, MAX_ERRORS, parse};

/// The deployment configuration of the walkthrough, word for word.
const WALKTHROUGH: &str = r#"  # A regional deployment restricts traffic to the region in which it originates.
  regional: {

    # Variables can be used for dynamic configuration.
    # Run in any datacenter in the Eastern US
    # or any AWS datacenter in Western Europe.
    regions: ["/us-east", "aws/eu-west"]

    # Enabling failover allows traffic to be routed across regions
    # in case of unavailability in the client's region.
    failover: true
  }

  # Route requests to minimize latency, rather than cost,
  # within the constraints of the regional deployment.
  target: LATENCY
"#;

/// A message with a field of every type.
const EVERYTHING: &str = r#"
syntax = "proto2";
package t;
import "google/protobuf/any.proto";
message Everything {
  optional double double = 1;
  optional float float = 2;
  optional int32 int32 = 3;
  optional int64 int64 = 4;
  optional uint32 uint32 = 5;
  optional uint64 uint64 = 6;
  optional bool bool = 7;
  optional string string = 8;
  optional bytes bytes = 9;
  optional Color color = 10;
  optional Everything child = 11;
  repeated Everything children = 12;
  repeated int32 numbers = 13;
  map<string, int32> map = 14;
  optional google.protobuf.Any any = 15;
  oneof choice { string left = 16; int32 right = 17; }
  optional group Grouped = 18 { optional int32 number = 1; }
  repeated bool flags = 19;
  extensions 100 to 200;
}
message Strict { required string name = 1; }
enum Color { RED = 0; GREEN = 1; BLUE = -2; }
extend Everything { optional string note = 100; repeated int32 marks = 101; }
"#;

pub(super) fn everything() -> MessageDescriptor {
    descriptor("t.Everything")
}

fn descriptor(name: &str) -> MessageDescriptor {
    // Descriptors of two pools are never equal.
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
        let file = protox_parse::parse("t.proto", EVERYTHING).unwrap();
        let mut pool = DescriptorPool::global();
        pool.add_file_descriptor_proto(file).unwrap();
        pool
    });
    POOL.get_message_by_name(name).unwrap()
}

fn bind(text: &str) -> Bound {
    let (document, errors) = parse(text);
    assert_eq!(errors, [], "{text}");
    bind::bind(&document, &everything())
}

/// The message that `text` spells without any error.
fn bound(text: &str) -> DynamicMessage {
    let bound = bind(text);
    assert_eq!(bound.errors, [], "{text}");
    bound.message
}

/// Every error of `text`, as `range: message (help)`.
fn errors(text: &str) -> String {
    let (document, syntax) = parse(text);
    assert_eq!(document.print(), text);
    let bound = bind::bind(&document, &everything());
    let show = |range: &std::ops::Range<usize>, message: String, help: Option<String>| {
        let found = &text[range.clone()];
        let help = help.map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{range:?} {found:?}: {message}{help}\n")
    };
    let mut lines = String::new();
    for error in syntax {
        lines += &show(&error.range, error.kind.to_string(), error.help());
    }
    for error in bound.errors {
        lines += &show(&error.range, error.kind.to_string(), error.help());
    }
    lines
}

#[test]
fn the_walkthrough_is_kept_byte_for_byte() {
    let (document, errors) = parse(WALKTHROUGH);
    assert_eq!(errors, []);
    assert_eq!(document.print(), WALKTHROUGH);
}

/// What prost-reflect makes of the same text: an implementation of its own.
fn reference(text: &str) -> DynamicMessage {
    DynamicMessage::parse_text_format(everything(), text).unwrap()
}

#[test]
fn every_construct_means_what_it_means_elsewhere() {
    for text in [
        "double: 1.5 float: .5f int32: -0x1F int64: 0777 uint32: 0 uint64: 18446744073709551615",
        "double: inf float: -infinity",
        "double: 10 float: -1e3",
        "double: 1.e2F",
        "bool: true",
        "bool: t",
        "bool: False",
        "bool: 0x1",
        "string: \"a\" 'b' # comment\n \"c\"",
        r#"string: "\"\'\\\n\t\101\x42" bytes: "\377\x00\xff""#,
        "color: GREEN",
        "color: -2",
        "child { int32: 1 }",
        "child: { int32: 1 };",
        "child < int32: 1 >,",
        "child { child { child {} } }",
        "children { int32: 1 } children { int32: 2 }",
        "children: [{ int32: 1 }, < int32: 2 >]",
        "numbers: [1, -2, 3] numbers: 4",
        "flags: [true, false, 1]",
        "map { key: \"a\" value: 1 } map: { key: \"b\" } map { key: \"a\" value: 3 }",
        "any { [type.googleapis.com/t.Everything] { int32: 7 } }",
        "left: 'x'",
        "Grouped { number: 1 }",
        "[t.note]: \"n\" [ t . marks ]: [1, 2] [t.marks]: 3",
        "int32: 1, int64: 2; uint32: 3",
    ] {
        let (message, expected) = (bound(text), reference(text));
        assert!(message == expected, "{text}: {message} is not {expected}");
    }
}

#[test]
fn a_list_of_messages_needs_no_colon() {
    let text = "children [{ int32: 1 }, <>]";
    assert!(bound(text) == reference("children { int32: 1 } children {}"));
    assert!(bound("children [] numbers: []") == reference(""));
}

#[test]
fn unicode_escapes_and_nan_are_understood() {
    let message = bound(r#"string: "\u00e9\U0001F600\uD83D\uDE00" double: -nan"#);
    let string = message.get_field_by_name("string").unwrap();
    assert_eq!(string.as_str(), Some("é😀😀"));
    let double = message.get_field_by_name("double").unwrap();
    assert!(double.as_f64().unwrap().is_nan());
}

#[test]
fn fields_know_where_they_are_written() {
    let text = "child { numbers: [1, 2] }\nchildren {}\nchildren { string: 'x' }";
    let spans = bind(text).spans;
    let at = |path: &str| {
        let span = spans.get(path)?;
        Some((&text[span.name.clone()], &text[span.value.clone()]))
    };
    assert_eq!(at("child"), Some(("child", "{ numbers: [1, 2] }")));
    assert_eq!(at("child.numbers[1]"), Some(("numbers", "2")));
    assert_eq!(at("children"), Some(("children", "{}")));
    assert_eq!(at("children[1].string"), Some(("string", "'x'")));
    assert_eq!(at("children[2]"), None);
    let nearest = spans.nearest("children[1].map.key").unwrap();
    assert_eq!(&text[nearest.value.clone()], "{ string: 'x' }");
}

#[test]
fn an_index_counts_values_of_the_right_type_alone() {
    let text = "numbers: [x, 7]";
    let bound = bind(text);
    let span = bound.spans.get("numbers[0]").unwrap();
    assert_eq!(&text[span.value.clone()], "7");
    assert_eq!(bound.spans.get("numbers[1]"), None);
}

#[test]
fn syntax_errors_say_what_was_expected() {
    let text = "int32 = 1
int64: 
uint32: 1.0.0
string: \"open
bytes: \"\\q\\u12\"
double 1
child { int32: 1
children: [{} {},]
} }
// a comment
numbers [1]
float: - x
[t.note: 1
bool: true?
";
    assert_data_eq!(
        errors(text),
        str![[r#"
6..7 "=": expected `:` or `{` behind `int32`, found `=` (write `:` for `=`)
18..24 "uint32": expected a value for `int64`, found `uint32` (put a value for `int64` here)
26..31 "1.0.0": `1.0.0` is no number (a string needs quotes: `"1.0.0"`)
40..45 "\"open": expected `"` at the end of the string, found the end of the line (add `"`)
54..56 "\\q": `\q` is no escape sequence (a backslash itself is written `\\`)
56..60 "\\u12": `\u12` is no escape sequence (a backslash itself is written `\\`)
69..70 "1": expected `:` or `{` behind `double`, found `1` (put `:` or `{` behind `double`)
102..103 "{": expected `,` or `]`, found `{` (put `,` or `]` here)
105..106 "]": expected a value, found `]` (put a value here)
109..110 "}": `}` closes nothing (remove `}`)
111..112 "/": expected the name of a field, found `/` (a comment begins with `#`)
132..133 "[": expected `:` behind `numbers`, found `[` (put `:` behind `numbers`)
145..146 "x": expected a number behind `-`, found `x` (put a number behind `-`)
154..155 ":": expected `]`, found `:` (add `]`)
168..169 "?": expected the name of a field, found `?` (put the name of a field here)
156..157 "1": expected a string for `t.note`, found the number `1` (put it in quotes: `"1"`)

"#]]
        .raw()
    );
}

#[test]
fn what_stands_between_errors_is_read() {
    let (document, errors) = parse("int32: ]\nint64: 2\nchild { = }\nuint32: 3\n");
    assert_eq!(errors.len(), 3, "{errors:?}");
    let message = bind::bind(&document, &everything()).message;
    let number = |name| message.get_field_by_name(name).unwrap().into_owned();
    assert_eq!(number("int64").as_i64(), Some(2));
    assert_eq!(number("uint32").as_u32(), Some(3));
}

#[test]
fn binding_errors_say_what_was_expected() {
    let text = r#"
int23: 1
zzz { deep: 1 }
[t.nothing]: 1
int32: "5"
int64: 1.5
uint32: -1
uint64: 18446744073709551616
double: 0x10
float: "x"
bool: 2
string: LATENCY
string: "again"
bytes: 1
color: PURPLE
color: GREEN
child: 1
children: [1]
numbers: "1"
numbers: { }
map: 1
any { [x/t.Nothing] {} }
left: "x"
right: 1
flags: "true"
"#;
    assert_data_eq!(
        errors(text),
        str![[r#"
1..6 "int23": `Everything` has no field `int23` (did you mean `int32`?)
10..13 "zzz": `Everything` has no field `zzz` (its fields are `double`, `float`, `int32`, `int64`, `uint32`, `uint64`, `bool`, `string`, `bytes`, `color`, `child`, `children`, `numbers`, `map`, `any`, `left`, `right`, `Grouped` and `flags`)
26..37 "[t.nothing]": there is no extension `t.nothing`
48..51 "\"5\"": expected an integer for `int32`, found a string (write `5` without quotes)
59..62 "1.5": expected an integer for `int64`, found the number `1.5`
71..73 "-1": `-1` is out of range for `uint32`: expected 0 to 4294967295 (write a number from 0 to 4294967295)
82..102 "18446744073709551616": `18446744073709551616` is out of range for `uint64`: expected 0 to 18446744073709551615 (write a number from 0 to 18446744073709551615)
111..115 "0x10": expected a number for `double`, found the number `0x10` (write it as a decimal number)
123..126 "\"x\"": expected a number for `float`, found a string
133..134 "2": expected `true` or `false` for `bool`, found the number `2`
143..150 "LATENCY": expected a string for `string`, found `LATENCY` (put it in quotes: `"LATENCY"`)
151..157 "string": `string` is set twice (remove one of the two)
174..175 "1": expected a string of bytes for `bytes`, found the number `1` (put it in quotes: `"1"`)
183..189 "PURPLE": `PURPLE` is no value of `color` (its values are `BLUE`, `RED` and `GREEN`)
190..195 "color": `color` is set twice (remove one of the two)
210..211 "1": expected a message `Everything` for `child`, found the number `1` (write `child { ... }`)
223..224 "1": expected a message `Everything` for `children`, found the number `1` (write `children { ... }`)
235..238 "\"1\"": expected an integer for `numbers`, found a string (write `1` without quotes)
248..251 "{ }": expected an integer for `numbers`, found a message
257..258 "1": expected a message of `key` and `value` for `map`, found the number `1` (write `map { ... }`)
265..278 "[x/t.Nothing]": there is no message `t.Nothing`
294..299 "right": `right` and `left` exclude each other (remove one of the two)
310..316 "\"true\"": expected `true` or `false` for `flags`, found a string (write `true` without quotes)

"#]].raw()
    );
    assert_data_eq!(
        errors("string: '\\xff' color: 5 int32: 2147483648 child: [{}] color: 'RED'"),
        str![[r#"
8..14 "'\\xff'": the string for `string` is not valid UTF-8 (write characters beyond ASCII as they are, or as `\u00e9`)
22..23 "5": `5` is no value of `color` (its values are `BLUE`, `RED` and `GREEN`)
31..41 "2147483648": `2147483648` is out of range for `int32`: expected -2147483648 to 2147483647 (write a number from -2147483648 to 2147483647)
49..53 "[{}]": expected a message `Everything` for `child`, found a list
54..59 "color": `color` is set twice (remove one of the two)

"#]].raw()
    );
}

#[test]
fn what_proto2_requires_is_required() {
    let (document, _) = parse("");
    let bound = bind::bind(&document, &descriptor("t.Strict"));
    assert_eq!(
        bound.errors[0].kind.to_string(),
        "`Strict` needs a field `name`"
    );
}

#[test]
fn depth_is_limited() {
    let deep = |depth: usize| "child {".repeat(depth) + &"}".repeat(depth);
    let (document, errors) = parse(&deep(MAX_DEPTH));
    assert_eq!(errors, []);
    assert_eq!(bind::bind(&document, &everything()).errors, []);

    for text in [
        deep(MAX_DEPTH + 1),
        deep(200_000),
        "child {".repeat(200_000),
        "numbers: ".to_owned() + &"[".repeat(200_000),
        "[".repeat(200_000),
    ] {
        let (document, errors) = parse(&text);
        assert!(!errors.is_empty());
        assert_eq!(document.print(), text);
        let bound = bind::bind(&document, &everything());
        assert!(bound.errors.len() < 2, "{:?}", bound.errors);
    }
}

#[test]
fn the_number_of_errors_is_limited() {
    let (_, errors) = parse(&"? ".repeat(1000));
    assert!(errors.len() <= MAX_ERRORS + 1);
    let (_, errors) = parse(&"}\n".repeat(100_000));
    assert_eq!(errors.len(), MAX_ERRORS + 1);
    assert_eq!(
        errors[MAX_ERRORS].kind.to_string(),
        "99950 more syntax errors are not shown"
    );
}
