//! What receiving mail keeps: who was greylisted, and how much of each rate limit is used. Times are the database's, so
//! that nodes whose clocks differ agree.

use crate::codec::int;
use crate::db::sql;
use crate::{Connection, Error};

/// What greylisting says to a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greylisted {
    /// The first one, or one too soon after it: come back in so many milliseconds.
    Later(i64),
    /// It came back after the delay.
    Passed,
    /// It had passed before.
    Known,
}

/// Times of greylisting, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct GreylistTimes {
    pub delay: i64,
    /// After the first try, for the second.
    pub retry: i64,
    /// After the last message of one that passed.
    pub keep: i64,
}

/// How much later a known sender's time must end for it to be written again.
const STALE: i64 = 3_600_000;

/// One try of `key`. Of several at once, one is the first.
pub async fn greylist(c: &mut Connection, key: &str, times: GreylistTimes) -> Result<Greylisted, Error> {
    let now: i64 = sql(format!("SELECT {}", c.dialect().now_ms())).scalar(c).await?;
    let fresh = sql("INSERT INTO greylist (key, first, passed, expires) VALUES ($1, $2, 0, $3)
         ON CONFLICT (key) DO UPDATE SET first = excluded.first, passed = 0, expires = excluded.expires
         WHERE greylist.expires <= $2")
    .bind(key)
    .bind(now)
    .bind(now + times.retry.max(times.delay + 1))
    .execute(c)
    .await?;
    if fresh == 1 {
        return Ok(Greylisted::Later(times.delay));
    }
    let Some(row) =
        sql("SELECT first, passed, expires FROM greylist WHERE key = $1").bind(key).fetch_optional(c).await?
    else {
        return Ok(Greylisted::Later(times.delay));
    };
    let (first, passed, expires) = (int(&row, "first")?, int(&row, "passed")? != 0, int(&row, "expires")?);
    let left = first + times.delay - now;
    if !passed && left > 0 {
        return Ok(Greylisted::Later(left));
    }
    if !passed || expires + STALE < now + times.keep {
        sql("UPDATE greylist SET passed = 1, expires = $2 WHERE key = $1")
            .bind(key)
            .bind(now + times.keep)
            .execute(c)
            .await?;
    }
    Ok(if passed { Greylisted::Known } else { Greylisted::Passed })
}

/// A part of a rate limit that is to be used.
#[derive(Debug, Clone)]
pub struct Use<'a> {
    pub key: &'a str,
    pub amount: u32,
    /// The most in one window.
    pub limit: u32,
    /// Milliseconds; it begins with the first use.
    pub window: i64,
}

/// Uses it, where the limit allows: false, and nothing is used, where it does not. One statement, so that of many at
/// once exactly as many succeed as the limit says, whichever nodes they are on.
pub async fn take_rate(c: &mut Connection, u: &Use<'_>) -> Result<bool, Error> {
    if u.amount > u.limit {
        return Ok(false);
    }
    let now = c.dialect().now_ms();
    let text = format!(
        "INSERT INTO rate (key, until, used) VALUES ($1, {now} + $2, $3)
         ON CONFLICT (key) DO UPDATE SET
            used = CASE WHEN rate.until <= {now} THEN excluded.used ELSE rate.used + excluded.used END,
            until = CASE WHEN rate.until <= {now} THEN excluded.until ELSE rate.until END
         WHERE rate.until <= {now} OR rate.used + excluded.used <= $4"
    );
    let taken =
        sql(text).bind(u.key).bind(u.window).bind(i64::from(u.amount)).bind(i64::from(u.limit)).execute(c).await?;
    Ok(taken == 1)
}
