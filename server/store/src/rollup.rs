//! Traffic by hour, for charts and summaries.

use crate::codec::{self, count, int};
use crate::db::sql;
use crate::{Connection, Error, Scope};
use model::view::TrafficHour;
use model::{Category, MailboxId, Timestamp};

/// Recipients by hour, category, action and direction in `from..to`.
pub async fn traffic(
    c: &mut Connection,
    scope: Scope,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<TrafficHour>, Error> {
    let mut b = sql(
        "SELECT hour, category, action, direction, CAST(sum(count) AS BIGINT) AS count FROM traffic_hour WHERE hour >= ",
    );
    b.push_bind(from.hour().0).push(" AND hour < ").push_bind(to.0);
    match scope {
        Scope::All => {}
        Scope::Account(a) => {
            b.push(" AND account = ").push_bind(a.0);
        }
        Scope::Mailbox(_) => {
            b.push(" AND 1 = 0");
        }
    }
    b.push(" GROUP BY hour, category, action, direction ORDER BY hour, category, action, direction");
    let rows = b.fetch_all(c).await?;
    rows.iter()
        .map(|r| {
            Ok(TrafficHour {
                hour: Timestamp(int(r, "hour")?),
                category: codec::word(r, "category")?,
                action: codec::word(r, "action")?,
                direction: codec::word(r, "direction")?,
                count: count(r, "count")?,
            })
        })
        .collect()
}

/// Messages of one mailbox since `from`, by category, most first.
pub async fn of_mailbox(
    c: &mut Connection,
    mailbox: MailboxId,
    from: Timestamp,
) -> Result<Vec<(Category, u64)>, Error> {
    let rows = sql(
        "SELECT category, count(*) AS count FROM recipient WHERE mailbox = $1 AND received >= $2 GROUP BY category ORDER BY count DESC, category",
    )
    .bind(mailbox.0)
    .bind(from.0)
    .fetch_all(c)
    .await?;
    rows.iter().map(|r| Ok((codec::word(r, "category")?, count(r, "count")?))).collect()
}
