//! The buckets in Redis, exact over all nodes. One script looks at all buckets of a request and
//! takes from all of them or from none; the time is that of Redis.

use std::{
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use redis::{Client, RedisError, Script, aio::ConnectionManager, aio::ConnectionManagerConfig};

use super::bucket::Level;

/// Longer than this no request waits for Redis.
const PATIENCE: Duration = Duration::from_millis(150);
/// A Redis that failed is left alone for so long.
const REST: Duration = Duration::from_secs(5);

static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local tokens, taken = {}, 1
        for i, key in ipairs(KEYS) do
            local rate = tonumber(ARGV[i])
            local full = math.max(rate, 1)
            local known = redis.call('HMGET', key, 'tokens', 'at')
            tokens[i] = full
            if known[1] then
                local passed = math.max(now - tonumber(known[2]), 0) / 1000000
                tokens[i] = math.min(full, tonumber(known[1]) + passed * rate)
            end
            if tokens[i] < 1 then taken = 0 end
        end
        local answer = { taken }
        for i, key in ipairs(KEYS) do
            local left = string.format('%.9f', tokens[i] - taken)
            if taken == 1 then
                local rate = tonumber(ARGV[i])
                redis.call('HSET', key, 'tokens', left, 'at', string.format('%.0f', now))
                redis.call('PEXPIRE', key, math.ceil(math.max(rate, 1) / rate * 1000) + 1000)
            end
            answer[i + 1] = left
        end
        return answer",
    )
});

/// A connection that mends itself.
pub struct SharedBuckets {
    connection: ConnectionManager,
    is_away: AtomicBool,
    rests_until: Mutex<Option<Instant>>,
}

impl std::fmt::Debug for SharedBuckets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedBuckets(…)")
    }
}

impl SharedBuckets {
    /// Connects when it is first asked. Needs a runtime.
    pub fn new(url: &str) -> Result<Self, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1);
        let connection = Client::open(url)?.get_connection_manager_lazy(config)?;
        Ok(Self { connection, is_away: AtomicBool::new(false), rests_until: Mutex::new(None) })
    }

    /// Takes a token from each bucket (key and rate), or from none; what it found. None when Redis is away.
    pub async fn take(&self, buckets: &[(String, f64)]) -> Option<Vec<Level>> {
        let resting = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        if resting.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let mut call = TAKE.prepare_invoke();
        for (key, rate) in buckets {
            call.key(key).arg(*rate);
        }
        let mut connection = self.connection.clone();
        let answer = tokio::time::timeout(PATIENCE, call.invoke_async::<Vec<f64>>(&mut connection)).await;
        match answer {
            Ok(Ok(answer)) => {
                if self.is_away.swap(false, Ordering::Relaxed) {
                    tracing::info!("Redis answers again; limits are exact over all nodes");
                }
                let is_allowed = answer.first().is_some_and(|taken| *taken > 0.0);
                let levels = answer.iter().skip(1).zip(buckets);
                Some(levels.map(|(tokens, (_, rate))| Level { tokens: *tokens, rate: *rate, is_allowed }).collect())
            }
            failed => {
                let cause = match failed {
                    Ok(Err(error)) => error.to_string(),
                    _ => "no answer in time".to_owned(),
                };
                *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
                if !self.is_away.swap(true, Ordering::Relaxed) {
                    tracing::warn!(cause, "Redis is away; each node applies its share of the limits");
                }
                None
            }
        }
    }
}
