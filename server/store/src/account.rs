//! Accounts: organisations whose domains one set of administrators looks after.

use crate::codec::{self, count, int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Dialect, Query, Row, sql};
use crate::query;
use crate::{Connection, Error, Scope};
use model::view::{AccountRow, Feature, ListQuery, Page};
use model::{AccountId, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

/// A new account has every feature.
pub async fn insert(c: &mut Connection, name: &str, created: Timestamp) -> Result<AccountId, Error> {
    let id =
        sql("INSERT INTO account (name, name_key, created, features) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id")
            .bind(name)
            .bind(name.to_lowercase())
            .bind(created.0)
            .bind(codec::to_json("features", &Feature::ALL)?)
            .scalar_optional(c)
            .await?;
    id.map(AccountId).ok_or(Error::Conflict("account"))
}

/// An account with what is set for all of it; `S` is what its settings are read as.
#[derive(Debug, Clone, PartialEq)]
pub struct Account<S> {
    pub id: AccountId,
    pub name: String,
    /// Where notices of status and releases go (guide chapter 4); may be empty.
    pub email: String,
    /// IANA name of the zone of its reports and digests; empty: the system's.
    pub time_zone: String,
    pub brand: Option<i64>,
    /// What is switched on for it.
    pub features: Vec<Feature>,
    /// The one whose settings new accounts begin with; it cannot be deleted.
    pub is_default: bool,
    pub settings: S,
    pub created: Timestamp,
}

pub async fn get<S: DeserializeOwned>(c: &mut Connection, id: AccountId) -> Result<Option<Account<S>>, Error> {
    let row = sql("SELECT * FROM account WHERE id = $1").bind(id.0).fetch_optional(c).await?;
    row.as_ref().map(account).transpose()
}

/// Writes all but id, default and time of creation; a taken name is a conflict, after which the transaction cannot go on.
pub async fn update<S: Serialize>(c: &mut Connection, a: &Account<S>) -> Result<(), Error> {
    sql("UPDATE account SET name = $2, name_key = $3, email = $4, time_zone = $5, brand = $6, features = $7, settings = $8
         WHERE id = $1")
    .bind(a.id.0)
    .bind(&a.name)
    .bind(a.name.to_lowercase())
    .bind(&a.email)
    .bind(&a.time_zone)
    .bind(a.brand)
    .bind(codec::to_json("features", &a.features)?)
    .bind(codec::to_json("settings", &a.settings)?)
    .execute(c)
    .await?;
    Ok(())
}

/// What the account is licensed for; none where there is no such account.
pub async fn features(c: &mut Connection, id: AccountId) -> Result<Option<Vec<Feature>>, Error> {
    let row = sql("SELECT features FROM account WHERE id = $1").bind(id.0).fetch_optional(c).await?;
    row.as_ref().map(|r| codec::json(r, "features")).transpose()
}

/// Every account that differs in brand, time zone, features or settings from a new one, for the snapshot.
pub async fn all_that_set<S: DeserializeOwned>(c: &mut Connection) -> Result<Vec<Account<S>>, Error> {
    let rows =
        sql("SELECT * FROM account WHERE brand IS NOT NULL OR settings <> '{}' OR time_zone <> '' OR features <> $1");
    rows.bind(codec::to_json("features", &Feature::ALL)?).fetch_all(c).await?.iter().map(account).collect()
}

/// The account whose settings new ones begin with.
pub async fn default_one<S: DeserializeOwned>(c: &mut Connection) -> Result<Option<Account<S>>, Error> {
    let row = sql("SELECT * FROM account WHERE is_default = 1").fetch_optional(c).await?;
    row.as_ref().map(account).transpose()
}

/// Makes it the default account, in place of the one that was.
pub async fn set_default(c: &mut Connection, id: AccountId) -> Result<(), Error> {
    sql("UPDATE account SET is_default = 0 WHERE is_default = 1").execute(c).await?;
    sql("UPDATE account SET is_default = 1 WHERE id = $1").bind(id.0).execute(c).await?;
    Ok(())
}

/// Removes it with its domains, mailboxes, administrators and all else of it. False where there was none, or it is the
/// default account.
pub async fn delete(c: &mut Connection, id: AccountId) -> Result<bool, Error> {
    Ok(sql("DELETE FROM account WHERE id = $1 AND is_default = 0").bind(id.0).execute(c).await? == 1)
}

fn account<S: DeserializeOwned>(r: &Row) -> Result<Account<S>, Error> {
    Ok(Account {
        id: AccountId(int(r, "id")?),
        name: text(r, "name")?,
        email: text(r, "email")?,
        time_zone: text(r, "time_zone")?,
        brand: r.get("brand")?,
        features: codec::json(r, "features")?,
        is_default: r.get("is_default")?,
        settings: codec::json(r, "settings")?,
        created: Timestamp(int(r, "created")?),
    })
}

pub async fn by_name(c: &mut Connection, name: &str) -> Result<Option<AccountId>, Error> {
    let id = sql("SELECT id FROM account WHERE name_key = $1").bind(name.to_lowercase()).scalar_optional(c).await?;
    Ok(id.map(AccountId))
}

pub async fn name(c: &mut Connection, id: AccountId) -> Result<Option<String>, Error> {
    sql("SELECT name FROM account WHERE id = $1").bind(id.0).scalar_optional(c).await
}

/// All accounts by name.
pub async fn all(c: &mut Connection) -> Result<Vec<(AccountId, String)>, Error> {
    let rows = sql("SELECT id, name FROM account ORDER BY name_key").fetch_all(c).await?;
    rows.iter().map(|r| Ok((AccountId(int(r, "id")?), text(r, "name")?))).collect()
}

/// Accounts, domains and mailboxes that the scope holds.
pub async fn totals(c: &mut Connection, scope: Scope) -> Result<(u64, u64, u64), Error> {
    let row = match scope {
        Scope::All => sql("SELECT accounts, domains, mailboxes FROM total WHERE id = 1").fetch_optional(c).await?,
        Scope::Account(a) => {
            let text = "SELECT 1 AS accounts, domains, mailboxes FROM account WHERE id = $1";
            sql(text).bind(a.0).fetch_optional(c).await?
        }
        Scope::Mailbox(_) => return Ok((0, 0, 1)),
    };
    row.map_or(Ok((0, 0, 0)), |r| Ok((count(&r, "accounts")?, count(&r, "domains")?, count(&r, "mailboxes")?)))
}

const ROW: &str = "SELECT a.id, a.name, a.name_key, a.email, a.time_zone, a.brand, a.features, a.is_default, a.created,
    a.domains, a.mailboxes FROM account a";

fn filter(b: &mut Query, dialect: Dialect, scope: Scope, q: &str) {
    b.push(" WHERE 1 = 1");
    match scope {
        Scope::All => {}
        Scope::Account(a) => {
            b.push(" AND a.id = ").push_bind(a.0);
        }
        Scope::Mailbox(_) => {
            b.push(" AND 1 = 0");
        }
    }
    query::push_words(b, dialect, "a.name", q);
}

/// By name, `limit` rows after those that ended at `after`.
pub async fn slice(
    c: &mut Connection,
    scope: Scope,
    q: &str,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<AccountRow>, Error> {
    const ORDER: Order = Order { key: "a.name_key", id: None, descending: false, text: (true, false) };
    let mut b = sql(ROW);
    filter(&mut b, c.dialect(), scope, q);
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(cursor::slice(rows, limit, |r: &AccountRow| (r.name.to_lowercase(), r.id.0)))
}

pub async fn list(c: &mut Connection, scope: Scope, q: &ListQuery) -> Result<Page<AccountRow>, Error> {
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let total = if query::words(&q.q).next().is_none() {
        totals(c, scope).await?.0
    } else {
        let mut b = sql("SELECT count(*) FROM account a");
        filter(&mut b, c.dialect(), scope, &q.q);
        b.count(c).await?
    };
    let mut b = sql(ROW);
    filter(&mut b, c.dialect(), scope, &q.q);
    let (column, id) = match q.sort.as_str() {
        "domains" => ("a.domains", Some("a.id")),
        "mailboxes" => ("a.mailboxes", Some("a.id")),
        "created" => ("a.created", Some("a.id")),
        _ => ("a.name_key", None),
    };
    query::push_page(&mut b, column, id, q.desc, (per_page, offset));
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(query::page(rows, total, number, per_page))
}

fn row(r: &Row) -> Result<AccountRow, Error> {
    Ok(AccountRow {
        id: AccountId(int(r, "id")?),
        name: text(r, "name")?,
        email: text(r, "email")?,
        time_zone: text(r, "time_zone")?,
        brand: r.get("brand")?,
        features: codec::json(r, "features")?,
        is_default: r.get("is_default")?,
        domains: count(r, "domains")?,
        mailboxes: count(r, "mailboxes")?,
        created: Timestamp(int(r, "created")?),
    })
}
