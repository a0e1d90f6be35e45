use crate::repository::{SETTINGS, compiled};

/// A `vpods.yml`, beside a program.
pub(crate) fn run(data: &[u8]) {
    let program = b"export function ping() { return 'pong'; }\n".as_slice();
    compiled([
        ("vimana.toml", SETTINGS.as_bytes()),
        ("pods/vpods.yml", data),
        ("pods/program.js", program),
    ]);
}
