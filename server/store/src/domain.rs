//! Domains with their gateways and settings.

use crate::codec::{self, count, int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Dialect, Query, Row, sql};
use crate::query::{self, push_contains};
use crate::{Connection, Error, Scope};
use model::view::{DomainRow, ListQuery, Page, Unrecognized};
use model::{AccountId, DomainId, DomainName, HostPort, Settings, Timestamp};

/// A domain as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    pub id: DomainId,
    pub account: AccountId,
    pub name: DomainName,
    pub unrecognized: Unrecognized,
    /// In the order in which they are tried.
    pub gateways: Vec<HostPort>,
    pub settings: Settings,
    pub created: Timestamp,
}

/// `id` of the argument is not used.
pub async fn insert(c: &mut Connection, d: &Domain) -> Result<DomainId, Error> {
    let id = sql(
        "INSERT INTO domain (account, name, unrecognized, settings, gateways, created) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind(d.account.0)
    .bind(d.name.as_str())
    .bind(codec::to_word("unrecognized", &d.unrecognized)?)
    .bind(codec::to_json("settings", &d.settings)?)
    .bind(codec::to_json("gateways", &d.gateways)?)
    .bind(d.created.0)
    .scalar_optional(c)
    .await?;
    id.map(DomainId).ok_or(Error::Conflict("domain"))
}

/// Writes gateways, unrecognized and settings of an existing domain.
pub async fn update(c: &mut Connection, d: &Domain) -> Result<(), Error> {
    sql("UPDATE domain SET unrecognized = $2, settings = $3, gateways = $4 WHERE id = $1")
        .bind(d.id.0)
        .bind(codec::to_word("unrecognized", &d.unrecognized)?)
        .bind(codec::to_json("settings", &d.settings)?)
        .bind(codec::to_json("gateways", &d.gateways)?)
        .execute(c)
        .await?;
    Ok(())
}

/// Gives the domain with its mailboxes to another account. What refers to objects of the old account (content filters,
/// members of outbound IPs) does not go with it; whether it may move is the service's to decide. False where there is no
/// such domain.
pub async fn move_to(c: &mut Connection, id: DomainId, account: AccountId) -> Result<bool, Error> {
    let moved = sql("UPDATE domain SET account = $2 WHERE id = $1").bind(id.0).bind(account.0).execute(c).await?;
    sql("DELETE FROM content_filter_use WHERE level = 'domain' AND owner = $1 AND filter NOT IN
         (SELECT id FROM content_filter WHERE account = $2)")
    .bind(id.0)
    .bind(account.0)
    .execute(c)
    .await?;
    sql("DELETE FROM outbound_member WHERE domain = $1").bind(id.0).execute(c).await?;
    Ok(moved == 1)
}

/// Removes the domain with its mailboxes, groups and lists. Mail that is held or logged stays until it is too old; so do
/// aliases in it that mailboxes of other domains have ([`crate::mailbox::foreign_aliases`]). False where there was none.
pub async fn delete(c: &mut Connection, id: DomainId) -> Result<bool, Error> {
    Ok(sql("DELETE FROM domain WHERE id = $1").bind(id.0).execute(c).await? == 1)
}

pub async fn get(c: &mut Connection, id: DomainId) -> Result<Option<Domain>, Error> {
    sql("SELECT * FROM domain WHERE id = $1").bind(id.0).fetch_optional(c).await?.as_ref().map(domain).transpose()
}

pub async fn by_name(c: &mut Connection, name: &DomainName) -> Result<Option<Domain>, Error> {
    sql("SELECT * FROM domain WHERE name = $1")
        .bind(name.as_str())
        .fetch_optional(c)
        .await?
        .as_ref()
        .map(domain)
        .transpose()
}

/// All domains, or those of one account, by name.
pub async fn all(c: &mut Connection, account: Option<AccountId>) -> Result<Vec<Domain>, Error> {
    let mut b = sql("SELECT * FROM domain");
    if let Some(a) = account {
        b.push(" WHERE account = ").push_bind(a.0);
    }
    b.push(" ORDER BY name");
    let rows = b.fetch_all(c).await?;
    rows.iter().map(domain).collect()
}

fn domain(r: &Row) -> Result<Domain, Error> {
    Ok(Domain {
        id: DomainId(int(r, "id")?),
        account: AccountId(int(r, "account")?),
        name: codec::word(r, "name")?,
        unrecognized: codec::serde_word(r, "unrecognized")?,
        gateways: codec::json(r, "gateways")?,
        settings: codec::settings(r)?,
        created: Timestamp(int(r, "created")?),
    })
}

const ROW: &str = "SELECT d.id, d.name, d.account, a.name AS account_name, d.gateways, d.created,
    d.mailboxes FROM domain d JOIN account a ON a.id = d.account";

pub async fn row_of(c: &mut Connection, id: DomainId) -> Result<Option<DomainRow>, Error> {
    let mut b = sql(ROW);
    b.push(" WHERE d.id = ").push_bind(id.0);
    b.fetch_optional(c).await?.as_ref().map(row).transpose()
}

fn filter(b: &mut Query, dialect: Dialect, scope: Scope, q: &str) {
    b.push(" WHERE 1 = 1");
    match scope {
        Scope::All => {}
        Scope::Account(a) => {
            b.push(" AND d.account = ").push_bind(a.0);
        }
        Scope::Mailbox(_) => {
            b.push(" AND 1 = 0");
        }
    }
    for word in query::words(q) {
        b.push(" AND (");
        push_contains(b, dialect, "d.name", word);
        b.push(" OR ");
        push_contains(b, dialect, "a.name", word);
        b.push(")");
    }
}

/// By name, `limit` rows after those that ended at `after`.
pub async fn slice(
    c: &mut Connection,
    scope: Scope,
    q: &str,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<DomainRow>, Error> {
    const ORDER: Order = Order { key: "d.name", id: None, descending: false, text: (true, false) };
    let mut b = sql(ROW);
    filter(&mut b, c.dialect(), scope, q);
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(cursor::slice(rows, limit, |r: &DomainRow| (r.name.clone(), r.id.0)))
}

pub async fn list(c: &mut Connection, scope: Scope, q: &ListQuery) -> Result<Page<DomainRow>, Error> {
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let total = if query::words(&q.q).next().is_none() {
        match scope {
            Scope::Mailbox(_) => 0,
            scope => crate::account::totals(c, scope).await?.1,
        }
    } else {
        let mut b = sql("SELECT count(*) FROM domain d JOIN account a ON a.id = d.account");
        filter(&mut b, c.dialect(), scope, &q.q);
        b.count(c).await?
    };
    let mut b = sql(ROW);
    filter(&mut b, c.dialect(), scope, &q.q);
    let (column, id) = match q.sort.as_str() {
        "account" | "account_name" => ("a.name_key", Some("d.id")),
        "mailboxes" => ("d.mailboxes", Some("d.id")),
        "created" => ("d.created", Some("d.id")),
        _ => ("d.name", None),
    };
    query::push_page(&mut b, column, id, q.desc, (per_page, offset));
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(query::page(rows, total, number, per_page))
}

fn row(r: &Row) -> Result<DomainRow, Error> {
    Ok(DomainRow {
        id: DomainId(int(r, "id")?),
        name: text(r, "name")?,
        account: AccountId(int(r, "account")?),
        account_name: text(r, "account_name")?,
        gateways: codec::json(r, "gateways")?,
        mailboxes: count(r, "mailboxes")?,
        created: Timestamp(int(r, "created")?),
    })
}
