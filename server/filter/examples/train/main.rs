//! Trains the classifier's model and measures classifier and filter on corpora that were held out.
//!
//! ```text
//! train model CORPORA OUT      trains on everything under CORPORA and writes OUT
//! train figures CORPORA        trains on all but one corpus after the other and prints what the filter makes of that one
//! train rules CORPORA          how often each rule matches spam and ham
//! train bounces DIR            how many of the messages under DIR are found to be bounces
//! train speed RULES            compares 100 rules with RULES rules
//! ```
//! CORPORA holds one directory a corpus; a message is spam where a directory of its path has `spam` in its name and
//! none has `ham`. Where several corpora are needed see docs/classifier.md.

mod corpora;
mod figures;
mod speed;

use std::{env, fs, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["model", corpora, out] => model(Path::new(corpora), Path::new(out)),
        ["figures", corpora] => figures::figures(Path::new(corpora)),
        ["rules", corpora] => figures::rules(Path::new(corpora)),
        ["bounces", dir] => figures::bounces(Path::new(dir)),
        ["speed", rules] => speed::speed(rules),
        _ => Err("usage: train model CORPORA OUT | figures CORPORA | rules CORPORA | bounces DIR | speed RULES".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn model(corpora: &Path, out: &Path) -> Result<(), String> {
    let all = corpora::load(corpora)?;
    let (slope, offset) = figures::calibration(&figures::held_out_sums(&all));
    let samples: Vec<_> = all.iter().map(|m| m.sample.clone()).collect();
    let model = filter::classifier::train::train(&samples, &figures::OPTIONS).calibrated(slope, offset);
    let bytes = model.encode().map_err(|e| e.to_string())?;
    fs::write(out, &bytes).map_err(|e| format!("cannot write {}: {e}", out.display()))?;
    println!("{} messages, slope {slope:.3}, offset {offset:.3}, {} bytes", all.len(), bytes.len());
    Ok(())
}
