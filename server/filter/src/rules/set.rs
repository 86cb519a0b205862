//! Rule files together: ours, then an installation's own, which may replace, switch off and weigh anew.

use super::{Engine, Expr, Item, Rule, parse};
use crate::Error;
use std::{collections::BTreeMap, fs, path::Path};

/// Rules by number while files are being read.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: BTreeMap<u32, Rule>,
}

impl RuleSet {
    /// Adds a file. A rule of an earlier file with the same number is replaced.
    ///
    /// # Errors
    /// The first place of the file that is wrong; two rules of the file with one number.
    pub fn add(&mut self, file: &str, source: &str) -> Result<(), Error> {
        let mut own: BTreeMap<u32, u32> = BTreeMap::new();
        for item in parse(file, source)? {
            match item {
                Item::Rule(rule) => {
                    if let Some(line) = own.insert(rule.id, rule.line) {
                        return Err(Error::Rule {
                            file: file.to_owned(),
                            line: rule.line,
                            expected: format!("a number that the rule at line {line} does not have"),
                            found: rule.id.to_string(),
                        });
                    }
                    self.rules.insert(rule.id, rule);
                }
                Item::Disable(id) => {
                    if self.rules.remove(&id).is_none() {
                        tracing::warn!(file, rule = id, "a rule is switched off that does not exist");
                    }
                }
                Item::Weight(id, weight) => match self.rules.get_mut(&id) {
                    Some(rule) => rule.weight = weight,
                    None => tracing::warn!(file, rule = id, "a rule is weighed that does not exist"),
                },
            }
        }
        Ok(())
    }

    /// Adds every `*.rules` file of a directory in the order of their names; no directory: nothing.
    ///
    /// # Errors
    /// A file that cannot be read or is wrong.
    pub fn add_dir(&mut self, dir: &Path) -> Result<(), Error> {
        if !dir.is_dir() {
            return Ok(());
        }
        let failed = |source| Error::Read { path: dir.to_owned(), source };
        let mut files = Vec::new();
        for entry in fs::read_dir(dir).map_err(failed)? {
            files.push(entry.map_err(failed)?.path());
        }
        files.retain(|path| path.extension().is_some_and(|e| e == "rules"));
        files.sort();
        for path in files {
            let source = fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
            self.add(&path.display().to_string(), &source)?;
        }
        Ok(())
    }

    /// # Errors
    /// A rule that refers to a number which no file ever had is fine (it may be switched off); circles are not.
    pub fn compile(self) -> Result<Engine, Error> {
        for rule in self.rules.values() {
            for id in references(&rule.when) {
                if !self.rules.contains_key(&id) {
                    tracing::warn!(
                        file = rule.file,
                        line = rule.line,
                        rule = rule.id,
                        "refers to rule {id}, which does not exist"
                    );
                }
            }
        }
        Engine::new(self.rules.into_values().collect())
    }
}

fn references(expr: &Expr) -> Vec<u32> {
    match expr {
        Expr::All(list) | Expr::Any(list) | Expr::AtLeast(_, list) => list.iter().flat_map(references).collect(),
        Expr::Not(inner) => references(inner),
        Expr::Matched(ids) => ids.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rules::{Field, View, Weight};

    #[test]
    fn an_installations_files_replace_weigh_and_switch_off() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("b.rules"), "disable 2 weight 3 9").unwrap();
        fs::write(dir.path().join("a.rules"), "rule 1 SPAM 5 \"own\" subject contains \"own\"").unwrap();
        fs::write(dir.path().join("c.txt"), "no rules").unwrap();
        let mut set = RuleSet::default();
        set.add("ours", "rule 1 SPAM 1 \"a\" subject exists rule 2 SPAM 1 \"b\" subject exists rule 3 SPAM 1 \"c\" matched 2 rule 4 JUNK 1 \"d\" subject exists").unwrap();
        set.add_dir(dir.path()).unwrap();
        let engine = set.compile().unwrap();
        assert_eq!(engine.rules().iter().map(|r| r.id).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(
            (engine.rule(1).unwrap().description.as_str(), engine.rule(3).unwrap().weight),
            ("own", Weight::Score(9.0))
        );
        let mut view = View::default();
        view.add(Field::Subject, "hello");
        assert_eq!(engine.run(&view).iter().map(|r| r.id).collect::<Vec<_>>(), [4]);
    }
    #[test]
    fn a_number_is_given_once_in_a_file() {
        let mut set = RuleSet::default();
        let error = set.add("x.rules", "rule 1 SPAM 1 \"a\" links\n\nrule 1 SPAM 1 \"b\" links").unwrap_err();
        assert_eq!(
            error.to_string(),
            "x.rules, line 3: expected a number that the rule at line 1 does not have, found 1"
        );
    }
    #[test]
    fn a_missing_directory_adds_nothing_and_a_wrong_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let mut set = RuleSet::default();
        set.add_dir(&dir.path().join("none")).unwrap();
        fs::write(dir.path().join("bad.rules"), "\nrool").unwrap();
        let error = set.add_dir(dir.path()).unwrap_err().to_string();
        assert!(error.ends_with("bad.rules, line 2: expected `rule`, `disable` or `weight`, found `rool`"), "{error}");
    }
}
