use vimana_compiler::breaking::Accepted;
use vimana_compiler::{Options, compile};

use crate::{compared, findings, repository, things};

const TWO: &str = "string name = 1; int32 age = 2;";
const ONE: &str = "string name = 1;";

fn head(entry: &str) -> vimana_compiler::source::Memory {
    repository(&[things("1.2.0", ONE)], entry)
}

#[test]
fn an_entry_accepts_the_change_that_it_names_and_the_report_has_its_reason() {
    let base = repository(&[things("1.2.0", TWO)], "");
    for allow in [
        "allow: \"VM0240\" element: \"a.Request.age\"",
        "allow: \"vm0240\" element: \"a.Request\"",
        "allow: \"a.Request\"",
        "allow: \"VM0240\"",
    ] {
        let entry = format!("breaking {{ {allow} reason: \"was never sent\" version: \"1.2.0\" }}");
        let outcome = compared(&base, &head(&entry));
        assert_eq!(findings(&outcome), "", "{allow}");
        let version = &outcome.report.services[0].versions[0];
        assert!(version.sufficient);
        assert_eq!(version.needed, None);
        for change in &version.changes {
            let reason = "was never sent".to_owned();
            assert_eq!(change.accepted, Some(Accepted::Allowance { reason }));
        }
    }
}

#[test]
fn an_entry_that_accepts_nothing_is_told_with_a_fix_that_removes_it() {
    let base = repository(&[things("1.2.0", TWO)], "");
    for allow in [
        // The change breaks more than this.
        "allow: \"json\"",
        "allow: \"VM0242\"",
        "allow: \"VM0240\" element: \"a.Request.agent\"",
    ] {
        let entry =
            format!("target: COST\nbreaking {{ {allow} reason: \"why\" version: \"1.2.0\" }}\n");
        let outcome = compared(&base, &head(&entry));
        let found = findings(&outcome);
        assert!(found.contains("VM0240 error"), "{found}");
        assert!(
            found.contains("VM0206 warning a/service.txtpb:2: this allowance accepts none of the changes since `main`"),
            "{found}"
        );
        let unused = outcome
            .diagnostics
            .iter()
            .find(|found| found.code == "VM0206");
        let edit = &unused.unwrap().fixes[0].edits[0];
        let mut text = entry.clone();
        text.replace_range(edit.span.range.clone(), &edit.replacement);
        assert_eq!(text, "target: COST\n");
    }
}

#[test]
fn a_class_accepts_what_breaks_it_and_nothing_else() {
    let base = repository(&[things("1.2.0", "optional string name = 1;")], "");
    let entry =
        "breaking { allow: \"source\" reason: \"no client is generated\" version: \"1.2.0\" }";
    let outcome = compared(&base, &repository(&[things("1.2.0", ONE)], entry));
    assert_eq!(findings(&outcome), "");
}

#[test]
fn an_entry_holds_in_its_version_alone_and_expires_with_it() {
    let entry = "breaking { allow: \"VM0240\" reason: \"why\" version: \"1.2.0\" }\n";
    let base = repository(&[things("1.2.0", TWO)], "");
    let later = repository(&[things("1.3.0", ONE)], entry);
    let outcome = compared(&base, &later);
    let found = findings(&outcome);
    assert!(found.contains("VM0240 error"), "{found}");
    assert!(found.contains("VM0201 error"), "{found}");

    let compilation = compile(&later, &Options::default());
    let [expired] = compilation.diagnostics.as_slice() else {
        panic!("{:#?}", compilation.diagnostics);
    };
    assert_eq!(expired.code, "VM0204");
    assert_eq!(
        expired.message,
        "this allowance expired with `1.2.0`; the service is at `1.3.0`"
    );
    let edit = &expired.fixes[0].edits[0];
    assert_eq!(edit.span.range, 0..entry.len());
    assert_eq!(edit.replacement, "");
}

#[test]
fn an_entry_without_a_version_is_for_the_newest_and_never_expires() {
    let base = repository(&[things("1.2.0", TWO)], "");
    let head = head("breaking { allow: \"VM0240\" reason: \"why\" }");
    assert_eq!(findings(&compared(&base, &head)), "");
    let compilation = compile(&head, &Options::default());
    let [endless] = compilation.diagnostics.as_slice() else {
        panic!("{:#?}", compilation.diagnostics);
    };
    assert_eq!(endless.code, "VM0208");
    let edit = &endless.fixes[0].edits[0];
    let mut text = "breaking { allow: \"VM0240\" reason: \"why\" }".to_owned();
    text.replace_range(edit.span.range.clone(), &edit.replacement);
    assert_eq!(
        text,
        "breaking { allow: \"VM0240\" version: \"1.2.0\" reason: \"why\" }"
    );
}

#[test]
fn an_entry_needs_something_to_allow_and_a_reason() {
    for (entry, messages) in [
        (
            "breaking { version: \"1.2.0\" }",
            &[
                "this allowance has no `allow`",
                "this allowance has no `reason`",
            ][..],
        ),
        (
            "breaking { allow: \"VM0241x\" reason: \"why\" version: \"1.2.0\" }",
            &[
                "`VM0241x` is neither a rule about breaking changes, nor a class of them, nor the full name of an element",
            ],
        ),
        (
            "breaking { allow: \"VM0045\" reason: \"why\" version: \"1.2.0\" }",
            &[
                "`VM0045` is neither a rule about breaking changes, nor a class of them, nor the full name of an element",
            ],
        ),
        (
            "breaking { allow: \"wire\" reason: \" \" version: \"1.2.0\" }",
            &["this allowance has no `reason`"],
        ),
    ] {
        let compilation = compile(&head(entry), &Options::default());
        let found: Vec<_> = compilation
            .diagnostics
            .iter()
            .filter(|found| found.code == "VM0205")
            .map(|found| found.message.as_str())
            .collect();
        assert_eq!(found, messages, "{entry}");
    }
}

#[test]
fn a_silencer_or_a_setting_accepts_a_finding_too() {
    let base = repository(&[things("1.2.0", TWO)], "");
    let silenced = things("1.2.0", ONE).replace(
        "message Request",
        "// vimana:allow VM0240 was never sent\nmessage Request",
    );
    let head = repository(&[silenced], "");
    let found = findings(&compared(&base, &head));
    assert!(!found.contains("VM0240"), "{found}");
    let compilation = compile(&head, &Options::default());
    assert!(
        compilation.diagnostics.is_empty(),
        "{:#?}",
        compilation.diagnostics
    );

    let mut head = repository(&[things("1.2.0", ONE)], "");
    let settings = format!(
        "{}\n[check.rules]\nVM0240 = \"warning\"\nVM0271 = \"off\"\n",
        crate::SETTINGS
    );
    head.insert("vimana.toml".parse().unwrap(), settings);
    let found = findings(&compared(&base, &head));
    assert!(found.contains("VM0240 warning"), "{found}");
    assert!(!found.contains("VM0271"), "{found}");
}
