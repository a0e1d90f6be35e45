//! The text of an interface.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::FileDescriptor;

use crate::model::comments::Comments;
use crate::model::{
    Body, EnumModel, FieldModel, Interface, Member, MessageModel, Method, OneofModel, Shape,
    TypeName, ValueShape,
};
use crate::name::escape;

/// The version of `vimana:service` that an interface is written against.
pub(crate) const PLATFORM: &str = "vimana:service/types@1.0.0";

impl Interface {
    /// The WIT package of the service, which resolves together with
    /// [`SERVICE_WIT`](crate::SERVICE_WIT).
    #[must_use]
    pub fn to_wit(&self) -> String {
        let mut printer = Printer {
            interface: self,
            comments: Comments::default(),
            out: String::new(),
            indent: 0,
        };
        printer.package();
        printer.out
    }

    /// The type of one value in WIT.
    pub(crate) fn value_wit(&self, value: &ValueShape) -> String {
        match value {
            ValueShape::Scalar(scalar) | ValueShape::Wrapper(_, scalar) => scalar.wit().to_owned(),
            ValueShape::Recursive(_) => "list<u8>".to_owned(),
            ValueShape::FieldMask(_) => "list<string>".to_owned(),
            ValueShape::Enum(_) | ValueShape::Message(_) | ValueShape::Json(..) => {
                escape(self.type_name(value).unwrap_or_default()).into_owned()
            }
        }
    }

    /// The type of a field in WIT.
    pub(crate) fn shape_wit(&self, shape: &Shape) -> String {
        match shape {
            Shape::Plain(value) | Shape::Required(value) => self.value_wit(value),
            Shape::Optional(value) => format!("option<{}>", self.value_wit(value)),
            Shape::List(value) => format!("list<{}>", self.value_wit(value)),
            Shape::Map { key, value } => {
                format!("list<tuple<{}, {}>>", key.wit(), self.value_wit(value))
            }
        }
    }

    /// The name of a type that has one, without `%`.
    fn type_name(&self, value: &ValueShape) -> Option<&str> {
        match value {
            ValueShape::Enum(enumeration) => self
                .enumeration(enumeration.full_name())
                .map(|model| model.wit_name.as_str()),
            ValueShape::Message(message) => self
                .message(message.full_name())
                .map(|model| model.wit_name.as_str()),
            ValueShape::Json(..) => Some(self.json_name()),
            ValueShape::Scalar(_)
            | ValueShape::Recursive(_)
            | ValueShape::Wrapper(..)
            | ValueShape::FieldMask(_) => None,
        }
    }
}

/// The names of types where functions stand. A function may have the name of a
/// message (`rpc Ping(Ping)`), and a message that of a type of the platform
/// (`Status`); both are in one namespace there, so the type gets an alias.
struct Aliases {
    context: String,
    status: String,
    types: BTreeMap<String, String>,
}

impl Aliases {
    fn new(interface: &Interface) -> Self {
        let mut taken: BTreeSet<String> = interface
            .methods()
            .iter()
            .map(|method| method.function.clone())
            .collect();
        let used: BTreeSet<&str> = interface
            .methods()
            .iter()
            .flat_map(|method| [&method.request, &method.response])
            .filter_map(|shape| interface.type_name(shape))
            .collect();
        let context = alias("context", "platform", true, &mut taken);
        let status = alias("status", "platform", true, &mut taken);
        // Those that keep their name first, so that no alias takes it.
        let (mut kept, met): (Vec<&str>, Vec<&str>) =
            used.into_iter().partition(|name| !taken.contains(*name));
        taken.extend(kept.iter().map(|name| (*name).to_owned()));
        let mut types: BTreeMap<String, String> = kept
            .drain(..)
            .map(|name| (name.to_owned(), name.to_owned()))
            .collect();
        for name in met {
            types.insert(name.to_owned(), alias(name, "message", false, &mut taken));
        }
        Self {
            context,
            status,
            types,
        }
    }

    /// `context` and `status` as a `use` has them.
    fn platform(&self, names: &[&str]) -> String {
        let items: Vec<String> = names
            .iter()
            .map(|name| {
                let alias = if *name == "context" {
                    &self.context
                } else {
                    &self.status
                };
                item(name, alias)
            })
            .collect();
        items.join(", ")
    }

    /// The messages as a `use` has them.
    fn items(&self) -> String {
        let items: Vec<String> = self
            .types
            .iter()
            .map(|(name, alias)| item(name, alias))
            .collect();
        items.join(", ")
    }
}

