//! The statistical classifier: logistic regression over hashed words and pairs of words, shipped trained.
//!
//! [`features`] turns a message into numbers, [`Model`] weighs them, [`Local`] adds what an installation learned
//! from releases and reports, [`train`] makes a model. How it was trained and measured: docs/classifier.md.

mod features;
mod local;
mod model;
pub mod train;

pub use features::features;
pub use local::Local;
pub use model::Model;

/// Where under the data directory the learned weights are.
pub const LOCAL_FILE: &str = "classifier/local.bin";

/// Log-odds to a probability.
pub fn probability(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Log-odds to spam points. Words alone speak for a message as far as -3 points and against it as far as 5.5.
pub fn points(log_odds: f32) -> f32 {
    if log_odds > 0.0 { log_odds.min(5.5) } else { (0.6 * log_odds).max(-3.0) }
}
