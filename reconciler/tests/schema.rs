//! The committed JSON Schema is that of the code; `BLESS=1` writes it anew.
#![allow(clippy::unwrap_used)]

use std::path::Path;

#[test]
fn the_schema_in_the_repository_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/plan.schema.json");
    let schema = vimana_reconciler::plan::schema();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == schema,
        "{} is out of date: run the tests with BLESS=1",
        path.display()
    );
}
