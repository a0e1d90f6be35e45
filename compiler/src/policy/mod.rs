//! What a repository says about the rules themselves.
//!
//! [`Levels`] are the severities that `[check.rules]` of `vimana.toml` sets.
//! A `Silencer` is a comment `vimana:allow VM0045 reason`, which silences a
//! finding at its line, or at the line below the comments that it is among.
//! `apply` brings both to bear on the findings of a compilation, once, at its
//! end.

mod comments;
mod level;
mod scan;
mod silence;

pub use level::{Level, Levels};
pub(crate) use scan::{Silencer, scan};
pub(crate) use silence::{Silencers, apply, apply_to_changes};
