//! Named definitions of an account or of the whole system: content filters (guide chapter 10), verifiers (chapter 9),
//! notifications (chapter 11). What one says is a type of the caller's, stored as JSON.

use crate::codec::{self, int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Query, Row, sql};
use crate::{Connection, Error, Scope, query};
use model::view::{ListQuery, Page};
use model::{AccountId, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::HashMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Always of an account.
    ContentFilter,
    Verifier,
    Notification,
}

impl Kind {
    fn table(self) -> &'static str {
        match self {
            Kind::ContentFilter => "content_filter",
            Kind::Verifier => "verifier",
            Kind::Notification => "notification",
        }
    }
    fn what(self) -> &'static str {
        match self {
            Kind::ContentFilter => "content filter",
            Kind::Verifier => "verifier",
            Kind::Notification => "notification",
        }
    }
}

/// A definition; `D` is what its body is read as.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition<D> {
    pub id: i64,
    /// None: for the whole system.
    pub account: Option<AccountId>,
    /// One among those of the account, in letters of either case.
    pub name: String,
    pub body: D,
    pub created: Timestamp,
}

/// `id` of the argument is not used. A taken name is a conflict.
pub async fn insert<D: Serialize>(c: &mut Connection, kind: Kind, d: &Definition<D>) -> Result<i64, Error> {
    let id = sql(format!(
        "INSERT INTO {} (account, name, name_key, definition, created) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING RETURNING id",
        kind.table()
    ))
    .bind(d.account.map(|a| a.0))
    .bind(&d.name)
    .bind(d.name.to_lowercase())
    .bind(codec::to_json("definition", &d.body)?)
    .bind(d.created.0)
    .scalar_optional(c)
    .await?;
    id.ok_or(Error::Conflict(kind.what()))
}

/// Writes name and body; a taken name is a conflict, after which the transaction cannot go on.
pub async fn update<D: Serialize>(c: &mut Connection, kind: Kind, d: &Definition<D>) -> Result<(), Error> {
    sql(format!("UPDATE {} SET name = $2, name_key = $3, definition = $4 WHERE id = $1", kind.table()))
        .bind(d.id)
        .bind(&d.name)
        .bind(d.name.to_lowercase())
        .bind(codec::to_json("definition", &d.body)?)
        .execute(c)
        .await?;
    Ok(())
}

/// False where there was none.
pub async fn delete(c: &mut Connection, kind: Kind, id: i64) -> Result<bool, Error> {
    Ok(sql(format!("DELETE FROM {} WHERE id = $1", kind.table())).bind(id).execute(c).await? == 1)
}

pub async fn get<D: DeserializeOwned>(c: &mut Connection, kind: Kind, id: i64) -> Result<Option<Definition<D>>, Error> {
    let found = sql(format!("SELECT * FROM {} WHERE id = $1", kind.table())).bind(id).fetch_optional(c).await?;
    found.as_ref().map(definition).transpose()
}

/// The definition of this name, in letters of either case, of exactly this account; None: of the whole system.
pub async fn by_name<D: DeserializeOwned>(
    c: &mut Connection,
    kind: Kind,
    account: Option<AccountId>,
    name: &str,
) -> Result<Option<Definition<D>>, Error> {
    let text = format!("SELECT * FROM {} WHERE coalesce(account, 0) = $1 AND name_key = $2", kind.table());
    let found = sql(text).bind(account.map_or(0, |a| a.0)).bind(name.to_lowercase()).fetch_optional(c).await?;
    found.as_ref().map(definition).transpose()
}

/// Those of exactly this account, by name; None: of the whole system.
pub async fn of<D: DeserializeOwned>(
    c: &mut Connection,
    kind: Kind,
    account: Option<AccountId>,
) -> Result<Vec<Definition<D>>, Error> {
    let text = format!("SELECT * FROM {} WHERE coalesce(account, 0) = $1 ORDER BY name_key", kind.table());
    sql(text).bind(account.map_or(0, |a| a.0)).fetch_all(c).await?.iter().map(definition).collect()
}

/// All there are, by account and name, for the snapshot.
pub async fn all<D: DeserializeOwned>(c: &mut Connection, kind: Kind) -> Result<Vec<Definition<D>>, Error> {
    let rows = sql(format!("SELECT * FROM {} ORDER BY account, name_key", kind.table())).fetch_all(c).await?;
    rows.iter().map(definition).collect()
}

/// By name, `limit` rows after those that ended at `after`. An account sees its own and those of the whole system.
pub async fn slice<D: DeserializeOwned>(
    c: &mut Connection,
    kind: Kind,
    scope: Scope,
    q: &str,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<Definition<D>>, Error> {
    const ORDER: Order = Order { key: "name_key", id: Some("id"), descending: false, text: (true, false) };
    let mut b = sql(format!("SELECT * FROM {} WHERE ", kind.table()));
    match scope {
        Scope::All => b.push("1 = 1"),
        Scope::Account(a) => b.push("coalesce(account, 0) IN (0, ").push_bind(a.0).push(")"),
        Scope::Mailbox(_) => b.push("1 = 0"),
    };
    query::push_words(&mut b, c.dialect(), "name", q);
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(definition).collect::<Result<_, _>>()?;
    Ok(cursor::slice(rows, limit, |d: &Definition<D>| (d.name.to_lowercase(), d.id)))
}

fn definition<D: DeserializeOwned>(r: &Row) -> Result<Definition<D>, Error> {
    Ok(Definition {
        id: int(r, "id")?,
        account: r.get::<Option<i64>>("account")?.map(AccountId),
        name: text(r, "name")?,
        body: codec::json(r, "definition")?,
        created: Timestamp(int(r, "created")?),
    })
}

/// Where content filters are active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    Domain(model::DomainId),
    /// An outbound IP, by its id.
    Outbound(i64),
}

