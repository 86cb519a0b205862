//! Credit card numbers: 12 to 19 digits (ISO/IEC 7812) of a known issuer, in its length, with a right check digit; as one
//! number, or in the groups in which it stands on the card.

use std::collections::HashSet;

/// Numbers that are counted; more say nothing new.
const MOST: usize = 1_000;

/// The first issuer and how many different numbers there are.
pub(super) fn count(texts: &[&str]) -> Option<(&'static str, usize)> {
    let mut first = None;
    let mut seen = HashSet::new();
    for text in texts {
        each(text, |issuer, digits| {
            first.get_or_insert(issuer);
            seen.insert(digits.to_vec());
            seen.len() < MOST
        });
    }
    first.map(|issuer| (issuer, seen.len()))
}

pub(super) fn is_in(text: &str) -> bool {
    let mut found = false;
    each(text, |_, _| {
        found = true;
        false
    });
    found
}

/// A group of digits: where it is, and what stands between it and the group after it.
struct Group {
    start: usize,
    end: usize,
    joined_by: Option<u8>,
}

/// Calls `each` with every number, until it says false.
fn each(text: &str, mut each: impl FnMut(&'static str, &[u8]) -> bool) {
    let bytes = text.as_bytes();
    let mut run: Vec<Group> = Vec::new();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let start = at + found;
        let end = start + bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count();
        // Part of a word, an amount or an address is none.
        let glued = text[..start].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
            || text[end..].chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_');
        at = end;
        let next_digit = |gap: usize| bytes.get(end + gap).is_some_and(u8::is_ascii_digit);
        let joined_by = match bytes.get(end) {
            Some(b @ (b' ' | b'-' | b'.')) if next_digit(1) => Some(*b),
            _ => None,
        };
        if glued {
            run.clear();
            continue;
        }
        run.push(Group { start, end, joined_by });
        if joined_by.is_none() || run.len() >= 64 {
            if !numbers(text, &run, &mut each) {
                return;
            }
            run.clear();
        }
    }
}

/// The lengths of groups in which numbers are written.
const SHAPES: &[&[usize]] =
    &[&[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4], &[4, 4, 4, 4, 3], &[4, 4, 4, 1], &[4, 4, 4, 4, 2], &[6, 13], &[8, 8]];

/// Looks for numbers among groups; false once the caller has enough.
fn numbers(text: &str, run: &[Group], each: &mut impl FnMut(&'static str, &[u8]) -> bool) -> bool {
    let mut at = 0;
    while at < run.len() {
        let mut taken = 1;
        for count in shapes(&run[at..]) {
            let digits = &text.as_bytes()[run[at].start..run[at + count - 1].end];
            let digits: Vec<u8> = digits.iter().filter(|b| b.is_ascii_digit()).map(|b| b - b'0').collect();
            if let Some(issuer) = issuer(&digits).filter(|_| luhn(&digits)) {
                if !each(issuer, &digits) {
                    return false;
                }
                taken = count;
                break;
            }
        }
        at += taken;
    }
    true
}

/// How many groups from the first on may be one number.
fn shapes(run: &[Group]) -> impl Iterator<Item = usize> + '_ {
    let length = |g: &Group| g.end - g.start;
    let whole = run.first().is_some_and(|g| (12..=19).contains(&length(g))).then_some(1);
    let fits = move |shape: &&&[usize]| {
        let count = shape.len();
        run.len() >= count
            && shape.iter().zip(run).all(|(n, g)| length(g) == *n)
            && run[..count - 1].windows(2).all(|w| w[0].joined_by == w[1].joined_by)
    };
    whole.into_iter().chain(SHAPES.iter().filter(fits).map(|s| s.len()))
}

/// The check digit (ISO/IEC 7812-1 annex B).
pub(super) fn luhn(digits: &[u8]) -> bool {
    let doubled = |(i, d): (usize, &u8)| -> u32 {
        let d = u32::from(*d);
        if i % 2 == 0 { d } else { d * 2 / 10 + d * 2 % 10 }
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10)
}

/// The issuer by the first digits and the length.
fn issuer(digits: &[u8]) -> Option<&'static str> {
    let head = digits.iter().take(6).fold(0u32, |n, d| n * 10 + u32::from(*d));
    let (two, three, four) = (head / 10_000, head / 1_000, head / 100);
    let length = digits.len();
    Some(match head {
        _ if matches!(two, 34 | 37) && length == 15 => "American Express",
        _ if (51..=55).contains(&two) && length == 16 => "Mastercard",
        222_100..=272_099 if length == 16 => "Mastercard",
        _ if (2200..=2204).contains(&four) && (16..=19).contains(&length) => "Mir",
        _ if digits.first() == Some(&4) && matches!(length, 13 | 16 | 19) => "Visa",
        _ if (four == 6011 || two == 65 || (644..=649).contains(&three)) && (16..=19).contains(&length) => "Discover",
        _ if ((300..=305).contains(&three) || four == 3095 || matches!(two, 36 | 38 | 39))
            && (14..=19).contains(&length) =>
        {
            "Diners Club"
        }
        _ if (3528..=3589).contains(&four) && (16..=19).contains(&length) => "JCB",
        _ if matches!(two, 62 | 81) && (16..=19).contains(&length) => "UnionPay",
        _ if matches!(four, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763) && (12..=19).contains(&length) => {
            "Maestro"
        }
        _ if (matches!(two, 60 | 82) || three == 508) && length == 16 => "RuPay",
        _ => return None,
    })
}
