//! Mailboxes and the addresses under which they are found.

use crate::codec::{self, DbRow, count, int, text};
use crate::query::{self, like};
use crate::{Connection, Db, Error, Scope};
use model::view::{ListQuery, MailboxRow, MailboxState, Page};
use model::{AccountId, DomainId, EmailAddress, MailboxId, Settings, Timestamp};
use sqlx::{QueryBuilder, Row};
use std::collections::HashMap;

/// A mailbox as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Mailbox {
    pub id: MailboxId,
    pub domain: DomainId,
    /// Account of the domain; not written.
    pub account: AccountId,
    /// Primary address.
    pub address: EmailAddress,
    pub state: MailboxState,
    pub password_hash: Option<String>,
    pub settings: Settings,
    /// Links of an older generation log in no longer.
    pub link_generation: i64,
    pub created: Timestamp,
}

/// Inserts the mailbox with its primary address; `id`, `account` and `link_generation` of the argument are not used.
/// A taken address is a conflict ([`Error::is_conflict`]).
pub async fn insert(c: &mut Connection, m: &Mailbox) -> Result<MailboxId, Error> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO mailbox (domain, address, state, password_hash, settings, created) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
    )
    .bind(m.domain.0)
    .bind(m.address.as_str())
    .bind(codec::to_word("state", &m.state)?)
    .bind(&m.password_hash)
    .bind(codec::to_json("settings", &m.settings)?)
    .bind(m.created.0)
    .fetch_one(&mut *c)
    .await?;
    add_address(c, MailboxId(id), &m.address, true).await?;
    Ok(MailboxId(id))
}

/// Writes state, password hash and settings.
pub async fn update(c: &mut Connection, m: &Mailbox) -> Result<(), Error> {
    sqlx::query("UPDATE mailbox SET state = $2, password_hash = $3, settings = $4 WHERE id = $1")
        .bind(m.id.0)
        .bind(codec::to_word("state", &m.state)?)
        .bind(&m.password_hash)
        .bind(codec::to_json("settings", &m.settings)?)
        .execute(c)
        .await?;
    Ok(())
}

async fn add_address(c: &mut Connection, id: MailboxId, address: &EmailAddress, primary: bool) -> Result<(), Error> {
    sqlx::query("INSERT INTO mailbox_address (key, mailbox, address, is_primary) VALUES ($1, $2, $3, $4)")
        .bind(address.key())
        .bind(id.0)
        .bind(address.as_str())
        .bind(i64::from(primary))
        .execute(c)
        .await?;
    Ok(())
}

/// Adds an alias; a taken address is a conflict.
pub async fn add_alias(c: &mut Connection, id: MailboxId, address: &EmailAddress) -> Result<(), Error> {
    add_address(c, id, address, false).await
}

pub async fn remove_alias(c: &mut Connection, id: MailboxId, address: &EmailAddress) -> Result<(), Error> {
    sqlx::query("DELETE FROM mailbox_address WHERE mailbox = $1 AND key = $2 AND is_primary = 0")
        .bind(id.0)
        .bind(address.key())
        .execute(c)
        .await?;
    Ok(())
}

/// Aliases in the order of their keys.
pub async fn aliases(c: &mut Connection, id: MailboxId) -> Result<Vec<EmailAddress>, Error> {
    let rows = sqlx::query("SELECT address FROM mailbox_address WHERE mailbox = $1 AND is_primary = 0 ORDER BY key")
        .bind(id.0)
        .fetch_all(c)
        .await?;
    rows.iter().map(|r| codec::word(r, "address")).collect()
}

/// Every address but the primary ones, of all mailboxes or of those of one domain.
pub async fn all_aliases(
    c: &mut Connection,
    domain: Option<DomainId>,
) -> Result<HashMap<MailboxId, Vec<EmailAddress>>, Error> {
    let rows = match domain {
        None => {
            sqlx::query("SELECT mailbox, address FROM mailbox_address WHERE is_primary = 0 ORDER BY key")
                .fetch_all(c)
                .await?
        }
        Some(d) => sqlx::query(
            "SELECT x.mailbox, x.address FROM mailbox m JOIN mailbox_address x ON x.mailbox = m.id AND x.is_primary = 0
                 WHERE m.domain = $1 ORDER BY x.key",
        )
        .bind(d.0)
        .fetch_all(c)
        .await?,
    };
    let mut out: HashMap<MailboxId, Vec<EmailAddress>> = HashMap::new();
    for r in &rows {
        out.entry(MailboxId(int(r, "mailbox")?)).or_default().push(codec::word(r, "address")?);
    }
    Ok(out)
}

const FULL: &str = "SELECT m.*, d.account FROM mailbox m JOIN domain d ON d.id = m.domain";

