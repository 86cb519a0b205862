//! Makes a model: logistic regression by stochastic gradient descent with per-feature steps (AdaGrad).
//!
//! Only features that messages of at least two corpora share are kept: the names, hosts and habits of one list or
//! one collector are no knowledge about mail.

use super::{
    Model,
    model::{BITS, index},
    probability,
};
use std::collections::HashMap;

/// One labelled message.
#[derive(Debug, Clone)]
pub struct Sample {
    pub features: Vec<u64>,
    pub spam: bool,
    /// Number of the corpus, below 32.
    pub corpus: u8,
}

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub epochs: u32,
    pub rate: f32,
    /// Pull of each weight towards zero.
    pub decay: f32,
    /// Messages that must have a feature.
    pub min_messages: u32,
    /// Corpora that must have it.
    pub min_corpora: u32,
    /// Messages of one corpus and label that count in full; more weigh as much together.
    pub group: f32,
    /// How much more than one a message of a small group may weigh.
    pub most: f32,
}

impl Default for Options {
    fn default() -> Self {
        Options { epochs: 8, rate: 0.5, decay: 1e-5, min_messages: 4, min_corpora: 2, group: 3_000.0, most: 3.0 }
    }
}

/// Trains on the samples; the same samples in the same order give the same model.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
pub fn train(samples: &[Sample], options: &Options) -> Model {
    let kept = common(samples, options);
    let mut groups: HashMap<(u8, bool), f32> = HashMap::new();
    samples.iter().for_each(|s| *groups.entry((s.corpus, s.spam)).or_default() += 1.0);
    let rows: Vec<(Vec<u32>, f32, f32, f32)> = samples
        .iter()
        .map(|s| {
            let row: Vec<u32> = s.features.iter().filter_map(|f| kept.get(f).copied()).collect();
            let weight = (options.group / groups[&(s.corpus, s.spam)]).min(options.most);
            // As in `Model::sum`: all features count for the length, also those that carry no weight.
            (row, 1.0 / (s.features.len().max(1) as f32).sqrt(), f32::from(u8::from(s.spam)), weight)
        })
        .collect();
    let size = 1usize << BITS;
    let (mut weights, mut slopes) = (vec![0f32; size], vec![1e-3f32; size]);
    let (mut bias, mut bias_slope) = (0f32, 1f32);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..options.epochs {
        for at in (1..order.len()).rev() {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            order.swap(at, (random % (at as u64 + 1)) as usize);
        }
        for at in &order {
            let (row, norm, label, weight) = &rows[*at];
            let sum = bias + norm * row.iter().map(|f| weights[*f as usize]).sum::<f32>();
            let error = weight * (probability(sum) - label);
            for f in row {
                let f = *f as usize;
                let slope = error * norm + options.decay * weights[f];
                slopes[f] += slope * slope;
                weights[f] -= options.rate * slope / slopes[f].sqrt();
            }
            bias_slope += error * error;
            bias -= options.rate * error / bias_slope.sqrt();
        }
    }
    quantised(&weights, bias)
}

/// Features that enough messages of enough corpora have, and their places.
fn common(samples: &[Sample], options: &Options) -> HashMap<u64, u32> {
    let mut seen: HashMap<u64, (u32, u32)> = HashMap::new();
    for sample in samples {
        for feature in &sample.features {
            let (messages, corpora) = seen.entry(*feature).or_default();
            *messages += 1;
            *corpora |= 1 << sample.corpus;
        }
    }
    seen.into_iter()
        .filter(|(_, (messages, corpora))| {
            *messages >= options.min_messages && corpora.count_ones() >= options.min_corpora
        })
        .map(|(feature, _)| (feature, u32::try_from(index(feature, BITS)).unwrap_or(0)))
        .collect()
}

/// One byte a weight; the largest two in a thousand are cut to the rest's range.
#[allow(clippy::cast_possible_truncation)]
fn quantised(weights: &[f32], bias: f32) -> Model {
    let mut sizes: Vec<f32> = weights.iter().map(|w| w.abs()).filter(|w| *w > 0.0).collect();
    sizes.sort_by(f32::total_cmp);
    let top = sizes.get(sizes.len().saturating_sub(1 + sizes.len() / 500)).copied().unwrap_or(1.0);
    let unit = top / 127.0;
    let bytes = weights.iter().map(|w| (w / unit).round().clamp(-127.0, 127.0) as i8).collect();
    Model { bits: BITS, unit, bias, slope: 1.0, offset: 0.0, weights: bytes }
}

/// Slope and offset that turn sums of held-out messages into log-odds, spam and ham weighing the same (Platt).
pub fn calibrate(sums: &[(f32, bool)]) -> (f32, f32) {
    let share = |spam: bool| {
        let count = u16::try_from(sums.iter().filter(|s| s.1 == spam).count().clamp(1, 65_535)).unwrap_or(u16::MAX);
        1.0 / f32::from(count)
    };
    let (spam, ham) = (share(true), share(false));
    let (mut slope, mut offset) = (1f32, 0f32);
    for _ in 0..5_000 {
        let (mut ds, mut d0) = (0f32, 0f32);
        for (sum, is_spam) in sums {
            let error = probability(slope * sum + offset) - f32::from(u8::from(*is_spam));
            let weighted = error * if *is_spam { spam } else { ham };
            ds += weighted * sum;
            d0 += weighted;
        }
        slope -= 0.2 * ds;
        offset -= 0.2 * d0;
    }
    (slope, offset)
}

impl Model {
    /// The sum before calibration, for [`calibrate`].
    pub fn raw(&self, features: &[u64]) -> f32 {
        self.sum(features)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feature `n`, spread over the range as hashes are.
    fn f(n: u64) -> u64 {
        (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
    fn samples() -> Vec<Sample> {
        let mut out = Vec::new();
        for n in 0..200u64 {
            let spam = n % 2 == 0;
            let own = if spam { 1 } else { 2 };
            out.push(Sample {
                features: vec![f(own), f(3), f(100 + n % 7), f(1_000 + n)],
                spam,
                corpus: (n % 3) as u8,
            });
        }
        out
    }

    #[test]
    fn training_is_deterministic_and_learns_what_tells_spam_from_ham() {
        let model = train(&samples(), &Options::default());
        assert_eq!(model, train(&samples(), &Options::default()));
        assert!(model.log_odds(&[f(1), f(3)]) > 1.0 && model.log_odds(&[f(2), f(3)]) < -1.0);
    }
    #[test]
    fn what_only_one_corpus_knows_is_not_learned() {
        let mut list = samples();
        list.iter_mut().filter(|s| s.corpus == 0 && s.spam).for_each(|s| s.features.push(f(50)));
        let model = train(&list, &Options::default());
        assert!((model.log_odds(&[f(50)]) - model.log_odds(&[f(51)])).abs() < 0.05);
    }
    #[test]
    fn calibration_finds_the_odds_of_overconfident_sums() {
        // A tenth of each label stands on the wrong side.
        let sums: Vec<(f32, bool)> = (0..1000)
            .map(|n| (n % 2 == 0, n % 20 < 2))
            .map(|(spam, wrong)| (if spam == wrong { -5.0 } else { 5.0 }, spam))
            .collect();
        let (slope, offset) = calibrate(&sums);
        let p = probability(slope * 5.0 + offset);
        assert!(p < 0.95, "{p}");
    }
}
