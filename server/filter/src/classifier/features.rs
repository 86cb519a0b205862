//! A message as a set of hashed features: words of text, subject and sender's name, and pairs of words near another.
//!
//! Nothing that tells where a message was received is looked at: no trace or authentication headers, no hosts, no
//! dates, no addresses. Numbers lose their digits, list tags and footers are cut.

use message::Parsed;

/// Words of the text that are looked at.
const WORDS: usize = 1_500;
/// Words of subject and display name.
const FEW: usize = 60;
const LONGEST: usize = 20;

/// Distinct features, sorted.
pub fn features(message: &Parsed) -> Vec<u64> {
    let mut out = Vec::with_capacity(4 * 400);
    let mut words = Vec::with_capacity(WORDS);
    tokens(without_footer(&message.text), WORDS, &mut words);
    pairs(b't', &words, &mut out);
    words.clear();
    tokens(without_tags(&message.subject), FEW, &mut words);
    pairs(b's', &words, &mut out);
    // A word says much the same wherever it stands.
    out.extend(words.iter().map(|word| mix(*word, u64::from(b't'))));
    words.clear();
    if let Some(from) = &message.from {
        tokens(&from.name, FEW, &mut words);
    }
    out.extend(words.iter().map(|word| mix(*word, u64::from(b'f'))));
    for attachment in &message.attachments {
        out.push(mix(hash(attachment.kind.as_bytes()), u64::from(b'a')));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Single words and pairs with at most one word between (orthogonal sparse bigrams).
fn pairs(field: u8, words: &[u64], out: &mut Vec<u64>) {
    let field = u64::from(field);
    for (at, word) in words.iter().enumerate() {
        out.push(mix(*word, field));
        for distance in 1..=2 {
            if let Some(next) = words.get(at + distance) {
                out.push(mix(mix(*word, *next), field + 256 * distance as u64));
            }
        }
    }
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

/// Two numbers to one, every bit depending on every bit (the finaliser of MurmurHash3).
fn mix(a: u64, b: u64) -> u64 {
    let mut h = a.rotate_left(23) ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

/// Cuts a signature or list footer, where it is the small rest of the text.
fn without_footer(text: &str) -> &str {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end_matches(['\r', '\n']);
        let rule = trimmed.len() >= 20 && trimmed.bytes().all(|b| matches!(b, b'_' | b'-' | b'='));
        if (rule || trimmed == "-- ") && text.len() - at < 700.min(text.len() / 2) {
            return &text[..at];
        }
        at += line.len();
    }
    text
}

/// Cuts `Re:`, `Fwd:` and list tags in brackets before a subject.
fn without_tags(subject: &str) -> &str {
    let mut rest = subject.trim_start();
    loop {
        let lower: String = rest.chars().take(5).collect::<String>().to_ascii_lowercase();
        let prefix = ["re:", "fw:", "fwd:", "aw:", "sv:"].into_iter().find(|p| lower.starts_with(p));
        if let Some(prefix) = prefix {
            rest = rest[prefix.len()..].trim_start();
        } else if let Some(end) = rest.strip_prefix('[').and_then(|r| r.find(']')).filter(|end| *end < 40) {
            rest = rest[end + 2..].trim_start();
        } else {
            return rest;
        }
    }
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Hashes of at most `most` words.
fn tokens(text: &str, most: usize, out: &mut Vec<u64>) {
    for chunk in text.split(char::is_whitespace) {
        if out.len() >= most {
            return;
        }
        if chunk.len() > 6 && is_address(chunk) {
            continue;
        }
        let mut word = String::new();
        let mut wide: Option<char> = None;
        for c in chunk.chars() {
            if matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}') {
                continue;
            }
            if is_wide(c) {
                finish(&mut word, out);
                if let Some(before) = wide {
                    out.push(hash([before, c].iter().collect::<String>().as_bytes()));
                }
                wide = Some(c);
                continue;
            }
            wide = None;
            match c {
                '\'' | '’' => {}
                c if c.is_alphanumeric() => word.extend(c.to_lowercase()),
                '$' | '€' | '£' | '%' | '!' => {
                    finish(&mut word, out);
                    out.push(hash(c.encode_utf8(&mut [0; 4]).as_bytes()));
                }
                _ => finish(&mut word, out),
            }
        }
        finish(&mut word, out);
    }
    out.truncate(most);
}

/// URLs, also such as were made harmless, and mail addresses: rules look at those.
fn is_address(chunk: &str) -> bool {
    let lower = chunk.to_ascii_lowercase();
    ["://", "hxxp", "[.]", "www.", "@", "mailto:", "[at]", "[url", "redacted", "removed]"]
        .iter()
        .any(|m| lower.contains(m))
}

fn finish(word: &mut String, out: &mut Vec<u64>) {
    if word.is_empty() {
        return;
    }
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let length = word.chars().count();
    if digits == length {
        out.push(mix(hash(b"#"), length.min(12) as u64));
    } else if length > LONGEST || (digits > 0 && length > 10) {
        out.push(hash(b"~"));
    } else if digits > 0 {
        let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
        out.push(hash(shape.as_bytes()));
    } else {
        out.push(hash(word.as_bytes()));
    }
    word.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<u64> {
        let mut out = Vec::new();
        tokens(text, 100, &mut out);
        out
    }

    #[test]
    fn words_are_the_same_in_any_case_and_with_hidden_characters() {
        assert_eq!(words("Free  MONEY"), words("free mo\u{200b}ney"));
        assert_eq!(words("Don't"), words("dont"));
        assert_ne!(words("free money"), words("money free"));
    }
    #[test]
    fn numbers_lose_their_digits_and_addresses_are_left_out() {
        assert_eq!(words("2026"), words("1999"));
        assert_eq!(words("see https://a.test/x bob@acme.test hxxps://b[.]test now"), words("see now"));
    }
    #[test]
    fn tags_and_footers_are_cut_but_a_long_rest_is_not() {
        assert_eq!(without_tags("Re: [list] Fwd: hello [x]"), "hello [x]");
        let text = format!("{}\n____________________________\nfooter", "word ".repeat(40));
        assert!(!without_footer(&text).contains("footer"));
        let text = format!("-- \n{}", "word ".repeat(400));
        assert!(without_footer(&text).contains("word"));
    }
    #[test]
    fn languages_without_spaces_give_pairs_of_characters() {
        assert_eq!(words("今日は良い").len(), 4);
    }
    proptest! {
        #[test]
        fn any_text_gives_a_bounded_number_of_words(text in "\\PC{0,300}") {
            prop_assert!(words(&text).len() <= 100);
            let _ = (without_tags(&text), without_footer(&text));
        }
    }
}
