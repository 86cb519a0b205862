//! A record of the log as bytes.
//!
//! ```text
//!  0  mark         8  the segment's own, random
//!  8  checksum     4  CRC-32 of all that follows
//! 12  version      1
//! 13  kind         1
//! 14  zero         2
//! 16  id          16
//! 32  body size    8
//! 40  envelope     4  length in bytes
//! 44  state        4  length in bytes
//! 48  body         4  length in bytes of the body in the record; 0 for a body in a file of its own
//! 52  body CRC     4  of a body in a file of its own, else 0
//! 56  envelope (postcard), state, body
//! ```
//! Numbers are little-endian. A change of the envelope's shape is a new version, which programs before it refuse;
//! version 2 differs from 1 by the envelope alone, and both are read ([`crate::envelope`]).

use crate::Error;
use model::MessageId;

pub const HEADER: usize = 56;
pub const VERSION: u8 = 2;
const OLDEST: u8 = 1;
const CHECKED_FROM: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    Message = 1,
    /// A message whose body is in `large/<id>`.
    Large = 2,
    State = 3,
    Done = 4,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Record<'a> {
    pub kind: Kind,
    pub id: MessageId,
    /// Size of the message's body wherever it is, in bytes.
    pub size: u64,
    pub envelope: &'a [u8],
    pub state: &'a [u8],
    pub body: &'a [u8],
    pub body_crc: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Bad {
    /// Cut short, damaged, or no record at all.
    Damaged,
    /// Whole, but of a version that this program does not know.
    Newer(u8),
}

impl<'a> Record<'a> {
    pub fn state(id: MessageId, state: &'a [u8]) -> Self {
        Record { kind: Kind::State, id, size: 0, envelope: &[], state, body: &[], body_crc: 0 }
    }

    pub fn done(id: MessageId) -> Self {
        Record { kind: Kind::Done, id, size: 0, envelope: &[], state: &[], body: &[], body_crc: 0 }
    }

    pub fn len(&self) -> usize {
        HEADER + self.envelope.len() + self.state.len() + self.body.len()
    }

    /// All of the record but its body, which follows at once in the log. The mark is left zero.
    pub fn head(&self) -> Result<Vec<u8>, Error> {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| Error::TooLarge(bytes.len()));
        let mut out = Vec::with_capacity(HEADER + self.envelope.len() + self.state.len());
        out.extend_from_slice(&[0; CHECKED_FROM]);
        out.extend_from_slice(&[VERSION, self.kind as u8, 0, 0]);
        out.extend_from_slice(&self.id.to_bytes());
        out.extend_from_slice(&self.size.to_le_bytes());
        for part in [self.envelope, self.state, self.body] {
            out.extend_from_slice(&length(part)?.to_le_bytes());
        }
        out.extend_from_slice(&self.body_crc.to_le_bytes());
        out.extend_from_slice(self.envelope);
        out.extend_from_slice(self.state);
        let mut crc = crc32fast::Hasher::new();
        crc.update(&out[CHECKED_FROM..]);
        crc.update(self.body);
        out[8..CHECKED_FROM].copy_from_slice(&crc.finalize().to_le_bytes());
        Ok(out)
    }

    /// The record that `bytes` begin with, whatever its mark.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Bad> {
        if bytes.len() < HEADER {
            return Err(Bad::Damaged);
        }
        let u32_at = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let lengths = [40, 44, 48].map(|at| u32_at(at) as usize);
        let mut parts = [&[][..]; 3];
        let mut at = HEADER;
        for (part, length) in parts.iter_mut().zip(lengths) {
            let end = at.checked_add(length).filter(|end| *end <= bytes.len()).ok_or(Bad::Damaged)?;
            *part = &bytes[at..end];
            at = end;
        }
        if crc32fast::hash(&bytes[CHECKED_FROM..at]) != u32_at(8) {
            return Err(Bad::Damaged);
        }
        if !(OLDEST..=VERSION).contains(&bytes[12]) {
            return Err(Bad::Newer(bytes[12]));
        }
        let [envelope, state, body] = parts;
        let kind = match bytes[13] {
            1 => Kind::Message,
            2 => Kind::Large,
            3 => Kind::State,
            4 => Kind::Done,
            _ => return Err(Bad::Damaged),
        };
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[16..32]);
        let mut size = [0; 8];
        size.copy_from_slice(&bytes[32..40]);
        let size = u64::from_le_bytes(size);
        if kind == Kind::Message && size != body.len() as u64 {
            return Err(Bad::Damaged);
        }
        Ok(Record { kind, id: MessageId::from_bytes(id), size, envelope, state, body, body_crc: u32_at(52) })
    }
}
