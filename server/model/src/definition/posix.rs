//! POSIX extended regular expressions (guide chapter 10 "POSIX Regular Expression Syntax") as expressions of the `regex`
//! crate, whose automata read a text once whatever the expression: nothing that is accepted here can stall the filter.
//!
//! As the guide has it, expressions are about words: `^` is the beginning of a word and `$` its end, and `.` is any
//! character but a blank. Back-references are no part of regular languages and are refused. What is common beyond POSIX
//! (`\d`, `\w`, `\s`, `\b`, `\<`, `\>`, `(?:…)`, a backslash within brackets) means what it means elsewhere.
//!
//! Texts that are searched have their blanks and line ends made one blank.

/// How deep an expression may nest.
const NESTING_MAX: u32 = 50;
/// Most repetitions that an interval may ask for.
const REPEAT_MAX: u32 = 1_000;
const REPEAT_TEXT: &str = "an interval asks for at most 1000 repetitions";

/// A translated expression, in the syntax of the `regex` crate; letters of either case are to be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// As it was written.
    pub source: String,
    /// Fast to search for: matches wherever `exact` does. Beginnings and ends of words go by ASCII letters.
    pub search: String,
    /// What the expression means, where `search` matches more.
    pub exact: Option<String>,
}

/// What is wrong, and at which character, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub at: usize,
    pub what: String,
}

fn wrong<T>(at: usize, what: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { at: at + 1, what: what.into() })
}

/// Translates the expression.
pub(super) fn translate(source: &str) -> Result<Pattern, Wrong> {
    let mut t = Translation { text: source.chars().collect(), ..Translation::default() };
    t.run()?;
    let parsed = regex_syntax::ParserBuilder::new().nest_limit(NESTING_MAX).build().parse(&t.exact);
    let (span, what) = match parsed {
        Ok(_) => (None, String::new()),
        Err(regex_syntax::Error::Parse(e)) => (Some(e.span().start.offset), e.kind().to_string()),
        Err(regex_syntax::Error::Translate(e)) => (Some(e.span().start.offset), e.kind().to_string()),
        Err(other) => (Some(0), other.to_string()),
    };
    if let Some(offset) = span {
        return wrong(t.origin.get(offset).copied().unwrap_or(t.text.len().saturating_sub(1)), what);
    }
    let empty = regex::RegexBuilder::new(&t.exact).size_limit(super::expression::COMPILED_MAX).build();
    if empty.is_ok_and(|r| r.is_match("")) {
        return wrong(0, "this also matches the empty text, so that it would match every message");
    }
    let exact = t.differs.then_some(t.exact);
    Ok(Pattern { source: source.to_owned(), search: t.search, exact })
}

#[derive(Default)]
struct Translation {
    text: Vec<char>,
    at: usize,
    search: String,
    exact: String,
    /// For each byte of `exact` the character that it stands for.
    origin: Vec<usize>,
    differs: bool,
}

impl Translation {
    fn put(&mut self, from: usize, what: &str) {
        self.search.push_str(what);
        self.put_exact(from, what);
    }
    fn put_exact(&mut self, from: usize, what: &str) {
        self.exact.push_str(what);
        self.origin.resize(self.exact.len(), from);
    }
    /// An assertion, with the wider one to search for.
    fn look(&mut self, from: usize, search: &str, exact: &str) {
        self.search.push_str(search);
        self.put_exact(from, exact);
        self.differs = true;
    }
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn run(&mut self) -> Result<(), Wrong> {
        while let Some(c) = self.peek(0) {
            let from = self.at;
            self.at += 1;
            match c {
                '.' => self.put(from, r"\S"),
                '^' => self.look(from, r"(?-u:\b{start-half})", r"\b{start-half}"),
                '$' => self.look(from, r"(?-u:\b{end-half})", r"\b{end-half}"),
                '\\' => self.escape(from)?,
                '[' => self.bracket(from)?,
                '(' if self.peek(0) == Some('?') => {
                    if self.peek(1) != Some(':') {
                        return wrong(from, "(? is no part of POSIX expressions, besides (?:");
                    }
                    self.at += 2;
                    self.put(from, "(?:");
                }
                '(' => self.put(from, "(?:"),
                ')' | '|' | '*' | '+' | '?' => self.put(from, &c.to_string()),
                '{' => self.interval(from)?,
                c if c.is_whitespace() => {
                    while self.peek(0).is_some_and(char::is_whitespace) {
                        self.at += 1;
                    }
                    self.put(from, " ");
                }
                c => self.put(from, &regex_syntax::escape(&c.to_string())),
            }
        }
        Ok(())
    }

