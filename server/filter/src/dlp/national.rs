//! Numbers that identify people and their money in other countries, by form and check digits. A content filter looks for
//! one where its expression is the name in brackets: `[[:iban:]]`.

use super::{card, ssn};
use regex::Regex;
use std::sync::LazyLock;

/// A kind of number, by the name that content filters use.
#[derive(Debug, Clone, Copy)]
pub struct Identifier {
    kind: &'static Kind,
}

#[derive(Debug)]
struct Kind {
    name: &'static str,
    /// Where to look; empty: `check` looks by itself.
    form: &'static str,
    regex: LazyLock<Option<Regex>>,
    check: fn(&str) -> bool,
}

macro_rules! kinds {
    ($($name:literal, $form:literal, $check:expr;)*) => {
        static KINDS: [Kind; [$($name),*].len()] = [$(Kind {
            name: $name,
            form: $form,
            regex: LazyLock::new(|| Regex::new($form).ok().filter(|_| !$form.is_empty())),
            check: $check,
        }),*];
    };
}

kinds! {
    "card", "", card::is_in;
    "ssn", "", ssn::is_in;
    // International bank account number (ISO 13616).
    "iban", r"\b[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?\b", iban;
    // United Kingdom: National Insurance number, NHS number.
    "nino", r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b", nino;
    "nhs", r"\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\b", nhs;
    // Canada: social insurance number.
    "sin", r"\b[1-79][0-9]{2}[ -][0-9]{3}[ -][0-9]{3}\b", |t| card::luhn(&digits(t));
    // Germany: tax identification number.
    "steuer_id", r"\b[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", steuer_id;
    // France: number of the register of persons.
    "nir", r"\b[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\b", nir;
    // Spain: national identity document, foreigners' number.
    "dni", r"(?i)\b(?:[0-9]{8}|[XYZ][0-9]{7})-?[A-Z]\b", dni;
    // Italy: codice fiscale.
    "codice_fiscale", r"(?i)\b[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\b", codice_fiscale;
    // Netherlands: burgerservicenummer.
    "bsn", r"\b[0-9]{9}\b", bsn;
    // Belgium: national register number.
    "rijksregister", r"\b[0-9]{2}\.?(?:0[0-9]|1[0-2])\.?(?:[0-2][0-9]|3[01])-?[0-9]{3}\.?[0-9]{2}\b", rijksregister;
    // Poland: PESEL.
    "pesel", r"\b[0-9]{11}\b", pesel;
    // Sweden: personnummer.
    "personnummer", r"\b(?:19|20)?[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[-+]?[0-9]{4}\b", personnummer;
    // Brazil: cadastro de pessoas físicas.
    "cpf", r"\b[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}\b", cpf;
    // India: Aadhaar, permanent account number.
    "aadhaar", r"\b[2-9][0-9]{3} [0-9]{4} [0-9]{4}\b", aadhaar;
    "pan", r"\b[A-Z]{3}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z]\b", |_| true;
    // Australia: tax file number, Medicare.
    "tfn", r"\b[0-9]{3} [0-9]{3} [0-9]{3}\b", tfn;
}

impl Identifier {
    /// The kind of this name.
    pub fn named(name: &str) -> Option<Identifier> {
        KINDS.iter().find(|k| k.name == name).map(|kind| Identifier { kind })
    }

    /// Names of all.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|k| k.name)
    }

    /// Whether the text has such a number.
    pub fn is_in(&self, text: &str) -> bool {
        if self.kind.form.is_empty() {
            return (self.kind.check)(text);
        }
        let Some(regex) = self.kind.regex.as_ref() else { return false };
        regex.find_iter(text).any(|m| (self.kind.check)(m.as_str()))
    }
}

fn digits(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect()
}

fn letters(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase()).collect()
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |n, d| n * 10 + u64::from(*d))
}

fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| u32::from(*d) * w).sum()
}

/// Lengths of IBANs by country (ISO 13616 registry), and ISO 7064 mod 97-10.
fn iban(text: &str) -> bool {
    const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";
    let all = letters(text);
    let country = String::from_utf8_lossy(&all[..2.min(all.len())]).into_owned();
    let length = LENGTHS.split(' ').find_map(|e| e.strip_prefix(&country)).and_then(|n| n.parse::<usize>().ok());
    // What follows in capitals may have been taken along.
    let Some(iban) = length.and_then(|n| all.get(..n)) else { return false };
    let rotated = iban[4..].iter().chain(&iban[..4]);
    rotated.fold(0u32, |rest, b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        b => (rest * 100 + u32::from(b - b'A') + 10) % 97,
    }) == 1
}

