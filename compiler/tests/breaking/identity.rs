use vimana_compiler::breaking::Status;

use crate::{SETTINGS, compared, component, findings, repo::repo, repository, text, things};

const ONE: &str = "string name = 1;";

#[test]
fn a_service_that_is_renamed_is_known_by_its_id() {
    let base = repository(&[things("1.2.0", ONE)], "");
    let renamed = things("1.2.0", ONE).replace("service Things", "service Stuff");
    let outcome = compared(&base, &repository(std::slice::from_ref(&renamed), ""));
    let found = findings(&outcome);
    assert!(
        found.contains(
            "VM0211 error a/a-1.2.0.proto:4: the service `a.Things` is renamed to `a.Stuff`"
        ),
        "{found}"
    );
    assert!(found.contains("expected `2.0.0`"), "{found}");
    assert!(!found.contains("VM0210"), "{found}");
    let report = &outcome.report.services[0];
    assert_eq!(report.renamed_from.as_deref(), Some("example.com:a.Things"));

    let renamed = renamed.replace("1.2.0", "2.0.0");
    assert_eq!(findings(&compared(&base, &repository(&[renamed], ""))), "");
}

#[test]
fn an_id_stays_with_its_service() {
    let base = repository(&[things("1.2.0", ONE)], "");
    let other = things("1.2.0", ONE).replace("000000000001", "000000000002");
    let found = findings(&compared(&base, &repository(&[other], "")));
    assert_eq!(
        found,
        "VM0212 error a/a-1.2.0.proto:6: the id of `a.Things` is changed from `00000000-0000-4000-8000-000000000001` to `00000000-0000-4000-8000-000000000002`\n\
         VM0200 error a/a-1.2.0.proto:7: `example.com:a.Things` is changed since `main` and still has the version `1.2.0`; expected `2.0.0`\n"
    );
}

#[test]
fn another_domain_is_another_address() {
    let base = repository(&[things("1.2.0", ONE)], "");
    let head = repository(&[things("1.2.0", ONE)], "domain: \"example.org\"");
    let found = findings(&compared(&base, &head));
    assert!(found.contains("VM0213 error a/a-1.2.0.proto:5: the domain of `a.Things` is changed from `example.com` to `example.org`"), "{found}");
    let head = repository(&[things("2.0.0", ONE)], "domain: \"example.org\"");
    assert_eq!(findings(&compared(&base, &head)), "");
}

#[test]
fn a_service_that_is_gone_is_told_and_one_that_is_new_is_none_of_anybodys() {
    let base = repository(&[things("1.2.0", ONE)], "");
    let empty = repo([("vimana.toml", text(SETTINGS))]);
    let outcome = compared(&base, &empty);
    assert_eq!(
        findings(&outcome),
        "VM0210 error vimana.toml:1: the service `example.com:a.Things` is removed\n"
    );
    assert_eq!(outcome.report.services[0].status, Status::Removed);
    let outcome = compared(&empty, &base);
    assert_eq!(findings(&outcome), "");
    assert_eq!(outcome.report.services[0].status, Status::Added);
}

#[test]
fn a_service_may_move_to_another_folder() {
    let definition = things("1.2.0", ONE);
    let base = repository(std::slice::from_ref(&definition), "");
    let head = repo([
        ("vimana.toml", text(SETTINGS)),
        ("b/c/things.proto", text(&definition)),
        ("b/c/a-1.2.0.wasm", component(&definition)),
    ]);
    let outcome = compared(&base, &head);
    assert_eq!(findings(&outcome), "");
    assert_eq!(outcome.report.unchanged, 1);
}
