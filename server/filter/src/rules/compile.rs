//! Rules to the tables that the engine runs on.

use super::{
    Compare, Expr, Fact, Field, Pattern, Rule, Test,
    literal::{regex, required},
};
use crate::Error;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use model::Cidr;
use regex::Regex;
use std::{
    collections::{BTreeSet, HashMap},
    sync::OnceLock,
};

/// Up to this size of all literals of a field the automaton is a table, whose speed does not depend on how many there are.
const TABLE_BYTES: usize = 512 << 10;

/// A condition with numbers in place of names.
#[derive(Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    AtLeast(usize, Vec<Node>),
    Not(Box<Node>),
    Atom(usize),
    Exists(usize),
    Fact(Fact, Compare, f64),
    Network(Vec<Cidr>),
    Matched(Vec<usize>),
}

/// One test of one field; rules that ask the same share it.
#[derive(Debug)]
pub(super) struct Atom {
    pub field: usize,
    pub test: Test,
    pub times: usize,
    /// Compiled when first needed.
    pub patterns: Vec<Lazy>,
    /// Rules that cannot match unless one of their atoms was armed, of which this is one.
    pub triggers: Vec<usize>,
    /// False unless one of its literals was seen.
    pub needs_literal: bool,
}

#[derive(Debug)]
pub(super) struct Lazy(Pattern, OnceLock<Option<Regex>>);

impl Lazy {
    /// None only for a pattern that was never parsed from a file, since those are compiled once while being read.
    pub fn get(&self) -> Option<&Regex> {
        self.1.get_or_init(|| regex(&self.0).ok()).as_ref()
    }
}

/// The literals of one field and the atoms that each arms.
#[derive(Debug)]
pub(super) struct Search {
    pub field: Field,
    pub automaton: Option<AhoCorasick>,
    pub atoms: Vec<Vec<usize>>,
}

#[derive(Debug, Default)]
pub(super) struct Tables {
    pub nodes: Vec<Node>,
    pub atoms: Vec<Atom>,
    pub searches: Vec<Search>,
    pub always: Vec<usize>,
}

#[derive(Default)]
struct Builder {
    fields: Vec<Field>,
    field_of: HashMap<Field, usize>,
    literals: Vec<HashMap<String, Vec<usize>>>,
    atoms: Vec<Atom>,
    atom_of: HashMap<(usize, Test, u32), usize>,
}

pub(super) fn compile(rules: &[Rule], by_id: &HashMap<u32, usize>) -> Result<Tables, Error> {
    let mut builder = Builder::default();
    let nodes: Vec<Node> = rules.iter().map(|rule| builder.node(&rule.when, by_id)).collect();
    refuse_cycles(rules, &nodes)?;
    let mut always = Vec::new();
    let mut triggers = Vec::with_capacity(nodes.len());
    for node in &nodes {
        triggers.push(builder.triggers(node, &nodes));
    }
    for (rule, set) in triggers.into_iter().enumerate() {
        match set {
            Some(set) => set.into_iter().for_each(|atom| builder.atoms[atom].triggers.push(rule)),
            None => always.push(rule),
        }
    }
    let searches = builder.searches()?;
    Ok(Tables { nodes, atoms: builder.atoms, searches, always })
}

impl Builder {
    fn field(&mut self, field: &Field) -> usize {
        if let Some(known) = self.field_of.get(field) {
            return *known;
        }
        self.fields.push(field.clone());
        self.literals.push(HashMap::new());
        self.field_of.insert(field.clone(), self.fields.len() - 1);
        self.fields.len() - 1
    }

    fn node(&mut self, expr: &Expr, by_id: &HashMap<u32, usize>) -> Node {
        let mut list = |list: &[Expr]| list.iter().map(|e| self.node(e, by_id)).collect();
        match expr {
            Expr::All(inner) => Node::All(list(inner)),
            Expr::Any(inner) => Node::Any(list(inner)),
            Expr::AtLeast(count, inner) => Node::AtLeast(*count as usize, list(inner)),
            Expr::Not(inner) => Node::Not(Box::new(self.node(inner, by_id))),
            Expr::Text { field, test, times } => Node::Atom(self.atom(field, test, *times)),
            Expr::Exists(field) => Node::Exists(self.field(field)),
            Expr::Fact(fact, compare, value) => Node::Fact(*fact, *compare, *value),
            Expr::Network(networks) => Node::Network(networks.clone()),
            Expr::Matched(ids) => Node::Matched(ids.iter().filter_map(|id| by_id.get(id).copied()).collect()),
        }
    }

