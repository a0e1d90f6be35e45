// The snapshots are as snapbox writes them.
#![allow(clippy::needless_raw_string_hashes)]

use std::time::Duration;

use snapbox::{IntoData as _, assert_data_eq, str};
use vimana_proto::config::v1::service::{Placement, Target};

use super::{Limits, ServiceConfig};
use crate::diagnostic::{SourceFiles, render, sort};
use crate::source::RepoPath;

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

fn file() -> RepoPath {
    RepoPath::new("greeter/service.txtpb").unwrap()
}

/// What `text` says, without an error.
fn valid(text: &str) -> ServiceConfig {
    let (config, diagnostics) = ServiceConfig::read(&file(), text);
    assert_eq!(diagnostics, [], "{text}");
    config
}

/// What a user reads about `text`.
fn findings(text: &str) -> String {
    let (_, mut diagnostics) = ServiceConfig::read(&file(), text);
    sort(&mut diagnostics);
    let mut files = SourceFiles::new();
    files.insert(file(), text.as_bytes());
    render::text::render(&diagnostics, &files, render::text::Style::default())
}

fn line_column(config: &ServiceConfig, text: &str, path: &str) -> (u32, u32) {
    let mut files = SourceFiles::new();
    files.insert(file(), text.as_bytes());
    let place = files.line_column(&config.span(path)).unwrap();
    (place.line, place.column)
}

#[test]
fn the_walkthroughs_deployment_config_is_read_word_for_word() {
    let config = valid(WALKTHROUGH);
    let message = config.message();
    assert_eq!(message.target(), Target::Latency);
    let Some(Placement::Regional(regional)) = &message.placement else {
        panic!("{:?}", message.placement);
    };
    assert_eq!(regional.regions, ["/us-east", "aws/eu-west"]);
    assert!(regional.failover);
    assert_eq!(config.regions().len(), 2);
    assert_eq!(config.limits(), &Limits::default());
    assert_eq!(config.versions(), []);

    assert_eq!(line_column(&config, WALKTHROUGH, "target"), (16, 11));
    assert_eq!(
        line_column(&config, WALKTHROUGH, "regional.regions[1]"),
        (7, 27)
    );
}

#[test]
fn every_setting_is_read() {
    let text = r#"
global {}
target: COST
domain: "example.org"
version { version: "1.0.0" interface: "foo-1.0.0.proto" component: "a/foo.wasm" weight: 90 }
version { version: "1.1.0-rc.1" weight: 10 }
limits { memory: "64MiB" timeout: "1.5s" message_size: "1MiB" }
"#;
    let config = valid(text);
    assert_eq!(config.domain(), Some("example.org"));
    assert_eq!(
        config.limits(),
        &Limits {
            memory_bytes: 64 << 20,
            timeout: Duration::from_millis(1500),
            cpu_time: Duration::from_millis(1500),
            request_bytes: 1 << 20,
            response_bytes: 1 << 20,
            ..Limits::default()
        }
    );
    let [first, second] = config.versions() else {
        panic!("{:?}", config.versions());
    };
    assert_eq!(first.interface.as_deref(), Some("foo-1.0.0.proto"));
    assert_eq!(first.component.as_deref(), Some("a/foo.wasm"));
    assert_eq!((first.weight, second.weight), (Some(90), Some(10)));
    assert_eq!(second.component, None);
    assert_eq!(line_column(&config, text, "version[1].weight"), (6, 41));
    assert_eq!(
        line_column(&config, text, "version[1].component"),
        (6, 9),
        "what is not written is where it would be"
    );
}

#[test]
fn an_empty_file_and_none_at_all_say_the_same() {
    let empty = valid("");
    let absent = ServiceConfig::absent(&file());
    assert_eq!(empty.message(), absent.message());
    assert_eq!(absent.limits(), &Limits::default());
    assert_eq!(absent.span("version[0]").range, 0..0);
}

#[test]
fn a_version_alone_needs_no_weight() {
    assert_eq!(valid("version { version: '1.0.0' }").versions().len(), 1);
}

#[test]
fn a_small_memory_bounds_the_default_message_size() {
    let config = valid("limits { memory: '1MiB' }");
    assert_eq!(config.limits().message_bytes(), 1 << 20);
}

