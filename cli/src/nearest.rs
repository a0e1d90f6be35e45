//! What somebody probably meant.

/// The candidate that `name` most probably stands for, if any is near enough. One that
/// ends in it, as a service without its domain and package, is.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let other = candidate.to_lowercase();
            let is_end = other
                .strip_suffix(&lower)
                .is_some_and(|before| before.ends_with([':', '.', '/']));
            let likeness = if is_end {
                1.0
            } else {
                strsim::jaro_winkler(&lower, &other)
            };
            (likeness, candidate)
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_and_a_short_name_are_understood() {
        let names = ["example.com:bar.FooService", "example.com:library.Library"];
        let near = |name| nearest(name, names);
        assert_eq!(near("example.com:bar.FoService"), Some(names[0]));
        assert_eq!(near("Library"), Some(names[1]));
        assert_eq!(near("library.library"), Some(names[1]));
        assert_eq!(near("zzz"), None);
    }
}
