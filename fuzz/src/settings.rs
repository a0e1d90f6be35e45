use crate::repository::compiled;

/// A `vimana.toml`.
pub(crate) fn run(data: &[u8]) {
    compiled([("vimana.toml", data)]);
}
