//! Numbered rules in a readable text format (docs/rules.md), all matched in one pass over the message.
//!
//! [`parse`] reads files into [`Rule`]s, [`Engine`] compiles them: one automaton a field for every literal of
//! every rule, and a rule is looked at only when a literal it cannot do without was seen.

mod compile;
mod embedded;
mod engine;
mod fact;
mod field;
mod lexer;
mod literal;
pub(crate) mod observe;
mod parse;
mod set;
mod syntax;
mod view;

pub use engine::{Counters, Engine, Hit};
pub use fact::Fact;
pub use field::Field;
pub use observe::view;
pub use parse::{Item, parse};
pub use set::RuleSet;
pub use syntax::{Compare, Expr, Pattern, Rule, RuleType, Test, Weight};
pub use view::{View, collapsed};
