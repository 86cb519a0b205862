//! What became of TLS towards the Internet, and what recipients' domains were told of it (RFC 8460).

use crate::{Error, Service, UseCase};
use model::Actor;
use model::time::DAY;
use store::tls_result::{self, TlsReportRow, TlsResultRow};

/// Rows of one day; what comes beyond is not counted.
const ROWS_MAX: i64 = 200_000;
/// Days for which reports are kept.
const KEPT: i64 = 35;
/// Reports that are listed.
const LISTED: i64 = 1_000;

impl Service {
    /// Adds what was counted since the last time.
    pub async fn note_tls_results(&self, actor: &Actor, rows: &[TlsResultRow]) -> Result<(), Error> {
        self.permit(actor, UseCase::Job)?;
        let mut tx = self.inner.store.begin().await?;
        let mut day = None;
        for row in rows {
            let room = match day {
                Some((d, room)) if d == row.day => room,
                _ => ROWS_MAX - tls_result::count(&mut tx, row.day).await?,
            };
            day = Some((row.day, room - 1));
            if room > 0 {
                tls_result::add(&mut tx, row).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// Domains with a day that is over (UTC) and not dealt with; at most `limit`.
    pub async fn tls_reports_due(&self, actor: &Actor, limit: i64) -> Result<Vec<(i64, String)>, Error> {
        self.permit(actor, UseCase::Job)?;
        let mut c = self.inner.store.read().await?;
        Ok(tls_result::due(&mut c, self.now().0.div_euclid(DAY), limit).await?)
    }

    /// What is known of a domain's day.
    pub async fn tls_results(&self, actor: &Actor, day: i64, domain: &str) -> Result<Vec<TlsResultRow>, Error> {
        self.permit(actor, UseCase::Job)?;
        let mut c = self.inner.store.read().await?;
        Ok(tls_result::of(&mut c, day, domain).await?)
    }

    /// Notes that a day is dealt with, and lets go of old reports.
    pub async fn tls_reported(&self, actor: &Actor, report: &TlsReportRow) -> Result<(), Error> {
        self.permit(actor, UseCase::Job)?;
        let mut tx = self.inner.store.begin().await?;
        tls_result::reported(&mut tx, report).await?;
        tls_result::purge(&mut tx, self.now().0.div_euclid(DAY) - KEPT).await?;
        Ok(tx.commit().await?)
    }

    /// What was reported to whom, the newest day first.
    pub async fn tls_reports(&self, actor: &Actor) -> Result<Vec<TlsReportRow>, Error> {
        self.permit(actor, UseCase::ViewQueue)?;
        let mut c = self.inner.store.read().await?;
        Ok(tls_result::reports(&mut c, LISTED).await?)
    }
}
