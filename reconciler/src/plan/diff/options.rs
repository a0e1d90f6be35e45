use std::sync::LazyLock;

use prost_reflect::{ExtensionDescriptor, FieldDescriptor, Value};

/// The options of a field that a comparison heeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FieldOptions {
    /// The value is never shown.
    pub(crate) redacted: bool,
    /// A change replaces the resource.
    pub(crate) immutable: bool,
    /// The node sets the field: differences do not count.
    pub(crate) server_assigned: bool,
}

static IMMUTABLE: LazyLock<ExtensionDescriptor> = LazyLock::new(|| extension("vimana.immutable"));
static SERVER_ASSIGNED: LazyLock<ExtensionDescriptor> =
    LazyLock::new(|| extension("vimana.server_assigned"));

fn extension(name: &str) -> ExtensionDescriptor {
    vimana_proto::descriptor_pool()
        .get_extension_by_name(name)
        .expect("vimana/options.proto, which is in the pool, declares it")
}

impl FieldOptions {
    pub(crate) fn of(field: &FieldDescriptor) -> Self {
        let options = field.options();
        let is_set = |value: Option<&Value>| value.and_then(Value::as_bool) == Some(true);
        Self {
            redacted: is_set(options.get_field_by_name("debug_redact").as_deref()),
            immutable: options.get_extension(&IMMUTABLE).as_bool() == Some(true),
            server_assigned: options.get_extension(&SERVER_ASSIGNED).as_bool() == Some(true),
        }
    }
}
