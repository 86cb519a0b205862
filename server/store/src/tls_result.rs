//! What became of TLS towards the Internet, by day, and what was reported of it (RFC 8460).

use crate::codec::{int, text};
use crate::db::{Row, sql};
use crate::{Connection, Error};
use model::Timestamp;

/// Sessions of one kind and result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsResultRow {
    /// Days since 1970 in UTC.
    pub day: i64,
    /// The recipients' domain.
    pub domain: String,
    /// A digest of `kind`, `policy` and `mx`.
    pub policy_key: String,
    /// `tlsa`, `sts` or `no-policy-found`.
    pub kind: String,
    /// The policy's lines.
    pub policy: String,
    /// Hosts that the policy names, one a line.
    pub mx: String,
    pub host: String,
    pub address: String,
    /// Result type of RFC 8460 §4.3; empty: as the policy wants it.
    pub failure: String,
    /// A sentence about the first of them.
    pub detail: String,
    pub sessions: i64,
}

/// A day of a domain that is dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsReportRow {
    pub day: i64,
    pub domain: String,
    pub successes: i64,
    pub failures: i64,
    /// Where it went, separated by spaces; empty: nobody asked for it.
    pub sent_to: String,
    /// Why it did not go; empty where it did.
    pub problem: String,
    pub at: Timestamp,
}

/// Adds sessions to what is there.
pub async fn add(c: &mut Connection, r: &TlsResultRow) -> Result<(), Error> {
    sql("INSERT INTO tls_result (day, domain, policy_key, kind, policy, mx, host, address, failure, detail, sessions)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (day, domain, policy_key, host, address, failure)
         DO UPDATE SET sessions = tls_result.sessions + excluded.sessions")
    .bind(r.day)
    .bind(&r.domain)
    .bind(&r.policy_key)
    .bind(&r.kind)
    .bind(&r.policy)
    .bind(&r.mx)
    .bind(&r.host)
    .bind(&r.address)
    .bind(&r.failure)
    .bind(&r.detail)
    .bind(r.sessions)
    .execute(c)
    .await?;
    Ok(())
}

/// Rows of a day, all domains together.
pub async fn count(c: &mut Connection, day: i64) -> Result<i64, Error> {
    sql("SELECT COUNT(*) FROM tls_result WHERE day = $1").bind(day).scalar(c).await
}

/// Days and domains before `day` that are not dealt with, oldest first.
pub async fn due(c: &mut Connection, day: i64, limit: i64) -> Result<Vec<(i64, String)>, Error> {
    let rows = sql("SELECT DISTINCT day, domain FROM tls_result WHERE day < $1 AND NOT EXISTS
         (SELECT 1 FROM tls_report t WHERE t.day = tls_result.day AND t.domain = tls_result.domain)
         ORDER BY day, domain LIMIT $2")
    .bind(day)
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(|r| Ok((int(r, "day")?, text(r, "domain")?))).collect()
}

/// What is known of a domain's day.
pub async fn of(c: &mut Connection, day: i64, domain: &str) -> Result<Vec<TlsResultRow>, Error> {
    let rows =
        sql("SELECT * FROM tls_result WHERE day = $1 AND domain = $2 ORDER BY policy_key, failure, host, address")
            .bind(day)
            .bind(domain)
            .fetch_all(c)
            .await?;
    rows.iter().map(result).collect()
}

/// Notes that a day is dealt with. Its results are not needed any longer. Doing it again changes nothing.
pub async fn reported(c: &mut Connection, r: &TlsReportRow) -> Result<(), Error> {
    sql("INSERT INTO tls_report (day, domain, successes, failures, sent_to, problem, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING")
    .bind(r.day)
    .bind(&r.domain)
    .bind(r.successes)
    .bind(r.failures)
    .bind(&r.sent_to)
    .bind(&r.problem)
    .bind(r.at.0)
    .execute(c)
    .await?;
    sql("DELETE FROM tls_result WHERE day = $1 AND domain = $2").bind(r.day).bind(&r.domain).execute(c).await?;
    Ok(())
}

/// Reports, the newest day first, then by domain; at most `limit`.
pub async fn reports(c: &mut Connection, limit: i64) -> Result<Vec<TlsReportRow>, Error> {
    let rows = sql("SELECT * FROM tls_report ORDER BY day DESC, domain LIMIT $1").bind(limit).fetch_all(c).await?;
    rows.iter().map(report).collect()
}

/// Drops reports of days before this one.
pub async fn purge(c: &mut Connection, day: i64) -> Result<u64, Error> {
    sql("DELETE FROM tls_report WHERE day < $1").bind(day).execute(c).await
}

fn result(r: &Row) -> Result<TlsResultRow, Error> {
    Ok(TlsResultRow {
        day: int(r, "day")?,
        domain: text(r, "domain")?,
        policy_key: text(r, "policy_key")?,
        kind: text(r, "kind")?,
        policy: text(r, "policy")?,
        mx: text(r, "mx")?,
        host: text(r, "host")?,
        address: text(r, "address")?,
        failure: text(r, "failure")?,
        detail: text(r, "detail")?,
        sessions: int(r, "sessions")?,
    })
}

fn report(r: &Row) -> Result<TlsReportRow, Error> {
    Ok(TlsReportRow {
        day: int(r, "day")?,
        domain: text(r, "domain")?,
        successes: int(r, "successes")?,
        failures: int(r, "failures")?,
        sent_to: text(r, "sent_to")?,
        problem: text(r, "problem")?,
        at: Timestamp(int(r, "at")?),
    })
}
