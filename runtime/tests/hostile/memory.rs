//! The memory of this process.

use std::fs;

use tokio::sync::{Mutex, MutexGuard};

/// What may stay: pages of pooled instances that the node keeps on purpose, and what
/// the allocator has not given back yet.
const KEPT: usize = 96 << 20;

/// Keeps tests apart whose memory is looked at, since they are one process.
pub(crate) async fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::const_new(());
    ALONE.lock().await
}

/// Bytes of memory that are resident.
pub(crate) fn resident() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
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