    fn escape(&mut self, from: usize) -> Result<(), Wrong> {
        let Some(c) = self.peek(0) else { return wrong(from, "nothing follows the backslash") };
        self.at += 1;
        match c {
            '1'..='9' => return wrong(from, "back-references are not accepted"),
            '<' => self.look(from, r"(?-u:\b{start-half})", r"\b{start}"),
            '>' => self.look(from, r"(?-u:\b{end-half})", r"\b{end}"),
            'b' | 'B' => self.look(from, "", &format!("\\{c}")),
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => self.put(from, &format!("\\{c}")),
            'n' | 't' | 'r' | 'f' | 'v' => self.put(from, r"\s"),
            c if c.is_alphanumeric() => return wrong(from, format!("\\{c} means nothing")),
            c => self.put(from, &regex_syntax::escape(&c.to_string())),
        }
        Ok(())
    }

    /// `{2}`, `{2,}`, `{2,3}`, `{,3}`; a brace that opens nothing of the kind is a brace.
    fn interval(&mut self, from: usize) -> Result<(), Wrong> {
        let inner: String = self.text[self.at..].iter().take(12).take_while(|c| **c != '}').collect();
        let closed = self.text.get(self.at + inner.chars().count()) == Some(&'}');
        let (low, high) = inner.split_once(',').unwrap_or((&inner, &inner));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if !closed || !digits(low) || !digits(high) || (low.is_empty() && high.is_empty()) {
            self.put(from, r"\{");
            return Ok(());
        }
        let low: u32 = if low.is_empty() { 0 } else { low.parse().or_else(|_| wrong(from, REPEAT_TEXT))? };
        let most = match high {
            "" => None,
            high => Some(high.parse::<u32>().or_else(|_| wrong(from, REPEAT_TEXT))?),
        };
        if low.max(most.unwrap_or(0)) > REPEAT_MAX {
            return wrong(from, REPEAT_TEXT);
        }
        if most.is_some_and(|most| most < low) {
            return wrong(from, "the interval ends before it begins");
        }
        self.at += inner.chars().count() + 1;
        let most = most.map_or(String::new(), |m| m.to_string());
        self.put(from, &format!("{{{low},{most}}}"));
        Ok(())
    }

    /// A bracket expression: `[a-z]`, `[^]x-]`, `[[:alpha:]_]`.
    fn bracket(&mut self, from: usize) -> Result<(), Wrong> {
        let mut out = String::from("[");
        if self.peek(0) == Some('^') {
            self.at += 1;
            out.push('^');
        }
        let first = self.at;
        loop {
            let here = self.at;
            let Some(c) = self.peek(0) else { return wrong(from, "unclosed bracket") };
            if c == ']' && here > first {
                self.at += 1;
                break;
            }
            let Some(low) = self.item(from, &mut out)? else { continue };
            // A hyphen before the closing bracket is a hyphen.
            if self.peek(0) != Some('-') || matches!(self.peek(1), Some(']') | None) {
                out.push_str(&literal(low));
                continue;
            }
            self.at += 1;
            let Some(high) = self.item(from, &mut out)? else { return wrong(here, "a class is no end of a range") };
            if high < low {
                return wrong(here, format!("the range {low}-{high} ends before it begins"));
            }
            out.push_str(&format!("{}-{}", literal(low), literal(high)));
        }
        out.push(']');
        self.put(from, &out);
        Ok(())
    }

