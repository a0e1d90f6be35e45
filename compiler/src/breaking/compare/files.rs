use prost_reflect::FileDescriptor;
use prost_types::FileOptions;

use super::{Comparison, is_brought_along};
use crate::breaking::change::Spot;
use crate::rules::{element_moved, file_option_changed, package_changed, syntax_changed};

/// The field `options` of `google.protobuf.FileDescriptorProto`.
const OPTIONS: i32 = 8;

impl Comparison<'_> {
    /// Compares the files, and learns what is renamed.
    pub(super) fn files(&mut self) {
        let (base_entry, head_entry) = (self.base.entry(), self.head.entry());
        let mut pairs = Vec::new();
        for base in self.base.files() {
            let is_entry = base_entry.as_deref() == Some(base.name());
            let name = match &head_entry {
                Some(head) if is_entry => head.as_str(),
                _ => base.name(),
            };
            if let Some(head) = self.head.pool.get_file_by_name(name) {
                self.names.rename_file(base.name(), head.name());
                pairs.push((base, head, is_entry));
            }
        }
        for (base, head, is_entry) in pairs {
            self.file(&base, &head, is_entry);
        }
        self.names
            .rename_service(&self.base.service, &self.head.service);
    }

    fn file(&mut self, base: &FileDescriptor, head: &FileDescriptor, is_entry: bool) {
        if base.package_name() != head.package_name() {
            self.names.rename_package(base, head.package_name());
            // A service that is renamed says so itself.
            if !is_entry {
                self.add(package_changed::change(base, head));
            }
        }
        if base.syntax() != head.syntax() {
            self.add(syntax_changed::change(base, head));
        }
        let old = options(base);
        let new = options(head);
        for ((name, old), (_, new)) in old.into_iter().zip(new) {
            // What was never set, nobody has relied on.
            if old != new
                && let Some(old) = old
            {
                let values = [old.as_str(), new.as_deref().unwrap_or_default()];
                self.add(file_option_changed::change(
                    name,
                    values,
                    Spot::new(base.name(), &[OPTIONS], &[]).option(name),
                    Spot::new(head.name(), &[OPTIONS], &[]).option(name),
                ));
            }
        }
    }

    /// Reports an element that is defined in another file than before, while its
    /// old file is still there.
    pub(super) fn moved(&mut self, kind: &str, name: &str, base: Spot, head: Spot) {
        let expected = self.names.file(&base.file);
        let is_there = self.head.pool.get_file_by_name(&expected).is_some();
        if expected != head.file && is_there && !is_brought_along(&expected) {
            self.add(element_moved::change(kind, name, base, head));
        }
    }
}

/// The options that name what is generated, and where it goes to.
fn options(file: &FileDescriptor) -> Vec<(&'static str, Option<String>)> {
    let options = file
        .file_descriptor_proto()
        .options
        .as_ref()
        .map_or_else(FileOptions::default, Clone::clone);
    let several = options.java_multiple_files.map(|set| set.to_string());
    vec![
        ("java_package", options.java_package),
        ("java_outer_classname", options.java_outer_classname),
        ("java_multiple_files", several),
        ("go_package", options.go_package),
        ("objc_class_prefix", options.objc_class_prefix),
        ("csharp_namespace", options.csharp_namespace),
        ("swift_prefix", options.swift_prefix),
        ("php_class_prefix", options.php_class_prefix),
        ("php_namespace", options.php_namespace),
        ("php_metadata_namespace", options.php_metadata_namespace),
        ("ruby_package", options.ruby_package),
    ]
}
