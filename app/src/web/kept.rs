//! Answers to forms that are too long for a cookie: kept here for the page that follows, so that nothing typed is lost.
//!
//! In memory, bounded, and taken once. On another node, or after a restart, the page has the errors without the text.

use crate::api::Flash;
use leptos::nonce::Nonce;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bytes kept at most, over all forms; the oldest go first.
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// The page follows at once.
const AGE_MAX: Duration = Duration::from_secs(120);

struct Kept {
    key: String,
    flash: Flash,
    bytes: usize,
    since: Instant,
}

static KEPT: Mutex<VecDeque<Kept>> = Mutex::new(VecDeque::new());

/// Keeps it; the key by which it is taken, which nobody guesses.
pub fn keep(flash: Flash, bytes: usize) -> String {
    let key = Nonce::new().to_string();
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    all.push_back(Kept { key: key.clone(), flash, bytes, since: Instant::now() });
    let mut held: usize = all.iter().map(|k| k.bytes).sum();
    while held > BYTES_MAX || all.front().is_some_and(|k| k.since.elapsed() > AGE_MAX) {
        let Some(gone) = all.pop_front() else { break };
        held -= gone.bytes;
    }
    key
}

pub fn take(key: &str) -> Option<Flash> {
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let at = all.iter().position(|k| super::same_secret(&k.key, key))?;
    all.remove(at).map(|k| k.flash)
}
