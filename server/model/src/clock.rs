//! Telling that the system clock was set.

use crate::Timestamp;
use crate::time::SECOND;
use std::time::Instant;

/// Less is what clocks drift by, and what a slow machine adds between two readings.
const NOTICED: i64 = 5 * SECOND;

/// Compares the system clock with the time that has passed.
#[derive(Debug, Clone, Copy)]
pub struct ClockWatch {
    wall: Timestamp,
    at: Instant,
}

impl ClockWatch {
    pub fn start() -> Self {
        ClockWatch { wall: Timestamp::now(), at: Instant::now() }
    }

    /// Milliseconds by which the clock has been set forward since the start (negative: back); 0 where it was not.
    pub fn jumped(&self) -> i64 {
        self.jumped_at(Timestamp::now(), Instant::now())
    }

    /// As [`ClockWatch::jumped`], and starts anew.
    pub fn take(&mut self) -> i64 {
        let (wall, at) = (Timestamp::now(), Instant::now());
        let jumped = self.jumped_at(wall, at);
        if jumped != 0 {
            *self = ClockWatch { wall, at };
        }
        jumped
    }

    fn jumped_at(&self, wall: Timestamp, at: Instant) -> i64 {
        let passed = i64::try_from(at.saturating_duration_since(self.at).as_millis()).unwrap_or(i64::MAX);
        let jumped = wall.since(self.wall.plus(passed));
        if jumped.abs() < NOTICED { 0 } else { jumped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{HOUR, MINUTE};
    use std::time::Duration;

    #[test]
    fn a_clock_that_was_set_is_told_from_one_that_ran() {
        let watch = ClockWatch::start();
        let minute = watch.at + Duration::from_secs(60);
        let at = |ms: i64| watch.jumped_at(watch.wall.plus(ms), minute);
        assert_eq!((at(MINUTE), at(MINUTE + 4_000), at(MINUTE - 4_000)), (0, 0, 0));
        assert_eq!((at(MINUTE + HOUR), at(MINUTE - HOUR)), (HOUR, -HOUR));
    }
}
