//! How fast one caller may go: a token bucket each.

use moka::sync::Cache;
use parking_lot::Mutex;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Requests that a bucket gives back each second, and the most that it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub per_second: f64,
    pub burst: u32,
}

/// What a caller is told about its bucket after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    pub limit: u32,
    /// Whole requests that may follow at once.
    pub remaining: u32,
    /// Seconds until the bucket is full again.
    pub reset: u64,
    /// Seconds to wait before the next; 0: this one was allowed.
    pub wait: u64,
}

/// Buckets by caller. Those that nobody used for ten minutes are full again anyway and go.
pub struct Limiter<K: Hash + Eq + Send + Sync + 'static> {
    rate: Rate,
    buckets: Cache<K, Arc<Mutex<Bucket>>>,
}

struct Bucket {
    level: f64,
    at: Instant,
}

/// Callers that are remembered; beyond, those longest unused are forgotten.
const CALLERS: u64 = 100_000;
const IDLE: Duration = Duration::from_secs(600);

impl<K: Hash + Eq + Send + Sync + 'static> Limiter<K> {
    pub fn new(rate: Rate) -> Self {
        let rate = Rate { per_second: rate.per_second.max(0.001), burst: rate.burst.max(1) };
        Limiter { rate, buckets: Cache::builder().max_capacity(CALLERS).time_to_idle(IDLE).build() }
    }

    /// Takes `cost` (0: only looks) from the caller's bucket where it holds that much.
    pub fn take(&self, key: K, cost: u32, now: Instant) -> Left {
        let burst = f64::from(self.rate.burst);
        let bucket = self.buckets.get_with(key, || Arc::new(Mutex::new(Bucket { level: burst, at: now })));
        let mut bucket = bucket.lock();
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.level = (bucket.level + passed * self.rate.per_second).min(burst);
        bucket.at = bucket.at.max(now);
        let needed = f64::from(cost.max(1));
        let wait = match bucket.level >= needed {
            true => {
                bucket.level -= f64::from(cost);
                0
            }
            false => seconds((needed - bucket.level) / self.rate.per_second).max(1),
        };
        let reset = seconds((burst - bucket.level) / self.rate.per_second);
        Left { limit: self.rate.burst, remaining: bucket.level as u32, reset, wait }
    }
}

fn seconds(s: f64) -> u64 {
    s.ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_then_the_rate() {
        let limiter = Limiter::new(Rate { per_second: 2.0, burst: 3 });
        let start = Instant::now();
        let waits: Vec<u64> = (0..4).map(|_| limiter.take("a", 1, start).wait).collect();
        assert_eq!(waits, [0, 0, 0, 1]);
        assert_eq!(limiter.take("b", 1, start).wait, 0, "another caller has a bucket of its own");
        let later = start + Duration::from_millis(1_000);
        assert_eq!((limiter.take("a", 1, later).wait, limiter.take("a", 1, later).wait), (0, 0));
        let refused = limiter.take("a", 1, later);
        assert_eq!(refused, Left { limit: 3, remaining: 0, reset: 2, wait: 1 });
    }

    #[test]
    fn looking_takes_nothing() {
        let limiter = Limiter::new(Rate { per_second: 1.0, burst: 1 });
        let now = Instant::now();
        assert_eq!((limiter.take(1, 0, now).wait, limiter.take(1, 0, now).wait), (0, 0));
        assert_eq!((limiter.take(1, 1, now).wait, limiter.take(1, 0, now).wait), (0, 1));
    }
}
