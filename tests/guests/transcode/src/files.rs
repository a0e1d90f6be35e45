//! The files that there are.

use crate::HttpBody;

/// A picture of one pixel.
const PIXEL: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// The content of a file, which of one is absent; none where there is no such file.
pub fn content(name: &str) -> Option<Option<HttpBody>> {
    Some(match name {
        "page.html" => Some(body("text/html; charset=utf-8", "<h1>A page</h1>\n".into())),
        "pixel.gif" => Some(body("image/gif", PIXEL.into())),
        "untyped" => Some(body("", b"who knows".into())),
        "long.txt" => Some(body("text/plain", "again and again\n".repeat(1000).into())),
        "absent" => None,
        _ => return None,
    })
}

/// A part of a file.
pub fn line(number: u32) -> HttpBody {
    body("text/csv", format!("{number},{}\n", u64::from(number) * u64::from(number)).into())
}

fn body(content_type: &str, data: Vec<u8>) -> HttpBody {
    HttpBody { content_type: content_type.to_owned(), data, extensions: Vec::new() }
}
