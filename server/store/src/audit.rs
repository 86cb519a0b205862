//! Who did what, when, from where. Written in the transaction of the change itself.

use crate::codec::{DbRow, int, text};
use crate::query::{self, like};
use crate::{Connection, Db, Error, Scope};
use model::view::{AuditRow, ListQuery, Page};
use model::{AccountId, Timestamp};
use sqlx::QueryBuilder;

pub async fn insert(c: &mut Connection, row: &AuditRow, account: Option<AccountId>) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO audit (at, actor, origin, act, object, detail, account) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.at.0)
    .bind(&row.actor)
    .bind(&row.origin)
    .bind(&row.act)
    .bind(&row.object)
    .bind(&row.detail)
    .bind(account.map(|a| a.0))
    .execute(c)
    .await?;
    Ok(())
}

/// What was done with one object, oldest first.
pub async fn of_object(c: &mut Connection, object: &str) -> Result<Vec<AuditRow>, Error> {
    let rows = sqlx::query("SELECT * FROM audit WHERE object = $1 ORDER BY at, id LIMIT 500")
        .bind(object)
        .fetch_all(c)
        .await?;
    rows.iter().map(row).collect()
}

/// Newest first unless sorted otherwise.
pub async fn list(c: &mut Connection, scope: Scope, q: &ListQuery) -> Result<Page<AuditRow>, Error> {
    let filter = |b: &mut QueryBuilder<Db>| {
        b.push(" WHERE 1 = 1");
        match scope {
            Scope::All => {}
            Scope::Account(a) => {
                b.push(" AND account = ").push_bind(a.0);
            }
            Scope::Mailbox(_) => {
                b.push(" AND 1 = 0");
            }
        }
        for word in query::words(&q.q) {
            b.push(" AND (actor || ' ' || origin || ' ' || act || ' ' || object || ' ' || detail) LIKE ");
            b.push_bind(like(word)).push(" ESCAPE '\\'");
        }
    };
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let mut b = QueryBuilder::<Db>::new("SELECT count(*) FROM audit");
    filter(&mut b);
    let total: i64 = b.build_query_scalar().fetch_one(&mut *c).await?;
    let mut b = QueryBuilder::<Db>::new("SELECT * FROM audit");
    filter(&mut b);
    let (column, desc) = match q.sort.as_str() {
        "actor" => ("actor", q.desc),
        "origin" => ("origin", q.desc),
        "act" => ("act", q.desc),
        "object" => ("object", q.desc),
        "at" => ("at", q.desc),
        _ => ("at", true),
    };
    let way = if desc { " DESC" } else { " ASC" };
    b.push(" ORDER BY ").push(column).push(way).push(", id").push(way);
    b.push(" LIMIT ").push_bind(i64::from(per_page)).push(" OFFSET ").push_bind(offset);
    let rows = b.build().fetch_all(c).await?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(query::page(rows, u64::try_from(total).unwrap_or(0), number, per_page))
}

fn row(r: &DbRow) -> Result<AuditRow, Error> {
    Ok(AuditRow {
        at: Timestamp(int(r, "at")?),
        actor: text(r, "actor")?,
        origin: text(r, "origin")?,
        act: text(r, "act")?,
        object: text(r, "object")?,
        detail: text(r, "detail")?,
    })
}