pub async fn get(c: &mut Connection, id: MailboxId) -> Result<Option<Mailbox>, Error> {
    let mut b = QueryBuilder::<Db>::new(FULL);
    b.push(" WHERE m.id = ").push_bind(id.0);
    b.build().fetch_optional(c).await?.as_ref().map(mailbox).transpose()
}

/// The mailbox that has this address, primary or alias.
pub async fn by_address(c: &mut Connection, address: &EmailAddress) -> Result<Option<Mailbox>, Error> {
    let mut b = QueryBuilder::<Db>::new(FULL);
    b.push(" WHERE m.id = (SELECT mailbox FROM mailbox_address WHERE key = ").push_bind(address.key()).push(")");
    b.build().fetch_optional(c).await?.as_ref().map(mailbox).transpose()
}

/// All mailboxes, or those of one domain, by address.
pub async fn all(c: &mut Connection, domain: Option<DomainId>) -> Result<Vec<Mailbox>, Error> {
    let mut b = QueryBuilder::<Db>::new(FULL);
    if let Some(d) = domain {
        b.push(" WHERE m.domain = ").push_bind(d.0);
    }
    b.push(" ORDER BY m.address");
    b.build().fetch_all(c).await?.iter().map(mailbox).collect()
}

/// Links that were made for the mailbox until now log in no longer.
pub async fn revoke_links(c: &mut Connection, id: MailboxId) -> Result<(), Error> {
    sqlx::query("UPDATE mailbox SET link_generation = link_generation + 1 WHERE id = $1").bind(id.0).execute(c).await?;
    Ok(())
}

fn mailbox(r: &DbRow) -> Result<Mailbox, Error> {
    Ok(Mailbox {
        id: MailboxId(int(r, "id")?),
        domain: DomainId(int(r, "domain")?),
        account: AccountId(int(r, "account")?),
        address: codec::word(r, "address")?,
        state: codec::serde_word(r, "state")?,
        password_hash: r.try_get("password_hash")?,
        settings: codec::settings(r)?,
        link_generation: int(r, "link_generation")?,
        created: Timestamp(int(r, "created")?),
    })
}

const ROW: &str = "SELECT m.id, m.address, m.domain, m.state, m.password_hash IS NOT NULL AS has_password, m.created,
    (SELECT count(*) FROM quarantine q WHERE q.mailbox = m.id AND q.disposition = 'quarantined' AND q.system = 0) AS quarantined
    FROM mailbox m JOIN domain d ON d.id = m.domain";

pub async fn list(
    c: &mut Connection,
    scope: Scope,
    domain: Option<DomainId>,
    q: &ListQuery,
) -> Result<Page<MailboxRow>, Error> {
    let filter = |b: &mut QueryBuilder<Db>| {
        b.push(" WHERE 1 = 1");
        match scope {
            Scope::All => {}
            Scope::Account(a) => {
                b.push(" AND d.account = ").push_bind(a.0);
            }
            Scope::Mailbox(m) => {
                b.push(" AND m.id = ").push_bind(m.0);
            }
        }
        if let Some(d) = domain {
            b.push(" AND m.domain = ").push_bind(d.0);
        }
        for word in query::words(&q.q) {
            b.push(" AND EXISTS (SELECT 1 FROM mailbox_address x WHERE x.mailbox = m.id AND x.address LIKE ");
            b.push_bind(like(word)).push(" ESCAPE '\\')");
        }
    };
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let mut b = QueryBuilder::<Db>::new("SELECT count(*) FROM mailbox m JOIN domain d ON d.id = m.domain");
    filter(&mut b);
    let total: i64 = b.build_query_scalar().fetch_one(&mut *c).await?;
    let mut b = QueryBuilder::<Db>::new(ROW);
    filter(&mut b);
    b.push(" ORDER BY ").push(match q.sort.as_str() {
        "state" => "m.state",
        "quarantined" => "quarantined",
        "created" => "m.created",
        _ => "m.address",
    });
    b.push(if q.desc { " DESC" } else { " ASC" })
        .push(", m.id LIMIT ")
        .push_bind(i64::from(per_page))
        .push(" OFFSET ")
        .push_bind(offset);
    let found = b.build().fetch_all(&mut *c).await?;
    let mut rows = Vec::with_capacity(found.len());
    for r in &found {
        let id = MailboxId(int(r, "id")?);
        rows.push(MailboxRow {
            id,
            address: text(r, "address")?,
            aliases: aliases(c, id).await?.iter().map(ToString::to_string).collect(),
            domain: DomainId(int(r, "domain")?),
            state: codec::serde_word(r, "state")?,
            has_password: int(r, "has_password")? != 0,
            quarantined: count(r, "quarantined")?,
            created: Timestamp(int(r, "created")?),
        });
    }
    Ok(query::page(rows, u64::try_from(total).unwrap_or(0), number, per_page))
}
