//! Changes to a message body, applied while it is sent, so that the body is written once.

use serde::{Deserialize, Serialize};

/// Replaces the bytes `start..end` of the original by `with`. A list is sorted by `start` and does not overlap.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edit {
    pub start: u64,
    pub end: u64,
    pub with: Vec<u8>,
}

impl Edit {
    pub fn insert(at: u64, with: impl Into<Vec<u8>>) -> Self {
        Edit { start: at, end: at, with: with.into() }
    }
}

/// The original with the edits applied; ranges outside it are clipped, overlaps skipped, so that a bad list loses nothing.
pub fn apply(original: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut out = Vec::with_capacity(original.len() + edits.iter().map(|e| e.with.len()).sum::<usize>());
    for piece in pieces(original, edits) {
        out.extend_from_slice(piece);
    }
    out
}

/// The edited message as slices in order, without copying it.
pub fn pieces<'a>(original: &'a [u8], edits: &'a [Edit]) -> Vec<&'a [u8]> {
    let mut out = Vec::with_capacity(edits.len() * 2 + 1);
    let mut done = 0usize;
    for edit in edits {
        let clip = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(original.len());
        let (start, end) = (clip(edit.start), clip(edit.end));
        if start < done || end < start {
            continue;
        }
        out.push(&original[done..start]);
        out.push(&edit.with);
        done = end;
    }
    out.push(&original[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edits_insert_and_replace() {
        let edits = [Edit::insert(0, "A: 1\r\n"), Edit { start: 9, end: 11, with: b"[x] hi".to_vec() }];
        assert_eq!(apply(b"Subject: hi\r\n\r\n", &edits), b"A: 1\r\nSubject: [x] hi\r\n\r\n");
    }
    proptest! {
        #[test]
        fn any_list_is_applied_without_panic(body in proptest::collection::vec(any::<u8>(), 0..40),
                                             edits in proptest::collection::vec((0u64..60, 0u64..60), 0..5)) {
            let edits: Vec<_> = edits.into_iter().map(|(start, end)| Edit { start, end, with: b"x".to_vec() }).collect();
            let _ = apply(&body, &edits);
        }
    }
}
