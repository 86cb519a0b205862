//! Mailboxes and the addresses under which they are found.

use crate::codec::{self, count, int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Dialect, Query, Row, sql};
use crate::query::{self, push_contains};
use crate::{Connection, Error, Scope};
use model::view::{ListQuery, MailboxRow, MailboxState, Page};
use model::{AccountId, DomainId, DomainName, EmailAddress, MailboxId, Settings, Timestamp};
use std::collections::{HashMap, HashSet};

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
    let id = sql("INSERT INTO mailbox (domain, account, address, state, password_hash, settings, created)
         SELECT $1, (SELECT account FROM domain WHERE id = $1), $2, $3, $4, $5, $6 WHERE NOT EXISTS (SELECT 1 FROM mailbox_address WHERE key = $7) RETURNING id")
    .bind(m.domain.0)
    .bind(m.address.as_str())
    .bind(codec::to_word("state", &m.state)?)
    .bind(&m.password_hash)
    .bind(codec::to_json("settings", &m.settings)?)
    .bind(m.created.0)
    .bind(m.address.key())
    .scalar_optional(c)
    .await?;
    let id = id.map(MailboxId).ok_or(Error::Conflict("mailbox"))?;
    add_address(c, id, &m.address, true).await?;
    Ok(id)
}

/// Mailboxes that one statement inserts.
const CHUNK: usize = 200;

/// Inserts many, as [`insert`] does one: the id of each, or None where its address is taken. Much quicker than one by
/// one: totals are brought up to date once a statement.
pub async fn insert_many(c: &mut Connection, mailboxes: &[Mailbox]) -> Result<Vec<Option<MailboxId>>, Error> {
    let mut out = Vec::with_capacity(mailboxes.len());
    for chunk in mailboxes.chunks(CHUNK) {
        let keys: Vec<String> = chunk.iter().map(|m| m.address.key()).collect();
        let mut b = sql("SELECT key FROM mailbox_address WHERE key IN ");
        b.push_list(&keys);
        let mut taken: HashSet<String> = b.scalars(c).await?.into_iter().collect();
        let mut b = sql("SELECT id, account FROM domain WHERE id IN ");
        b.push_list(chunk.iter().map(|m| m.domain.0));
        let rows = b.fetch_all(c).await?;
        let accounts: HashMap<i64, i64> =
            rows.iter().map(|r| Ok((int(r, "id")?, int(r, "account")?))).collect::<Result<_, Error>>()?;
        let new: Vec<bool> = keys.iter().map(|key| taken.insert(key.clone())).collect();
        let rows: Vec<&Mailbox> = chunk.iter().zip(&new).filter(|(_, new)| **new).map(|(m, _)| m).collect();
        let ids = insert_new(c, &rows, &accounts).await?;
        out.extend(keys.iter().zip(new).map(|(key, new)| if new { ids.get(key).copied() } else { None }));
    }
    Ok(out)
}

