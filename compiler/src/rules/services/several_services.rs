//! # Several services in one folder
//!
//! A folder defines two services. Several `.proto` files may define one service at
//! several versions.
//!
//! ## Why
//!
//! A folder holds one service: its definitions, its `service.txtpb` and its components.
//! With two, nothing would say which of them a component implements.
//!
//! ## Wrong
//!
//! ```text
//! shop/orders.proto      service Orders
//! shop/payments.proto    service Payments
//! ```
//!
//! ## Right
//!
//! ```text
//! orders/orders.proto        service Orders
//! payments/payments.proto    service Payments
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0050");

pub(crate) fn diagnostic(span: Span, name: &str, first: Span, first_name: &str) -> Diagnostic {
    RULE.diagnostic(format!(
        "`{name}` is in the folder of `{first_name}`; a folder holds one service"
    ))
    .at(span, "this service")
    .also(first, "the other service")
    .help("move one of them into a folder of its own")
}
