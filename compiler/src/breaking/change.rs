use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::Declared;

/// Who is broken by a change.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Programs that are built with generated code, or with the WIT package, no
    /// longer build or have to be built anew.
    Source,
    /// Programs that run read or write other values in the binary encoding.
    Wire,
    /// Programs that run read or write other values in JSON, or use another HTTP
    /// request.
    Json,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Source, Self::Wire, Self::Json];

    /// The name, as `service.txtpb` spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Wire => "wire",
            Self::Json => "json",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Classes {
    source: bool,
    wire: bool,
    json: bool,
}

impl Classes {
    pub(crate) const NONE: Self = Self::new(false, false, false);
    pub(crate) const SOURCE: Self = Self::new(true, false, false);
    pub(crate) const WIRE: Self = Self::new(false, true, false);
    pub(crate) const JSON: Self = Self::new(false, false, true);
    pub(crate) const ALL: Self = Self::new(true, true, true);

    const fn new(source: bool, wire: bool, json: bool) -> Self {
        Self { source, wire, json }
    }

    /// The classes of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self::new(
            self.source || other.source,
            self.wire || other.wire,
            self.json || other.json,
        )
    }

    /// The same, with `other` where that applies.
    #[must_use]
    pub(crate) const fn and_if(self, applies: bool, other: Self) -> Self {
        if applies { self.and(other) } else { self }
    }

    /// Whether `class` is among them.
    #[must_use]
    pub const fn has(self, class: Class) -> bool {
        match class {
            Class::Source => self.source,
            Class::Wire => self.wire,
            Class::Json => self.json,
        }
    }

    /// The classes, in their order.
    pub fn iter(self) -> impl Iterator<Item = Class> {
        Class::ALL.into_iter().filter(move |class| self.has(*class))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }
}

impl fmt::Display for Classes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, class) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            fmt::Display::fmt(&class, f)?;
        }
        Ok(())
    }
}

/// How far a change reaches: which part of a semantic version has to grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something is there that was not: whoever was content before still is.
    Minor,
    /// Something that was there is not, or is otherwise.
    Major,
}

/// An element of a `.proto` file: the import name of the file, and the path of
/// the element in its `SourceCodeInfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) file: String,
    pub(crate) path: Vec<i32>,
    /// The option among those at `path` that is meant.
    pub(crate) option: Option<&'static str>,
    /// The service whose `(vimana.service)` is meant instead, and the field of it.
    pub(crate) service: Option<(String, Option<&'static str>)>,
}

impl Spot {
    /// The element at `path` of `file`, or the part `tail` of it.
    pub(crate) fn new(file: &str, path: &[i32], tail: &[i32]) -> Self {
        Self {
            file: file.to_owned(),
            path: [path, tail].concat(),
            option: None,
            service: None,
        }
    }

    /// The same, of the option `(vimana.service)` of a service in the file.
    pub(crate) fn service_option(self, service: &str) -> Self {
        Self {
            service: Some((service.to_owned(), None)),
            ..self
        }
    }

    /// The same, of a field of that option.
    pub(crate) fn field(self, name: &'static str) -> Self {
        Self {
            service: self.service.map(|(service, _)| (service, Some(name))),
            ..self
        }
    }

    /// The same, of the option of this name: the element is that of all options.
    pub(crate) fn option(self, name: &'static str) -> Self {
        Self {
            option: Some(name),
            ..self
        }
    }
}

/// One difference of two interfaces that breaks somebody.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) rule: &'static Declared,
    pub(crate) classes: Classes,
    pub(crate) level: Level,
    /// The full name of the element, for example `bar.HelloRequest.name`.
    pub(crate) element: String,
    pub(crate) message: String,
    /// Where it is in the head; of what is deleted, what is around it.
    pub(crate) head: Option<Spot>,
    pub(crate) label: String,
    /// Where it was in the base, and what it was.
    pub(crate) base: Option<Spot>,
    pub(crate) was: String,
    pub(crate) help: Option<String>,
    pub(crate) notes: Vec<String>,
}

impl Change {
    pub(crate) fn new(
        rule: &'static Declared,
        classes: Classes,
        element: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            classes,
            level: Level::Major,
            element: element.into(),
            message: message.into(),
            head: None,
            label: String::new(),
            base: None,
            was: String::new(),
            help: None,
            notes: Vec::new(),
        }
    }

    /// The same, of a change that a minor version may bring.
    pub(crate) fn minor(self) -> Self {
        Self {
            level: Level::Minor,
            ..self
        }
    }

    /// The same, which stands at `head` now.
    pub(crate) fn at(mut self, head: Spot, label: impl Into<String>) -> Self {
        self.head = Some(head);
        self.label = label.into();
        self
    }

    /// The same, which was `was`, at `base`.
    pub(crate) fn was(mut self, base: Spot, was: impl Into<String>) -> Self {
        self.base = Some(base);
        self.was = was.into();
        self
    }

    /// The same, with what to type.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, with one thing more to know.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}
