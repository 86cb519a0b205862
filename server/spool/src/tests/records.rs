use super::*;
use crate::record::{Bad, HEADER, Kind, Record, VERSION};
use crate::segment::{Found, scan};
use proptest::{collection::vec, prelude::*};

const MARK: [u8; 8] = *b"\x01\x02markAB";

/// A record as it is in a segment.
fn whole(record: &Record<'_>) -> Vec<u8> {
    let mut bytes = record.head().unwrap();
    bytes[..8].copy_from_slice(&MARK);
    bytes.extend_from_slice(record.body);
    bytes
}

fn checked(mut bytes: Vec<u8>) -> Vec<u8> {
    let crc = crc32fast::hash(&bytes[12..]).to_le_bytes();
    bytes[8..12].copy_from_slice(&crc);
    bytes
}

#[test]
fn a_whole_record_of_a_later_version_is_told_from_a_damaged_one() {
    let mut bytes = whole(&Record::state(id(1), b"plan"));
    bytes[12] = VERSION + 1;
    assert_eq!(Record::decode(&bytes), Err(Bad::Damaged));
    let bytes = checked(bytes);
    assert_eq!(Record::decode(&bytes), Err(Bad::Newer(VERSION + 1)));
    assert_eq!(scan(&bytes, MARK, |_| ()), Err(VERSION + 1));
}

#[test]
fn a_record_that_a_sender_put_into_a_body_is_not_taken_for_one() {
    let forged = Record::done(id(1)).head().unwrap();
    let body = [&forged[..], &forged[..]].concat();
    let outer = Record {
        kind: Kind::Message,
        id: id(1),
        size: body.len() as u64,
        envelope: b"e",
        state: b"",
        body: &body,
        body_crc: 0,
    };
    let mut bytes = whole(&outer);
    bytes[20] ^= 1;
    bytes.extend_from_slice(&whole(&Record::state(id(1), b"s")));
    let mut kinds = Vec::new();
    scan(&bytes, MARK, |found| {
        kinds.push(match found {
            Found::Bad(_) => None,
            Found::Record { record, .. } => Some(record.kind),
        })
    })
    .unwrap();
    assert_eq!(kinds, [None, Some(Kind::State)]);
}

prop_compose! {
    fn parts()(envelope in vec(any::<u8>(), 0..80), state in vec(any::<u8>(), 0..80), body in vec(any::<u8>(), 0..300), n in 0u64..1_000)
        -> (Vec<u8>, Vec<u8>, Vec<u8>, MessageId) { (envelope, state, body, id(n)) }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_record_round_trips((envelope, state, body, id) in parts(), rest in vec(any::<u8>(), 0..50)) {
        let record = Record { kind: Kind::Message, id, size: body.len() as u64, envelope: &envelope, state: &state, body: &body, body_crc: 0 };
        let bytes = [whole(&record), rest].concat();
        prop_assert_eq!(Record::decode(&bytes), Ok(record));
    }

    #[test]
    fn any_bytes_are_answered(bytes in vec(any::<u8>(), 0..400), mark in any::<[u8; 8]>()) {
        let _ = Record::decode(&bytes);
        let _ = scan(&bytes, mark, |_| ());
    }

    // Past the checksum too, as a failing memory could have it.
    #[test]
    fn any_checked_bytes_are_answered(header in vec(any::<u8>(), HEADER), lengths in vec(0u32..60, 3), rest in vec(any::<u8>(), 0..200), kind in 0u8..6) {
        let mut bytes = [header, rest].concat();
        for (i, length) in lengths.iter().enumerate() {
            bytes[40 + 4 * i..44 + 4 * i].copy_from_slice(&length.to_le_bytes());
        }
        bytes[12] = VERSION;
        bytes[13] = kind;
        let end = HEADER + lengths.iter().sum::<u32>() as usize;
        bytes.resize(end, 0);
        let bytes = checked(bytes);
        prop_assert_ne!(Record::decode(&bytes).err(), Some(Bad::Newer(VERSION)));
    }

    // Whatever lies between records, every record is found and every other byte is reported once.
    #[test]
    fn a_scan_accounts_for_every_byte(pieces in vec((any::<bool>(), vec(any::<u8>(), 0..120)), 0..12)) {
        let mut bytes = Vec::new();
        let mut records = Vec::new();
        for (good, content) in &pieces {
            if *good {
                records.push(bytes.len());
                bytes.extend_from_slice(&whole(&Record::state(id(9), content)));
            } else {
                bytes.extend_from_slice(content);
            }
        }
        let mut at = 0;
        let mut found_records = Vec::new();
        scan(&bytes, MARK, |found| match found {
            Found::Bad(range) => { assert_eq!(range.start, at); at = range.end; }
            Found::Record { offset, record } => { assert_eq!(offset, at); at += record.len(); found_records.push(offset); }
        }).unwrap();
        prop_assert_eq!(at, bytes.len());
        prop_assert_eq!(found_records, records);
    }
}
