use tonic::Code;
use tonic::Streaming;
use tracing::Level;
use vimana_proto::control::v1::log_line::Level as WireLevel;
use vimana_proto::control::v1::read_logs_response::Entry;
use vimana_proto::control::v1::{ReadLogsRequest, ReadLogsResponse};

use super::*;
use crate::logs::{LogHub, Source, VersionLog};

/// A node whose guests write what a test says.
struct Written {
    node: Node,
    client: ControlClient<Channel>,
    hub: Arc<LogHub>,
    log: Arc<VersionLog>,
    _state: tempfile::TempDir,
}

impl Written {
    async fn start() -> Self {
        let state = tempfile::tempdir().unwrap();
        let mut hub = None;
        let clock = Arc::new(ManualClock::new());
        let node = Node::start_with(config(state.path()), clock, |serving| {
            hub = Some(serving.logs);
            Ok(Arc::new(FakeServing::default()) as Arc<dyn Serving>)
        });
        let node = node.await.unwrap();
        node.ready().await;
        let hub = hub.unwrap();
        let log = hub.version("acme", &format!("{SERVICE}@1.0.0").parse().unwrap());
        Self {
            client: connect(&node).await,
            node,
            hub,
            log,
            _state: state,
        }
    }

    fn write(&self, level: Level, text: &str) {
        let call = Source {
            method: &"x.Y/Call".into(),
            request_id: 7,
        };
        self.log.write(call, level, "log", text);
    }

    async fn read(
        &mut self,
        request: ReadLogsRequest,
    ) -> Result<Streaming<ReadLogsResponse>, tonic::Status> {
        let answer = self.client.read_logs(request).await?;
        Ok(answer.into_inner())
    }
}

fn request(name: &str) -> ReadLogsRequest {
    ReadLogsRequest {
        workspace: "acme".to_owned(),
        name: name.to_owned(),
        ..ReadLogsRequest::default()
    }
}

async fn next(stream: &mut Streaming<ReadLogsResponse>) -> Entry {
    let response = within(stream.message()).await.unwrap().unwrap();
    response.entry.unwrap()
}

async fn text(stream: &mut Streaming<ReadLogsResponse>) -> String {
    match next(stream).await {
        Entry::Line(line) => line.text,
        Entry::LostLines(lines) => panic!("{lines} lines are lost"),
    }
}

#[tokio::test]
async fn lines_are_read_by_name_level_and_number() {
    let mut written = Written::start().await;
    for (level, text) in [
        (Level::INFO, "one"),
        (Level::ERROR, "two"),
        (Level::INFO, "three"),
    ] {
        written.write(level, text);
    }
    for name in ["", SERVICE, "service/a.com:x.Y", "a.com:x.Y@1.0.0"] {
        let mut stream = written.read(request(name)).await.unwrap();
        for expected in ["one", "two", "three"] {
            assert_eq!(text(&mut stream).await, expected, "{name}");
        }
        assert!(within(stream.message()).await.unwrap().is_none());
    }
    let mut grave = request("");
    grave.minimum_level = WireLevel::Warn.into();
    let mut stream = written.read(grave).await.unwrap();
    let Entry::Line(line) = next(&mut stream).await else {
        panic!("nothing is lost");
    };
    assert_eq!(line.level(), WireLevel::Error);
    assert_eq!(line.method, "x.Y/Call");
    assert_eq!(line.version, "a.com:x.Y@1.0.0");
    assert_eq!(line.request_id, format!("{:032x}", 7));

    let mut last = request("");
    last.tail_lines = Some(1);
    let mut stream = written.read(last).await.unwrap();
    assert_eq!(text(&mut stream).await, "three");

    for (name, code) in [
        ("a.com:x.Z", Code::NotFound),
        ("a.com:x.Y@2.0.0", Code::NotFound),
        ("nonsense", Code::NotFound),
        ("domain/a.com", Code::InvalidArgument),
    ] {
        let error = written.read(request(name)).await.unwrap_err();
        assert_eq!(error.code(), code, "{name}: {error}");
    }
    let mut other = request(SERVICE);
    other.workspace = "other".to_owned();
    let error = written.read(other).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
}

#[tokio::test]
async fn who_follows_reads_on_until_the_node_ends() {
    let mut written = Written::start().await;
    written.write(Level::INFO, "before");
    let mut follow = request(SERVICE);
    follow.follow = true;
    let mut stream = written.read(follow).await.unwrap();
    assert_eq!(text(&mut stream).await, "before");
    written.write(Level::INFO, "after");
    assert_eq!(text(&mut stream).await, "after");

    let Written { node, .. } = written;
    let stopping = tokio::spawn(node.shutdown());
    let error = within(stream.message()).await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    drop(stream);
    within(stopping).await.unwrap();
}

#[tokio::test]
async fn a_reader_that_is_slow_is_told_what_it_lost() {
    let mut written = Written::start().await;
    written.write(Level::INFO, "before");
    let mut follow = request(SERVICE);
    follow.follow = true;
    let mut stream = written.read(follow).await.unwrap();
    assert_eq!(text(&mut stream).await, "before");
    // More than the connection and the node hold for it.
    let lines: u64 = 20_000;
    for _ in 0..lines {
        written.write(Level::INFO, &"x".repeat(1000));
    }
    let (mut read, mut lost) = (0, 0);
    while read + lost < lines {
        match next(&mut stream).await {
            Entry::Line(_) => read += 1,
            Entry::LostLines(lines) => lost += lines,
        }
    }
    assert_eq!(read + lost, lines);
    assert!(lost > 0, "{read} lines were read");
}

#[tokio::test]
async fn only_so_many_may_follow_and_who_has_gone_makes_room() {
    let mut written = Written::start().await;
    written.write(Level::INFO, "x");
    let mut follow = request("");
    follow.follow = true;
    let mut streams = Vec::new();
    let error = loop {
        match written.read(follow.clone()).await {
            Ok(stream) => streams.push(stream),
            Err(error) => break error,
        }
        assert!(streams.len() < 1000, "there is a limit");
    };
    assert_eq!(error.code(), Code::ResourceExhausted);
    streams.clear();
    within(async {
        while written.read(follow.clone()).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(
        written
            .hub
            .knows(&crate::logs::LogScope::Workspace("acme".to_owned()))
    );
}

#[tokio::test]
async fn lines_are_read_with_curl() {
    let written = Written::start().await;
    written.write(Level::WARN, "one\ntwo");
    let address = written.node.control_address();
    let path = "GET /v1/workspaces/acme/logs?name=a.com:x.Y&minimumLevel=WARN";
    let answer = http(address, path, &[], "").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.head.contains("content-type: application/x-ndjson"),
        "{}",
        answer.head
    );
    let unknown = "GET /v1/workspaces/acme/logs?name=a.com:x.Z";
    let answer = http(address, unknown, &[], "").await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(
        answer.body["message"],
        "workspace `acme` has no service `a.com:x.Z`"
    );

    let mut stream = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET /v1/workspaces/acme/logs?follow=true HTTP/1.1\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut seen = String::new();
    let mut expect = async |text: &str| {
        while !seen.contains(text) {
            let mut bytes = [0; 4096];
            let length = within(stream.read(&mut bytes)).await.unwrap();
            assert_ne!(length, 0, "{seen}");
            seen.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
        }
    };
    expect(r#""text":"one\ntwo""#).await;
    written.write(Level::INFO, "three");
    expect(r#""text":"three""#).await;
    let stopping = tokio::spawn(written.node.shutdown());
    expect(r#"{"error":{"code":14"#).await;
    within(stopping).await.unwrap();
}
