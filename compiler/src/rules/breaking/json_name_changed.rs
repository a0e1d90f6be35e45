//! # JSON name changed
//!
//! A field has another key in JSON.
//!
//! ## Why
//!
//! Programs of one definition refuse or ignore what those of the other one
//! write; a parser accepts the name of the field besides its `json_name`, but
//! no name of old.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! -  string title = 2;
//! +  string title = 2 [json_name = "name"];
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Book {
//!    string title = 2;
//!  }
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::Field;
use crate::rules::Declared;

/// The field `json_name` of `google.protobuf.FieldDescriptorProto`.
const JSON_NAME: i32 = 10;

pub(crate) const RULE: Declared = Declared::change("VM0249", Classes::JSON);

pub(crate) fn change(base: &Field, head: &Field) -> Change {
    let (old, new) = (&base.json_name, &head.json_name);
    Change::new(
        &RULE,
        RULE.breaks,
        &*head.full_name,
        format!(
            "the name of {} in JSON is changed from `{old}` to `{new}`",
            head.title()
        ),
    )
    .at(head.spot(&[JSON_NAME]), format!("was `{old}`"))
    .was(base.spot(&[]), format!("json_name = \"{old}\""))
    .help(format!("write `[json_name = \"{old}\"]`"))
}
