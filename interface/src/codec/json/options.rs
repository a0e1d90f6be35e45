/// The options of `ProtoJSON`: <https://protobuf.dev/programming-guides/json/#json-options>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own in the specification"
)]
pub struct JsonOptions {
    /// Reads on where the message has no such field, or an enum no such name, and
    /// leaves it out.
    pub ignore_unknown: bool,
    /// Writes fields without presence that have their default value.
    pub always_print_fields_with_no_presence: bool,
    /// Writes field names as the `.proto` spells them.
    pub preserve_proto_field_names: bool,
    /// Writes enum values as numbers.
    pub enums_as_integers: bool,
}
