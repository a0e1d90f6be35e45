//! What messages are made of.

use crate::diagnostic::{Diagnostic, Fix, Span};

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

/// The same finding, which offers to write the string `near` at `span`.
pub(crate) fn offering(diagnostic: Diagnostic, near: &str, span: Span) -> Diagnostic {
    diagnostic
        .help(format!("did you mean `{near}`?"))
        .fix(Fix::likely(
            format!("write `{near}`"),
            span,
            format!("\"{near}\""),
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_only_if_it_is_near() {
        let known = ["endpoint", "engine", "region"];
        assert_eq!(nearest("endpont", known), Some("endpoint"));
        assert_eq!(nearest("Region", known), Some("region"));
        assert_eq!(nearest("colour", known), None);
    }
}