    fn atom(&mut self, field: &Field, test: &Test, times: u32) -> usize {
        let field = self.field(field);
        let key = (field, test.clone(), times);
        if let Some(known) = self.atom_of.get(&key) {
            return *known;
        }
        let id = self.atoms.len();
        let literals = literals(test);
        for literal in literals.iter().flatten() {
            self.literals[field].entry(literal.clone()).or_default().push(id);
        }
        let patterns = match test {
            Test::Matches(list) => list.iter().map(|p| Lazy(p.clone(), OnceLock::new())).collect(),
            _ => Vec::new(),
        };
        let needs_literal = literals.is_some();
        self.atoms.push(Atom {
            field,
            test: test.clone(),
            times: times as usize,
            patterns,
            triggers: Vec::new(),
            needs_literal,
        });
        self.atom_of.insert(key, id);
        id
    }

    /// Atoms of which at least one is armed whenever the condition holds; none where there is no such set.
    fn triggers(&self, node: &Node, rules: &[Node]) -> Option<BTreeSet<usize>> {
        let union = |sets: Vec<Option<BTreeSet<usize>>>| {
            let mut all = BTreeSet::new();
            for set in sets {
                all.extend(set?);
            }
            Some(all)
        };
        match node {
            Node::Atom(id) => self.atoms[*id].needs_literal.then(|| BTreeSet::from([*id])),
            Node::All(list) => list.iter().filter_map(|n| self.triggers(n, rules)).min_by_key(BTreeSet::len),
            Node::Any(list) => union(list.iter().map(|n| self.triggers(n, rules)).collect()),
            Node::AtLeast(0, _) => None,
            Node::AtLeast(_, list) => union(list.iter().map(|n| self.triggers(n, rules)).collect()),
            Node::Matched(ids) => union(ids.iter().map(|id| self.triggers(&rules[*id], rules)).collect()),
            Node::Not(_) | Node::Exists(_) | Node::Fact(..) | Node::Network(_) => None,
        }
    }

    fn searches(&mut self) -> Result<Vec<Search>, Error> {
        let mut out = Vec::with_capacity(self.fields.len());
        for (field, literals) in self.fields.drain(..).zip(self.literals.drain(..)) {
            let mut sorted: Vec<(String, Vec<usize>)> = literals.into_iter().collect();
            sorted.sort();
            let bytes: usize = sorted.iter().map(|(literal, _)| literal.len()).sum();
            let kind = (bytes <= TABLE_BYTES).then_some(AhoCorasickKind::DFA);
            let automaton = match sorted.is_empty() {
                true => None,
                false => Some(
                    AhoCorasick::builder()
                        .match_kind(MatchKind::Standard)
                        .kind(kind)
                        .build(sorted.iter().map(|(literal, _)| literal))
                        .map_err(|e| Error::Compile(e.to_string()))?,
                ),
            };
            out.push(Search { field, automaton, atoms: sorted.into_iter().map(|(_, atoms)| atoms).collect() });
        }
        Ok(out)
    }
}

/// Literals of which one must be seen for the test to hold; none: the test has to be tried.
fn literals(test: &Test) -> Option<Vec<String>> {
    match test {
        Test::Contains(list) | Test::Is(list) | Test::Starts(list) | Test::Ends(list) => {
            list.iter().all(|l| !l.is_empty()).then(|| list.clone())
        }
        Test::Matches(list) => {
            let mut all = Vec::new();
            for pattern in list {
                all.extend(required(pattern)?);
            }
            Some(all)
        }
    }
}

/// Rules may refer to one another, but not in a circle.
fn refuse_cycles(rules: &[Rule], nodes: &[Node]) -> Result<(), Error> {
    fn references(node: &Node, out: &mut Vec<usize>) {
        match node {
            Node::All(list) | Node::Any(list) | Node::AtLeast(_, list) => list.iter().for_each(|n| references(n, out)),
            Node::Not(inner) => references(inner, out),
            Node::Matched(ids) => out.extend(ids),
            _ => {}
        }
    }
    let edges: Vec<Vec<usize>> = nodes
        .iter()
        .map(|node| {
            let mut out = Vec::new();
            references(node, &mut out);
            out
        })
        .collect();
    let mut waiting: Vec<usize> = edges.iter().map(Vec::len).collect();
    let mut users = vec![Vec::new(); nodes.len()];
    for (rule, list) in edges.iter().enumerate() {
        list.iter().for_each(|used| users[*used].push(rule));
    }
    let mut ready: Vec<usize> = (0..nodes.len()).filter(|rule| waiting[*rule] == 0).collect();
    while let Some(rule) = ready.pop() {
        for user in &users[rule] {
            waiting[*user] -= 1;
            if waiting[*user] == 0 {
                ready.push(*user);
            }
        }
    }
    let Some(rule) = waiting.iter().position(|w| *w > 0).map(|at| &rules[at]) else { return Ok(()) };
    Err(Error::Rule {
        file: rule.file.clone(),
        line: rule.line,
        expected: "rules that do not refer to one another in a circle".into(),
        found: format!("rule {}", rule.id),
    })
}
