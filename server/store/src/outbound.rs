//! Networks whose hosts may send through the gateway (guide chapter 6 "Outbound Mail").

use crate::codec::{self, int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Query, Row, sql};
use crate::{Connection, Error, Scope, query};
use model::view::{ListQuery, Page};
use model::{AccountId, Cidr, DomainId, DomainName, Settings};

#[derive(Debug, Clone, PartialEq)]
pub struct OutboundIp {
    pub id: i64,
    pub account: AccountId,
    pub range: Cidr,
    pub nickname: String,
    pub settings: Settings,
}

/// All, or those of one account, by range.
pub async fn all(c: &mut Connection, account: Option<AccountId>) -> Result<Vec<OutboundIp>, Error> {
    let mut b = sql("SELECT * FROM outbound_ip");
    if let Some(a) = account {
        b.push(" WHERE account = ").push_bind(a.0);
    }
    b.push(" ORDER BY range");
    b.fetch_all(c).await?.iter().map(outbound_ip).collect()
}

pub async fn get(c: &mut Connection, id: i64) -> Result<Option<OutboundIp>, Error> {
    let found = sql("SELECT * FROM outbound_ip WHERE id = $1").bind(id).fetch_optional(c).await?;
    found.as_ref().map(outbound_ip).transpose()
}

/// The entry of exactly this range.
pub async fn by_range(c: &mut Connection, range: Cidr) -> Result<Option<OutboundIp>, Error> {
    let found = sql("SELECT * FROM outbound_ip WHERE range = $1").bind(range.to_string()).fetch_optional(c).await?;
    found.as_ref().map(outbound_ip).transpose()
}

/// By range, `limit` rows after those that ended at `after`.
pub async fn slice(
    c: &mut Connection,
    scope: Scope,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<OutboundIp>, Error> {
    const ORDER: Order = Order { key: "range", id: None, descending: false, text: (true, false) };
    let mut b = sql("SELECT * FROM outbound_ip WHERE ");
    query::push_scope(&mut b, scope, "account");
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(outbound_ip).collect::<Result<_, _>>()?;
    Ok(cursor::slice(rows, limit, |o: &OutboundIp| (o.range.to_string(), o.id)))
}

/// Gives the entry to another account; how many domains of the account before were its members, and are no longer.
pub async fn move_to(c: &mut Connection, id: i64, account: AccountId) -> Result<u64, Error> {
    sql("UPDATE outbound_ip SET account = $2 WHERE id = $1").bind(id).bind(account.0).execute(c).await?;
    sql("DELETE FROM outbound_member WHERE outbound_ip = $1 AND domain IS NOT NULL").bind(id).execute(c).await
}

/// False where there was none.
pub async fn delete(c: &mut Connection, id: i64) -> Result<bool, Error> {
    Ok(sql("DELETE FROM outbound_ip WHERE id = $1").bind(id).execute(c).await? == 1)
}

/// A domain that may send through an outbound IP (guide chapter 7 "Member Domains").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Member {
    /// A domain of the system.
    Domain(DomainId, DomainName),
    /// Another, with its subdomains.
    External(DomainName),
}

/// Makes these the members.
pub async fn set_members(c: &mut Connection, id: i64, members: &[Member]) -> Result<(), Error> {
    sql("DELETE FROM outbound_member WHERE outbound_ip = $1").bind(id).execute(c).await?;
    for chunk in members.chunks(500) {
        let mut b = sql("INSERT INTO outbound_member (outbound_ip, name, domain) ");
        b.push_values(chunk, |v, member| {
            let (name, domain) = match member {
                Member::Domain(domain, name) => (name, Some(domain.0)),
                Member::External(name) => (name, None),
            };
            v.push_bind(id).push_bind(name.as_str()).push_bind(domain);
        });
        b.push(" ON CONFLICT DO NOTHING");
        b.execute(c).await?;
    }
    Ok(())
}

