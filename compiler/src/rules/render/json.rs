//! One JSON document, for editors and CI; `schemas/explain.schema.json` describes
//! it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::Severity;
use crate::json;
use crate::rules::Rule;

/// The version of the document's format. It grows when a reader of the last one
/// would misread it; fields may be added without.
pub const FORMAT_VERSION: u32 = 1;

/// What `vimana explain -o json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(title = "vimana explain")]
pub struct Report {
    /// The version of this format.
    pub format_version: u32,
    /// The rules that were asked for, in the order of codes.
    pub rules: Vec<Explained>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Explained {
    /// The code, for example `VM0010`.
    pub code: String,
    /// The name, in words: `text format syntax`.
    pub name: String,
    /// The title of the page, in Markdown.
    pub title: String,
    /// What the rule is about: `text_format`.
    pub group: String,
    /// How grave a finding is, unless the repository sets it to something else.
    pub severity: Severity,
    /// Whether `[check.rules]` of `vimana.toml` may set it.
    pub configurable: bool,
    /// Whether a comment at a line may silence it.
    pub silenceable: bool,
    /// What the rule finds: the first sentence of the page, in Markdown.
    pub summary: String,
    /// The page, in Markdown.
    pub page: String,
}

/// The document of `rules`, in their order.
#[must_use]
pub fn report<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Report {
    Report {
        format_version: FORMAT_VERSION,
        rules: rules.into_iter().map(explained).collect(),
    }
}

/// The text of the document, indented, with a line break at its end.
#[must_use]
pub fn render<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> String {
    json::indented(&report(rules))
}

/// The JSON Schema of [`Report`], as `schemas/explain.schema.json` holds it.
#[must_use]
pub fn schema() -> String {
    json::schema_of::<Report>()
}

fn explained(rule: &Rule) -> Explained {
    Explained {
        code: rule.code().to_owned(),
        name: rule.name(),
        title: rule.title(),
        group: rule.group().name().to_owned(),
        severity: rule.severity(),
        configurable: rule.configurable(),
        silenceable: rule.silenceable(),
        summary: rule.summary(),
        page: rule.page(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::ALL;

    #[test]
    fn the_document_is_valid_by_its_schema() {
        let schema = serde_json::from_str(&schema()).unwrap();
        let document = serde_json::from_str(&render(ALL)).unwrap();
        jsonschema::validate(&schema, &document).unwrap();
    }
}
