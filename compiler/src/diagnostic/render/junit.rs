//! `JUnit` XML, for CI systems that show tests: a suite a file, a case a finding. An
//! error is a failure; a warning is a case that passed and says something.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::place::region;
use super::text::{self, Style};
use super::visible::visible;
use crate::diagnostic::{Diagnostic, Severity, SourceFiles};

/// The suite of what concerns no file, and of nothing at all.
const NO_FILE: &str = "vimana check";

/// The document of `diagnostics`. Without any, it has one case, which passed: a
/// report without cases is an error to some readers.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], files: &SourceFiles) -> String {
    let mut suites: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in diagnostics {
        let file = diagnostic.primary().map(|span| span.file.as_str());
        suites
            .entry(file.unwrap_or(NO_FILE))
            .or_default()
            .push(diagnostic);
    }
    let mut report = Report::new(NO_FILE);
    for (file, found) in suites {
        let mut suite = TestSuite::new(visible(file));
        let cases = found.into_iter();
        suite.add_test_cases(cases.map(|diagnostic| case(diagnostic, file, files)));
        report.add_test_suite(suite);
    }
    if diagnostics.is_empty() {
        let mut suite = TestSuite::new(NO_FILE);
        suite.add_test_case(TestCase::new("no findings", TestCaseStatus::success()));
        report.add_test_suite(suite);
    }
    report
        .to_string()
        .expect("XML is written to memory, and its strings hold no character that it cannot")
}

fn case(diagnostic: &Diagnostic, file: &str, files: &SourceFiles) -> TestCase {
    let place = diagnostic.primary().and_then(|span| region(span, files));
    let name = match place {
        Some(region) => format!(
            "{} at {}:{}",
            diagnostic.code, region.start.line, region.start.column
        ),
        None => diagnostic.code.to_owned(),
    };
    let details = text::render(std::slice::from_ref(diagnostic), files, Style::default());
    let mut case = match diagnostic.severity {
        Severity::Error => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message(visible(&diagnostic.message))
                .set_type(diagnostic.code)
                .set_description(details);
            TestCase::new(name, status)
        }
        Severity::Warning => {
            let mut case = TestCase::new(name, TestCaseStatus::success());
            case.set_system_out(details);
            case
        }
    };
    case.set_classname(visible(file));
    case
}
