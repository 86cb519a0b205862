//! All rules over one message: each field is searched once, then only candidates are tried.

use super::{
    Field, Rule, Test, View,
    compile::{Atom, Node, Tables, compile},
    view::Value,
};
use crate::Error;
use std::collections::HashMap;

/// Rules, compiled.
#[derive(Debug, Default)]
pub struct Engine {
    rules: Vec<Rule>,
    by_id: HashMap<u32, usize>,
    tables: Tables,
}

/// A rule that matched.
pub type Hit<'a> = &'a Rule;

/// Work that one run took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    pub literals_seen: usize,
    pub tests_tried: usize,
    pub rules_tried: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Known {
    Not,
    Armed,
    True,
    False,
}

struct Run<'a> {
    engine: &'a Engine,
    view: &'a View,
    atoms: Vec<Known>,
    rules: Vec<Known>,
    counters: Counters,
}

impl Engine {
    /// # Errors
    /// Rules that refer to each other in a circle; literals too many for an automaton.
    pub fn new(rules: Vec<Rule>) -> Result<Engine, Error> {
        let by_id: HashMap<u32, usize> = rules.iter().enumerate().map(|(at, rule)| (rule.id, at)).collect();
        let tables = compile(&rules, &by_id)?;
        Ok(Engine { rules, by_id, tables })
    }
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }
    pub fn rule(&self, id: u32) -> Option<&Rule> {
        self.by_id.get(&id).map(|at| &self.rules[*at])
    }
    /// The fields that some rule looks into: only these need to be in the view.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.tables.searches.iter().map(|s| &s.field)
    }

    /// The rules that match, in the order in which they were given.
    pub fn run(&self, view: &View) -> Vec<Hit<'_>> {
        self.run_counted(view).0
    }

    pub fn run_counted(&self, view: &View) -> (Vec<Hit<'_>>, Counters) {
        let mut run = Run {
            engine: self,
            view,
            atoms: vec![Known::Not; self.tables.atoms.len()],
            rules: vec![Known::Not; self.rules.len()],
            counters: Counters::default(),
        };
        let mut candidates = run.search();
        candidates.extend(&self.tables.always);
        candidates.sort_unstable();
        candidates.dedup();
        let hits = candidates.into_iter().filter(|rule| run.rule(*rule)).map(|rule| &self.rules[rule]).collect();
        (hits, run.counters)
    }
}

impl<'a> Run<'a> {
    /// Looks for every literal and gives the rules that a literal makes candidates.
    fn search(&mut self) -> Vec<usize> {
        let mut candidates = Vec::new();
        for search in &self.engine.tables.searches {
            let Some(automaton) = &search.automaton else { continue };
            let mut seen = vec![false; search.atoms.len()];
            for value in self.view.values(&search.field) {
                for found in automaton.find_overlapping_iter(&value.lower) {
                    let literal = found.pattern().as_usize();
                    if std::mem::replace(&mut seen[literal], true) {
                        continue;
                    }
                    self.counters.literals_seen += 1;
                    for id in &search.atoms[literal] {
                        let atom = &self.engine.tables.atoms[*id];
                        if self.atoms[*id] == Known::Not {
                            candidates.extend(&atom.triggers);
                        }
                        let decided = atom.times == 1 && matches!(atom.test, Test::Contains(_));
                        self.atoms[*id] = if decided { Known::True } else { Known::Armed };
                    }
                }
            }
        }
        candidates
    }

    fn rule(&mut self, id: usize) -> bool {
        match self.rules[id] {
            Known::True => return true,
            Known::False => return false,
            _ => {}
        }
        self.counters.rules_tried += 1;
        let engine = self.engine;
        let result = self.node(&engine.tables.nodes[id]);
        self.rules[id] = if result { Known::True } else { Known::False };
        result
    }

    fn node(&mut self, node: &'a Node) -> bool {
        match node {
            Node::All(list) => list.iter().all(|n| self.node(n)),
            Node::Any(list) => list.iter().any(|n| self.node(n)),
            Node::AtLeast(count, list) => list.iter().filter(|n| self.node(n)).count() >= *count,
            Node::Not(inner) => !self.node(inner),
            Node::Atom(id) => self.atom(*id),
            Node::Exists(field) => !self.view.values(&self.engine.tables.searches[*field].field).is_empty(),
            Node::Fact(fact, compare, value) => compare.holds(self.view.fact(*fact), *value),
            Node::Network(list) => list.iter().any(|n| n.contains(self.view.client_ip)),
            Node::Matched(rules) => rules.iter().any(|rule| self.rule(*rule)),
        }
    }

    fn atom(&mut self, id: usize) -> bool {
        let atom = &self.engine.tables.atoms[id];
        let result = match self.atoms[id] {
            Known::True => return true,
            Known::False => return false,
            Known::Not if atom.needs_literal => false,
            _ => {
                self.counters.tests_tried += 1;
                holds(atom, self.view.values(&self.engine.tables.searches[atom.field].field))
            }
        };
        self.atoms[id] = if result { Known::True } else { Known::False };
        result
    }
}

fn holds(atom: &Atom, values: &[Value]) -> bool {
    match &atom.test {
        Test::Is(list) => values.iter().any(|v| list.iter().any(|l| v.lower.trim() == l.trim())),
        Test::Starts(list) => values.iter().any(|v| list.iter().any(|l| v.lower.starts_with(l.as_str()))),
        Test::Ends(list) => values.iter().any(|v| list.iter().any(|l| v.lower.ends_with(l.as_str()))),
        Test::Contains(list) => {
            let all = values.iter().flat_map(|v| list.iter().flat_map(move |l| v.lower.match_indices(l.as_str())));
            all.take(atom.times).count() >= atom.times
        }
        Test::Matches(_) => {
            let patterns = || atom.patterns.iter().filter_map(|p| p.get());
            if atom.times == 1 {
                return values.iter().any(|v| patterns().any(|p| p.is_match(&v.plain)));
            }
            let all = values.iter().flat_map(|v| patterns().flat_map(move |p| p.find_iter(&v.plain)));
            all.take(atom.times).count() >= atom.times
        }
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
