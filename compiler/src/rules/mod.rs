//! What can be wrong with a config repository: one rule a file.
//!
//! The comment at the top of a rule's file is the page that `vimana explain`
//! prints: what the rule finds, why that is wrong, an example that it finds and
//! one that it does not. The file defines `CODE`, and the functions that make
//! the rule's diagnostics.

macro_rules! rules {
    ($($module:ident,)*) => {
        $(pub(crate) mod $module;)*

        /// Every rule, in the order of codes.
        pub static ALL: &[Rule] = &[
            $(Rule {
                code: $module::CODE,
                name: stringify!($module),
                source: include_str!(concat!(stringify!($module), ".rs")),
            },)*
        ];
    };
}

// In the order of codes. VM0001 to VM0029 are about files and the text format,
// VM0030 to VM0039 about settings, VM0040 to VM0049 about `.proto` files,
// VM0050 to VM0079 about services, VM0080 to VM0089 about vpods, VM0110 to
// VM0129 about interfaces and components.
rules! {
    file_too_large,
    invalid_utf8,
    escaping_symlink,
    unreadable_file,
    bad_file_name,
    unreadable_source,
    text_format_syntax,
    unknown_field,
    wrong_type,
    field_set_twice,
    unknown_enum_value,
    number_out_of_range,
    string_not_text,
    missing_field,
    invalid_version,
    duplicate_version,
    invalid_limit,
    limit_out_of_bounds,
    invalid_selector,
    no_traffic,
    invalid_domain,
    missing_settings,
    invalid_toml,
    invalid_yaml,
    unknown_key,
    invalid_value,
    missing_key,
    not_supported,
    invalid_variable,
    invalid_proto,
    unsupported_edition,
    missing_import,
    import_cycle,
    import_twice,
    implicit_options,
    invalid_interface,
    several_services,
    invalid_service_options,
    no_domain,
    duplicate_service,
    missing_interface,
    missing_component,
    ambiguous_component,
    invalid_component,
    component_mismatch,
    extra_export,
    undeclared_variable,
    unknown_region,
    overlapping_rules,
    configuration_without_service,
    too_many,
    invalid_graph,
    duplicate_name,
    missing_program,
    unreachable_name,
    linked_service,
}

/// A rule: something that can be wrong with a config repository.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The code, for example `VM0031`.
    pub code: &'static str,
    name: &'static str,
    source: &'static str,
}

impl Rule {
    /// The rule with this code, in any case of letters.
    pub fn find(code: &str) -> Option<&'static Self> {
        ALL.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
    }

    /// The name, in words: `missing settings`.
    pub fn name(&self) -> String {
        self.name.replace('_', " ")
    }

    /// The page about the rule, in Markdown.
    pub fn page(&self) -> String {
        let mut page = String::new();
        for line in self.source.lines() {
            let Some(text) = line.strip_prefix("//!") else {
                break;
            };
            page.push_str(text.strip_prefix(' ').unwrap_or(text));
            page.push('\n');
        }
        page
    }
}

/// The candidate that `name` most probably stands for, if any is near enough.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let likeness = strsim::jaro_winkler(&lower, &candidate.to_lowercase());
            (likeness, candidate)
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

/// `` `a`, `b` and `c` ``.
pub(crate) fn list<T: std::fmt::Display>(names: &[T]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_every_rule_has_a_page() {
        for pair in ALL.windows(2) {
            let [a, b] = [pair[0].code, pair[1].code];
            assert!(a < b, "{a} stands before {b}");
        }
        for rule in ALL {
            assert!(rule.page().lines().count() > 5, "{} has no page", rule.code);
        }
    }

    #[test]
    fn the_nearest_name_is_offered_only_if_it_is_near() {
        let known = ["endpoint", "engine", "region"];
        assert_eq!(nearest("endpont", known), Some("endpoint"));
        assert_eq!(nearest("Region", known), Some("region"));
        assert_eq!(nearest("colour", known), None);
    }
}
