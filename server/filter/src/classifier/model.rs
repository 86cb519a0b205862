//! The shipped model: a table of weights of one byte each, compressed on disk.

use crate::Error;
use std::path::Path;

const MAGIC: &[u8; 4] = b"PSTM";
const VERSION: u8 = 1;
/// 2^20 weights.
pub(super) const BITS: u32 = 20;
/// Uncompressed size that no honest model exceeds, in bytes.
const LARGEST: usize = 64 << 20;

static DEFAULT: &[u8] = include_bytes!("../../model/default.model");

/// Weights of features and how their sum becomes log-odds.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(super) bits: u32,
    /// What one unit of a weight is worth.
    pub(super) unit: f32,
    pub(super) bias: f32,
    /// Calibration on messages of corpora that were not trained on: log-odds = slope × sum + offset.
    pub(super) slope: f32,
    pub(super) offset: f32,
    pub(super) weights: Vec<i8>,
}

impl Default for Model {
    /// A model that knows nothing.
    fn default() -> Self {
        Model { bits: 1, unit: 0.0, bias: 0.0, slope: 1.0, offset: 0.0, weights: vec![0; 2] }
    }
}

pub(super) fn index(feature: u64, bits: u32) -> usize {
    usize::try_from(feature >> (64 - bits)).unwrap_or(0)
}

impl Model {
    /// The model that comes with the program.
    ///
    /// # Errors
    /// Never for an unharmed program file.
    pub fn embedded() -> Result<Model, Error> {
        Model::decode("embedded", DEFAULT)
    }

    /// # Errors
    /// A file that cannot be read or is no model.
    pub fn load(path: &Path) -> Result<Model, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Model::decode(&path.display().to_string(), &bytes)
    }

    /// Log-odds that a message with these features is spam, on corpora that were never trained on.
    pub fn log_odds(&self, features: &[u64]) -> f32 {
        self.slope * self.sum(features) + self.offset
    }

    /// The sum of weights before calibration. Features of a long message weigh less, each.
    pub(super) fn sum(&self, features: &[u64]) -> f32 {
        if features.is_empty() {
            return self.bias;
        }
        let total: i64 = features.iter().map(|f| i64::from(self.weights[index(*f, self.bits)])).sum();
        #[allow(clippy::cast_precision_loss)] // far below 2^24
        let (total, count) = (total as f32, features.len() as f32);
        self.bias + self.unit * total / count.sqrt()
    }

    #[must_use]
    pub fn calibrated(mut self, slope: f32, offset: f32) -> Model {
        self.slope = slope;
        self.offset = offset;
        self
    }

    /// As written to a file.
    ///
    /// # Errors
    /// Compression out of memory.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let packed = zstd::bulk::compress(&self.weights.iter().map(|w| w.cast_unsigned()).collect::<Vec<u8>>(), 19)
            .map_err(|e| Error::Model { name: "new".into(), reason: e.to_string() })?;
        let mut out = Vec::with_capacity(packed.len() + 32);
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        out.push(u8::try_from(self.bits).unwrap_or(u8::MAX));
        for number in [self.unit, self.bias, self.slope, self.offset] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&packed);
        Ok(out)
    }

    /// # Errors
    /// Bytes that are no model of this version.
    pub fn decode(name: &str, bytes: &[u8]) -> Result<Model, Error> {
        let bad = |reason: &str| Error::Model { name: name.to_owned(), reason: reason.to_owned() };
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| bad("it is no model file"))?;
        let (&[version, bits], rest) = rest.split_first_chunk().ok_or_else(|| bad("it is cut short"))?;
        if version != VERSION {
            return Err(bad(&format!("version {version} is not {VERSION}")));
        }
        let bits = u32::from(bits);
        let size = 1usize
            .checked_shl(bits)
            .filter(|size| bits > 0 && *size <= LARGEST)
            .ok_or_else(|| bad("its size is absurd"))?;
        let mut numbers = [0f32; 4];
        let mut rest = rest;
        for number in &mut numbers {
            let (bytes, left) = rest.split_first_chunk().ok_or_else(|| bad("it is cut short"))?;
            *number = f32::from_le_bytes(*bytes);
            rest = left;
        }
        if numbers.iter().any(|n| !n.is_finite()) {
            return Err(bad("it holds numbers that are none"));
        }
        let weights = zstd::bulk::decompress(rest, size).map_err(|e| bad(&e.to_string()))?;
        if weights.len() != size {
            return Err(bad("it is cut short"));
        }
        let [unit, bias, slope, offset] = numbers;
        Ok(Model { bits, unit, bias, slope, offset, weights: weights.into_iter().map(u8::cast_signed).collect() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_model_is_the_same_after_encoding() {
        let mut model = Model { bits: 10, unit: 0.1, bias: -0.5, slope: 2.0, offset: 0.25, weights: vec![0; 1024] };
        model.weights[index(77 << 54, 10)] = -3;
        let again = Model::decode("t", &model.encode().unwrap()).unwrap();
        assert_eq!(again, model);
        assert!((again.log_odds(&[77 << 54]) - (2.0 * (-0.5 - 0.3) + 0.25)).abs() < 1e-5);
    }
    #[test]
    fn the_embedded_model_is_sound() {
        assert_eq!(Model::embedded().unwrap().bits, BITS);
    }
    #[test]
    fn what_is_no_model_is_refused_by_name() {
        let error = Model::decode("x.model", b"hello").unwrap_err().to_string();
        assert_eq!(error, "the classifier's model x.model is unusable: it is no model file");
        assert!(Model::decode("x", b"PSTM\x01\xff").is_err());
    }
    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = Model::decode("p", &bytes);
            let _ = Model::decode("p", &[b"PSTM\x01\x0a".as_slice(), &bytes].concat());
        }
    }
}
