//! The difference between a desired and a live state: pure, synchronous,
//! deterministic.

mod change;
mod codec;
mod compare;
mod diff;
mod highlights;
mod model;
mod schema;
mod support;
mod value;

pub use compare::{PlanError, PlanOptions, plan};
pub(crate) use model::Payload;
pub use model::{Action, Change, FORMAT_VERSION, FieldChange, Origin, Plan, Summary};
pub use schema::schema;
pub use value::Value;
