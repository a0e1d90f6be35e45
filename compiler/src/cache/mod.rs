//! What was compiled before, and need not be again.
//!
//! The unit of a folder is kept under a [`Key`]: of this build of the compiler, of
//! the options and the settings, of the folder and of the names in it. Beside it
//! stand the contents of all files that were read for it, those of imports
//! included, and the paths at which something was looked for and not found; it is
//! used only where all of that is as it was. So a cache changes how long a
//! compilation takes, and nothing else.
//!
//! Beside the units, which have all that they say, stand pages of what a check needs
//! to know of each: it reads nothing else of what has not changed.
//!
//! A [`Cache`] is a store of bytes that may lose and damage what it holds: each
//! entry bears a checksum, and one that is not right counts as absent.

mod entry;
mod key;
mod memory;
mod pages;
mod units;

pub use entry::Entry;
pub use key::Key;
pub use memory::InMemory;
pub(crate) use pages::Pages;
pub(crate) use units::Units;

/// A store of compiled folders, for one or several compilations.
pub trait Cache: Sync {
    /// What is kept under each of `keys`, in their order: several entries where
    /// files had several contents. Any of it may be damaged.
    fn load(&self, keys: &[Key]) -> Vec<Vec<Vec<u8>>>;

    /// Keeps entries, as far as that is possible.
    fn store(&self, entries: Vec<Entry>);
}
