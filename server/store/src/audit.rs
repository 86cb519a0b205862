//! Who did what, when, from where. Written in the transaction of the change itself.

use crate::codec::{int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Dialect, Query, Row, sql};
use crate::query;
use crate::{Connection, Error, Scope};
use model::view::{AuditRow, ListQuery, Page};
use model::{AccountId, Timestamp};

pub async fn insert(c: &mut Connection, row: &AuditRow, account: Option<AccountId>) -> Result<(), Error> {
    sql("INSERT INTO audit (at, actor, origin, act, object, detail, account) VALUES ($1, $2, $3, $4, $5, $6, $7)")
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

/// Inserts many, in their order.
pub async fn insert_many(c: &mut Connection, rows: &[AuditRow], account: Option<AccountId>) -> Result<(), Error> {
    for chunk in crate::traffic::chunks(rows) {
        let mut b = sql("INSERT INTO audit (at, actor, origin, act, object, detail, account) ");
        b.push_values(chunk, |v, row| {
            v.push_bind(row.at.0).push_bind(&row.actor).push_bind(&row.origin).push_bind(&row.act);
            v.push_bind(&row.object).push_bind(&row.detail).push_bind(account.map(|a| a.0));
        });
        b.execute(&mut *c).await?;
    }
    Ok(())
}

/// What was done with one object, oldest first.
pub async fn of_object(c: &mut Connection, object: &str) -> Result<Vec<AuditRow>, Error> {
    let rows = sql("SELECT * FROM audit WHERE object = $1 ORDER BY at, id LIMIT 500").bind(object).fetch_all(c).await?;
    rows.iter().map(row).collect()
}

fn filter(b: &mut Query, dialect: Dialect, scope: Scope, q: &str) {
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
    query::push_words(b, dialect, "(actor || ' ' || origin || ' ' || act || ' ' || object || ' ' || detail)", q);
}

/// Newest first, `limit` rows after those that ended at `after`; each with its id.
pub async fn slice(
    c: &mut Connection,
    scope: Scope,
    q: &str,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<(i64, AuditRow)>, Error> {
    const ORDER: Order = Order { key: "at", id: Some("id"), descending: true, text: (false, false) };
    let mut b = sql("SELECT * FROM audit");
    filter(&mut b, c.dialect(), scope, q);
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(|r| Ok((int(r, "id")?, row(r)?))).collect::<Result<Vec<_>, Error>>()?;
    Ok(cursor::slice(rows, limit, |(id, r): &(i64, AuditRow)| (r.at.0, *id)))
}

/// Newest first unless sorted otherwise.
pub async fn list(c: &mut Connection, scope: Scope, q: &ListQuery) -> Result<Page<AuditRow>, Error> {
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let mut b = sql("SELECT count(*) FROM audit");
    filter(&mut b, c.dialect(), scope, &q.q);
    let total = b.count(c).await?;
    let mut b = sql("SELECT * FROM audit");
    filter(&mut b, c.dialect(), scope, &q.q);
    let (column, desc) = match q.sort.as_str() {
        "actor" => ("actor", q.desc),
        "origin" => ("origin", q.desc),
        "act" => ("act", q.desc),
        "object" => ("object", q.desc),
        "at" => ("at", q.desc),
        _ => ("at", true),
    };
    query::push_page(&mut b, column, Some("id"), desc, (per_page, offset));
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(query::page(rows, total, number, per_page))
}

fn row(r: &Row) -> Result<AuditRow, Error> {
    Ok(AuditRow {
        at: Timestamp(int(r, "at")?),
        actor: text(r, "actor")?,
        origin: text(r, "origin")?,
        act: text(r, "act")?,
        object: text(r, "object")?,
        detail: text(r, "detail")?,
    })
}
