//! Domains with their gateways and settings.

use crate::codec::{self, DbRow, count, int, text};
use crate::query::{self, like};
use crate::{Connection, Db, Error, Scope};
use model::view::{DomainRow, ListQuery, Page, Unrecognized};
use model::{AccountId, DomainId, DomainName, HostPort, Settings, Timestamp};
use sqlx::QueryBuilder;

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
    let id = sqlx::query_scalar(
        "INSERT INTO domain (account, name, unrecognized, settings, gateways, created) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
    )
    .bind(d.account.0)
    .bind(d.name.as_str())
    .bind(codec::to_word("unrecognized", &d.unrecognized)?)
    .bind(codec::to_json("settings", &d.settings)?)
    .bind(codec::to_json("gateways", &d.gateways)?)
    .bind(d.created.0)
    .fetch_one(c)
    .await?;
    Ok(DomainId(id))
}

/// Writes gateways, unrecognized and settings of an existing domain.
pub async fn update(c: &mut Connection, d: &Domain) -> Result<(), Error> {
    sqlx::query("UPDATE domain SET unrecognized = $2, settings = $3, gateways = $4 WHERE id = $1")
        .bind(d.id.0)
        .bind(codec::to_word("unrecognized", &d.unrecognized)?)
        .bind(codec::to_json("settings", &d.settings)?)
        .bind(codec::to_json("gateways", &d.gateways)?)
        .execute(c)
        .await?;
    Ok(())
}

pub async fn get(c: &mut Connection, id: DomainId) -> Result<Option<Domain>, Error> {
    sqlx::query("SELECT * FROM domain WHERE id = $1")
        .bind(id.0)
        .fetch_optional(c)
        .await?
        .as_ref()
        .map(domain)
        .transpose()
}

pub async fn by_name(c: &mut Connection, name: &DomainName) -> Result<Option<Domain>, Error> {
    sqlx::query("SELECT * FROM domain WHERE name = $1")
        .bind(name.as_str())
        .fetch_optional(c)
        .await?
        .as_ref()
        .map(domain)
        .transpose()
}

/// All domains, or those of one account, by name.
pub async fn all(c: &mut Connection, account: Option<AccountId>) -> Result<Vec<Domain>, Error> {
    let rows = sqlx::query("SELECT * FROM domain WHERE $1 IS NULL OR account = $1 ORDER BY name")
        .bind(account.map(|a| a.0))
        .fetch_all(c)
        .await?;
    rows.iter().map(domain).collect()
}

fn domain(r: &DbRow) -> Result<Domain, Error> {
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
    (SELECT count(*) FROM mailbox m WHERE m.domain = d.id) AS mailboxes FROM domain d JOIN account a ON a.id = d.account";

pub async fn row_of(c: &mut Connection, id: DomainId) -> Result<Option<DomainRow>, Error> {
    let mut b = QueryBuilder::<Db>::new(ROW);
    b.push(" WHERE d.id = ").push_bind(id.0);
    b.build().fetch_optional(c).await?.as_ref().map(row).transpose()
}

pub async fn list(c: &mut Connection, scope: Scope, q: &ListQuery) -> Result<Page<DomainRow>, Error> {
    let filter = |b: &mut QueryBuilder<Db>| {
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
        for word in query::words(&q.q) {
            let pattern = like(word);
            b.push(" AND (d.name LIKE ").push_bind(pattern.clone()).push(" ESCAPE '\\' OR a.name LIKE ");
            b.push_bind(pattern).push(" ESCAPE '\\')");
        }
    };
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let mut b = QueryBuilder::<Db>::new("SELECT count(*) FROM domain d JOIN account a ON a.id = d.account");
    filter(&mut b);
    let total: i64 = b.build_query_scalar().fetch_one(&mut *c).await?;
    let mut b = QueryBuilder::<Db>::new(ROW);
    filter(&mut b);
    b.push(" ORDER BY ").push(match q.sort.as_str() {
        "account" | "account_name" => "a.name_key",
        "mailboxes" => "mailboxes",
        "created" => "d.created",
        _ => "d.name",
    });
    b.push(if q.desc { " DESC" } else { " ASC" })
        .push(", d.id LIMIT ")
        .push_bind(i64::from(per_page))
        .push(" OFFSET ")
        .push_bind(offset);
    let rows = b.build().fetch_all(c).await?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(query::page(rows, u64::try_from(total).unwrap_or(0), number, per_page))
}

fn row(r: &DbRow) -> Result<DomainRow, Error> {
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
