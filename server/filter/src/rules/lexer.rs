//! Rule files to words, strings, patterns and signs.

use crate::Error;
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Pattern { source: String, flags: String },
    Sign(&'static str),
    End,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Word(w) => write!(f, "`{w}`"),
            Token::Text(t) => write!(f, "{t:?}"),
            Token::Pattern { source, flags } => write!(f, "/{source}/{flags}"),
            Token::Sign(s) => write!(f, "`{s}`"),
            Token::End => f.write_str("the end of the file"),
        }
    }
}

const SIGNS: &[&str] = &[">=", "<=", ">", "<", "=", "{", "}", ","];

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-+:/".contains(c)
}

/// All tokens with their lines, an end token last.
pub(super) fn tokens(file: &str, source: &str) -> Result<Vec<(Token, u32)>, Error> {
    let mut out = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let number = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        let fail = |expected: &str, found: &str| Error::Rule {
            file: file.to_owned(),
            line: number,
            expected: expected.to_owned(),
            found: found.to_owned(),
        };
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            if first == '#' {
                break;
            } else if first == '"' {
                let (text, left) = quoted(&rest[1..]).ok_or_else(|| fail("a closing quote", "the end of the line"))?;
                out.push((Token::Text(text), number));
                rest = left;
            } else if first == '/' {
                let (source, left) =
                    pattern(&rest[1..]).ok_or_else(|| fail("a closing slash", "the end of the line"))?;
                let flags: String = left.chars().take_while(char::is_ascii_alphabetic).collect();
                rest = &left[flags.len()..];
                out.push((Token::Pattern { source, flags }, number));
            } else if let Some(sign) = SIGNS.iter().find(|s| rest.starts_with(**s)) {
                out.push((Token::Sign(sign), number));
                rest = &rest[sign.len()..];
            } else if is_word(first) {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                out.push((Token::Word(rest[..end].to_owned()), number));
                rest = &rest[end..];
            } else {
                return Err(fail("a word, a text in quotes, a /pattern/ or one of > < = { } ,", &format!("{first:?}")));
            }
            rest = rest.trim_start();
        }
    }
    let last = u32::try_from(source.lines().count()).unwrap_or(u32::MAX).max(1);
    out.push((Token::End, last));
    Ok(out)
}

/// Up to the closing quote; `\"`, `\\`, `\t` and `\n` are escapes.
fn quoted(rest: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text, &rest[at + 1..])),
            '\\' => match chars.next()?.1 {
                't' => text.push('\t'),
                'n' => text.push('\n'),
                other => text.push(other),
            },
            c => text.push(c),
        }
    }
    None
}

/// Up to the closing slash; `\/` is a slash, every other escape belongs to the pattern.
fn pattern(rest: &str) -> Option<(String, &str)> {
    let mut source = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '/' => return Some((source, &rest[at + 1..])),
            '\\' => match chars.next()?.1 {
                '/' => source.push('/'),
                other => source.extend(['\\', other]),
            },
            c => source.push(c),
        }
    }
    None
}
