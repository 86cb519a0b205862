//! The rule files that come with the program.

use super::RuleSet;
use crate::Error;

macro_rules! files {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../../rules/", $name)))),*] };
}

const FILES: &[(&str, &str)] = files!(
    "00-tests.rules",
    "10-scams.rules",
    "11-offers.rules",
    "20-headers.rules",
    "30-content.rules",
    "40-phish.rules",
    "50-adult.rules",
    "60-junk.rules",
    "70-malware.rules",
    "80-profanity.rules",
    "90-bot.rules",
);

impl RuleSet {
    /// # Errors
    /// Never for an unharmed program file.
    pub fn embedded() -> Result<RuleSet, Error> {
        let mut set = RuleSet::default();
        for (name, source) in FILES {
            set.add(name, source)?;
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rules::{Item, Weight, parse};
    use std::collections::HashMap;

    #[test]
    fn the_rules_that_come_with_the_program_are_sound() {
        let engine = RuleSet::embedded().unwrap().compile().unwrap();
        assert!(engine.rules().len() >= 120, "{}", engine.rules().len());
    }
    #[test]
    fn no_number_is_given_twice_in_all_files() {
        let mut seen = HashMap::new();
        for (name, source) in FILES {
            for item in parse(name, source).unwrap() {
                let Item::Rule(rule) = item else { panic!("{name} changes rules") };
                assert_eq!(seen.insert(rule.id, rule.file.clone()), None, "{}", rule.id);
                assert!(
                    rule.weight != Weight::Hit || rule.id < 1000,
                    "rule {}: only test strings decide alone",
                    rule.id
                );
            }
        }
    }
}
