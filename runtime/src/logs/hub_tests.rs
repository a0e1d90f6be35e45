use std::time::Duration;

use super::super::follower::Followed;
use super::*;

fn origin(workspace: &str, version: &str) -> Arc<LogOrigin> {
    let version = version.parse().unwrap();
    Arc::new(LogOrigin::new(workspace.to_owned(), version))
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn write(hub: &LogHub, origin: &Arc<LogOrigin>, level: Level, text: &str, time: SystemTime) {
    hub.write(&New {
        time,
        level,
        source: "log",
        origin,
        method: &"a.B/C".into(),
        request_id: 1,
        text,
    });
}

fn texts(recent: &Recent) -> Vec<&str> {
    recent.iter().map(|line| &*line.text).collect()
}

fn everything() -> LogFilter {
    LogFilter::all(LogScope::Node)
}

#[test]
fn the_lines_of_several_versions_are_read_in_the_order_in_which_they_were_written() {
    let hub = LogHub::new();
    let (one, two) = (
        origin("acme", "a.com:a.B@1.0.0"),
        origin("acme", "a.com:a.B@2.0.0"),
    );
    for (index, origin) in [&one, &two, &two, &one, &two].into_iter().enumerate() {
        write(&hub, origin, Level::INFO, &index.to_string(), at(1));
    }
    assert_eq!(
        texts(&hub.recent(&everything(), 10)),
        ["0", "1", "2", "3", "4"]
    );
    assert_eq!(texts(&hub.recent(&everything(), 3)), ["2", "3", "4"]);
    let version = LogScope::Version {
        workspace: "acme".to_owned(),
        version: one.version.clone(),
    };
    assert_eq!(texts(&hub.recent(&LogFilter::all(version), 10)), ["0", "3"]);
}

#[test]
fn a_workspace_reads_nothing_of_another() {
    let hub = LogHub::new();
    let theirs = origin("theirs", "a.com:a.B@1.0.0");
    write(&hub, &theirs, Level::INFO, "secret", at(1));
    let workspace = "ours".to_owned();
    for scope in [
        LogScope::Workspace(workspace.clone()),
        LogScope::Service {
            workspace: workspace.clone(),
            service: theirs.version.service.clone(),
        },
        LogScope::Version {
            workspace,
            version: theirs.version.clone(),
        },
    ] {
        assert!(!hub.knows(&scope));
        assert!(hub.recent(&LogFilter::all(scope), 10).is_empty());
    }
}

#[test]
fn levels_and_times_choose_lines() {
    let hub = LogHub::new();
    let origin = origin("acme", "a.com:a.B@1.0.0");
    for (time, level) in [(1, Level::ERROR), (2, Level::INFO), (3, Level::WARN)] {
        write(&hub, &origin, level, level.as_str(), at(time));
    }
    let grave = LogFilter {
        level: Level::WARN,
        ..everything()
    };
    assert_eq!(texts(&hub.recent(&grave, 10)), ["ERROR", "WARN"]);
    let late = LogFilter {
        since: Some(at(2)),
        ..everything()
    };
    assert_eq!(texts(&hub.recent(&late, 10)), ["INFO", "WARN"]);
}

#[test]
fn a_clock_that_is_set_back_puts_no_line_before_another() {
    let hub = LogHub::new();
    let origin = origin("acme", "a.com:a.B@1.0.0");
    for time in [5, 3, 7] {
        write(&hub, &origin, Level::INFO, "", at(time));
    }
    let recent = hub.recent(&everything(), 10);
    let times: Vec<_> = recent.iter().map(|line| line.time).collect();
    assert_eq!(times, [at(5), at(5), at(7)]);
}

#[test]
fn a_version_that_writes_much_loses_its_own_oldest_lines_only() {
    let hub = LogHub::new();
    let (quiet, loud) = (
        origin("acme", "a.com:a.B@1.0.0"),
        origin("acme", "a.com:a.C@1.0.0"),
    );
    write(&hub, &quiet, Level::INFO, "quiet", at(1));
    for index in 0..10_000 {
        write(&hub, &loud, Level::INFO, &index.to_string(), at(1));
    }
    let recent = hub.recent(&everything(), usize::MAX);
    assert_eq!(recent.len(), 1 + VERSION_LINES);
    assert_eq!(&*recent[0].text, "quiet");
    assert_eq!(&*recent[1].text, "8000");

    let long = "x".repeat(8 << 10);
    for _ in 0..1000 {
        write(&hub, &loud, Level::INFO, &long, at(1));
    }
    assert!(hub.recent(&everything(), usize::MAX).len() < 130);
}

#[test]
fn the_node_keeps_a_bounded_amount_of_any_number_of_versions() {
    let hub = LogHub::new();
    let long = "x".repeat(8 << 10);
    for index in 0..6000 {
        let origin = origin("acme", &format!("a.com:a.B{index}@1.0.0"));
        write(&hub, &origin, Level::INFO, &long, at(1));
    }
    let state = hub.state.lock();
    assert!(state.bytes <= NODE_BYTES, "{}", state.bytes);
    let sum: usize = state.lines.values().map(|line| line.size()).sum();
    assert_eq!(sum, state.bytes);
    assert_eq!(state.versions.len(), state.lines.len());
    let newest = state.lines.last_key_value().unwrap().1;
    assert_eq!(&*newest.origin.label, "a.com:a.B5999@1.0.0");
}

#[tokio::test]
async fn who_follows_gets_what_was_and_what_comes_once_each() {
    let hub = LogHub::new();
    let old = origin("acme", "a.com:a.B@1.0.0");
    write(&hub, &old, Level::INFO, "before", at(1));
    let (recent, mut following) = hub.follow(everything(), 10);
    assert_eq!(texts(&recent), ["before"]);
    let new = origin("acme", "a.com:a.B@2.0.0");
    for origin in [&old, &new] {
        write(&hub, origin, Level::INFO, &origin.label, at(1));
        let Followed::Line(line) = following.next().await else {
            panic!("nothing was lost");
        };
        assert_eq!(line.text, origin.label.as_ref().into());
    }
    assert!(following.try_next().is_none());
}

#[tokio::test]
async fn a_slow_follower_loses_the_oldest_lines_and_is_told_how_many() {
    let hub = LogHub::new();
    let origin = origin("acme", "a.com:a.B@1.0.0");
    let (_, mut following) = hub.follow(everything(), 0);
    for index in 0..5000 {
        write(&hub, &origin, Level::INFO, &index.to_string(), at(1));
    }
    let Followed::Lost(lost) = following.next().await else {
        panic!("lines were lost");
    };
    let mut expected = lost;
    while let Some(Followed::Line(line)) = following.try_next() {
        assert_eq!(*line.text, *expected.to_string());
        expected += 1;
    }
    assert_eq!(expected, 5000);
    assert!(lost > 2000);
}

#[test]
fn who_has_left_is_forgotten() {
    let hub = LogHub::new();
    let origin = origin("acme", "a.com:a.B@1.0.0");
    write(&hub, &origin, Level::INFO, "", at(1));
    let (_, following) = hub.follow(everything(), 0);
    drop(following);
    let state = hub.state.lock();
    assert!(state.followers.is_empty());
    assert!(
        state
            .versions
            .values()
            .all(|kept| kept.followers.is_empty())
    );
}

#[test]
fn versions_of_one_service_share_their_rate() {
    let hub = LogHub::new();
    let one = hub.version("acme", &"a.com:a.B@1.0.0".parse().unwrap());
    let two = hub.version("acme", &"a.com:a.B@2.0.0".parse().unwrap());
    let other = hub.version("acme", &"a.com:a.C@1.0.0".parse().unwrap());
    while one.admit(1).is_some() {}
    assert_eq!(two.admit(1 << 20), None);
    assert_eq!(other.admit(1), Some(0));
}
