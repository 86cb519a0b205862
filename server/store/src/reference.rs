//! Settings that name a definition, wherever they are set.

use crate::codec::{self, text};
use crate::db::{Row, sql};
use crate::query::push_contains;
use crate::{Connection, Error};
use model::{AccountId, Settings};

/// Settings of one place, and what people call it: `domain acme.test`, `outbound IP 192.0.2.0/28`.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub place: String,
    pub account: Option<AccountId>,
    pub settings: Settings,
}

/// Each table with settings: what its rows are called, and how a row is read.
const TABLES: &[(&str, &str)] = &[
    ("domain", "SELECT name AS place, account, settings FROM domain t WHERE settings <> '{}'"),
    ("outbound IP", "SELECT range AS place, account, settings FROM outbound_ip t WHERE settings <> '{}'"),
    ("defaults for", "SELECT level AS place, account, settings FROM default_settings t WHERE 1 = 1"),
    ("brand", "SELECT name AS place, CAST(NULL AS BIGINT) AS account, settings FROM brand t WHERE settings <> '{}'"),
    ("account", "SELECT name AS place, id AS account, settings FROM account t WHERE settings <> '{}'"),
    (
        "group",
        "SELECT t.name || ' of ' || d.name AS place, d.account AS account, t.settings AS settings
         FROM mailbox_group t JOIN domain d ON d.id = t.domain WHERE t.settings <> '{}'",
    ),
    ("mailbox", "SELECT address AS place, account, settings FROM mailbox t WHERE settings <> '{}'"),
];

/// All places, of one account or of all, in whose settings this option (the last part of its path) is set. What it says
/// there, the caller looks up. Reads all that have settings: for what is rare.
pub async fn setting(c: &mut Connection, account: Option<AccountId>, option: &str) -> Result<Vec<Placed>, Error> {
    let mut out = Vec::new();
    for (what, table) in TABLES {
        let mut b = sql(format!("SELECT * FROM ({table}) AS x WHERE "));
        push_contains(&mut b, c.dialect(), "settings", &format!("\"{option}\":"));
        if let Some(a) = account {
            b.push(" AND account = ").push_bind(a.0);
        }
        b.push(" ORDER BY place");
        for row in b.fetch_all(c).await? {
            out.push(placed(what, &row)?);
        }
    }
    Ok(out)
}

fn placed(what: &str, r: &Row) -> Result<Placed, Error> {
    let place = format!("{what} {}", text(r, "place")?);
    Ok(Placed { place, account: r.get::<Option<i64>>("account")?.map(AccountId), settings: codec::settings(r)? })
}
