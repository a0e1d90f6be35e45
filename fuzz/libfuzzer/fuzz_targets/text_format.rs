#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vimana_fuzz::run("text_format", data));
