//! The memory of this process.

use std::backtrace::Backtrace;
use std::fs;
use std::sync::Once;

use tokio::sync::{Mutex, MutexGuard};

/// What may stay: pages of pooled instances that the node keeps on purpose, and what
/// the allocator has not given back yet.
const KEPT: usize = 96 << 20;

/// Keeps tests apart whose memory is looked at, since they are one process.
pub(crate) async fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::const_new(());
    let alone = ALONE.lock().await;
    // With `RUST_BACKTRACE`, the first trap reads the debugging information of this
    // program, which then stays. It is read here, before anything is measured.
    static NAMES: Once = Once::new();
    NAMES.call_once(|| drop(Backtrace::force_capture().to_string()));
    alone
}

/// Bytes of memory that are resident and come from no file.
pub(crate) fn resident() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let mut pages = statm
        .trim_end()
        .split(' ')
        .map(|pages| pages.parse::<usize>().unwrap());
    let (all, of_files) = (pages.nth(1).unwrap(), pages.next().unwrap());
    (all - of_files) * 4096
}

/// Makes sure that no more is resident than was `before`, but for what is kept.
pub(crate) fn returned_to(before: usize) {
    let now = resident();
    assert!(
        now <= before + KEPT,
        "{} MiB are resident, {} MiB before",
        now >> 20,
        before >> 20
    );
}