fn nino(text: &str) -> bool {
    !matches!(text.as_bytes().get(..2), Some(b"BG" | b"GB" | b"NK" | b"KN" | b"TN" | b"NT" | b"ZZ"))
}

fn nhs(text: &str) -> bool {
    let d = digits(text);
    let check = 11 - weighted(&d, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    d.len() == 10 && d.iter().any(|x| *x != d[0]) && check != 10 && u32::from(d[9]) == check % 11
}

/// ISO 7064 mod 11,10; one digit stands there twice or three times.
fn steuer_id(text: &str) -> bool {
    let d = digits(text);
    if d.len() != 11 {
        return false;
    }
    let mut counts = [0u8; 10];
    d[..10].iter().for_each(|x| counts[usize::from(*x)] += 1);
    let repeated: Vec<u8> = counts.into_iter().filter(|n| *n > 1).collect();
    let mut product = 10u32;
    for x in &d[..10] {
        let sum = (u32::from(*x) + product) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    repeated.len() == 1 && repeated[0] <= 3 && (11 - product) % 10 == u32::from(d[10])
}

fn nir(text: &str) -> bool {
    // Corsica's departments count as 19 and 18.
    let text = text.replace("2A", "19").replace("2B", "18");
    let d = digits(&text);
    d.len() == 15 && 97 - number(&d[..13]) % 97 == number(&d[13..])
}

fn dni(text: &str) -> bool {
    let all = letters(text);
    let Some((last, head)) = all.split_last() else { return false };
    let head: String = head
        .iter()
        .map(|b| match b {
            b'X' => '0',
            b'Y' => '1',
            b'Z' => '2',
            b => *b as char,
        })
        .collect();
    let letters = b"TRWAGMYFPDXBNJZSQVHLCKE";
    head.parse::<usize>().is_ok_and(|n| letters[n % 23] == *last)
}

fn codice_fiscale(text: &str) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let all = letters(text);
    let Some((last, head)) = all.split_last() else { return false };
    let index = |b: u8| usize::from(if b.is_ascii_digit() { b - b'0' } else { b - b'A' });
    let value = |(i, b): (usize, &u8)| {
        let index = index(*b);
        if i % 2 == 0 { ODD[index] } else { index as u32 }
    };
    head.len() == 15 && head.iter().enumerate().map(value).sum::<u32>() % 26 == u32::from(last.wrapping_sub(b'A'))
}

fn bsn(text: &str) -> bool {
    let d = digits(text);
    let sum = weighted(&d, &[9, 8, 7, 6, 5, 4, 3, 2]);
    d.len() == 9 && sum > 0 && sum % 11 == u32::from(d[8]) && d.iter().any(|x| *x != d[0])
}

fn rijksregister(text: &str) -> bool {
    let d = digits(text);
    d.len() == 11 && [number(&d[..9]), 2_000_000_000 + number(&d[..9])].iter().any(|n| 97 - n % 97 == number(&d[9..]))
}

fn pesel(text: &str) -> bool {
    let d = digits(text);
    let sum = weighted(&d, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    let month = number(&d[2..4]) % 20;
    d.len() == 11 && sum.is_multiple_of(10) && (1..=12).contains(&month) && (1..=31).contains(&number(&d[4..6]))
}

fn personnummer(text: &str) -> bool {
    let d = digits(text);
    d.get(d.len().saturating_sub(10)..).is_some_and(|d| d.len() == 10 && card::luhn(d))
}

fn cpf(text: &str) -> bool {
    let d = digits(text);
    let check = |n: usize| {
        let sum: u32 = d[..n].iter().enumerate().map(|(i, x)| u32::from(*x) * (n as u32 + 1 - i as u32)).sum();
        (sum * 10 % 11 % 10) as u8
    };
    d.len() == 11 && d.iter().any(|x| *x != d[0]) && check(9) == d[9] && check(10) == d[10]
}

/// Verhoeff's check digit, by the dihedral group of order ten.
fn aadhaar(text: &str) -> bool {
    let multiply = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + (b - 5)) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    const PERMUTATION: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permuted = |i: usize, d: u8| (0..i % 8).fold(d, |d, _| PERMUTATION[usize::from(d)]);
    digits(text).iter().rev().enumerate().fold(0, |c, (i, d)| multiply(c, permuted(i, *d))) == 0
}

fn tfn(text: &str) -> bool {
    let sum = weighted(&digits(text), &[1, 4, 3, 7, 5, 8, 6, 9, 10]);
    sum > 0 && sum.is_multiple_of(11)
}
