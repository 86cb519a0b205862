//! What many rules cost against few.

use filter::rules::{Engine, Field, RuleSet, View};
use std::{fmt::Write as _, time::Instant};

/// Four fifths texts, one fifth patterns, over invented words.
fn rules(count: usize) -> Result<Engine, String> {
    let mut source = String::new();
    for n in 0..count {
        let word: String =
            (0..7).map(|at| char::from(b'a' + u8::try_from((n * 31 + at * (n / 7 + 11)) % 26).unwrap_or(0))).collect();
        let _ = match n % 5 {
            0 => writeln!(source, "rule {n} SPAM 1 \"d\" text matches /\\b{word}{n} +[a-z]+/i"),
            1 => writeln!(source, "rule {n} SPAM 1 \"d\" subject contains \"{word}{n}\" not links > 90"),
            _ => writeln!(source, "rule {n} SPAM 1 \"d\" text contains \"{word} {n}\", \"offer {word}\""),
        };
    }
    let mut set = RuleSet::default();
    set.add("speed", &source).map_err(|e| e.to_string())?;
    set.compile().map_err(|e| e.to_string())
}

pub fn speed(count: &str) -> Result<(), String> {
    let count: usize = count.parse().map_err(|_| "RULES is a number")?;
    let text =
        "We met the offer of the committee on Tuesday and wrote down what everybody wants to have done by summer. "
            .repeat(60);
    let mut view = View::default();
    view.add(Field::Text, &text);
    view.add(Field::Subject, "Minutes of the committee");
    let mut times = Vec::new();
    for rules_count in [100, count] {
        let begun = Instant::now();
        let engine = rules(rules_count)?;
        let built = begun.elapsed();
        (0..200).for_each(|_| drop(engine.run(&view)));
        let mut best = f64::MAX;
        for _ in 0..10 {
            let begun = Instant::now();
            (0..500).for_each(|_| drop(engine.run(&view)));
            best = best.min(begun.elapsed().as_secs_f64() / 500.0);
        }
        println!(
            "{rules_count} rules: {:.1} µs a message of {} bytes, loaded in {:.2} s",
            best * 1e6,
            text.len(),
            built.as_secs_f64()
        );
        times.push(best);
    }
    println!("ratio {:.2}", times[1] / times[0]);
    Ok(())
}
