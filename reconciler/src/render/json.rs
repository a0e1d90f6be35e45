//! A plan as JSON; `schemas/plan.schema.json` describes it.

use crate::plan::Plan;

/// The plan, in lines. Values of redacted fields are in no part of it.
#[must_use]
pub fn render(plan: &Plan) -> String {
    let mut text = serde_json::to_string_pretty(plan)
        .expect("a plan's maps have text as keys, all else is plain");
    text.push('\n');
    text
}
