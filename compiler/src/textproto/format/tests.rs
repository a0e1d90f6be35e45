// The snapshots are as snapbox writes them.
#![allow(clippy::needless_raw_string_hashes)]

mod properties;

use snapbox::{IntoData as _, assert_data_eq, str};

use super::{FormatError, WIDTH, format};

/// The formatted text, which stays as it is when it is formatted again.
fn formatted(text: &str) -> String {
    let formatted = format(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(format(&formatted).as_ref(), Ok(&formatted), "{text}");
    formatted
}

#[test]
fn the_style_is_that_of_the_text_format() {
    assert_data_eq!(
        formatted(
            "regional:{regions : [ \"/us-east\",'aws/eu-west' ];failover:true},target:LATENCY
version<version:\"1.0.0\" weight:- 90>
  version : {
version: \"1.1.0\",
      weight:0x0A;

}
[ acme . note ] : 1.50f
[ type.googleapis.com/acme.Any ]:{}
children [ { a : 1 } , <> ] empty : [ ] nothing {
}"
        ),
        str![[r#"
regional { regions: ["/us-east", 'aws/eu-west'] failover: true }
target: LATENCY
version { version: "1.0.0" weight: -90 }
version {
  version: "1.1.0"
  weight: 0x0A
}
[acme.note]: 1.50f
[type.googleapis.com/acme.Any] {}
children: [{ a: 1 }, {}]
empty: []
nothing {}

"#]]
        .raw()
    );
}

#[test]
fn every_comment_stays_where_it_is() {
    assert_data_eq!(
        formatted(
            "# proto-file: vimana/config/v1/service.proto
# proto-message: vimana.config.v1.Service

   # above
a: 1# behind
b # between
  : # and again
  2 , # behind the separator
  # above c
  c { # behind the opener
    # inside
  } # behind the closer
d: [ # behind the opener
  # above 1
  1 # behind 1
  # before the comma
  , # behind the comma
  2, 3 # behind 3

  # at the end
]
[ e # in a name
  .f ]: - # after a sign
  1


# far below
g { # x

  h: 1 # y

  # z
}
# last"
        ),
        str![[r#"
# proto-file: vimana/config/v1/service.proto
# proto-message: vimana.config.v1.Service

# above
a: 1  # behind
# between
# and again
b: 2  # behind the separator
# above c
c {  # behind the opener
  # inside
}  # behind the closer
d: [  # behind the opener
  # above 1
  1,  # behind 1
  # before the comma
  # behind the comma
  2,
  3  # behind 3

  # at the end
]
# in a name
# after a sign
[e.f]: -1

# far below
g {  # x
  h: 1  # y

  # z
}
# last

"#]]
        .raw()
    );
}

#[test]
fn literals_one_after_another_stay_as_they_are_written() {
    assert_data_eq!(
        formatted(
            "one: \"a\"  'b'
long:
   # above
  \"a\" # behind a
  # above b
 'b' # behind b
named: # behind the colon
  # above
  \"a\"
  \"b\"
single: # behind the colon
  \"a\"
list: [ 'a' # behind a
 'b', # behind b
 'c'
]
"
        ),
        str![[r#"
one: "a" 'b'
long:
  # above
  "a"  # behind a
  # above b
  'b'  # behind b
named:  # behind the colon
  # above
  "a"
  "b"
# behind the colon
single: "a"
list: [
  'a'  # behind a
  'b',  # behind b
  'c'
]

"#]]
        .raw()
    );
}

#[test]
fn what_is_too_long_for_a_line_is_broken_from_the_outside() {
    let word = "x".repeat(30);
    let text =
        format!("a {{ b: [{word}, {word}, {word:.29}] c {{ d: {word} }} }} e: '{word:0>200}'");
    let formatted = formatted(&text);
    assert_data_eq!(
        &formatted,
        str![[r#"
a {
  b: [xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, xxxxxxxxxxxxxxxxxxxxxxxxxxxxx]
  c { d: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx }
}
e: '00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'

"#]]
        .raw()
    );
    let widest = formatted.lines().nth(1).unwrap();
    assert_eq!(widest.len(), WIDTH, "it would not fit with one more");
    let text = text.replace("b:", "bb:");
    let broken = super::format(&text).unwrap();
    assert_eq!(
        broken.lines().count(),
        formatted.lines().count() + 4,
        "{broken}"
    );
}

#[test]
fn line_breaks_are_those_of_the_first_line() {
    assert_eq!(formatted("a:1\r\nb:2\n"), "a: 1\r\nb: 2\r\n");
    assert_eq!(formatted("a:1\nb:2\r\n"), "a: 1\nb: 2\n");
    assert_eq!(formatted("# c\r\na:1"), "# c\r\na: 1\r\n");
}

#[test]
fn tabs_marks_and_missing_ends_are_no_part_of_the_style() {
    assert_eq!(formatted("\u{feff}a:\t1"), "a: 1\n");
    assert_eq!(formatted("a {\n\tb: 1\n}"), "a {\n  b: 1\n}\n");
    assert_eq!(formatted("\n\n  \n"), "");
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n\n# only\t \n\n"), "# only\n");
}

#[test]
fn a_text_with_syntax_errors_is_not_formatted() {
    let error = format("a: 1\nb = 2\n").unwrap_err();
    assert!(
        matches!(&error, FormatError::Syntax(errors) if errors.len() == 1),
        "{error:?}"
    );
}

#[test]
fn deep_and_large_texts_are_formatted() {
    let deep = "a {".repeat(crate::textproto::MAX_DEPTH) + &"}".repeat(crate::textproto::MAX_DEPTH);
    let lines = formatted(&deep).lines().count();
    assert!(lines > 50, "{lines}");

    let large = "a { b: [1, 2, 3] c: \"d\" } # e\n".repeat(40_000);
    assert!(large.len() > 1 << 20);
    assert_eq!(formatted(&large).lines().count(), 40_000);
    let one_line = large.replace(" # e\n", " ");
    assert_eq!(
        formatted(&format!("x {{ {one_line} }}")).lines().count(),
        40_002
    );
}
