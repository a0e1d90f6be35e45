//! Whether a file uses options of package `vimana` without importing them, as a
//! definition that only vimana reads may do.

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    UninterpretedOption,
};

/// The import name of the file that defines the options.
pub(super) const OPTIONS: &str = "vimana/options.proto";

/// The first use, by its `SourceCodeInfo` path; none where the file imports the
/// definition, or needs none.
pub(super) fn find(file: &FileDescriptorProto) -> Option<Vec<i32>> {
    if file.dependency.iter().any(|name| name == OPTIONS) || file.package() == "vimana" {
        return None;
    }
    let mut uses = Uses::default();
    uses.file(file);
    uses.0.into_iter().next()
}

/// The paths at which options of package `vimana` stand.
#[derive(Default)]
struct Uses(Vec<Vec<i32>>);

impl Uses {
    fn options(&mut self, path: &[i32], field: i32, options: &[UninterpretedOption]) {
        for (index, option) in (0..).zip(options) {
            let Some(first) = option.name.first() else {
                continue;
            };
            let name = first.name_part.trim_start_matches('.');
            if first.is_extension && name.starts_with("vimana.") {
                self.0.push([path, &[field, 999, index]].concat());
            }
        }
    }

    fn file(&mut self, file: &FileDescriptorProto) {
        if let Some(options) = &file.options {
            self.options(&[], 8, &options.uninterpreted_option);
        }
        for (index, message) in (0..).zip(&file.message_type) {
            self.message(&[4, index], message);
        }
        for (index, enumeration) in (0..).zip(&file.enum_type) {
            self.enumeration(&[5, index], enumeration);
        }
        for (index, service) in (0..).zip(&file.service) {
            if let Some(options) = &service.options {
                self.options(&[6, index], 3, &options.uninterpreted_option);
            }
            for (method_index, method) in (0..).zip(&service.method) {
                if let Some(options) = &method.options {
                    let path = [6, index, 2, method_index];
                    self.options(&path, 4, &options.uninterpreted_option);
                }
            }
        }
        for (index, field) in (0..).zip(&file.extension) {
            self.field(&[7, index], field);
        }
    }

    fn message(&mut self, path: &[i32], message: &DescriptorProto) {
        if let Some(options) = &message.options {
            self.options(path, 7, &options.uninterpreted_option);
        }
        for (index, field) in (0..).zip(&message.field) {
            self.field(&[path, &[2, index]].concat(), field);
        }
        for (index, field) in (0..).zip(&message.extension) {
            self.field(&[path, &[6, index]].concat(), field);
        }
        for (index, nested) in (0..).zip(&message.nested_type) {
            self.message(&[path, &[3, index]].concat(), nested);
        }
        for (index, enumeration) in (0..).zip(&message.enum_type) {
            self.enumeration(&[path, &[4, index]].concat(), enumeration);
        }
        for (index, oneof) in (0..).zip(&message.oneof_decl) {
            if let Some(options) = &oneof.options {
                let path = [path, &[8, index]].concat();
                self.options(&path, 2, &options.uninterpreted_option);
            }
        }
    }

    fn field(&mut self, path: &[i32], field: &FieldDescriptorProto) {
        if let Some(options) = &field.options {
            self.options(path, 8, &options.uninterpreted_option);
        }
    }

    fn enumeration(&mut self, path: &[i32], enumeration: &EnumDescriptorProto) {
        if let Some(options) = &enumeration.options {
            self.options(path, 3, &options.uninterpreted_option);
        }
        for (index, value) in (0..).zip(&enumeration.value) {
            if let Some(options) = &value.options {
                let path = [path, &[2, index]].concat();
                self.options(&path, 3, &options.uninterpreted_option);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(text: &str) -> Option<Vec<i32>> {
        find(&protox_parse::parse("a.proto", text).unwrap())
    }

    #[test]
    fn a_comment_is_no_use_and_an_import_makes_the_use_explicit() {
        let field = "message A { string b = 1 [(vimana.wit_name) = \"c\"]; }";
        assert!(uses(&format!("syntax = \"proto3\"; {field}")).is_some());
        assert_eq!(uses("syntax = \"proto3\"; // option (vimana.http)"), None);
        assert_eq!(
            uses(&format!(
                "syntax = \"proto3\"; import \"vimana/options.proto\"; {field}"
            )),
            None
        );
    }
}
