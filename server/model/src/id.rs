//! Identifiers.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A message's id: 48 bits of time and 80 of randomness in Crockford's base 32 (a ULID), so that ids sort
/// by arrival and cannot be guessed. 26 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(u128);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a message id")]
pub struct IdError;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl MessageId {
    /// `random`: the low 80 bits are used; the caller brings the randomness.
    pub fn new(at: Timestamp, random: u128) -> Self {
        let time = u128::try_from(at.0).unwrap_or(0) & 0xFFFF_FFFF_FFFF;
        MessageId(time << 80 | random & ((1 << 80) - 1))
    }
    pub fn time(self) -> Timestamp {
        Timestamp(i64::try_from(self.0 >> 80).unwrap_or(0))
    }
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        MessageId(u128::from_be_bytes(bytes))
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for i in (0..26).rev() {
            let digit = (self.0 >> (5 * i)) as usize & 31;
            fmt::Write::write_char(f, char::from(ALPHABET[digit]))?;
        }
        Ok(())
    }
}
impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for MessageId {
    type Err = IdError;
    fn from_str(s: &str) -> Result<Self, IdError> {
        if s.len() != 26 {
            return Err(IdError);
        }
        let mut value: u128 = 0;
        for (i, byte) in s.bytes().enumerate() {
            let digit = ALPHABET.iter().position(|c| *c == byte.to_ascii_uppercase()).ok_or(IdError)?;
            if i == 0 && digit > 7 {
                return Err(IdError);
            }
            value = value << 5 | digit as u128;
        }
        Ok(MessageId(value))
    }
}
impl Serialize for MessageId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(s: &str) -> Result<Self, IdError> { s.parse().map($name).map_err(|_| IdError) }
        }
    )* };
}
row_id!(
    /// A row of `account`.
    AccountId,
    /// A row of `domain`.
    DomainId,
    /// A row of `mailbox`.
    MailboxId,
    /// A row of `administrator`.
    AdministratorId,
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_keeps_its_time_and_sorts_by_it() {
        let (a, b) = (MessageId::new(Timestamp(1_000), u128::MAX), MessageId::new(Timestamp(1_001), 0));
        assert!(a < b && a.to_string() < b.to_string());
        assert_eq!(a.time(), Timestamp(1_000));
    }
    proptest! {
        #[test]
        fn text_and_bytes_round_trip(v in any::<u128>()) {
            let id = MessageId::from_bytes(v.to_be_bytes());
            prop_assert_eq!(id.to_string().parse::<MessageId>(), Ok(id));
            prop_assert_eq!(MessageId::from_bytes(id.to_bytes()), id);
        }
        #[test]
        fn any_text_is_answered(s in ".*") { let _ = s.parse::<MessageId>(); }
    }
}
