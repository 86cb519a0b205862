//! A question that a person answers in a moment: asked after some failed logins, where the settings want it (guide
//! chapters 6, 8 and 14 "Protect accounts with captcha"). Text, so that it needs no script and can be read out.
//!
//! The token beside it carries no answer, only a number used once, an end, and two signatures: one that says that it
//! is ours, and one over the answer too. It is used up by the first answer, right or wrong, so that each guess costs a
//! new question; a stranger's token is not even noted.

use crate::link::{Key, mac};
use crate::{Error, Service, secret};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use model::Timestamp;
use model::time::MINUTE;

/// Tells these tokens from login links, which the same key signs.
const VERSION: u8 = 2;
const NONCE: usize = 16;
const SIGNED: usize = 1 + NONCE + 8;
/// Bytes of an HMAC-SHA256.
const TAG: usize = 32;
const LIFETIME: i64 = 10 * MINUTE;

/// A question with what must come back beside its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// `What is seven plus twelve?`
    pub question: String,
    pub token: String,
}

/// An answer as a form brings it.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub token: String,
    /// Digits; blanks around them do not count.
    pub text: String,
}

const WORDS: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

fn word(n: u8) -> &'static str {
    WORDS.get(usize::from(n)).copied().unwrap_or("zero")
}

/// A question and its answer from three random bytes.
fn ask([a, b, c]: [u8; 3]) -> (String, i64) {
    let (x, y) = (a % 20 + 1, b % 20 + 1);
    match c % 2 {
        0 => (format!("What is {} plus {}?", word(x), word(y)), i64::from(x) + i64::from(y)),
        _ => {
            let (more, less) = (x.max(y), x.min(y));
            (format!("What is {} minus {}?", word(more), word(less)), i64::from(more) - i64::from(less))
        }
    }
}

fn seal(key: &Key, nonce: [u8; NONCE], expires: Timestamp, answer: i64) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend(nonce);
    bytes.extend(expires.0.to_be_bytes());
    let ours = mac(key, &bytes).finalize().into_bytes();
    let right = signature(key, &bytes, answer).finalize().into_bytes();
    bytes.extend(ours);
    bytes.extend(right);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn signature(key: &Key, signed: &[u8], answer: i64) -> hmac::Hmac<sha2::Sha256> {
    let mut all = signed.to_vec();
    all.extend(answer.to_be_bytes());
    mac(key, &all)
}

/// The number used once, where the token is ours and its time is not over; and whether the answer is right.
fn open(key: &Key, answer: &Answer, now: Timestamp) -> Option<(String, bool)> {
    if answer.token.len() > 160 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(&answer.token).ok()?;
    let (signed, tags) = bytes.split_at_checked(SIGNED)?;
    let (ours, right) = tags.split_at_checked(TAG)?;
    mac(key, signed).verify_slice(ours).ok()?;
    let nonce = signed.get(1..=NONCE)?;
    let expires = Timestamp(i64::from_be_bytes(signed.get(1 + NONCE..)?.try_into().ok()?));
    (signed.first() == Some(&VERSION) && now < expires).then_some(())?;
    let number: i64 = answer.text.trim().parse().unwrap_or(i64::MIN);
    Some((hex::encode(nonce), signature(key, signed, number).verify_slice(right).is_ok()))
}

impl Service {
    /// A new question; nothing is stored of it until it is answered.
    pub async fn challenge(&self) -> Result<Challenge, Error> {
        let key = self.link_key().await?;
        let (question, answer) = ask(secret::random()?);
        Ok(Challenge { question, token: seal(&key, secret::random()?, self.now().plus(LIFETIME), answer) })
    }

    /// Whether the answer is right; uses its question up.
    pub(crate) async fn is_solved(&self, key: &Key, tx: &mut store::Tx, answer: &Answer) -> Result<bool, Error> {
        let now = self.now();
        match open(key, answer, now) {
            Some((nonce, right)) => {
                let first = store::session::use_up(tx, &format!("captcha/{nonce}"), now).await?;
                Ok(right && first)
            }
            None => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: Key = [1; 32];
    const NOW: Timestamp = Timestamp(1_000_000);

    fn right(token: String, text: &str) -> Option<bool> {
        open(&KEY, &Answer { token, text: text.into() }, NOW).map(|(_, right)| right)
    }

    #[test]
    fn only_the_answer_to_this_question_in_its_time_is_right() {
        let token = |expires: i64| seal(&KEY, [7; NONCE], Timestamp(expires), 12);
        assert_eq!(right(token(NOW.0 + 1), " 12 "), Some(true));
        assert_eq!(right(token(NOW.0 + 1), "13"), Some(false));
        assert_eq!(right(token(NOW.0 + 1), "twelve"), Some(false));
        assert_eq!(right(token(NOW.0), "12"), None, "too late");
        assert_eq!(right(seal(&[2; 32], [7; NONCE], Timestamp(NOW.0 + 1), 12), "12"), None, "another key");
    }

    #[test]
    fn questions_are_in_words_and_never_below_zero() {
        assert_eq!(ask([6, 11, 0]), ("What is seven plus twelve?".into(), 19));
        assert_eq!(ask([6, 11, 1]), ("What is twelve minus seven?".into(), 5));
    }

    proptest! {
        #[test]
        fn any_question_has_an_answer_in_reach(bytes: [u8; 3]) {
            let (_, answer) = ask(bytes);
            prop_assert!((0..=40).contains(&answer));
        }
        #[test]
        fn strangers_tokens_are_no_answers(token in ".{0,200}", text in ".{0,20}") {
            prop_assert_ne!(right(token, &text), Some(true));
        }
    }
}