#[test]
fn a_syntax_error_is_shown_where_it_is() {
    assert_data_eq!(
        findings("regional {\n  regions: [\"/us-east\" \"aws/eu-west\"\n  failover: }\n}\n"),
        str![[r#"
error[VM0022]: `/us-eastaws/eu-west` is no region selector
 --> greeter/service.txtpb:2:13
  |
2 |   regions: ["/us-east" "aws/eu-west"
  |             ^^^^^^^^^^^^^^^^^^^^^^^^ strings one after another are one string
  |
  = help: put a comma between them

error[VM0010]: expected `]`, found `failover`
 --> greeter/service.txtpb:3:3
  |
2 |   regions: ["/us-east" "aws/eu-west"
  |            - opened here
3 |   failover: }
  |   ^^^^^^^^
  |
  = help: add `]`

error[VM0010]: expected a value for `failover`, found `}`
 --> greeter/service.txtpb:3:13
  |
3 |   failover: }
  |             ^
  |
  = help: put a value for `failover` here

error[VM0010]: `}` closes nothing
 --> greeter/service.txtpb:4:1
  |
4 | }
  | ^
  |
  = help: remove `}`


"#]]
        .raw()
    );
}

#[test]
fn an_unknown_field_and_a_wrong_type_are_shown_with_what_was_meant() {
    assert_data_eq!(
        findings(
            "version { version: \"1.0.0\" wieght: 90 }\n\
             target: Latency\n\
             target: COST\n\
             global {}\n\
             regional { failover: \"true\" }\n\
             domain: example.com\n\
             limits: 5\n"
        ),
        str![[r#"
error[VM0011]: `Version` has no field `wieght`
 --> greeter/service.txtpb:1:28
  |
1 | version { version: "1.0.0" wieght: 90 }
  |                            ^^^^^^
  |
  = help: did you mean `weight`?

error[VM0014]: `Latency` is no value of `target`
 --> greeter/service.txtpb:2:9
  |
2 | target: Latency
  |         ^^^^^^^
  |
  = help: did you mean `LATENCY`?

error[VM0013]: `target` is set twice
 --> greeter/service.txtpb:3:1
  |
2 | target: Latency
  | ------ first set here
3 | target: COST
  | ^^^^^^
  |
  = help: remove one of the two

error[VM0013]: `regional` and `global` exclude each other
 --> greeter/service.txtpb:5:1
  |
4 | global {}
  | ------ `global` is set here
5 | regional { failover: "true" }
  | ^^^^^^^^
  |
  = help: remove one of the two

error[VM0010]: expected a value, found `example.com`
 --> greeter/service.txtpb:6:9
  |
6 | domain: example.com
  |         ^^^^^^^^^^^
  |
  = help: a string needs quotes: `"example.com"`

error[VM0012]: expected a message `Limits` for `limits`, found the number `5`
 --> greeter/service.txtpb:7:9
  |
7 | limits: 5
  |         ^
  |
  = help: write `limits { ... }`


"#]]
        .raw()
    );
}

#[test]
fn versions_are_semantic_and_distinct() {
    assert_data_eq!(
        findings(
            "version { version: \"1.0\" weight: 1 }\n\
             version { version: \"1.0.0\" }\n\
             version { version: \"1.0.0\" }\n\
             version { weight: 2 }\n\
             version { version: \"\" }\n\
             version { version: 1 }\n"
        ),
        str![[r#"
error[VM0018]: `1.0` is no semantic version
 --> greeter/service.txtpb:1:20
  |
1 | version { version: "1.0" weight: 1 }
  |                    ^^^^^ unexpected end of input while parsing minor version number
  |
  = help: write `"1.0.0"`

error[VM0019]: version `1.0.0` is configured twice
 --> greeter/service.txtpb:3:20
  |
2 | version { version: "1.0.0" }
  |                    ------- first configured here
3 | version { version: "1.0.0" }
  |                    ^^^^^^^
  |
  = help: remove one of the two

error[VM0017]: `version` needs a field `version`
 --> greeter/service.txtpb:4:1
  |
4 | version { weight: 2 }
  | ^^^^^^^
  |
  = help: say which version this is about: `version: "1.0.0"`

error[VM0018]: an empty string is no semantic version
 --> greeter/service.txtpb:5:20
  |
5 | version { version: "" }
  |                    ^^ empty string, expected a semver version
  |
  = help: write three numbers, as in `"1.0.0"`

error[VM0012]: expected a string for `version`, found the number `1`
 --> greeter/service.txtpb:6:20
  |
6 | version { version: 1 }
  |                    ^
  |
  = help: put it in quotes: `"1"`


"#]]
        .raw()
    );
}

#[test]
fn limits_have_units_and_bounds() {
    assert_data_eq!(
        findings(
            "limits {\n  memory: \"64mb\"\n  timeout: \"0s\"\n  message_size: \"5\"\n}\n"
        ),
        str![[r#"
error[VM0020]: `64mb` is no value for `memory`: `mb` is no unit
 --> greeter/service.txtpb:2:11
  |
2 |   memory: "64mb"
  |           ^^^^^^
  |
  = help: write `"64MB"`

error[VM0021]: `timeout` is out of bounds: expected `1ms` to `1h`, found `0s`
 --> greeter/service.txtpb:3:12
  |
3 |   timeout: "0s"
  |            ^^^^
  |
  = help: write `1ms` or more

error[VM0020]: `5` is no value for `message_size`: it has no unit
 --> greeter/service.txtpb:4:17
  |
4 |   message_size: "5"
  |                 ^^^
  |
  = help: write a number and a unit, as in `"4MiB"`; the units are `B`, `kB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`


"#]].raw()
    );
    assert_data_eq!(
        findings(
            "limits {\n  memory: \"1MiB\"\n  timeout: \"2 days\"\n  message_size: \"2MiB\"\n}\n"
        ),
        str![[r#"
error[VM0020]: `2 days` is no value for `timeout`: `days` is no unit
 --> greeter/service.txtpb:3:12
  |
3 |   timeout: "2 days"
  |            ^^^^^^^^
  |
  = help: write a number and a unit, as in `"500ms"`; the units are `ns`, `us`, `ms`, `s`, `m`, `h`

error[VM0021]: a message of `2MiB` does not fit into the service's memory
 --> greeter/service.txtpb:4:17
  |
2 |   memory: "1MiB"
  |           ------ the memory
3 |   timeout: "2 days"
4 |   message_size: "2MiB"
  |                 ^^^^^^
  |
  = help: raise `memory`, or lower `message_size`


"#]]
        .raw()
    );
}

#[test]
fn selectors_and_domains_have_a_form() {
    assert_data_eq!(
        findings(
            "regional { regions: [\"us-east\", \"aws/EU_West\", \"a/b/c\"] }\n\
             domain: \"https://Example.com/x\"\n"
        ),
        str![[r#"
error[VM0022]: `us-east` is no region selector
 --> greeter/service.txtpb:1:22
  |
1 | regional { regions: ["us-east", "aws/EU_West", "a/b/c"] }
  |                      ^^^^^^^^^
  |
  = help: write `"/us-east"`

error[VM0022]: `aws/EU_West` is no region selector
 --> greeter/service.txtpb:1:33
  |
1 | regional { regions: ["us-east", "aws/EU_West", "a/b/c"] }
  |                                 ^^^^^^^^^^^^^
  |
  = help: write `"aws/eu-west"`

error[VM0022]: `a/b/c` is no region selector
 --> greeter/service.txtpb:1:48
  |
1 | regional { regions: ["us-east", "aws/EU_West", "a/b/c"] }
  |                                                ^^^^^^^
  |
  = help: write `PROVIDER/REGION` or `/REGION`, as in `"aws/eu-west"` or `"/us-east"`

error[VM0024]: `https://Example.com/x` is no domain
 --> greeter/service.txtpb:2:9
  |
2 | domain: "https://Example.com/x"
  |         ^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write `"example.com"`


"#]]
        .raw()
    );
}

#[test]
fn some_version_takes_traffic() {
    assert_data_eq!(
        findings("version { version: \"1.0.0\" weight: 0 }\nversion { version: \"1.1.0\" }\n"),
        str![[r#"
error[VM0023]: no version takes traffic: the weights sum to 0
 --> greeter/service.txtpb:1:36
  |
1 | version { version: "1.0.0" weight: 0 }
  |                                    ^
2 | version { version: "1.1.0" }
  | -------
  |
  = help: give at least one version a weight: `weight: 100`


"#]]
        .raw()
    );
    assert_data_eq!(
        findings("version { version: '1.0.0' weight: x } version { version: '1.1.0' }"),
        str![[r#"
error[VM0012]: expected an integer for `weight`, found `x`
 --> greeter/service.txtpb:1:36
  |
1 | version { version: '1.0.0' weight: x } version { version: '1.1.0' }
  |                                    ^


"#]]
        .raw()
    );
}