impl Place {
    fn columns(self) -> (&'static str, i64) {
        match self {
            Place::Domain(d) => ("domain", d.0),
            Place::Outbound(id) => ("outbound", id),
        }
    }
}

/// Makes these content filters the active ones of a place, in this order.
pub async fn use_filters(c: &mut Connection, place: Place, filters: &[i64]) -> Result<(), Error> {
    let (level, owner) = place.columns();
    sql("DELETE FROM content_filter_use WHERE level = $1 AND owner = $2").bind(level).bind(owner).execute(c).await?;
    for (position, filter) in filters.iter().enumerate() {
        sql("INSERT INTO content_filter_use (level, owner, filter, position) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING")
        .bind(level)
        .bind(owner)
        .bind(*filter)
        .bind(i64::try_from(position).unwrap_or(i64::MAX))
        .execute(c)
        .await?;
    }
    Ok(())
}

/// The active content filters of a place, in their order.
pub async fn used_filters(c: &mut Connection, place: Place) -> Result<Vec<i64>, Error> {
    let (level, owner) = place.columns();
    sql("SELECT filter FROM content_filter_use WHERE level = $1 AND owner = $2 ORDER BY position, filter")
        .bind(level)
        .bind(owner)
        .scalars(c)
        .await
}

/// The active content filters of every place, in their order.
pub async fn all_used(c: &mut Connection) -> Result<HashMap<Place, Vec<i64>>, Error> {
    let rows = sql("SELECT level, owner, filter FROM content_filter_use ORDER BY level, owner, position, filter");
    let mut out: HashMap<Place, Vec<i64>> = HashMap::new();
    for r in rows.fetch_all(c).await? {
        out.entry(place(&r)?).or_default().push(int(&r, "filter")?);
    }
    Ok(out)
}

/// Where a content filter is active.
pub async fn places(c: &mut Connection, filter: i64) -> Result<Vec<Place>, Error> {
    let rows = sql("SELECT level, owner FROM content_filter_use WHERE filter = $1 ORDER BY level, owner").bind(filter);
    rows.fetch_all(c).await?.iter().map(place).collect()
}

fn place(r: &Row) -> Result<Place, Error> {
    let owner = int(r, "owner")?;
    match text(r, "level")?.as_str() {
        "domain" => Ok(Place::Domain(model::DomainId(owner))),
        "outbound" => Ok(Place::Outbound(owner)),
        other => Err(Error::Corrupt { what: "level", text: other.into(), why: "no place of filters".into() }),
    }
}

/// When a notification last left; None: never, or there is none.
pub async fn last_sent(c: &mut Connection, notification: i64) -> Result<Option<Timestamp>, Error> {
    let at = sql("SELECT last_sent FROM notification WHERE id = $1").bind(notification);
    Ok(at.scalar_optional::<Option<i64>>(c).await?.flatten().map(Timestamp))
}

/// Notes that a notification leaves now, unless one has left since `not_since`: true for exactly one caller.
pub async fn claim_sending(
    c: &mut Connection,
    notification: i64,
    now: Timestamp,
    not_since: Timestamp,
) -> Result<bool, Error> {
    let text = "UPDATE notification SET last_sent = $2 WHERE id = $1 AND (last_sent IS NULL OR last_sent < $3)";
    Ok(sql(text).bind(notification).bind(now.0).bind(not_since.0).execute(c).await? == 1)
}

/// A definition as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct DefinitionRow<D> {
    pub definition: Definition<D>,
    /// None: of the whole system.
    pub account_name: Option<String>,
}

/// Definitions whose name or account has the words; sorted by name, account or created. An account sees its own and those
/// of the whole system.
pub async fn list<D: DeserializeOwned>(
    c: &mut Connection,
    kind: Kind,
    scope: Scope,
    q: &ListQuery,
) -> Result<Page<DefinitionRow<D>>, Error> {
    let from = format!("FROM {} x LEFT JOIN account a ON a.id = x.account WHERE ", kind.table());
    let dialect = c.dialect();
    let narrow = |b: &mut Query| {
        match scope {
            Scope::All => b.push("1 = 1"),
            Scope::Account(a) => b.push("coalesce(x.account, 0) IN (0, ").push_bind(a.0).push(")"),
            Scope::Mailbox(_) => b.push("1 = 0"),
        };
        query::push_words(b, dialect, "(x.name || ' ' || coalesce(a.name, ''))", &q.q);
    };
    let mut b = sql("SELECT count(*) ");
    b.push(&from);
    narrow(&mut b);
    let total = b.count(c).await?;
    let mut b = sql("SELECT x.id, x.account, x.name, x.definition, x.created, a.name AS account_name ");
    b.push(&from);
    narrow(&mut b);
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let column = match q.sort.as_str() {
        "account" => "coalesce(a.name_key, '')",
        "created" => "x.created",
        _ => "x.name_key",
    };
    query::push_page(&mut b, column, Some("x.id"), q.desc, (per_page, offset));
    let row = |r: &Row| Ok(DefinitionRow { definition: definition(r)?, account_name: r.get("account_name")? });
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, Error>>()?;
    Ok(query::page(rows, total, number, per_page))
}
