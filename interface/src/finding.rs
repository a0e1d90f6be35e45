/// Something about a descriptor that a person must change.
///
/// `file` and `path` lead to the place through the `SourceCodeInfo` of the
/// compilation, which this crate does not need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescriptorFinding {
    /// The import name of the `.proto` file.
    pub file: String,
    /// The path of the element, as in `google.protobuf.SourceCodeInfo`.
    pub path: Vec<i32>,
    /// What is wrong; displays as the message.
    pub kind: FindingKind,
    /// What to type instead.
    pub help: Option<String>,
    /// The option that would mend it.
    pub rename: Option<Rename>,
}

/// An option that gives an element a name in WIT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// What bears the name: `field`, `message`, ...
    pub element: &'static str,
    /// The option with its package: `vimana.wit_name`.
    pub option: String,
    /// A name that will do.
    pub name: String,
}

/// What is wrong with a descriptor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindingKind {
    /// A name that has no spelling in WIT.
    #[error(
        "the {element} `{name}` has no name in WIT, where each word of a name starts with a letter"
    )]
    Unspellable {
        /// What bears the name: `field`, `message`, ...
        element: &'static str,
        /// The name in Protobuf.
        name: String,
    },

    /// A `(vimana....wit_name)` that is no WIT name.
    #[error(
        "`{name}` is no WIT name; expected words of `a-z` and `0-9`, joined by `-`, each of which starts with a letter"
    )]
    InvalidOption {
        /// The value of the option.
        name: String,
    },

    /// Two elements that would have one name in WIT.
    #[error("the {element} `{name}` and the {other} would both be `{wit_name}` in WIT")]
    Collision {
        /// What bears the name: `field`, `message`, ...
        element: &'static str,
        /// The name in Protobuf.
        name: String,
        /// The element that has the WIT name already, with its kind.
        other: String,
        /// The name that both have in WIT.
        wit_name: String,
    },

    /// A service in a file without `package`.
    #[error("the service `{service}` is in no package, and WIT needs one to name the interface")]
    NoPackage {
        /// The service.
        service: String,
    },

    /// A service whose WIT name has another meaning already.
    #[error("the service `{service}` would be `{wit_name}` in WIT, which {reason}")]
    ReservedService {
        /// The service.
        service: String,
        /// Its name in WIT.
        wit_name: String,
        /// Who has the name.
        reason: &'static str,
    },

    /// More members than a WebAssembly type may have.
    #[error("the {element} `{name}` has {found} members; WebAssembly allows {limit}")]
    TooManyMembers {
        /// What has the members: `message`, `enum`, `oneof`.
        element: &'static str,
        /// Its name in Protobuf.
        name: String,
        /// How many there are.
        found: usize,
        /// How many there may be.
        limit: usize,
    },

    /// Messages in messages, too deep for a WebAssembly type.
    #[error(
        "the message `{name}` nests types {found} levels deep; a component's type has room for {limit}"
    )]
    TooDeep {
        /// The message.
        name: String,
        /// Its depth, in WIT types.
        found: usize,
        /// The limit.
        limit: usize,
    },

    /// A message whose type, written out, is too large for WebAssembly.
    #[error(
        "the message `{name}` has {found} types when all that it holds is written out; a component's type has room for {limit}"
    )]
    TooLarge {
        /// The message.
        name: String,
        /// Its size, in WIT types.
        found: usize,
        /// The limit.
        limit: usize,
    },

    /// A service whose type is too large for WebAssembly.
    #[error(
        "the service `{service}` has {found} types when all that it speaks of is written out; a component's type has room for {limit}"
    )]
    ServiceTooLarge {
        /// The service.
        service: String,
        /// Its size, in WIT types.
        found: usize,
        /// The limit.
        limit: usize,
    },
}
