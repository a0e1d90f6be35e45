use super::model::Plan;

/// The JSON Schema of [`Plan`], as `schemas/plan.schema.json` holds it.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Plan);
    let mut text =
        serde_json::to_string_pretty(&schema).expect("a schema is JSON with text as keys");
    text.push('\n');
    text
}