/// Inserts mailboxes whose addresses are free; their ids by the addresses' keys.
async fn insert_new(
    c: &mut Connection,
    mailboxes: &[&Mailbox],
    accounts: &HashMap<i64, i64>,
) -> Result<HashMap<String, MailboxId>, Error> {
    if mailboxes.is_empty() {
        return Ok(HashMap::new());
    }
    let coded = mailboxes
        .iter()
        .map(|m| Ok((m, codec::to_word("state", &m.state)?, codec::to_json("settings", &m.settings)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let mut b = sql("INSERT INTO mailbox (domain, account, address, state, password_hash, settings, created) ");
    b.push_values(coded, |v, (m, state, settings)| {
        v.push_bind(m.domain.0).push_bind(accounts.get(&m.domain.0).copied()).push_bind(m.address.as_str());
        v.push_bind(state).push_bind(&m.password_hash).push_bind(settings).push_bind(m.created.0);
    });
    b.push(" RETURNING id, address");
    let rows = b.fetch_all(c).await?;
    let made = rows
        .iter()
        .map(|r| Ok((codec::word::<EmailAddress>(r, "address")?, int(r, "id")?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let mut b = sql("INSERT INTO mailbox_address (key, mailbox, address, is_primary) ");
    b.push_values(&made, |v, (address, id)| {
        v.push_bind(address.key()).push_bind(*id).push_bind(address.as_str()).push_bind(true);
    });
    b.execute(c).await?;
    Ok(made.into_iter().map(|(address, id)| (address.key(), MailboxId(id))).collect())
}

/// Writes state, password hash and settings.
pub async fn update(c: &mut Connection, m: &Mailbox) -> Result<(), Error> {
    sql("UPDATE mailbox SET state = $2, password_hash = $3, settings = $4 WHERE id = $1")
        .bind(m.id.0)
        .bind(codec::to_word("state", &m.state)?)
        .bind(&m.password_hash)
        .bind(codec::to_json("settings", &m.settings)?)
        .execute(c)
        .await?;
    Ok(())
}

/// What a mailbox has besides its address, state and settings (guide chapter 8).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    pub access: Access,
    /// Discovery never removes it.
    pub keep: bool,
    pub full_name: String,
    /// Since when a verifier says that it does not exist.
    pub invalid_since: Option<Timestamp>,
}

pub use model::view::MailboxAccess as Access;

/// None where there is no such mailbox.
pub async fn details(c: &mut Connection, id: MailboxId) -> Result<Option<Details>, Error> {
    let row = sql("SELECT access, keep, full_name, invalid_since FROM mailbox WHERE id = $1").bind(id.0);
    row.fetch_optional(c).await?.as_ref().map(detail).transpose()
}

/// Those of all mailboxes that differ from [`Details::default`], for the snapshot.
pub async fn all_details(c: &mut Connection) -> Result<HashMap<MailboxId, Details>, Error> {
    let rows = sql("SELECT id, access, keep, full_name, invalid_since FROM mailbox
         WHERE access <> 'default' OR keep <> 0 OR full_name <> '' OR invalid_since IS NOT NULL")
    .fetch_all(c)
    .await?;
    rows.iter().map(|r| Ok((MailboxId(int(r, "id")?), detail(r)?))).collect()
}

fn detail(r: &Row) -> Result<Details, Error> {
    Ok(Details {
        access: codec::word(r, "access")?,
        keep: r.get("keep")?,
        full_name: text(r, "full_name")?,
        invalid_since: r.get::<Option<i64>>("invalid_since")?.map(Timestamp),
    })
}

/// Writes all but `invalid_since`.
pub async fn set_details(c: &mut Connection, id: MailboxId, d: &Details) -> Result<(), Error> {
    sql("UPDATE mailbox SET access = $2, keep = $3, full_name = $4 WHERE id = $1")
        .bind(id.0)
        .bind(d.access.as_str())
        .bind(d.keep)
        .bind(&d.full_name)
        .execute(c)
        .await?;
    Ok(())
}

/// What a verifier says: it exists, or does not since `since`; the first such moment stays.
pub async fn set_invalid(c: &mut Connection, id: MailboxId, since: Option<Timestamp>) -> Result<(), Error> {
    let text = match since {
        Some(_) => "UPDATE mailbox SET invalid_since = coalesce(invalid_since, $2) WHERE id = $1",
        None => "UPDATE mailbox SET invalid_since = $2 WHERE id = $1 AND invalid_since IS NOT NULL",
    };
    sql(text).bind(id.0).bind(since.map(|t| t.0)).execute(c).await?;
    Ok(())
}

/// Mailboxes of a domain that discovery may remove: active or unprotected, not kept, and invalid since before `before`.
pub async fn removable(c: &mut Connection, domain: DomainId, before: Timestamp) -> Result<Vec<MailboxId>, Error> {
    let ids = sql(
        "SELECT id FROM mailbox WHERE domain = $1 AND invalid_since < $2 AND keep = 0 AND state <> 'inactive' ORDER BY id",
    )
    .bind(domain.0)
    .bind(before.0);
    Ok(ids.scalars(c).await?.into_iter().map(MailboxId).collect())
}

/// Removes the mailbox with its aliases, lists, sessions and memberships. Mail that is held for it stays until it is too
/// old, for administrators. False where there was none.
pub async fn delete(c: &mut Connection, id: MailboxId) -> Result<bool, Error> {
    Ok(sql("DELETE FROM mailbox WHERE id = $1").bind(id.0).execute(c).await? == 1)
}

async fn add_address(c: &mut Connection, id: MailboxId, address: &EmailAddress, primary: bool) -> Result<(), Error> {
    let added = sql("INSERT INTO mailbox_address (key, mailbox, address, is_primary) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(address.key())
        .bind(id.0)
        .bind(address.as_str())
        .bind(primary)
        .execute(c)
        .await?;
    if added == 0 { Err(Error::Conflict("address")) } else { Ok(()) }
}

/// Adds an alias; a taken address is a conflict.
pub async fn add_alias(c: &mut Connection, id: MailboxId, address: &EmailAddress) -> Result<(), Error> {
    add_address(c, id, address, false).await
}

/// Which of these addresses, by their keys, belong to a mailbox already.
pub async fn taken(c: &mut Connection, keys: &[String]) -> Result<HashSet<String>, Error> {
    let mut found = HashSet::new();
    for chunk in keys.chunks(500) {
        let mut b = sql("SELECT key FROM mailbox_address WHERE key IN ");
        b.push_list(chunk);
        found.extend(b.scalars::<String>(c).await?);
    }
    Ok(found)
}

/// Adds many aliases. The first whose address is taken, where one is: then nothing more is added, and the transaction is
/// to be rolled back.
pub async fn add_aliases(
    c: &mut Connection,
    aliases: &[(MailboxId, EmailAddress)],
) -> Result<Option<(MailboxId, EmailAddress)>, Error> {
    for chunk in aliases.chunks(CHUNK) {
        let mut b = sql("INSERT INTO mailbox_address (key, mailbox, address, is_primary) ");
        b.push_values(chunk, |v, (id, address)| {
            v.push_bind(address.key()).push_bind(id.0).push_bind(address.as_str()).push_bind(false);
        });
        b.push(" ON CONFLICT DO NOTHING RETURNING key");
        let mut added: HashSet<String> = b.scalars(c).await?.into_iter().collect();
        if let Some(taken) = chunk.iter().find(|(_, address)| !added.remove(&address.key())) {
            return Ok(Some(taken.clone()));
        }
    }
    Ok(None)
}

pub async fn remove_alias(c: &mut Connection, id: MailboxId, address: &EmailAddress) -> Result<(), Error> {
    sql("DELETE FROM mailbox_address WHERE mailbox = $1 AND key = $2 AND is_primary = 0")
        .bind(id.0)
        .bind(address.key())
        .execute(c)
        .await?;
    Ok(())
}

/// Aliases in the order of their keys.
pub async fn aliases(c: &mut Connection, id: MailboxId) -> Result<Vec<EmailAddress>, Error> {
    let rows = sql("SELECT address FROM mailbox_address WHERE mailbox = $1 AND is_primary = 0 ORDER BY key")
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
    let mut b = sql("SELECT x.mailbox, x.address FROM mailbox_address x");
    if let Some(d) = domain {
        b.push(" JOIN mailbox m ON m.id = x.mailbox AND m.domain = ").push_bind(d.0);
    }
    b.push(" WHERE x.is_primary = 0 ORDER BY x.key");
    by_mailbox(&b.fetch_all(c).await?)
}

/// Aliases that lie in another domain than their mailbox, and one of the two is this: with the mailbox's address.
/// Reads the aliases of the whole account.
pub async fn foreign_aliases(
    c: &mut Connection,
    account: AccountId,
    domain: DomainId,
    name: &DomainName,
) -> Result<Vec<(MailboxId, EmailAddress, EmailAddress)>, Error> {
    let rows = sql("SELECT m.id, m.domain, m.address AS home, x.address FROM mailbox m
         JOIN mailbox_address x ON x.mailbox = m.id AND x.is_primary = 0 WHERE m.account = $1 ORDER BY x.key")
    .bind(account.0)
    .fetch_all(c)
    .await?;
    let mut out = Vec::new();
    for r in &rows {
        let (home, alias): (EmailAddress, EmailAddress) = (codec::word(r, "home")?, codec::word(r, "address")?);
        let of_domain = int(r, "domain")? == domain.0;
        if of_domain != (alias.domain() == *name) {
            out.push((MailboxId(int(r, "id")?), home, alias));
        }
    }
    Ok(out)
}

/// The mailboxes that have these addresses, primary or alias, with their domains; by the addresses' keys.
pub async fn by_keys(c: &mut Connection, keys: &[String]) -> Result<HashMap<String, (MailboxId, DomainId)>, Error> {
    let mut out = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(500) {
        let mut b = sql("SELECT x.key, m.id, m.domain FROM mailbox_address x JOIN mailbox m ON m.id = x.mailbox
             WHERE x.key IN ");
        b.push_list(chunk);
        for r in &b.fetch_all(c).await? {
            out.insert(text(r, "key")?, (MailboxId(int(r, "id")?), DomainId(int(r, "domain")?)));
        }
    }
    Ok(out)
}

/// Which of these mailboxes are in the domain.
pub async fn in_domain(c: &mut Connection, domain: DomainId, ids: &[MailboxId]) -> Result<HashSet<MailboxId>, Error> {
    let mut out = HashSet::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut b = sql("SELECT id FROM mailbox WHERE domain = $1 AND id IN ").bind(domain.0);
        b.push_list(chunk.iter().map(|m| m.0));
        out.extend(b.scalars(c).await?.into_iter().map(MailboxId));
    }
    Ok(out)
}

/// The aliases of some mailboxes.
async fn aliases_of(c: &mut Connection, ids: &[i64]) -> Result<HashMap<MailboxId, Vec<EmailAddress>>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut b = sql("SELECT mailbox, address FROM mailbox_address WHERE is_primary = 0 AND mailbox IN ");
    b.push_list(ids.iter().copied());
    let mut aliases = by_mailbox(&b.fetch_all(c).await?)?;
    aliases.values_mut().for_each(|of_one| of_one.sort_by_cached_key(EmailAddress::key));
    Ok(aliases)
}

fn by_mailbox(rows: &[Row]) -> Result<HashMap<MailboxId, Vec<EmailAddress>>, Error> {
    let mut out: HashMap<MailboxId, Vec<EmailAddress>> = HashMap::new();
    for r in rows {
        out.entry(MailboxId(int(r, "mailbox")?)).or_default().push(codec::word(r, "address")?);
    }
    Ok(out)
}

const FULL: &str = "SELECT m.* FROM mailbox m";

pub async fn get(c: &mut Connection, id: MailboxId) -> Result<Option<Mailbox>, Error> {
    let mut b = sql(FULL);
    b.push(" WHERE m.id = ").push_bind(id.0);
    b.fetch_optional(c).await?.as_ref().map(mailbox).transpose()
}

/// Those of these that there are, in no order; at most some thousands at once.
pub async fn some(c: &mut Connection, ids: Vec<MailboxId>) -> Result<Vec<Mailbox>, Error> {
    let ids: Vec<i64> = ids.into_iter().map(|id| id.0).collect();
    let mut b = sql(FULL);
    b.push(" WHERE m.id IN ");
    b.push_list(ids);
    b.fetch_all(c).await?.iter().map(mailbox).collect()
}

/// Mailboxes whose own settings name this one, whatever they say of it.
pub async fn that_set(c: &mut Connection, setting: String) -> Result<Vec<MailboxId>, Error> {
    let like = format!("%\"{setting}\"%");
    let ids = sql("SELECT id FROM mailbox WHERE settings LIKE $1").bind(like).scalars(c).await?;
    Ok(ids.into_iter().map(MailboxId).collect())
}

/// The mailbox that has this address, primary or alias.
pub async fn by_address(c: &mut Connection, address: &EmailAddress) -> Result<Option<Mailbox>, Error> {
    let mut b = sql(FULL);
    b.push(" JOIN mailbox_address x ON x.mailbox = m.id WHERE x.key = ").push_bind(address.key());
    b.fetch_optional(c).await?.as_ref().map(mailbox).transpose()
}

/// All mailboxes, or those of one domain, by address.
pub async fn all(c: &mut Connection, domain: Option<DomainId>) -> Result<Vec<Mailbox>, Error> {
    let mut b = sql(FULL);
    if let Some(d) = domain {
        b.push(" WHERE m.domain = ").push_bind(d.0);
    }
    b.push(" ORDER BY m.address");
    b.fetch_all(c).await?.iter().map(mailbox).collect()
}

/// What the way of a message must know of a mailbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Brief {
    pub id: MailboxId,
    pub domain: DomainId,
    pub address: EmailAddress,
    pub state: MailboxState,
    pub settings: Settings,
    /// Keys of its aliases.
    pub aliases: Vec<Box<str>>,
}

/// `limit` mailboxes by id, after this one: all there are, without holding all rows at once.
pub async fn briefs(c: &mut Connection, after: MailboxId, limit: u32) -> Result<Vec<Brief>, Error> {
    let rows = sql(
        "SELECT m.id, m.domain, m.address, m.state, m.settings FROM mailbox m WHERE m.id > $1 ORDER BY m.id LIMIT $2",
    )
    .bind(after.0)
    .bind(i64::from(limit))
    .fetch_all(c)
    .await?;
    let mut found = rows.iter().map(brief).collect::<Result<Vec<_>, Error>>()?;
    let Some(last) = found.last().map(|b| b.id) else { return Ok(found) };
    let rows = sql("SELECT mailbox, key FROM mailbox_address
         WHERE is_primary = 0 AND mailbox > $1 AND mailbox <= $2 ORDER BY mailbox, key")
    .bind(after.0)
    .bind(last.0)
    .fetch_all(c)
    .await?;
    let mut of = found.iter_mut().peekable();
    for r in &rows {
        let id = MailboxId(int(r, "mailbox")?);
        while of.next_if(|b| b.id < id).is_some() {}
        if let Some(b) = of.peek_mut().filter(|b| b.id == id) {
            b.aliases.push(text(r, "key")?.into());
        }
    }
    Ok(found)
}

fn brief(r: &Row) -> Result<Brief, Error> {
    Ok(Brief {
        id: MailboxId(int(r, "id")?),
        domain: DomainId(int(r, "domain")?),
        address: codec::word(r, "address")?,
        state: codec::serde_word(r, "state")?,
        settings: codec::settings(r)?,
        aliases: Vec::new(),
    })
}

/// Links that were made for the mailbox until now log in no longer.
pub async fn revoke_links(c: &mut Connection, id: MailboxId) -> Result<(), Error> {
    sql("UPDATE mailbox SET link_generation = link_generation + 1 WHERE id = $1").bind(id.0).execute(c).await?;
    Ok(())
}

fn mailbox(r: &Row) -> Result<Mailbox, Error> {
    Ok(Mailbox {
        id: MailboxId(int(r, "id")?),
        domain: DomainId(int(r, "domain")?),
        account: AccountId(int(r, "account")?),
        address: codec::word(r, "address")?,
        state: codec::serde_word(r, "state")?,
        password_hash: r.get("password_hash")?,
        settings: codec::settings(r)?,
        link_generation: int(r, "link_generation")?,
        created: Timestamp(int(r, "created")?),
    })
}

const ROW: &str = "SELECT m.id, m.address, m.domain, m.state, m.password_hash IS NOT NULL AS has_password, m.created,
    m.access, m.keep, m.full_name, m.invalid_since,
    (SELECT count(*) FROM quarantine q WHERE q.mailbox = m.id AND q.disposition = 'quarantined' AND q.system = 0) AS quarantined
    FROM mailbox m";

/// Which mailboxes a list shows, besides the search: each part narrows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Of {
    pub domain: Option<DomainId>,
    pub state: Option<MailboxState>,
}

impl From<Option<DomainId>> for Of {
    fn from(domain: Option<DomainId>) -> Self {
        Of { domain, state: None }
    }
}

fn filter(b: &mut Query, dialect: Dialect, scope: Scope, of: Of, q: &str) -> Result<(), Error> {
    b.push(" WHERE 1 = 1");
    match scope {
        Scope::All => {}
        Scope::Account(a) => {
            b.push(" AND m.account = ").push_bind(a.0);
        }
        Scope::Mailbox(m) => {
            b.push(" AND m.id = ").push_bind(m.0);
        }
    }
    if let Some(d) = of.domain {
        b.push(" AND m.domain = ").push_bind(d.0);
    }
    if let Some(state) = &of.state {
        b.push(" AND m.state = ").push_bind(codec::to_word("state", state)?);
    }
    for word in query::words(q) {
        b.push(" AND EXISTS (SELECT 1 FROM mailbox_address x WHERE x.mailbox = m.id AND ");
        push_contains(b, dialect, "x.address", word);
        b.push(")");
    }
    Ok(())
}

/// How many [`list`] finds: kept with domain and account where nothing is searched for.
async fn total(c: &mut Connection, scope: Scope, of: Of, q: &str) -> Result<u64, Error> {
    let whole = of.state.is_none() && query::words(q).next().is_none();
    match (scope, of.domain) {
        (Scope::All | Scope::Account(_), None) if whole => Ok(crate::account::totals(c, scope).await?.2),
        (Scope::All | Scope::Account(_), Some(d)) if whole => {
            let mut b = sql("SELECT mailboxes FROM domain WHERE id = $1").bind(d.0);
            if let Scope::Account(a) = scope {
                b.push(" AND account = ").push_bind(a.0);
            }
            Ok(b.scalar_optional::<i64>(c).await?.and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
        }
        _ => {
            let mut b = sql("SELECT count(*) FROM mailbox m");
            filter(&mut b, c.dialect(), scope, of, q)?;
            b.count(c).await
        }
    }
}

/// By address, `limit` rows after those that ended at `after`.
pub async fn slice(
    c: &mut Connection,
    scope: Scope,
    of: impl Into<Of>,
    q: &str,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<MailboxRow>, Error> {
    const ORDER: Order = Order { key: "m.address", id: Some("m.id"), descending: false, text: (true, false) };
    let mut b = sql(ROW);
    filter(&mut b, c.dialect(), scope, of.into(), q)?;
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = rows(b, c).await?;
    Ok(cursor::slice(rows, limit, |r: &MailboxRow| (r.address.clone(), r.id.0)))
}

pub async fn list(
    c: &mut Connection,
    scope: Scope,
    of: impl Into<Of>,
    q: &ListQuery,
) -> Result<Page<MailboxRow>, Error> {
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let of = of.into();
    let total = total(c, scope, of, &q.q).await?;
    let mut b = sql(ROW);
    filter(&mut b, c.dialect(), scope, of, &q.q)?;
    let column = match q.sort.as_str() {
        "state" => "m.state",
        "quarantined" => "quarantined",
        "created" => "m.created",
        _ => "m.address",
    };
    query::push_page(&mut b, column, Some("m.id"), q.desc, (per_page, offset));
    Ok(query::page(rows(b, c).await?, total, number, per_page))
}

/// The rows of a list, with their aliases.
async fn rows(b: Query, c: &mut Connection) -> Result<Vec<MailboxRow>, Error> {
    let found = b.fetch_all(c).await?;
    let ids: Vec<i64> = found.iter().map(|r| int(r, "id")).collect::<Result<_, _>>()?;
    let mut aliases = aliases_of(c, &ids).await?;
    found.iter().map(|r| row(r, &mut aliases)).collect()
}

fn row(r: &Row, aliases: &mut HashMap<MailboxId, Vec<EmailAddress>>) -> Result<MailboxRow, Error> {
    let id = MailboxId(int(r, "id")?);
    let details = detail(r)?;
    Ok(MailboxRow {
        id,
        access: details.access,
        keep: details.keep,
        full_name: details.full_name,
        invalid_since: details.invalid_since,
        address: text(r, "address")?,
        aliases: aliases.remove(&id).unwrap_or_default().iter().map(ToString::to_string).collect(),
        domain: DomainId(int(r, "domain")?),
        state: codec::serde_word(r, "state")?,
        has_password: r.get("has_password")?,
        quarantined: count(r, "quarantined")?,
        created: Timestamp(int(r, "created")?),
    })
}
