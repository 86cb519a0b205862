//! What an installation learned from its own releases and reports, on top of the shipped model.

use super::{Model, features, model::index, probability};
use crate::Error;
use message::Parsed;
use std::{
    collections::BTreeMap,
    fs,
    io::{ErrorKind, Write},
    path::Path,
};

const MAGIC: &[u8; 4] = b"PSTL";
const VERSION: u8 = 1;
/// 2^18 places.
const BITS: u32 = 18;
/// How far one message moves its own log-odds.
const STEP: f32 = 2.0;
/// No weight grows beyond this, so that many like messages do not drown all else.
const MOST: f32 = 8.0;
/// The share that all that was learned has in the log-odds is bounded too.
const MOST_SHIFT: f32 = 6.0;

/// Learned weights, sparse: empty at first, at most 2^18 of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Local {
    weights: BTreeMap<u32, f32>,
    /// Messages learned as spam and as ham.
    pub spam: u32,
    pub ham: u32,
}

fn place(feature: u64) -> u32 {
    u32::try_from(index(feature, BITS)).unwrap_or(0)
}

impl Local {
    /// Reads what was learned; no file: nothing yet.
    ///
    /// # Errors
    /// A file that cannot be read, or is not what [`Local::save`] wrote.
    pub fn load(path: &Path) -> Result<Local, Error> {
        match fs::read(path) {
            Ok(bytes) => decode(&bytes).ok_or_else(|| Error::Model {
                name: path.display().to_string(),
                reason: "it is not a file of learned weights; remove it to start anew".into(),
            }),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(Local::default()),
            Err(source) => Err(Error::Read { path: path.to_owned(), source }),
        }
    }

    /// Replaces the file in one step, so that a reader or a crash sees the old or the new one.
    ///
    /// # Errors
    /// A directory that cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let failed = |source| Error::Write { path: path.to_owned(), source };
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir).map_err(failed)?;
        }
        let fresh = path.with_extension("new");
        let mut file = fs::File::create(&fresh).map_err(failed)?;
        file.write_all(&self.encode()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        drop(file);
        fs::rename(&fresh, path).map_err(failed)?;
        if let Some(dir) = path.parent().and_then(|dir| fs::File::open(dir).ok()) {
            dir.sync_all().map_err(failed)?;
        }
        Ok(())
    }

    /// Learns one message: moves the weights of its features as far as the model was wrong about it. What is known
    /// already changes little, so the same message may be learned again.
    pub fn learn(&mut self, model: &Model, message: &Parsed, spam: bool) {
        self.learn_features(model, &features(message), spam);
    }

    pub fn learn_features(&mut self, model: &Model, features: &[u64], spam: bool) {
        if features.is_empty() {
            return;
        }
        let error = f32::from(u8::from(spam)) - probability(model.log_odds(features) + self.log_odds(features));
        // One message is no proof: log-odds within its own features move by at most STEP.
        let change = STEP * error / count(features).sqrt();
        for feature in features {
            let weight = self.weights.entry(place(*feature)).or_default();
            *weight = (*weight + change).clamp(-MOST, MOST);
        }
        match spam {
            true => self.spam = self.spam.saturating_add(1),
            false => self.ham = self.ham.saturating_add(1),
        }
    }

    /// What is added to the shipped model's log-odds: zero where nothing was learned.
    pub fn log_odds(&self, features: &[u64]) -> f32 {
        if self.weights.is_empty() || features.is_empty() {
            return 0.0;
        }
        let total: f32 = features.iter().filter_map(|f| self.weights.get(&place(*f))).sum();
        (total / count(features).sqrt()).clamp(-MOST_SHIFT, MOST_SHIFT)
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        *self = Local::default();
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(13 + self.weights.len() * 8);
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        out.extend_from_slice(&self.spam.to_le_bytes());
        out.extend_from_slice(&self.ham.to_le_bytes());
        for (place, weight) in &self.weights {
            out.extend_from_slice(&place.to_le_bytes());
            out.extend_from_slice(&weight.to_le_bytes());
        }
        out
    }
}

#[allow(clippy::cast_precision_loss)] // far below 2^24
fn count(features: &[u64]) -> f32 {
    features.len() as f32
}

fn decode(bytes: &[u8]) -> Option<Local> {
    let rest = bytes.strip_prefix(MAGIC)?.strip_prefix(&[VERSION])?;
    let (spam, rest) = rest.split_first_chunk()?;
    let (ham, mut rest) = rest.split_first_chunk()?;
    let mut local = Local { spam: u32::from_le_bytes(*spam), ham: u32::from_le_bytes(*ham), ..Local::default() };
    while !rest.is_empty() {
        let (place, left) = rest.split_first_chunk()?;
        let (weight, left) = left.split_first_chunk()?;
        let (place, weight) = (u32::from_le_bytes(*place), f32::from_le_bytes(*weight));
        if place >> BITS != 0 || !weight.is_finite() {
            return None;
        }
        local.weights.insert(place, weight.clamp(-MOST, MOST));
        rest = left;
    }
    Some(local)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    /// Features spread over the whole range, as hashes are.
    fn set(from: u64) -> Vec<u64> {
        (from..from + 40).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect()
    }

    #[test]
    fn learning_moves_a_message_and_leaves_strangers_alone() {
        let model = Model::default();
        let mut local = Local::default();
        for _ in 0..5 {
            local.learn_features(&model, &set(0), false);
        }
        assert!(local.log_odds(&set(0)) < -2.0, "{}", local.log_odds(&set(0)));
        assert!(local.log_odds(&set(500)).abs() < 0.1);
        assert_eq!((local.spam, local.ham), (0, 5));
    }
    #[test]
    fn a_thousand_repetitions_stay_within_the_bound_and_can_be_unlearned() {
        let model = Model::default();
        let mut local = Local::default();
        (0..1000).for_each(|_| local.learn_features(&model, &set(0), true));
        let high = local.log_odds(&set(0));
        assert!(high > 3.0 && high <= MOST_SHIFT);
        (0..20).for_each(|_| local.learn_features(&model, &set(0), false));
        assert!(local.log_odds(&set(0)) < 0.0);
    }
    #[test]
    fn what_was_learned_is_kept_in_a_file_and_forgotten_on_reset() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("classifier/local.bin");
        let mut local = Local::load(&path).unwrap();
        assert_eq!(local, Local::default());
        local.learn_features(&Model::default(), &set(3), true);
        local.save(&path).unwrap();
        assert_eq!(Local::load(&path).unwrap(), local);
        local.reset();
        local.save(&path).unwrap();
        assert_eq!(Local::load(&path).unwrap(), Local::default());
    }
    #[test]
    fn a_damaged_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("local.bin");
        fs::write(&path, b"PSTL\x01garbage").unwrap();
        assert!(Local::load(&path).unwrap_err().to_string().contains("remove it to start anew"));
    }
    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = decode(&bytes);
            let _ = decode(&[b"PSTL\x01".as_slice(), &bytes].concat());
        }
    }
}
