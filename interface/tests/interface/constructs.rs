//! Each construct of Protobuf: a `.proto` beside the WIT that is made of it.
//!
//! `proto/table.proto` has the rows of the design's table; here is what lies
//! between them.

use std::path::Path;

use snapbox::{Data, assert_data_eq};

use crate::compile::interface_of;
use crate::guest::component;

#[test]
fn each_construct_has_its_wit() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interface/constructs");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "proto")
        })
        .collect();
    files.sort();
    assert!(files.len() > 5);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        let wit = interface_of(&[(name, &text)]).to_wit();
        component(&wit);
        assert_data_eq!(
            wit,
            Data::read_from(&file.with_extension("wit"), None).raw()
        );
    }
}
