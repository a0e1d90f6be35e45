//! The names that options give.

use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, EnumValueDescriptor, FieldDescriptor,
    FileDescriptor, MessageDescriptor, MethodDescriptor, OneofDescriptor,
};

/// An element that may bear a `wit_name`.
pub(super) trait Named {
    /// What it is, in a message.
    const ELEMENT: &'static str;
    /// The option, without its package.
    const OPTION: &'static str;

    fn simple_name(&self) -> &str;
    fn file(&self) -> FileDescriptor;
    fn source_path(&self) -> &[i32];
    fn pool(&self) -> &DescriptorPool;
    fn has_options(&self) -> bool;
    fn option_values(&self) -> DynamicMessage;

    /// The name that the element's option gives.
    fn wit_name_option(&self) -> Option<String> {
        // Most elements bear none, and to decode options is slow.
        if !self.has_options() {
            return None;
        }
        let extension = self
            .pool()
            .get_extension_by_name(&format!("vimana.{}", Self::OPTION))?;
        let options = self.option_values();
        if !options.has_extension(&extension) {
            return None;
        }
        options
            .get_extension(&extension)
            .as_str()
            .map(str::to_owned)
    }

    /// What to type where the derived name will not do.
    fn option_help(&self, suggestion: &str) -> String {
        match Self::ELEMENT {
            "field" | "enum value" => format!(
                "name it: `{} = ... [(vimana.{}) = \"{suggestion}\"]`",
                self.simple_name(),
                Self::OPTION
            ),
            _ => format!(
                "name it: `option (vimana.{}) = \"{suggestion}\";`",
                Self::OPTION
            ),
        }
    }
}

macro_rules! named {
    ($($descriptor:ty, $proto:ident, $element:literal, $option:literal;)*) => {$(
        impl Named for $descriptor {
            const ELEMENT: &'static str = $element;
            const OPTION: &'static str = $option;

            fn simple_name(&self) -> &str {
                self.name()
            }
            fn file(&self) -> FileDescriptor {
                self.parent_file()
            }
            fn source_path(&self) -> &[i32] {
                self.path()
            }
            fn pool(&self) -> &DescriptorPool {
                self.parent_pool()
            }
            fn has_options(&self) -> bool {
                self.$proto().options.is_some()
            }
            fn option_values(&self) -> DynamicMessage {
                self.options()
            }
        }
    )*};
}

named! {
    MethodDescriptor, method_descriptor_proto, "method", "method_wit_name";
    MessageDescriptor, descriptor_proto, "message", "message_wit_name";
    FieldDescriptor, field_descriptor_proto, "field", "wit_name";
    OneofDescriptor, oneof_descriptor_proto, "oneof", "oneof_wit_name";
    EnumDescriptor, enum_descriptor_proto, "enum", "enum_wit_name";
    EnumValueDescriptor, enum_value_descriptor_proto, "enum value", "enum_value_wit_name";
}
