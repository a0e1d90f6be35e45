use std::fmt;

use super::template::Template;

/// The HTTP method of a binding.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// `GET`.
    Get,
    /// `PUT`.
    Put,
    /// `POST`.
    Post,
    /// `DELETE`.
    Delete,
    /// `PATCH`.
    Patch,
    /// Another method by its name, e.g. `HEAD`.
    Custom(Box<str>),
    /// `*`: every method.
    Any,
}

impl Verb {
    /// The verb of a method's name; `*` is [`Verb::Any`]. Methods are told apart
    /// by case.
    pub fn new(name: &str) -> Verb {
        match name {
            "GET" => Verb::Get,
            "PUT" => Verb::Put,
            "POST" => Verb::Post,
            "DELETE" => Verb::Delete,
            "PATCH" => Verb::Patch,
            "*" => Verb::Any,
            other => Verb::Custom(other.into()),
        }
    }

    /// The method as a request spells it; `*` for [`Verb::Any`].
    pub fn as_str(&self) -> &str {
        match self {
            Verb::Get => "GET",
            Verb::Put => "PUT",
            Verb::Post => "POST",
            Verb::Delete => "DELETE",
            Verb::Patch => "PATCH",
            Verb::Custom(name) => name,
            Verb::Any => "*",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the HTTP body fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing: the request has no body.
    None,
    /// Every field that the path does not bind (`*`).
    Whole,
    /// One field of the request message.
    Field(Box<str>),
}

/// One binding of a method, checked against its request and response messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The HTTP method.
    pub verb: Verb,
    /// The path.
    pub template: Template,
    /// What the HTTP body fills.
    pub body: Body,
    /// The field of the response that becomes the HTTP body, instead of all of it.
    pub response_body: Option<String>,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.template)
    }
}
