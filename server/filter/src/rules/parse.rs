//! Tokens to rules. The grammar is in docs/rules.md.

use super::{
    Compare, Expr, Fact, Field, Pattern, Rule, RuleType, Test, Weight,
    lexer::{Token, tokens},
    literal, view,
};
use crate::Error;

/// What a rule file holds: rules, and changes to rules of files read before.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Rule(Rule),
    Disable(u32),
    Weight(u32, Weight),
}

/// Nesting of groups that no honest rule needs.
const MAX_DEPTH: u32 = 16;

/// Reads a rule file. `file` is its name for messages.
///
/// # Errors
/// The first place that is wrong, with its line and what was expected there.
pub fn parse(file: &str, source: &str) -> Result<Vec<Item>, Error> {
    let mut reader = Reader { file, tokens: tokens(file, source)?, at: 0 };
    let mut items = Vec::new();
    while *reader.peek() != Token::End {
        items.push(reader.item()?);
    }
    Ok(items)
}

struct Reader<'a> {
    file: &'a str,
    tokens: Vec<(Token, u32)>,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(t, _)| t)
    }
    fn line(&self) -> u32 {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(_, line)| *line)
    }
    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }
    /// An error about the token that comes next.
    fn wrong<T>(&self, expected: impl Into<String>) -> Result<T, Error> {
        self.wrong_at(self.line(), expected, self.peek().to_string())
    }
    fn wrong_at<T>(&self, line: u32, expected: impl Into<String>, found: String) -> Result<T, Error> {
        Err(Error::Rule { file: self.file.to_owned(), line, expected: expected.into(), found })
    }
    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(w) if w == word);
        self.at += usize::from(found);
        found
    }
    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(s) if *s == sign);
        self.at += usize::from(found);
        found
    }
    fn number<T: std::str::FromStr>(&mut self, what: &str) -> Result<T, Error> {
        let value = match self.peek() {
            Token::Word(w) => w.parse().ok(),
            _ => None,
        };
        match value {
            Some(value) => {
                self.at += 1;
                Ok(value)
            }
            None => self.wrong(what),
        }
    }

    fn item(&mut self) -> Result<Item, Error> {
        if self.take_word("rule") {
            self.rule().map(Item::Rule)
        } else if self.take_word("disable") {
            Ok(Item::Disable(self.number("the number of a rule")?))
        } else if self.take_word("weight") {
            Ok(Item::Weight(self.number("the number of a rule")?, self.weight()?))
        } else {
            self.wrong("`rule`, `disable` or `weight`")
        }
    }

    fn weight(&mut self) -> Result<Weight, Error> {
        if self.take_word("hit") {
            return Ok(Weight::Hit);
        }
        let line = self.line();
        let points: f32 = self.number("points such as 1.5, or `hit`")?;
        if points.is_finite() && points.abs() <= 100.0 {
            Ok(Weight::Score(points))
        } else {
            self.wrong_at(line, "points between -100 and 100", points.to_string())
        }
    }

    fn rule(&mut self) -> Result<Rule, Error> {
        let line = self.line();
        let id = self.number("the rule's number")?;
        let kind = match self.peek() {
            Token::Word(w) => w.parse::<RuleType>().ok(),
            _ => None,
        };
        let Some(kind) = kind else {
            return self.wrong("SPAM, PHISH, ADULT, BOT, JUNK, VIRUS, COMPLIANCE or PROFANITY");
        };
        self.at += 1;
        let weight = self.weight()?;
        let Token::Text(description) = self.peek().clone() else {
            return self.wrong("what the rule finds, in quotes");
        };
        self.at += 1;
        let mut conditions = vec![self.condition(0)?];
        while !matches!(self.peek(), Token::End)
            && !matches!(self.peek(), Token::Word(w) if ["rule", "disable", "weight"].contains(&w.as_str()))
        {
            conditions.push(self.condition(0)?);
        }
        Ok(Rule {
            id,
            kind,
            weight,
            description,
            when: one_or(conditions, Expr::All),
            file: self.file.to_owned(),
            line,
        })
    }

    fn group(&mut self, depth: u32) -> Result<Vec<Expr>, Error> {
        if depth >= MAX_DEPTH {
            return self.wrong(format!("at most {MAX_DEPTH} groups inside one another"));
        }
        if !self.take_sign("{") {
            return self.wrong("`{`");
        }
        let mut list = vec![self.condition(depth + 1)?];
        while !self.take_sign("}") {
            list.push(self.condition(depth + 1)?);
        }
        Ok(list)
    }

    fn condition(&mut self, depth: u32) -> Result<Expr, Error> {
        let Token::Word(word) = self.peek().clone() else {
            return self.wrong("a condition");
        };
        let start = self.at;
        self.at += 1;
        match word.as_str() {
            "all" => Ok(one_or(self.group(depth)?, Expr::All)),
            "any" => Ok(one_or(self.group(depth)?, Expr::Any)),
            "at_least" => {
                let count = self.number("how many of the conditions must hold")?;
                Ok(Expr::AtLeast(count, self.group(depth)?))
            }
            "not" if depth >= MAX_DEPTH => self.wrong(format!("at most {MAX_DEPTH} groups inside one another")),
            "not" if matches!(self.peek(), Token::Sign("{")) => {
                Ok(Expr::Not(Box::new(one_or(self.group(depth)?, Expr::All))))
            }
            "not" => Ok(Expr::Not(Box::new(self.condition(depth + 1)?))),
            "matched" => Ok(Expr::Matched(self.list(|r| r.number("the number of a rule"))?)),
            "client.ip" if self.take_word("in") => {
                Ok(Expr::Network(self.list(|r| r.number("a network such as 192.0.2.0/24"))?))
            }
            "client.ip" => self.wrong("`in`"),
            "header" => {
                let name = match self.next() {
                    Token::Word(name) | Token::Text(name) if !name.is_empty() => name.to_lowercase(),
                    _ => {
                        self.at -= 1;
                        return self.wrong("the name of a header");
                    }
                };
                self.test(Field::Header(name))
            }
            name => {
                if let Some(field) = Field::named(name) {
                    self.test(field)
                } else if let Some(fact) = Fact::named(name) {
                    self.compare(fact)
                } else {
                    self.at = start;
                    self.wrong("a condition: a field, a fact, `header`, `client.ip`, `matched`, `all`, `any`, `at_least` or `not`")
                }
            }
        }
    }

    fn compare(&mut self, fact: Fact) -> Result<Expr, Error> {
        let compare = match self.peek() {
            Token::Sign(">") => Compare::Above,
            Token::Sign(">=") => Compare::AtLeast,
            Token::Sign("=") => Compare::Equal,
            Token::Sign("<=") => Compare::AtMost,
            Token::Sign("<") => Compare::Below,
            _ => return Ok(Expr::Fact(fact, Compare::Above, 0.0)),
        };
        self.at += 1;
        Ok(Expr::Fact(fact, compare, self.number("a number")?))
    }

    fn test(&mut self, field: Field) -> Result<Expr, Error> {
        let Token::Word(word) = self.peek().clone() else {
            return self.wrong("contains, is, starts, ends, matches or exists");
        };
        self.at += 1;
        let test = match word.as_str() {
            "exists" => return Ok(Expr::Exists(field)),
            "contains" => Test::Contains(self.list(Self::text)?),
            "is" => Test::Is(self.list(Self::text_or_word)?),
            "starts" => Test::Starts(self.list(Self::text)?),
            "ends" => Test::Ends(self.list(Self::text)?),
            "matches" => Test::Matches(self.list(Self::pattern)?),
            _ => {
                self.at -= 1;
                return self.wrong("contains, is, starts, ends, matches or exists");
            }
        };
        let times = if self.take_word("times") { self.times(&test)? } else { 1 };
        Ok(Expr::Text { field, test, times })
    }

    fn times(&mut self, test: &Test) -> Result<u32, Error> {
        if !matches!(test, Test::Contains(_) | Test::Matches(_)) {
            self.at -= 1;
            return self.wrong("`times` only after contains or matches");
        }
        if !self.take_sign(">=") {
            return self.wrong("`>=`");
        }
        let line = self.line();
        match self.number("how many times")? {
            0 => self.wrong_at(line, "a number above 0", "0".into()),
            times => Ok(times),
        }
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Error>) -> Result<Vec<T>, Error> {
        let mut list = vec![one(self)?];
        while self.take_sign(",") {
            list.push(one(self)?);
        }
        Ok(list)
    }

    /// A text to look for: lower case and single spaces, as the fields are when they are searched.
    fn text(&mut self) -> Result<String, Error> {
        match self.peek().clone() {
            Token::Text(text) if !text.trim().is_empty() => {
                self.at += 1;
                Ok(view::folded(&text))
            }
            _ => self.wrong("a text in quotes"),
        }
    }
    fn text_or_word(&mut self) -> Result<String, Error> {
        if let Token::Word(word) = self.peek().clone() {
            self.at += 1;
            return Ok(word.to_lowercase());
        }
        match self.peek().clone() {
            Token::Text(text) => {
                self.at += 1;
                Ok(view::folded(text.trim()))
            }
            _ => self.wrong("a word or a text in quotes"),
        }
    }
    fn pattern(&mut self) -> Result<Pattern, Error> {
        let line = self.line();
        let Token::Pattern { source, flags } = self.peek().clone() else {
            return self.wrong("a pattern such as /free +money/i");
        };
        if !["", "i"].contains(&flags.as_str()) {
            return self.wrong_at(line, "no flag after a pattern but `i`", format!("`{flags}`"));
        }
        let pattern = Pattern { source, ignore_case: flags == "i" };
        if let Err(error) = literal::regex(&pattern) {
            let reason = error.to_string();
            let last = reason.lines().last().unwrap_or("a syntax error").trim().to_owned();
            return self.wrong_at(line, "a regular expression", format!("/{}/ ({last})", pattern.source));
        }
        self.at += 1;
        Ok(pattern)
    }
}

/// A single condition needs no group around it.
fn one_or(mut list: Vec<Expr>, group: fn(Vec<Expr>) -> Expr) -> Expr {
    match list.len() {
        1 => list.remove(0),
        _ => group(list),
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