    /// A character of a bracket expression; classes are written at once.
    fn item(&mut self, from: usize, out: &mut String) -> Result<Option<char>, Wrong> {
        let here = self.at;
        let Some(c) = self.peek(0) else { return wrong(from, "unclosed bracket") };
        self.at += 1;
        if c == '['
            && let Some(kind @ (':' | '=' | '.')) = self.peek(0)
        {
            let rest = &self.text[self.at + 1..];
            let Some(end) = rest.windows(2).position(|w| w[0] == kind && w[1] == ']') else {
                return wrong(here, format!("[{kind} is not closed"));
            };
            let name: String = rest[..end].iter().collect();
            self.at += end + 3;
            if kind != ':' {
                let mut chars = name.chars();
                return match (chars.next(), chars.next()) {
                    (Some(one), None) => Ok(Some(one)),
                    _ => wrong(here, format!("{name:?} is no single character")),
                };
            }
            const CLASSES: &[&str] = &[
                "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
                "xdigit",
            ];
            match name.as_str() {
                // Letters of every script.
                "alpha" => out.push_str(r"\p{Alphabetic}"),
                "alnum" => out.push_str(r"\p{Alphabetic}\d"),
                "lower" | "upper" => out.push_str(r"\p{Alphabetic}"),
                known if CLASSES.contains(&known) => out.push_str(&format!("[:{known}:]")),
                _ => return wrong(here, format!("[:{name}:] is no class; there are {}", CLASSES.join(", "))),
            }
            return Ok(None);
        }
        if c == '\\'
            && let Some(next) = self.peek(0)
        {
            match next {
                'd' | 'D' | 'w' | 'W' | 's' | 'S' => {
                    self.at += 1;
                    out.push_str(&format!("\\{next}"));
                    return Ok(None);
                }
                'n' | 't' | 'r' => {
                    self.at += 1;
                    return Ok(Some(' '));
                }
                next if !next.is_alphanumeric() => {
                    self.at += 1;
                    return Ok(Some(next));
                }
                _ => {}
            }
        }
        Ok(Some(c))
    }
}

