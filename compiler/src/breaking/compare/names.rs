use std::collections::BTreeMap;

use prost_reflect::FileDescriptor;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, ServiceDescriptorProto,
};

/// What the elements and files of the base are called in the head, where a file, a
/// package or a service is renamed as a whole, which is told once.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The full names of elements that are in no other one.
    elements: BTreeMap<String, String>,
    files: BTreeMap<String, String>,
}

impl Names {
    /// Learns that all of `base` is in the package `package` now.
    pub(super) fn rename_package(&mut self, base: &FileDescriptor, package: &str) {
        let file = base.file_descriptor_proto();
        let messages = file.message_type.iter().map(DescriptorProto::name);
        let enums = file.enum_type.iter().map(EnumDescriptorProto::name);
        let services = file.service.iter().map(ServiceDescriptorProto::name);
        let extensions = file.extension.iter().map(FieldDescriptorProto::name);
        let names = messages.chain(enums).chain(services).chain(extensions);
        for name in names {
            let old = within(base.package_name(), name);
            self.elements
                .entry(old)
                .or_insert_with(|| within(package, name));
        }
    }

    pub(super) fn rename_service(&mut self, base: &str, head: &str) {
        if base != head {
            self.elements.insert(base.to_owned(), head.to_owned());
        }
    }

    pub(super) fn rename_file(&mut self, base: &str, head: &str) {
        if base != head {
            self.files.insert(base.to_owned(), head.to_owned());
        }
    }

    /// The full name in the head.
    pub(super) fn of(&self, name: &str) -> String {
        let mut around = name;
        loop {
            if let Some(new) = self.elements.get(around) {
                return format!("{new}{}", &name[around.len()..]);
            }
            match around.rsplit_once('.') {
                Some((parent, _)) => around = parent,
                None => return name.to_owned(),
            }
        }
    }

    /// The import name in the head.
    pub(super) fn file(&self, name: &str) -> String {
        self.files
            .get(name)
            .cloned()
            .unwrap_or_else(|| name.to_owned())
    }
}

fn within(package: &str, name: &str) -> String {
    match package {
        "" => name.to_owned(),
        package => format!("{package}.{name}"),
    }
}
