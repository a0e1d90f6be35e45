use proptest::prelude::*;

use super::*;
use crate::diagnostic::Span;

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

fn all() -> Selection {
    Selection {
        unsafe_fixes: true,
        rules: Vec::new(),
    }
}

/// A diagnostic whose fix makes `edits` of the file `a`.
fn finding(edits: &[(Range<usize>, &str)]) -> Diagnostic {
    let mut edits = edits
        .iter()
        .map(|(range, text)| (Span::new(path("a"), range.clone()), *text));
    let (span, text) = edits.next().unwrap();
    let fix = edits.fold(Fix::safe("", span, text), |fix, (span, text)| {
        fix.and(span, text)
    });
    Diagnostic::warning("VM0001", "").fix(fix)
}

/// What `findings` make of the file `a`, and the indices of those deferred.
fn applied(text: &str, findings: &[Diagnostic]) -> (String, Vec<usize>) {
    let applied = apply(findings, &all(), |_| Some(text));
    let after = applied.texts.get(&path("a")).cloned();
    (after.unwrap_or_else(|| text.to_owned()), applied.deferred)
}

#[test]
fn edits_are_applied_at_their_places() {
    let findings = [finding(&[(4..5, "E"), (0..0, "<")]), finding(&[(1..3, "")])];
    assert_eq!(applied("abcde", &findings), ("<adE".into(), vec![]));
}

#[test]
fn what_touches_an_earlier_edit_is_deferred_as_a_whole() {
    for second in [1..3, 0..2, 2..4, 1..1, 2..2, 3..3] {
        let findings = [
            finding(&[(1..3, "X")]),
            finding(&[(4..5, "Y"), (second.clone(), "Z")]),
        ];
        let expected = ("aXde".to_owned(), vec![1]);
        assert_eq!(applied("abcde", &findings), expected, "{second:?}");
    }
    let beside = [finding(&[(1..3, "X")]), finding(&[(3..4, "Z")])];
    assert_eq!(applied("abcde", &beside), ("aXZe".into(), vec![]));
}

#[test]
fn two_insertions_at_one_place_come_one_after_the_other() {
    let findings = [finding(&[(1..1, "X")]), finding(&[(1..1, "Y")])];
    assert_eq!(applied("ab", &findings), ("aXb".into(), vec![1]));
}

#[test]
fn findings_with_the_same_remedy_are_fixed_together() {
    let findings = [finding(&[(1..1, "X")]), finding(&[(1..1, "X")])];
    let applied = apply(&findings, &all(), |_| Some("ab"));
    assert_eq!(applied.fixed, [0, 1]);
    assert_eq!(applied.texts[&path("a")], "aXb");
}

#[test]
fn what_does_not_fit_the_file_is_passed_over() {
    let findings = [finding(&[(1..2, "X")]), finding(&[(0..9, "Y")])];
    assert_eq!(applied("é", &findings), ("é".into(), vec![]));
    let applied = apply(&findings, &all(), |_| None);
    assert_eq!(applied, Applied::default());
}

#[test]
fn only_the_first_fix_is_taken_and_only_if_it_is_selected() {
    let span = Span::new(path("a"), 0..1);
    let likely = Diagnostic::error("VM0002", "")
        .fix(Fix::likely("", span.clone(), "likely"))
        .fix(Fix::safe("", span, "safe"));
    let safe = Selection {
        unsafe_fixes: false,
        rules: Vec::new(),
    };
    let other = Selection {
        rules: vec!["VM0001"],
        ..all()
    };
    assert_eq!(safe.fix(&likely), None);
    assert_eq!(other.fix(&likely), None);
    let (text, _) = applied("ab", &[likely]);
    assert_eq!(text, "likelyb");
}

/// Replaces from the back, one edit after another.
fn naive(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
    edits.iter().fold(text.to_owned(), |mut text, (range, by)| {
        text.replace_range(range.clone(), by);
        text
    })
}

proptest! {
    #[test]
    fn the_outcome_is_that_of_one_edit_after_another(
        text in "[a-zé😀\n]{0,40}",
        edits in prop::collection::vec((0..60_usize, 0..6_usize, "[A-Zß]{0,3}"), 0..20),
    ) {
        let edits: Vec<_> = edits
            .into_iter()
            .map(|(start, length, by)| (start..start + length, by))
            .collect();
        let findings: Vec<_> = edits
            .iter()
            .map(|(range, by)| finding(&[(range.clone(), by)]))
            .collect();
        let result = apply(&findings, &all(), |_| Some(&text));

        let mut taken: Vec<(Range<usize>, String)> = Vec::new();
        for (index, edit) in edits.iter().enumerate() {
            let fits = text.get(edit.0.clone()).is_some();
            let is_known = taken.contains(edit);
            let overlaps = taken.iter().any(|(other, _)| touch(&edit.0, other));
            prop_assert_eq!(result.fixed.contains(&index), fits && (is_known || !overlaps));
            prop_assert_eq!(result.deferred.contains(&index), fits && !is_known && overlaps);
            if fits && !overlaps {
                taken.push(edit.clone());
            }
        }
        let after = result.texts.get(&path("a")).cloned().unwrap_or_else(|| text.clone());
        prop_assert_eq!(after, naive(&text, &taken));
    }
}