fn item(name: &str, alias: &str) -> String {
    if name == alias {
        escape(name).into_owned()
    } else {
        format!("{} as {}", escape(name), escape(alias))
    }
}

/// The first of `name`, `name-word`, `name-word-word`, ... that nothing has.
fn alias(name: &str, word: &str, before: bool, taken: &mut BTreeSet<String>) -> String {
    let mut alias = name.to_owned();
    while !taken.insert(alias.clone()) {
        alias = if before {
            format!("{word}-{alias}")
        } else {
            format!("{alias}-{word}")
        };
    }
    alias
}

struct Printer<'a> {
    interface: &'a Interface,
    comments: Comments,
    out: String,
    indent: usize,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        if !text.is_empty() {
            for _ in 0..self.indent {
                self.out.push_str("  ");
            }
            self.out.push_str(text);
        }
        self.out.push('\n');
    }

    fn open(&mut self, text: &str) {
        self.line(&format!("{text} {{"));
        self.indent += 1;
    }

    fn close(&mut self) {
        self.indent -= 1;
        self.line("}");
    }

    fn doc(&mut self, line: &str) {
        self.line(format!("/// {line}").trim_end());
    }

    /// Prints the comment of an element; tells whether it has one.
    fn comment(&mut self, file: &FileDescriptor, path: &[i32]) -> bool {
        let lines = self.comments.lines(file, path);
        for line in &lines {
            self.doc(line);
        }
        !lines.is_empty()
    }

    fn package(&mut self) {
        let interface = self.interface;
        let service = interface.service();
        self.comment(&service.parent_file(), service.path());
        self.line(&format!(
            "package {}:{}@{};",
            escape(interface.namespace()),
            escape(interface.world_name()),
            interface.version()
        ));
        self.line("");
        self.types();
        self.line("");
        let aliases = Aliases::new(interface);
        self.rpc(&aliases);
        self.line("");
        self.world(&aliases);
    }

    fn types(&mut self) {
        self.doc(&format!(
            "The messages of `{}`.",
            self.interface.service().full_name()
        ));
        self.open("interface types");
        let interface = self.interface;
        for (index, name) in interface.types().iter().enumerate() {
            if index > 0 {
                self.line("");
            }
            match name {
                TypeName::Message(name) => {
                    if let Some(message) = interface.message(name) {
                        self.message(message);
                    }
                }
                TypeName::Enum(name) => {
                    if let Some(enumeration) = interface.enumeration(name) {
                        self.enumeration(enumeration);
                    }
                }
                TypeName::Json => {
                    self.doc(
                        "JSON as text: a `Struct`, `Value` or `ListValue` of `google.protobuf`.",
                    );
                    let name = escape(interface.json_name()).into_owned();
                    self.line(&format!("type {name} = string;"));
                }
            }
        }
        self.close();
    }

    fn message(&mut self, message: &MessageModel) {
        let descriptor = &message.descriptor;
        if descriptor.package_name() == "google.protobuf" {
            // Their own comments are essays on the languages of Google.
            self.doc(&format!("`{}`", descriptor.full_name()));
        } else {
            let commented = self.comment(&descriptor.parent_file(), descriptor.path());
            if descriptor.extension_ranges().len() > 0 {
                if commented {
                    self.doc("");
                }
                self.doc(&format!(
                    "Extensions of `{}` are left out.",
                    descriptor.full_name()
                ));
            }
        }
        let name = escape(&message.wit_name).into_owned();
        let members = match &message.body {
            Body::Unit { case } => {
                let case = escape(case).into_owned();
                self.line(&format!("enum {name} {{ {case} }}"));
                return;
            }
            Body::Record(members) => members,
        };
        self.open(&format!("record {name}"));
        for member in members {
            match member {
                Member::Field(field) => self.field(field),
                Member::Oneof(oneof) => {
                    let descriptor = &oneof.descriptor;
                    self.comment(&descriptor.parent_file(), descriptor.path());
                    self.line(&format!(
                        "{}: option<{}>,",
                        escape(&oneof.wit_name),
                        escape(&oneof.type_name)
                    ));
                }
            }
        }
        self.close();
        for member in members {
            if let Member::Oneof(oneof) = member {
                self.line("");
                self.oneof(oneof);
            }
        }
    }

    fn field(&mut self, field: &FieldModel) {
        let descriptor = &field.descriptor;
        let commented = descriptor.parent_message().package_name() != "google.protobuf"
            && self.comment(&descriptor.parent_file(), descriptor.path());
        let (Shape::Plain(value)
        | Shape::Required(value)
        | Shape::Optional(value)
        | Shape::List(value)
        | Shape::Map { value, .. }) = &field.shape;
        self.recursion(value, commented);
        let shape = self.interface.shape_wit(&field.shape);
        self.line(&format!("{}: {shape},", escape(&field.wit_name)));
    }

    /// Says what the bytes of a recursive field are.
    fn recursion(&mut self, value: &ValueShape, commented: bool) {
        if let ValueShape::Recursive(message) = value {
            if commented {
                self.doc("");
            }
            self.doc(&format!(
                "An encoded `{}`, since WIT has no recursive types.",
                message.full_name()
            ));
        }
    }

    fn oneof(&mut self, oneof: &OneofModel) {
        self.doc(&format!("The oneof `{}`.", oneof.descriptor.full_name()));
        self.open(&format!("variant {}", escape(&oneof.type_name)));
        for case in &oneof.cases {
            let commented = self.comment(&case.descriptor.parent_file(), case.descriptor.path());
            self.recursion(&case.shape, commented);
            let payload = self.interface.value_wit(&case.shape);
            self.line(&format!("{}({payload}),", escape(&case.wit_name)));
        }
        self.close();
    }

    fn enumeration(&mut self, enumeration: &EnumModel) {
        let descriptor = &enumeration.descriptor;
        self.comment(&descriptor.parent_file(), descriptor.path());
        let keyword = if enumeration.open { "variant" } else { "enum" };
        self.open(&format!("{keyword} {}", escape(&enumeration.wit_name)));
        for case in &enumeration.cases {
            if let Some(value) = descriptor.get_value_by_name(&case.name) {
                self.comment(&descriptor.parent_file(), value.path());
            }
            self.line(&format!("{},", escape(&case.wit_name)));
        }
        if enumeration.open {
            self.doc("A number that this version of the interface does not name.");
            self.line(&format!("{}(s32),", EnumModel::UNRECOGNIZED));
        }
        self.close();
    }

    fn rpc(&mut self, aliases: &Aliases) {
        let interface = self.interface;
        self.doc(&format!(
            "What a caller of `{}` imports.",
            interface.service().full_name()
        ));
        self.open("interface rpc");
        if !interface.methods().is_empty() {
            self.line(&format!(
                "use {PLATFORM}.{{{}}};",
                aliases.platform(&["status"])
            ));
            self.uses(aliases);
        }
        for method in interface.methods() {
            self.line("");
            self.function(method, aliases, false);
        }
        self.close();
    }

    fn world(&mut self, aliases: &Aliases) {
        let interface = self.interface;
        self.doc(&format!(
            "What an implementation of `{}` exports.",
            interface.service().full_name()
        ));
        self.open(&format!("world {}", escape(interface.world_name())));
        self.line("include vimana:service/imports@1.0.0;");
        if !interface.methods().is_empty() {
            self.line("");
            self.line(&format!(
                "use {PLATFORM}.{{{}}};",
                aliases.platform(&["context", "status"])
            ));
            self.uses(aliases);
        }
        for method in interface.methods() {
            self.line("");
            self.function(method, aliases, true);
        }
        self.close();
    }

    fn uses(&mut self, aliases: &Aliases) {
        if !aliases.types.is_empty() {
            self.line(&format!("use types.{{{}}};", aliases.items()));
        }
    }

    fn function(&mut self, method: &Method, aliases: &Aliases, exported: bool) {
        let descriptor = &method.descriptor;
        self.comment(&descriptor.parent_file(), descriptor.path());
        let named = |shape| {
            let name = self.interface.type_name(shape);
            match name.and_then(|name| aliases.types.get(name)) {
                Some(alias) => escape(alias).into_owned(),
                None => self.interface.value_wit(shape),
            }
        };
        let request = in_stream(named(&method.request), method.arity.client_streams());
        let result = format!(
            "result<{}, {}>",
            named(&method.response),
            escape(&aliases.status)
        );
        let response = in_stream(result, method.arity.server_streams());
        let streams = method.arity.client_streams() || method.arity.server_streams();
        let (export, context) = if exported {
            ("export ", format!("ctx: {}, ", escape(&aliases.context)))
        } else {
            ("", String::new())
        };
        let function = escape(&method.function);
        let asynchronous = if streams { "async " } else { "" };
        self.line(&format!(
            "{export}{function}: {asynchronous}func({context}request: {request}) -> {response};"
        ));
    }
}

fn in_stream(item: String, streams: bool) -> String {
    if streams {
        format!("stream<{item}>")
    } else {
        item
    }
}
