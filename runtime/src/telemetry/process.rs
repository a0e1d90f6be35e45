//! What the system knows of this process.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The process at one moment. What the system does not tell is absent.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) cpu: Duration,
    pub(super) resident_bytes: Option<u64>,
    pub(super) virtual_bytes: Option<u64>,
    pub(super) open_files: Option<u64>,
}

impl Process {
    pub(super) fn read() -> Self {
        let cpu = clock_gettime(ClockId::ProcessCPUTime);
        // proc(5), `/proc/pid/status`.
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let files = fs::read_dir("/proc/self/fd").ok();
        Self {
            cpu: cpu.try_into().unwrap_or_default(),
            resident_bytes: bytes(&status, "VmRSS:"),
            virtual_bytes: bytes(&status, "VmSize:"),
            open_files: files.map(|files| files.count() as u64),
        }
    }
}

/// The amount in a line like `VmRSS:     1234 kB`.
fn bytes(status: &str, name: &str) -> Option<u64> {
    let amount = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = amount.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_knows_itself() {
        let process = Process::read();
        assert!(process.resident_bytes > Some(1 << 20), "{process:?}");
        assert!(process.virtual_bytes > process.resident_bytes);
        assert!(process.open_files > Some(2));
        assert!(process.cpu > Duration::ZERO);
        assert_eq!(bytes("VmRSS:\t  12 kB\n", "VmRSS:"), Some(12 << 10));
        assert_eq!(bytes("", "VmRSS:"), None);
    }
}
