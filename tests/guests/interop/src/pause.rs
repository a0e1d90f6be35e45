//! Pauses between responses, by WASI: the platform itself gives no clock.

mod bindings {
    wit_bindgen::generate!({
        path: "src/pause.wit",
        generate_all,
    });
}

/// Waits. Nothing else of this instance goes on meanwhile, and nothing else has to:
/// it serves one call, and what was sent is on its way.
pub fn microseconds(duration: i32) {
    if let Ok(duration @ 1..) = u64::try_from(duration) {
        bindings::wasi::clocks::monotonic_clock::subscribe_duration(duration * 1_000).block();
    }
}
