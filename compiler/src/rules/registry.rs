use crate::breaking::Classes;
use crate::diagnostic::{Diagnostic, Severity};

use super::{DECLARED, Group, nearest};

/// What the file of a rule declares about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declared {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) configurable: bool,
    /// What it can find broken, of a rule about changes.
    pub(crate) breaks: Classes,
}

impl Declared {
    /// An error that no setting changes: with it, there is no valid graph.
    pub(crate) const fn required(code: &'static str) -> Self {
        Self::new(code, Severity::Error, false)
    }

    /// An error, unless the repository sets it to something else.
    pub(crate) const fn error(code: &'static str) -> Self {
        Self::new(code, Severity::Error, true)
    }

    /// A warning, unless the repository sets it to something else.
    pub(crate) const fn warning(code: &'static str) -> Self {
        Self::new(code, Severity::Warning, true)
    }

    /// An error about a change since a base, which can break these classes.
    pub(crate) const fn change(code: &'static str, breaks: Classes) -> Self {
        Self {
            breaks,
            ..Self::error(code)
        }
    }

    const fn new(code: &'static str, severity: Severity, configurable: bool) -> Self {
        Self {
            code,
            severity,
            configurable,
            breaks: Classes::NONE,
        }
    }

    /// A finding of the rule.
    pub(crate) fn diagnostic(&self, message: impl Into<String>) -> Diagnostic {
        match self.severity {
            Severity::Error => Diagnostic::error(self.code, message),
            Severity::Warning => Diagnostic::warning(self.code, message),
        }
    }
}

/// A rule: something that can be wrong with a config repository.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    declared: &'static Declared,
    name: &'static str,
    group: Group,
    source: &'static str,
}

/// Every rule, in the order of codes.
pub static ALL: &[Rule] = &IN_ORDER;

const IN_ORDER: [Rule; DECLARED.len()] = {
    let mut rules = [DECLARED[0]; DECLARED.len()];
    let mut count = 0;
    while count < DECLARED.len() {
        let rule = DECLARED[count];
        let mut at = count;
        while at > 0 && number(rules[at - 1].code()) >= number(rule.code()) {
            assert!(
                number(rules[at - 1].code()) != number(rule.code()),
                "two rules have one code"
            );
            rules[at] = rules[at - 1];
            at -= 1;
        }
        rules[at] = rule;
        count += 1;
    }
    rules
};

/// The number of a code, which is `VM` and four digits.
const fn number(code: &str) -> u32 {
    let [b'V', b'M', digits @ ..] = code.as_bytes() else {
        panic!("a code begins with `VM`");
    };
    assert!(digits.len() == 4, "a code has four digits");
    let mut number = 0;
    let mut at = 0;
    while at < digits.len() {
        assert!(digits[at].is_ascii_digit(), "a code has four digits");
        number = number * 10 + (digits[at] - b'0') as u32;
        at += 1;
    }
    number
}

impl Rule {
    pub(super) const fn new(
        declared: &'static Declared,
        name: &'static str,
        group: Group,
        source: &'static str,
    ) -> Self {
        Self {
            declared,
            name,
            group,
            source,
        }
    }

    /// The rule with this code, in any case of letters.
    pub fn find(code: &str) -> Option<&'static Self> {
        let code = code.to_ascii_uppercase();
        let index = ALL.binary_search_by(|rule| rule.code().cmp(&code)).ok()?;
        ALL.get(index)
    }

    /// The rule that is probably meant by a code, or a name, that is that of none.
    pub fn nearest(text: &str) -> Option<&'static Self> {
        let digits = text
            .strip_prefix(['V', 'v'])
            .and_then(|rest| rest.strip_prefix(['M', 'm']));
        if let Some(wanted) = digits.and_then(|digits| digits.parse::<u32>().ok()) {
            return ALL
                .iter()
                .min_by_key(|rule| number(rule.code()).abs_diff(wanted));
        }
        let text = text.to_lowercase().replace('-', "_");
        let name = nearest(&text, ALL.iter().map(|rule| rule.name))
            .or_else(|| nearest(&text, ALL.iter().map(Self::code)))?;
        ALL.iter()
            .find(|rule| rule.name == name || rule.code() == name)
    }

    /// The code, for example `VM0031`.
    pub const fn code(&self) -> &'static str {
        self.declared.code
    }

    /// The name, in words: `missing settings`.
    pub fn name(&self) -> String {
        self.name.replace('_', " ")
    }

    /// What the rule is about.
    pub const fn group(&self) -> Group {
        self.group
    }

    /// How grave a finding is, unless the repository sets it to something else.
    pub const fn severity(&self) -> Severity {
        self.declared.severity
    }

    /// What it can find broken, of a rule about changes since a base; else nothing.
    pub const fn breaks(&self) -> Classes {
        self.declared.breaks
    }

    /// Whether `[check.rules]` may set it to something else.
    pub const fn configurable(&self) -> bool {
        self.declared.configurable
    }

    /// Whether a comment at a line may silence it: not what is said about silencers.
    pub fn silenceable(&self) -> bool {
        self.configurable() && self.group != Group::Policy
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

    /// The title of the page.
    pub fn title(&self) -> String {
        let page = self.page();
        let title = page.lines().find_map(|line| line.strip_prefix("# "));
        title.unwrap_or_default().to_owned()
    }

    /// The first sentence of the page, on one line.
    pub fn summary(&self) -> String {
        let page = self.page();
        let paragraph: Vec<_> = page
            .lines()
            .skip_while(|line| line.is_empty() || line.starts_with('#'))
            .take_while(|line| !line.is_empty())
            .collect();
        let paragraph = paragraph.join(" ");
        match paragraph.find(". ") {
            Some(end) => paragraph[..=end].to_owned(),
            None => paragraph,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_in_the_order_of_codes() {
        for pair in ALL.windows(2) {
            assert!(pair[0].code() < pair[1].code());
        }
    }

    #[test]
    fn a_rule_is_found_by_its_code_in_any_case() {
        let rule = Rule::find("vm0045").unwrap();
        assert_eq!(rule.code(), "VM0045");
        assert_eq!(rule.name(), "implicit options");
        assert_eq!(rule.group().name(), "proto");
        assert_eq!(rule.severity(), Severity::Warning);
        assert!(rule.configurable());
        assert!(Rule::find("VM9999").is_none());
    }

    #[test]
    fn every_page_says_what_why_wrong_and_right() {
        for rule in ALL {
            let page = rule.page();
            let code = rule.code();
            assert!(page.starts_with("# "), "{code} has no title");
            let sections: Vec<_> = page.split("\n## ").collect();
            let titles: Vec<_> = sections[1..]
                .iter()
                .map(|section| section.lines().next().unwrap_or_default())
                .collect();
            assert_eq!(titles, ["Why", "Wrong", "Right"], "sections of {code}");
            let summary = rule.summary();
            assert!(
                summary.ends_with(['.', ':']),
                "summary of {code}: {summary}"
            );
            let body = |section: &str| section.lines().skip(1).any(|line| !line.is_empty());
            assert!(body(sections[1]), "{code} does not say why");
            for example in &sections[2..] {
                let fences = example.lines().filter(|line| line.starts_with("```"));
                let count = fences.count();
                assert!(
                    count >= 2 && count.is_multiple_of(2),
                    "{code} has no example in {example}"
                );
            }
        }
    }
}
