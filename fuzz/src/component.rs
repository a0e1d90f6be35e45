use std::borrow::Cow;
use std::sync::LazyLock;

use vimana_compiler::interfaces;
use vimana_compiler::source::{Memory, RepoPath};
use vimana_interface::{Interface, adapt, verify};

const GREETER: &str = include_str!("greeter.proto");

static INTERFACE: LazyLock<Interface> = LazyLock::new(|| {
    let source = Memory::from_files([("greeter.proto", GREETER)]).unwrap();
    let path = RepoPath::new("greeter.proto").unwrap();
    interfaces(&source, &path, &[]).interfaces.remove(0)
});

/// A component, a core module, or the text of one. What is accepted may differ
/// from the interface in any way, and says how.
pub(crate) fn run(data: &[u8]) {
    let binary = if data.trim_ascii_start().starts_with(b"(") {
        let Ok(binary) = wat::parse_bytes(data) else {
            return;
        };
        binary
    } else {
        Cow::Borrowed(data)
    };
    let Ok(component) = adapt(&binary) else {
        return;
    };
    if let Ok(verification) = verify(&INTERFACE, &component) {
        for difference in &verification.differences {
            assert!(!difference.to_string().is_empty());
        }
    }
}
