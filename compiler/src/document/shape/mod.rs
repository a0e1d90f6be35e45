//! What a table may hold: the one place that says which keys there are, what
//! each takes and what it is for. [`Fields`](super::Fields) refuses every other
//! key, and the JSON Schemas that editors complete by are made from the same.

mod schema;
#[cfg(test)]
pub(crate) mod tests;

use serde_json::Value;

pub(crate) use schema::schema;

/// The keys of a table.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What the table is.
    about: &'static str,
    pub(crate) keys: &'static [KeyShape],
    /// Of these keys a table has exactly one; empty for no such keys.
    pub(crate) one_of: &'static [&'static str],
}

/// A key of a table.
#[derive(Debug)]
pub(crate) struct KeyShape {
    pub(crate) name: &'static str,
    about: &'static str,
    pub(crate) value: Takes,
    /// Whether it must be there.
    pub(crate) is_required: bool,
    /// The value that it has where it is not there.
    default: Option<fn() -> Value>,
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Takes {
    /// A string.
    Text(Text),
    /// `true` or `false`.
    Bool,
    /// A number that is not negative.
    Number,
    /// A whole number from 1 that fits into 32 bits, or nothing.
    Count,
    /// Any number of values.
    List(&'static Takes),
    /// A table of these keys.
    Table(&'static Shape),
    /// Tables by names of the table's author.
    Tables(Text, &'static Shape),
    /// Strings, numbers and booleans by names of the table's author, or nothing.
    Scalars,
    /// Values by names from a list, in any case of letters.
    Listed(fn() -> Vec<Entry>, &'static Takes),
    /// Something that a later release takes: it is known, and refused.
    Later,
}

/// A name that a table may have, of those that are listed.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) about: String,
}

/// What a string may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Text {
    /// Anything.
    Any,
    /// Anything but the empty string.
    Some,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// What the regular expression matches, at most so many characters, and not
    /// what the second one matches.
    Like(&'static str, Option<usize>, Option<&'static str>),
    /// Probably one of these, but anything that is not empty is taken.
    Probably(&'static [&'static str]),
}

impl Shape {
    pub(crate) const fn new(about: &'static str, keys: &'static [KeyShape]) -> Self {
        Self {
            about,
            keys,
            one_of: &[],
        }
    }

    /// The same, with exactly one of the keys `one_of`.
    pub(crate) const fn one_of(mut self, one_of: &'static [&'static str]) -> Self {
        self.one_of = one_of;
        self
    }

    pub(crate) fn key(&self, name: &str) -> Option<&KeyShape> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The names of the keys.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }
}

impl KeyShape {
    pub(crate) const fn new(name: &'static str, about: &'static str, takes: Takes) -> Self {
        Self {
            name,
            about,
            value: takes,
            is_required: false,
            default: None,
        }
    }

    /// The same, where it must be there.
    pub(crate) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// The same, with the value that it has where it is not there.
    pub(crate) const fn or(mut self, default: fn() -> Value) -> Self {
        self.default = Some(default);
        self
    }
}

/// Declares a shape. The comments are what editors show.
///
/// ```text
/// shape! {
///     /// A place that services run in.
///     static CLUSTER {
///         /// The URL of the control API.
///         endpoint: Takes::Text(Text::Any) => or(|| json!("http://127.0.0.1:7700"));
///     }
/// }
/// ```
macro_rules! shape {
    (
        $(#[doc = $about:literal])+
        $visibility:vis static $name:ident $(one of [$($one_of:literal),+])? {
            $($(#[doc = $doc:literal])+ $key:ident: $takes:expr $(=> $with:ident($($default:expr)?))?;)+
        }
    ) => {
        $(#[doc = $about])+
        $visibility static $name: $crate::document::Shape = $crate::document::Shape::new(
            concat!($($about),+),
            &[$(
                $crate::document::KeyShape::new(stringify!($key), concat!($($doc),+), $takes)
                    $(.$with($($default)?))?,
            )+],
        )$(.one_of(&[$($one_of),+]))?;
    };
}

pub(crate) use shape;
