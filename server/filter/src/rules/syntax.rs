//! What a rule says, as read from a file.

use super::{Fact, Field};
use model::{Category, Cidr, finding::Step};
use std::str::FromStr;

/// What a rule speaks of; decides the category of its findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleType {
    Spam,
    Phish,
    Adult,
    Bot,
    Junk,
    Virus,
    Compliance,
    Profanity,
}

impl RuleType {
    pub const ALL: &'static [RuleType] = &[
        RuleType::Spam,
        RuleType::Phish,
        RuleType::Adult,
        RuleType::Bot,
        RuleType::Junk,
        RuleType::Virus,
        RuleType::Compliance,
        RuleType::Profanity,
    ];
    pub fn category(self) -> Category {
        match self {
            RuleType::Spam => Category::Spam,
            RuleType::Phish => Category::Phish,
            RuleType::Adult => Category::Adult,
            RuleType::Bot => Category::Bot,
            RuleType::Junk => Category::Junk,
            RuleType::Virus => Category::Virus,
            RuleType::Compliance => Category::Compliance,
            RuleType::Profanity => Category::Profanity,
        }
    }
    /// The step of the filter order at which a hit of this type stands.
    pub fn step(self) -> Step {
        match self {
            RuleType::Virus => Step::Antivirus,
            RuleType::Compliance | RuleType::Profanity => Step::Compliance,
            _ => Step::Rules,
        }
    }
    /// Whether points of this type are spam points too. Promotion, foul language and compliance are no deceit.
    pub fn counts_as_spam(self) -> bool {
        matches!(self, RuleType::Spam | RuleType::Phish | RuleType::Adult | RuleType::Bot | RuleType::Virus)
    }
}

impl FromStr for RuleType {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        Ok(match s {
            "SPAM" => RuleType::Spam,
            "PHISH" => RuleType::Phish,
            "ADULT" | "PORN" => RuleType::Adult,
            "BOT" => RuleType::Bot,
            "JUNK" => RuleType::Junk,
            "VIRUS" => RuleType::Virus,
            "COMPLIANCE" => RuleType::Compliance,
            "PROFANITY" => RuleType::Profanity,
            _ => return Err(()),
        })
    }
}

/// How much a rule says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weight {
    /// Points; zero: a building block of other rules, never reported.
    Score(f32),
    /// Decides its category alone.
    Hit,
}

/// One numbered rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub id: u32,
    pub kind: RuleType,
    pub weight: Weight,
    pub description: String,
    pub when: Expr,
    pub file: String,
    pub line: u32,
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    AtLeast(u32, Vec<Expr>),
    Not(Box<Expr>),
    /// One of the values of the field passes the test, at least so many times.
    Text {
        field: Field,
        test: Test,
        times: u32,
    },
    Exists(Field),
    Fact(Fact, Compare, f64),
    Network(Vec<Cidr>),
    /// One of these rules matched.
    Matched(Vec<u32>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Test {
    Contains(Vec<String>),
    Is(Vec<String>),
    Starts(Vec<String>),
    Ends(Vec<String>),
    Matches(Vec<Pattern>),
}

/// A regular expression as written: the source between the slashes and whether `i` followed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    pub source: String,
    pub ignore_case: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Above,
    AtLeast,
    Equal,
    AtMost,
    Below,
}

impl Compare {
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Compare::Above => left > right,
            Compare::AtLeast => left >= right,
            Compare::Equal => (left - right).abs() < f64::EPSILON,
            Compare::AtMost => left <= right,
            Compare::Below => left < right,
        }
    }
}
