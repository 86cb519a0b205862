//! What a few letters may mean: the first objects whose names begin with them, each from an index, so that a search costs
//! the same with ten mailboxes and with a million.

use crate::codec::{int, text};
use crate::db::{Query, sql};
use crate::{Connection, Error, Scope, query};

/// An object that was found, of whatever kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub id: i64,
    /// By what it was found: an alias, for a mailbox that has it.
    pub name: String,
    /// What else helps to tell it: its account, its own address.
    pub detail: String,
}

/// Appends `column` begins with `prefix`, as a range that an index serves where text sorts by its bytes.
fn push_prefix(b: &mut Query, column: &str, prefix: &str) {
    b.push(column).push(" >= ").push_bind(prefix.to_owned());
    if let Some(end) = after(prefix) {
        b.push(" AND ").push(column).push(" < ").push_bind(end);
    }
}

/// The least text after all that begin with this one; None where there is none.
fn after(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).take(0x801).find_map(char::from_u32);
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

async fn hits(b: Query, c: &mut Connection) -> Result<Vec<Hit>, Error> {
    let rows = b.fetch_all(c).await?;
    rows.iter().map(|r| Ok(Hit { id: int(r, "id")?, name: text(r, "name")?, detail: text(r, "detail")? })).collect()
}

fn limited(b: &mut Query, order: &str, limit: u32) {
    b.push(" ORDER BY ").push(order).push(&format!(" LIMIT {limit}"));
}

/// Addresses of all accounts that are looked at for those of one.
const LOOKED_AT: u32 = 2_000;

/// Mailboxes with an address that begins so, in letters of either case. For one account, aliases and addresses with
/// capitals are found among the first [`LOOKED_AT`] of all accounts: addresses are kept for all together.
pub async fn mailboxes(c: &mut Connection, scope: Scope, prefix: &str, limit: u32) -> Result<Vec<Hit>, Error> {
    let key = prefix.to_lowercase();
    match scope {
        Scope::All => {
            let mut b =
                sql("SELECT m.id, x.address AS name, CASE WHEN x.is_primary = 0 THEN m.address ELSE '' END AS detail
                FROM mailbox_address x JOIN mailbox m ON m.id = x.mailbox WHERE ");
            push_prefix(&mut b, "x.key", &key);
            limited(&mut b, "x.key", limit);
            hits(b, c).await
        }
        Scope::Account(account) => {
            let mut b = sql("SELECT m.id, m.address AS name, '' AS detail FROM mailbox m WHERE m.account = ");
            b.push_bind(account.0).push(" AND ");
            push_prefix(&mut b, "m.address", &key);
            limited(&mut b, "m.address, m.id", limit);
            let mut found = hits(b, c).await?;
            // Aliases, and addresses with capitals: among the first of all accounts that begin so.
            let mut b =
                sql("SELECT m.id, x.address AS name, CASE WHEN x.is_primary = 0 THEN m.address ELSE '' END AS detail
                FROM (SELECT key, mailbox, address, is_primary FROM mailbox_address WHERE ");
            push_prefix(&mut b, "key", &key);
            limited(&mut b, "key", LOOKED_AT);
            b.push(") AS x JOIN mailbox m ON m.id = x.mailbox WHERE m.account = ").push_bind(account.0);
            limited(&mut b, "x.key", limit);
            for hit in hits(b, c).await? {
                if !found.iter().any(|f| f.id == hit.id && f.name == hit.name) {
                    found.push(hit);
                }
            }
            found.sort_by_cached_key(|h| h.name.to_lowercase());
            found.truncate(limit as usize);
            Ok(found)
        }
        Scope::Mailbox(_) => Ok(Vec::new()),
    }
}

/// Domains whose name begins so, then those that have it after a dot or anywhere.
pub async fn domains(c: &mut Connection, scope: Scope, prefix: &str, limit: u32) -> Result<Vec<Hit>, Error> {
    let key = prefix.to_lowercase();
    let select = "SELECT d.id, d.name, a.name AS detail FROM domain d JOIN account a ON a.id = d.account WHERE ";
    let mut b = sql(select);
    query::push_scope(&mut b, scope, "d.account");
    b.push(" AND ");
    push_prefix(&mut b, "d.name", &key);
    limited(&mut b, "d.name", limit);
    let mut found = hits(b, c).await?;
    if found.len() < limit as usize && key.chars().count() >= 3 {
        let mut b = sql(select);
        query::push_scope(&mut b, scope, "d.account");
        query::push_words(&mut b, c.dialect(), "d.name", &key);
        limited(&mut b, "d.name", limit);
        let more: Vec<Hit> = hits(b, c).await?.into_iter().filter(|h| found.iter().all(|f| f.id != h.id)).collect();
        found.extend(more);
        found.truncate(limit as usize);
    }
    Ok(found)
}

/// Kinds of which there are so few that every one is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Few {
    Accounts,
    Administrators,
    OutboundIps,
    Groups,
    ContentFilters,
    Verifiers,
    Notifications,
}

/// Those that have every word somewhere in what people know them by.
pub async fn few(c: &mut Connection, kind: Few, scope: Scope, words: &str, limit: u32) -> Result<Vec<Hit>, Error> {
    // What to select, by what to look for, whose they are, in which order.
    let (select, text, account, order) = match kind {
        Few::Accounts => ("SELECT x.id, x.name, x.email AS detail FROM account x", "x.name", "x.id", "x.name_key"),
        Few::Administrators => (
            "SELECT x.id, x.email AS name, coalesce(a.name, '') AS detail FROM administrator x LEFT JOIN account a ON a.id = x.account",
            "x.email",
            "x.account",
            "x.email_key",
        ),
        Few::OutboundIps => (
            "SELECT x.id, x.range AS name, x.nickname AS detail FROM outbound_ip x",
            "(x.range || ' ' || x.nickname)",
            "x.account",
            "x.range",
        ),
        Few::Groups => (
            "SELECT x.id, x.name, d.name AS detail FROM mailbox_group x JOIN domain d ON d.id = x.domain",
            "x.name",
            "d.account",
            "x.name_key",
        ),
        Few::ContentFilters => (
            "SELECT x.id, x.name, a.name AS detail FROM content_filter x JOIN account a ON a.id = x.account",
            "x.name",
            "x.account",
            "x.name_key",
        ),
        Few::Verifiers => (
            "SELECT x.id, x.name, coalesce(a.name, '') AS detail FROM verifier x LEFT JOIN account a ON a.id = x.account",
            "x.name",
            "coalesce(x.account, 0)",
            "x.name_key",
        ),
        Few::Notifications => (
            "SELECT x.id, x.name, coalesce(a.name, '') AS detail FROM notification x LEFT JOIN account a ON a.id = x.account",
            "x.name",
            "coalesce(x.account, 0)",
            "x.name_key",
        ),
    };
    let mut b = sql(select);
    b.push(" WHERE ");
    query::push_scope(&mut b, scope, account);
    query::push_words(&mut b, c.dialect(), text, words);
    limited(&mut b, order, limit);
    hits(b, c).await
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn the_end_of_a_prefix_is_the_least_text_after_all_that_begin_with_it() {
        assert_eq!(after("bob").as_deref(), Some("boc"));
        assert_eq!(after("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after("x\u{d7ff}").as_deref(), Some("x\u{e000}"));
        assert_eq!((after("\u{10ffff}"), after("")), (None, None));
    }
}
