//! Networks whose hosts may send through the gateway (guide chapter 6 "Outbound Mail").

use crate::codec::{self, int, text};
use crate::{Connection, Error};
use model::{AccountId, Cidr, Settings};

#[derive(Debug, Clone, PartialEq)]
pub struct OutboundIp {
    pub id: i64,
    pub account: AccountId,
    pub range: Cidr,
    pub nickname: String,
    pub settings: Settings,
}

/// All, or those of one account, by range.
pub async fn all(c: &mut Connection, account: Option<AccountId>) -> Result<Vec<OutboundIp>, Error> {
    let rows = sqlx::query("SELECT * FROM outbound_ip WHERE $1 IS NULL OR account = $1 ORDER BY range")
        .bind(account.map(|a| a.0))
        .fetch_all(c)
        .await?;
    rows.iter()
        .map(|r| {
            Ok(OutboundIp {
                id: int(r, "id")?,
                account: AccountId(int(r, "account")?),
                range: codec::word(r, "range")?,
                nickname: text(r, "nickname")?,
                settings: codec::settings(r)?,
            })
        })
        .collect()
}

/// Makes or rewrites the entry of this range; false where another account has it.
pub async fn put(c: &mut Connection, o: &OutboundIp) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO outbound_ip (account, range, nickname, settings) VALUES ($1, $2, $3, $4)
         ON CONFLICT (range) DO UPDATE SET nickname = excluded.nickname, settings = excluded.settings
         WHERE outbound_ip.account = excluded.account",
    )
    .bind(o.account.0)
    .bind(o.range.to_string())
    .bind(&o.nickname)
    .bind(codec::to_json("settings", &o.settings)?)
    .execute(c)
    .await?;
    Ok(done.rows_affected() == 1)
}
