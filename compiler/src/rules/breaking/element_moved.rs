//! # Element moved to another file
//!
//! A message, an enum or a service is defined in another file than before.
//!
//! ## Why
//!
//! Its name is the same and so are its bytes, but generated code is made of
//! files: what includes or imports the file in C++, Python, Go or TypeScript no
//! longer finds it there.
//!
//! A file that is renamed as a whole is not reported.
//!
//! ## Wrong
//!
//! ```diff
//!  // library.proto
//! -message Book {}
//!  // book.proto
//! +message Book {}
//! ```
//!
//! ## Right
//!
//! With the old file importing the new one publicly, which generators honour,
//! and a new major version for those who use others:
//!
//! ```diff
//!  // library.proto
//! -message Book {}
//! +import public "library/book.proto";
//! ```

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0215", Classes::SOURCE);

pub(crate) fn change(kind: &str, name: &str, base: Spot, head: Spot) -> Change {
    let message = format!(
        "the {kind} `{name}` is moved from `{}` to `{}`",
        base.file, head.file
    );
    let help = format!("move it back to `{}`", base.file);
    Change::new(&RULE, RULE.breaks, name, message)
        .at(head, format!("was in `{}`", base.file))
        .was(base, format!("{kind} {name}"))
        .help(help)
}
