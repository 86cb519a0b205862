//! Accounts: organisations whose domains one set of administrators looks after.

use crate::codec::{DbRow, count, int, text};
use crate::query::{self, like};
use crate::{Connection, Db, Error, Scope};
use model::view::{AccountRow, ListQuery, Page};
use model::{AccountId, Timestamp};
use sqlx::QueryBuilder;

pub async fn insert(c: &mut Connection, name: &str, created: Timestamp) -> Result<AccountId, Error> {
    let id = sqlx::query_scalar("INSERT INTO account (name, name_key, created) VALUES ($1, $2, $3) RETURNING id")
        .bind(name)
        .bind(name.to_lowercase())
        .bind(created.0)
        .fetch_one(c)
        .await?;
    Ok(AccountId(id))
}

pub async fn by_name(c: &mut Connection, name: &str) -> Result<Option<AccountId>, Error> {
    let id: Option<i64> = sqlx::query_scalar("SELECT id FROM account WHERE name_key = $1")
        .bind(name.to_lowercase())
        .fetch_optional(c)
        .await?;
    Ok(id.map(AccountId))
}

pub async fn name(c: &mut Connection, id: AccountId) -> Result<Option<String>, Error> {
    Ok(sqlx::query_scalar("SELECT name FROM account WHERE id = $1").bind(id.0).fetch_optional(c).await?)
}

/// All accounts by name.
pub async fn all(c: &mut Connection) -> Result<Vec<(AccountId, String)>, Error> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, name FROM account ORDER BY name_key").fetch_all(c).await?;
    Ok(rows.into_iter().map(|(id, name)| (AccountId(id), name)).collect())
}

/// Accounts, domains and mailboxes that the scope holds.
pub async fn totals(c: &mut Connection, scope: Scope) -> Result<(u64, u64, u64), Error> {
    let account = match scope {
        Scope::All => None,
        Scope::Account(a) => Some(a.0),
        Scope::Mailbox(_) => return Ok((0, 0, 1)),
    };
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM account WHERE $1 IS NULL OR id = $1) AS accounts,
                (SELECT count(*) FROM domain WHERE $1 IS NULL OR account = $1) AS domains,
                (SELECT count(*) FROM mailbox WHERE $1 IS NULL OR domain IN (SELECT id FROM domain WHERE account = $1)) AS mailboxes",
    )
    .bind(account)
    .fetch_one(c)
    .await?;
    Ok((count(&row, "accounts")?, count(&row, "domains")?, count(&row, "mailboxes")?))
}

pub async fn list(c: &mut Connection, scope: Scope, q: &ListQuery) -> Result<Page<AccountRow>, Error> {
    let filter = |b: &mut QueryBuilder<Db>| {
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
        for word in query::words(&q.q) {
            b.push(" AND a.name LIKE ").push_bind(like(word)).push(" ESCAPE '\\'");
        }
    };
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let mut b = QueryBuilder::<Db>::new("SELECT count(*) FROM account a");
    filter(&mut b);
    let total: i64 = b.build_query_scalar().fetch_one(&mut *c).await?;
    let mut b = QueryBuilder::<Db>::new(
        "SELECT a.id, a.name, a.created, (SELECT count(*) FROM domain d WHERE d.account = a.id) AS domains,
         (SELECT count(*) FROM mailbox m WHERE m.domain IN (SELECT id FROM domain d WHERE d.account = a.id)) AS mailboxes
         FROM account a",
    );
    filter(&mut b);
    b.push(" ORDER BY ").push(match q.sort.as_str() {
        "domains" => "domains",
        "mailboxes" => "mailboxes",
        "created" => "a.created",
        _ => "a.name_key",
    });
    b.push(if q.desc { " DESC" } else { " ASC" })
        .push(", a.id LIMIT ")
        .push_bind(i64::from(per_page))
        .push(" OFFSET ")
        .push_bind(offset);
    let rows = b.build().fetch_all(c).await?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(query::page(rows, u64::try_from(total).unwrap_or(0), number, per_page))
}

fn row(r: &DbRow) -> Result<AccountRow, Error> {
    Ok(AccountRow {
        id: AccountId(int(r, "id")?),
        name: text(r, "name")?,
        domains: count(r, "domains")?,
        mailboxes: count(r, "mailboxes")?,
        created: Timestamp(int(r, "created")?),
    })
}
