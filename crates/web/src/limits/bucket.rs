//! A token bucket. Pure: the caller says what time it is.

use std::time::Duration;

/// Tokens of one subject. It holds what flows in within a second, at least one.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    tokens: f64,
    at: Duration,
}

/// What a request finds in a bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Tokens after this request took its own, if there was one.
    pub tokens: f64,
    /// Tokens that flow in each second.
    pub rate: f64,
    /// Whether there was a token.
    pub is_allowed: bool,
}

impl Level {
    /// Whole seconds until the bucket is full again.
    pub fn reset(&self) -> u32 {
        whole_seconds((capacity(self.rate) - self.tokens) / self.rate)
    }

    /// Whole seconds until there is a token; at least one.
    pub fn retry(&self) -> u32 {
        whole_seconds((1.0 - self.tokens) / self.rate).max(1)
    }

    /// Requests that would be answered now.
    pub fn remaining(&self) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "rounded down, never negative, small"
        )]
        {
            self.tokens.max(0.0) as u32
        }
    }
}

fn capacity(rate: f64) -> f64 {
    rate.max(1.0)
}

fn whole_seconds(seconds: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a day")]
    {
        seconds.ceil().clamp(0.0, 86_400.0) as u32
    }
}

impl Bucket {
    /// A full one.
    pub fn new(rate: f64, now: Duration) -> Self {
        Self { tokens: capacity(rate), at: now }
    }

    /// Takes one token if there is one. The rate may change between calls.
    pub fn take(&mut self, rate: f64, now: Duration) -> Level {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * rate).min(capacity(rate));
        self.at = self.at.max(now);
        let is_allowed = self.tokens >= 1.0;
        if is_allowed {
            self.tokens -= 1.0;
        }
        Level { tokens: self.tokens, rate, is_allowed }
    }

    /// Gives one token back.
    pub fn give_back(&mut self) {
        self.tokens += 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_second_gives_the_rate_and_no_more() {
        let mut bucket = Bucket::new(50.0, at(0));
        let allowed = |bucket: &mut Bucket, millis, tries| {
            (0..tries).filter(|_| bucket.take(50.0, at(millis)).is_allowed).count()
        };
        assert_eq!(allowed(&mut bucket, 0, 200), 50);
        assert_eq!(allowed(&mut bucket, 100, 200), 5);
        assert_eq!(allowed(&mut bucket, 3_600_000, 200), 50);
        assert_eq!(allowed(&mut bucket, 3_599_000, 200), 0, "time that goes back gives nothing");
    }

    #[test]
    fn a_level_says_when_to_come_back() {
        let mut bucket = Bucket::new(2.0, at(0));
        let first = bucket.take(2.0, at(0));
        assert_eq!((first.remaining(), first.reset(), first.is_allowed), (1, 1, true));
        bucket.take(2.0, at(0));
        let third = bucket.take(2.0, at(0));
        assert_eq!((third.remaining(), third.retry(), third.is_allowed), (0, 1, false));
        let mut slow = Bucket::new(0.1, at(0));
        assert!(slow.take(0.1, at(0)).is_allowed, "the smallest share still lets one through");
        assert_eq!(slow.take(0.1, at(0)).retry(), 10);
        assert!(slow.take(0.1, at(10_000)).is_allowed);
    }

    #[test]
    fn a_smaller_share_counts_at_once() {
        let mut bucket = Bucket::new(100.0, at(0));
        let left = (0..100).filter(|_| bucket.take(10.0, at(0)).is_allowed).count();
        assert_eq!(left, 10);
    }
}