/// A character of a class, so that it means itself.
fn literal(c: char) -> String {
    match c {
        c if c.is_whitespace() => " ".into(),
        '\\' | '[' | ']' | '^' | '-' | '&' | '~' => format!("\\{c}"),
        c => c.into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use regex::RegexBuilder;

    fn is_match(pattern: &Pattern, text: &str) -> bool {
        let regex = |r: &str| regex::bytes::RegexBuilder::new(r).case_insensitive(true).build().unwrap();
        let exact = RegexBuilder::new(pattern.exact.as_ref().unwrap_or(&pattern.search)).case_insensitive(true).build();
        let (search, exact) = (regex(&pattern.search).is_match(text.as_bytes()), exact.unwrap().is_match(text));
        assert!(search || !exact, "{pattern:?} would be overlooked in {text:?}");
        exact
    }
    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let translated = translate(pattern).unwrap_or_else(|e| panic!("{pattern}: {e:?}"));
        yes.iter().for_each(|t| assert!(is_match(&translated, t), "{pattern} should match {t}"));
        no.iter().for_each(|t| assert!(!is_match(&translated, t), "{pattern} should not match {t}"));
    }

    /// Chapter 10, in its order. Where an example there contradicts its own expression, what the expression says holds:
    /// `f[air]rm` has no `o`, so that it cannot match `form` or `former`; with the `o` that is meant it does.
    #[test]
    fn the_examples_of_the_guide_behave_as_printed() {
        check("f.rm", &["farm", "firm", "form", "farmer", "firmament", "conform"], &["f rm", "frm"]);
        check("to*", &["it", "to", "too", "letter"], &["form"]);
        check("f[aio]*t", &["fat", "fit", "fait", "fiat", "foot"], &["fret"]);
        check("to+", &["to", "too"], &["it"]);
        check("f[aio]+t", &["fit", "fat", "fait", "fiat", "foot"], &["ft"]);
        check("too?", &["to", "too"], &["t"]);
        check("fa|i|ot", &["fa", "i", "fat", "fit"], &["f"]);
        check("f(a|i|o)t", &["fat", "fit"], &["fa"]);
        check("f[io]rm", &["firm", "form"], &["farm"]);
        check("f[^io]rm", &["farm"], &["firm", "form"]);
        check("f[aio]rm", &["farm", "firm", "form", "farmer", "infirm", "former", "conform"], &[]);
        check("^f[aio]rm", &["farmer", "former", "a farm"], &["infirm", "conform"]);
        check("^f[aio]rm$", &["farm", "firm", "form", "the farm there"], &["farmer", "infirm", "former", "conform"]);
        check("Comin?", &["Coming", "Comint", "Comin?"], &["Com"]);
        check(r"Comin\?", &["Comin?"], &["Coming", "Comint"]);
        check(".*top secret", &["this is top secret"], &["topsecret"]);
    }

    #[test]
    fn brackets_are_read_as_posix_has_them() {
        check("[]a]x", &["]x", "ax"], &["bx"]);
        check("[^]a]x", &["bx"], &["]x", "ax"]);
        check("[a-]x", &["-x", "ax"], &["bx"]);
        check("x[[:digit:]_]y", &["x4y", "x_y"], &["xay"]);
        check("x[[.-.]]y", &["x-y"], &["x.y"]);
        check("x[[=a=]]y", &["xay"], &["xby"]);
        check("x[[]y", &["x[y"], &["xy"]);
        check("x[a&&b]y", &["x&y", "xay"], &["xcy"]);
        check(r"[\w.]+@x", &["a.b@x"], &["-@x"]);
        check("[[:alpha:]]+ß", &["Straß"], &["12ß"]);
        check("a{2}b", &["aab"], &["ab"]);
        check("a{b", &["a{b"], &["ab"]);
        check("a{,2}b", &["b"], &["a"]);
        check(r"\<art\>", &["the art of"], &["party", "artist"]);
        check("^über$", &["Das ist über"], &["darüber", "überall"]);
        check("^ber", &["bergen"], &["über"]);
    }

    #[test]
    fn what_is_no_expression_is_refused_with_its_place() {
        let at = |t: &str| translate(t).unwrap_err().at;
        assert_eq!((at("a[b"), at("[[:foo:]]"), at("[z-a]"), at("a{3,2}")), (2, 2, 2, 2));
        assert_eq!((at(r"(x)y\2"), at("(?i)x"), at("x\\"), at(r"\q"), at("ab)")), (5, 1, 2, 1, 3));
        assert_eq!((at("a{9999}"), at("(a|b)*")), (2, 1));
    }

    /// What makes engines that try one way after the other take years.
    #[test]
    fn expressions_that_stall_others_take_one_pass() {
        let hard =
            ["(a+)+$", "([a-z]+)*!", "(a|aa)+$", "(a|a?)+b", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y"];
        let text = format!("{} {}", "a".repeat(50_000), "x".repeat(50_000));
        let started = std::time::Instant::now();
        for pattern in hard {
            if let Ok(p) = translate(pattern) {
                is_match(&p, &text);
            }
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
    }

    proptest! {
        #[test]
        fn any_text_is_translated_or_refused(text in ".{0,40}", more in r"[\[\]\^\-:.=a-c\\{}(),|*+?0-9$ ]{0,24}") {
            for t in [text, more] {
                match translate(&t) {
                    Ok(p) => prop_assert!(regex_syntax::parse(&p.search).is_ok() || !p.search.is_empty()),
                    Err(e) => prop_assert!(e.at >= 1 && e.at <= t.chars().count().max(1), "{t:?} {e:?}"),
                }
            }
        }
    }
}
