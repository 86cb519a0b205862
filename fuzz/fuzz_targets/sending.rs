#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| (fuzz::target("sending").expect("it is one of the targets").run)(input));
