//! The components of the end-to-end cases: each function is there and traps.
//!
//! `BLESS=1` writes them anew.

use std::path::PathBuf;

use crate::links::calling;
use crate::repo::component;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/cases")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(folder().join(path)).unwrap()
}

#[track_caller]
fn same(path: &str, component: &[u8]) {
    let path = folder().join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, component).unwrap();
    }
    let found = std::fs::read(&path).unwrap_or_default();
    assert!(found == component, "{} is out of date", path.display());
}

#[test]
fn the_components_of_the_cases_are_those_of_their_definitions() {
    let shop = read("component-several-differences/repo/shop/shop.proto");
    same(
        "component-several-differences/repo/shop/shop-1.0.0.wasm",
        &component(&shop),
    );

    for case in ["extension", "map-without-zero"] {
        let things = read(&format!("{case}/repo/a/a.proto"));
        same(&format!("{case}/repo/a/a-1.0.0.wasm"), &component(&things));
    }

    let orders = read("component-calls-service/repo/orders/orders.proto");
    let stock = read("component-calls-service/repo/stock/stock.proto");
    same(
        "component-calls-service/repo/stock/stock-1.2.0.wasm",
        &component(&stock),
    );
    // It was built against an older release.
    same(
        "component-calls-service/repo/orders/orders-1.0.0.wasm",
        &calling(&orders, &stock, "@1.2.0", "@1.0.0"),
    );
}
