//! The files that vimana brings along.

use std::sync::Arc;

use protox::file::{FileResolver as _, GoogleFileResolver};
use vimana_proto::{
    GOOGLE_ANNOTATIONS_PROTO, GOOGLE_HTTP_PROTO, GOOGLE_HTTPBODY_PROTO, OPTIONS_PROTO,
};

use super::ProtoFile;
use super::implicit::OPTIONS;

/// The prefix of the files that are never looked for in the repository.
pub(super) const WELL_KNOWN: &str = "google/protobuf/";

/// The file with this import name, if vimana brings it along.
pub(super) fn open(name: &str) -> Option<Arc<ProtoFile>> {
    let text = match name {
        OPTIONS => OPTIONS_PROTO,
        "google/api/annotations.proto" => GOOGLE_ANNOTATIONS_PROTO,
        "google/api/http.proto" => GOOGLE_HTTP_PROTO,
        "google/api/httpbody.proto" => GOOGLE_HTTPBODY_PROTO,
        _ => return open_well_known(name),
    };
    let descriptor = protox_parse::parse(name, text)
        .expect("the files of vimana-proto are compiled when it is built");
    Some(Arc::new(ProtoFile {
        path: None,
        text: Arc::from(text),
        descriptor,
        implicit: None,
    }))
}

fn open_well_known(name: &str) -> Option<Arc<ProtoFile>> {
    let file = GoogleFileResolver::new().open_file(name).ok()?;
    Some(Arc::new(ProtoFile {
        path: None,
        text: Arc::from(""),
        descriptor: file.file_descriptor_proto().clone(),
        implicit: None,
    }))
}
