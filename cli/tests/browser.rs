//! A page in a real browser, which calls services of another origin.
#![allow(clippy::unwrap_used)]

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Command;

mod support;

use support::process::{Running, addresses, run};

/// Answers every request with one page, until the process ends.
fn serve(listener: TcpListener, page: String) {
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            // The head of the request, which a page has nothing behind.
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let length = page.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\n\
                 connection: close\r\n\r\n{page}"
            );
        }
    });
}

/// What the page at `url` has written when its script has ended.
fn results(url: &str) -> String {
    let shown = run(Command::new("chromium-headless-shell").args([
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=60000",
        "--dump-dom",
        url,
    ]));
    assert!(shown.stdout.contains("data-ended=\"yes\""), "{shown:?}");
    let (_, results) = shown.stdout.split_once("<pre id=\"results\">").unwrap();
    results.split_once("</pre>").unwrap().0.to_owned()
}

#[test]
fn a_page_calls_where_its_origin_is_allowed_and_nowhere_else() {
    let pages = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = pages.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap().join("repo");
    support::copy(&support::workspace().join("tests/repos/interop"), &root);
    let mut config = OpenOptions::new()
        .append(true)
        .open(root.join("grpc/testing/service.txtpb"))
        .unwrap();
    write!(
        config,
        "http {{
           cors {{
             allow_origins: [\"http://127.0.0.1:{port}\"]
             allow_headers: [\"x-grpc-test-echo-initial\", \"x-grpc-test-echo-trailing-bin\"]
             expose_headers: [\"x-grpc-test-echo-initial\", \"x-grpc-test-echo-trailing-bin\"]
           }}
         }}"
    )
    .unwrap();
    let proto = root.join("grpc/testing/test.proto");
    let text = fs::read_to_string(&proto).unwrap();
    let safe = text.replace(
        "rpc CacheableUnaryCall(SimpleRequest) returns (SimpleResponse);",
        "rpc CacheableUnaryCall(SimpleRequest) returns (SimpleResponse) {
           option idempotency_level = NO_SIDE_EFFECTS;
         }",
    );
    fs::write(proto, safe).unwrap();
    let mut up = Running::up(&root);
    let (node, _) = addresses(&up.line_with("Serving on"));
    up.line_with("Apply complete");

    let page = support::workspace().join("tests/clients/web/page.html");
    let page = fs::read_to_string(page).unwrap();
    serve(pages, page.replace("NODE", &node.to_string()));

    assert_eq!(
        results(&format!("http://127.0.0.1:{port}/")),
        "Connect: 200 AAAA blue q6s\n\
         Connect, an error: 404 not_found: no such thing\n\
         Connect, GET: 200\n\
         gRPC-Web: true grpc-status: 0\n\
         gRPC-Web, an error: 12\n\
         Connect, a stream: AAAA AAAAAAAA end {}\n\
         a header that is not allowed: refused\n"
    );
    // The same machine by another name is another origin.
    assert_eq!(
        results(&format!("http://localhost:{port}/")),
        "Connect: refused\n\
         Connect, an error: refused\n\
         Connect, GET: refused\n\
         gRPC-Web: refused\n\
         gRPC-Web, an error: refused\n\
         Connect, a stream: refused\n\
         a header that is not allowed: refused\n"
    );
    up.signal("INT");
    assert_eq!(up.end(), 0);
}
