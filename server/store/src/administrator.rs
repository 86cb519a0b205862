//! Administrators (guide chapter 4).

use crate::codec::{self, int};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Query, Row, sql};
use crate::query;
use crate::{Connection, Error, Scope};
use model::view::{ListQuery, Page};
use model::{AccountId, AdministratorId, EmailAddress, Role, Timestamp};

#[derive(Debug, Clone, PartialEq)]
pub struct Administrator {
    pub id: AdministratorId,
    pub email: EmailAddress,
    pub role: Role,
    /// None for system administrators only.
    pub account: Option<AccountId>,
    pub password_hash: Option<String>,
    pub active: bool,
    pub created: Timestamp,
}

/// `id` of the argument is not used. A taken address is a conflict.
pub async fn insert(c: &mut Connection, a: &Administrator) -> Result<AdministratorId, Error> {
    let id = sql("INSERT INTO administrator (email, email_key, role, account, password_hash, active, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id")
    .bind(a.email.as_str())
    .bind(a.email.key())
    .bind(codec::to_word("role", &a.role)?)
    .bind(a.account.map(|x| x.0))
    .bind(&a.password_hash)
    .bind(a.active)
    .bind(a.created.0)
    .scalar_optional(c)
    .await?;
    id.map(AdministratorId).ok_or(Error::Conflict("administrator"))
}

/// Writes role, account, password hash and whether active.
pub async fn update(c: &mut Connection, a: &Administrator) -> Result<(), Error> {
    sql("UPDATE administrator SET role = $2, account = $3, password_hash = $4, active = $5 WHERE id = $1")
        .bind(a.id.0)
        .bind(codec::to_word("role", &a.role)?)
        .bind(a.account.map(|x| x.0))
        .bind(&a.password_hash)
        .bind(a.active)
        .execute(c)
        .await?;
    Ok(())
}

pub async fn by_email(c: &mut Connection, email: &EmailAddress) -> Result<Option<Administrator>, Error> {
    let row = sql("SELECT * FROM administrator WHERE email_key = $1").bind(email.key()).fetch_optional(c).await?;
    row.as_ref().map(administrator).transpose()
}

pub async fn get(c: &mut Connection, id: AdministratorId) -> Result<Option<Administrator>, Error> {
    let row = sql("SELECT * FROM administrator WHERE id = $1").bind(id.0).fetch_optional(c).await?;
    row.as_ref().map(administrator).transpose()
}

/// Removes the administrator with their sessions. False where there was none.
pub async fn delete(c: &mut Connection, id: AdministratorId) -> Result<bool, Error> {
    Ok(sql("DELETE FROM administrator WHERE id = $1").bind(id.0).execute(c).await? == 1)
}

/// By address, `limit` rows after those that ended at `after`. An account sees its own.
pub async fn slice(
    c: &mut Connection,
    scope: Scope,
    q: &str,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<Administrator>, Error> {
    const ORDER: Order = Order { key: "email_key", id: None, descending: false, text: (true, false) };
    let mut b = sql("SELECT * FROM administrator WHERE ");
    query::push_scope(&mut b, scope, "account");
    query::push_words(&mut b, c.dialect(), "email", q);
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(administrator).collect::<Result<_, _>>()?;
    Ok(cursor::slice(rows, limit, |a: &Administrator| (a.email.key(), a.id.0)))
}

/// Those of an account; none: those of the system. By address.
pub async fn all(c: &mut Connection, account: Option<AccountId>) -> Result<Vec<Administrator>, Error> {
    let mut b = sql("SELECT * FROM administrator WHERE account ");
    match account {
        Some(a) => b.push("= ").push_bind(a.0),
        None => b.push("IS NULL"),
    };
    b.push(" ORDER BY email_key");
    let rows = b.fetch_all(c).await?;
    rows.iter().map(administrator).collect()
}

pub async fn any(c: &mut Connection) -> Result<bool, Error> {
    sql("SELECT EXISTS (SELECT 1 FROM administrator)").scalar(c).await
}

fn administrator(r: &Row) -> Result<Administrator, Error> {
    Ok(Administrator {
        id: AdministratorId(int(r, "id")?),
        email: codec::word(r, "email")?,
        role: codec::serde_word(r, "role")?,
        account: r.get::<Option<i64>>("account")?.map(AccountId),
        password_hash: r.get("password_hash")?,
        active: int(r, "active")? != 0,
        created: Timestamp(int(r, "created")?),
    })
}

/// An administrator as lists show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdministratorRow {
    pub id: AdministratorId,
    pub email: String,
    pub role: Role,
    pub account_name: Option<String>,
    pub active: bool,
    /// Has set a password; else the activation mail waits for an answer.
    pub activated: bool,
    pub created: Timestamp,
}

/// Which administrators a list shows, besides the search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Of {
    pub role: Option<Role>,
    pub active: Option<bool>,
}

/// Administrators whose address or account has the words; sorted by email, role, account, active or created. An account
/// sees its own.
pub async fn list(c: &mut Connection, scope: Scope, of: Of, q: &ListQuery) -> Result<Page<AdministratorRow>, Error> {
    let from = "FROM administrator x LEFT JOIN account a ON a.id = x.account WHERE ";
    let dialect = c.dialect();
    let role = of.role.map(|r| codec::to_word("role", &r)).transpose()?;
    let narrow = |b: &mut Query| {
        query::push_scope(b, scope, "x.account");
        if let Some(role) = &role {
            b.push(" AND x.role = ").push_bind(role);
        }
        if let Some(active) = of.active {
            b.push(" AND x.active = ").push_bind(active);
        }
        query::push_words(b, dialect, "(x.email || ' ' || coalesce(a.name, ''))", &q.q);
    };
    let mut b = sql("SELECT count(*) ");
    b.push(from);
    narrow(&mut b);
    let total = b.count(c).await?;
    let mut b = sql("SELECT x.id, x.email, x.role, a.name AS account_name, x.active,
        x.password_hash IS NOT NULL AS activated, x.created ");
    b.push(from);
    narrow(&mut b);
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let column = match q.sort.as_str() {
        "role" => "x.role",
        "account" => "coalesce(a.name_key, '')",
        "state" => "x.active",
        "created" => "x.created",
        _ => "x.email_key",
    };
    query::push_page(&mut b, column, Some("x.id"), q.desc, (per_page, offset));
    let row = |r: &Row| {
        Ok(AdministratorRow {
            id: AdministratorId(int(r, "id")?),
            email: codec::text(r, "email")?,
            role: codec::serde_word(r, "role")?,
            account_name: r.get("account_name")?,
            active: int(r, "active")? != 0,
            activated: r.get("activated")?,
            created: Timestamp(int(r, "created")?),
        })
    };
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, Error>>()?;
    Ok(query::page(rows, total, number, per_page))
}
