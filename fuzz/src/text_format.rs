use std::sync::LazyLock;

use prost_reflect::MessageDescriptor;
use vimana_compiler::textproto::bind::bind;
use vimana_compiler::textproto::parse;

use crate::repository::{SETTINGS, compiled};

static CONFIG: LazyLock<MessageDescriptor> = LazyLock::new(|| {
    let pool = vimana_proto::descriptor_pool();
    pool.get_message_by_name("vimana.config.v1.Service")
        .unwrap()
});

/// A `service.txtpb`. The tree of a text prints that text.
pub(crate) fn run(data: &[u8]) {
    compiled([
        ("vimana.toml", SETTINGS.as_bytes()),
        (
            "greeter/greeter.proto",
            include_bytes!("greeter.proto").as_slice(),
        ),
        ("greeter/service.txtpb", data),
    ]);
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (document, errors) = parse(text);
    assert_eq!(document.print(), text);
    for error in &errors {
        assert!(text.get(error.range.clone()).is_some(), "{error:?}");
    }
    let bound = bind(&document, &CONFIG);
    for error in &bound.errors {
        assert!(text.get(error.range.clone()).is_some(), "{error:?}");
    }
}
