//! HMAC-SHA-256 (RFC 2104), over the SHA-256 that the workspace has.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

const BLOCK: usize = 64;

/// A code that only a holder of `key` can make for the concatenation of `parts`.
pub(super) fn code(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut padded = [0; BLOCK];
    padded[..key.len()].copy_from_slice(key);
    let mut inner = Sha256::new();
    inner.update(padded.map(|byte| byte ^ 0x36));
    for part in parts {
        inner.update(part);
    }
    let mut outer = Sha256::new();
    outer.update(padded.map(|byte| byte ^ 0x5c));
    outer.update(inner.finalize());
    outer.finalize().into()
}

/// Whether `expected` is the [`code`] of `parts`.
pub(super) fn verify(key: &[u8; 32], parts: &[&[u8]], expected: &[u8]) -> bool {
    code(key, parts).ct_eq(expected).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 2 of RFC 4231; a key is padded with zeros, so a short one is the
    /// same as one that ends in zeros.
    #[test]
    fn the_code_is_that_of_rfc_4231() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let parts: [&[u8]; 2] = [b"what do ya want ", b"for nothing?"];
        let code = code(&key, &parts);
        assert_eq!(code[..8], [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e]);
        assert!(verify(&key, &parts, &code));
        assert!(!verify(&key, &parts[..1], &code));
        assert!(!verify(&key, &parts, &code[..31]));
    }
}