/// By name.
pub async fn members(c: &mut Connection, id: i64) -> Result<Vec<Member>, Error> {
    let rows = sql("SELECT name, domain FROM outbound_member WHERE outbound_ip = $1 ORDER BY name").bind(id);
    let rows = rows.fetch_all(c).await?;
    rows.iter().map(member).collect()
}

/// Whether the domain is a member of any outbound IP.
pub async fn is_member(c: &mut Connection, domain: DomainId) -> Result<bool, Error> {
    let found = sql("SELECT 1 AS one FROM outbound_member WHERE domain = $1 LIMIT 1").bind(domain.0);
    Ok(found.fetch_optional(c).await?.is_some())
}

/// Of every outbound IP, by its id.
pub async fn all_members(c: &mut Connection) -> Result<Vec<(i64, Member)>, Error> {
    let rows = sql("SELECT outbound_ip, name, domain FROM outbound_member").fetch_all(c).await?;
    rows.iter().map(|r| Ok((int(r, "outbound_ip")?, member(r)?))).collect()
}

fn member(r: &Row) -> Result<Member, Error> {
    let name = codec::word(r, "name")?;
    Ok(match r.get::<Option<i64>>("domain")? {
        Some(domain) => Member::Domain(DomainId(domain), name),
        None => Member::External(name),
    })
}

fn outbound_ip(r: &Row) -> Result<OutboundIp, Error> {
    Ok(OutboundIp {
        id: int(r, "id")?,
        account: AccountId(int(r, "account")?),
        range: codec::word(r, "range")?,
        nickname: text(r, "nickname")?,
        settings: codec::settings(r)?,
    })
}

/// Makes or rewrites the entry of this range; false where another account has it.
pub async fn put(c: &mut Connection, o: &OutboundIp) -> Result<bool, Error> {
    let done = sql("INSERT INTO outbound_ip (account, range, nickname, settings) VALUES ($1, $2, $3, $4)
         ON CONFLICT (range) DO UPDATE SET nickname = excluded.nickname, settings = excluded.settings
         WHERE outbound_ip.account = excluded.account")
    .bind(o.account.0)
    .bind(o.range.to_string())
    .bind(&o.nickname)
    .bind(codec::to_json("settings", &o.settings)?)
    .execute(c)
    .await?;
    Ok(done == 1)
}

/// An outbound IP as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundRow {
    pub id: i64,
    pub range: String,
    pub nickname: String,
    pub account: AccountId,
    pub account_name: String,
    /// How many member domains it has.
    pub domains: u64,
}

/// Outbound IPs whose range, nickname or account has the words; sorted by range, nickname, account or domains.
pub async fn list(c: &mut Connection, scope: Scope, q: &ListQuery) -> Result<Page<OutboundRow>, Error> {
    let from = "FROM outbound_ip o JOIN account a ON a.id = o.account WHERE ";
    let dialect = c.dialect();
    let narrow = |b: &mut Query| {
        query::push_scope(b, scope, "o.account");
        query::push_words(b, dialect, "(o.range || ' ' || o.nickname || ' ' || a.name)", &q.q);
    };
    let mut b = sql("SELECT count(*) ");
    b.push(from);
    narrow(&mut b);
    let total = b.count(c).await?;
    let mut b = sql("SELECT o.id, o.range, o.nickname, o.account, a.name AS account_name,
        (SELECT count(*) FROM outbound_member m WHERE m.outbound_ip = o.id) AS domains ");
    b.push(from);
    narrow(&mut b);
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let column = match q.sort.as_str() {
        "nickname" => "o.nickname",
        "account" => "a.name_key",
        "domains" => "domains",
        _ => "o.range",
    };
    query::push_page(&mut b, column, Some("o.id"), q.desc, (per_page, offset));
    let row = |r: &Row| {
        Ok(OutboundRow {
            id: int(r, "id")?,
            range: text(r, "range")?,
            nickname: text(r, "nickname")?,
            account: AccountId(int(r, "account")?),
            account_name: text(r, "account_name")?,
            domains: codec::count(r, "domains")?,
        })
    };
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, Error>>()?;
    Ok(query::page(rows, total, number, per_page))
}
