//! The state of lists as it stands in the URL, so that it can be shared, kept and gone back to.

use crate::ui::format::{date, parse_date};
use leptos_router::params::ParamsMap;
use model::time::DAY;
use model::view::{ListQuery, LogQuery, QuarantineQuery};
use std::str::FromStr;

/// Percent-encodes a value of a query string (RFC 3986 §2.3).
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// `path?a=1&b=2`, or `path` alone.
pub fn href(path: &str, pairs: &[(String, String)]) -> String {
    let query: Vec<_> = pairs.iter().map(|(k, v)| format!("{k}={}", encode(v))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// The pairs of a form's hidden fields: all but those that the form itself has.
pub fn without(pairs: Vec<(String, String)>, names: &[&str]) -> Vec<(String, String)> {
    pairs.into_iter().filter(|(k, _)| !names.contains(&k.as_str())).collect()
}

fn text(map: &ParamsMap, key: &str) -> String {
    map.get(key).unwrap_or_default().trim().chars().take(200).collect()
}
fn word<T: FromStr>(map: &ParamsMap, key: &str) -> Option<T> {
    map.get(key).and_then(|v| v.trim().parse().ok())
}

struct Pairs(Vec<(String, String)>);
impl Pairs {
    fn push(&mut self, key: &str, value: impl ToString, present: bool) {
        if present {
            self.0.push((key.to_owned(), value.to_string()));
        }
    }
}

/// `?q=&sort=&desc=1&page=`. What cannot be read counts as absent.
pub fn list_from(map: &ParamsMap) -> ListQuery {
    ListQuery {
        q: text(map, "q"),
        sort: text(map, "sort"),
        desc: map.get("desc").as_deref() == Some("1"),
        page: word(map, "page").unwrap_or(0),
        per_page: word(map, "per_page").unwrap_or(0),
    }
}

pub fn list_pairs(query: &ListQuery) -> Vec<(String, String)> {
    let mut pairs = Pairs(Vec::new());
    pairs.push("q", &query.q, !query.q.is_empty());
    pairs.push("sort", &query.sort, !query.sort.is_empty());
    pairs.push("desc", 1, query.desc);
    pairs.push("page", query.page, query.page > 1);
    pairs.push("per_page", query.per_page, query.per_page > 0);
    pairs.0
}

/// The same list sorted by a column: a second click turns the order round.
/// `natural` is the column that the list is sorted by where the URL names none.
pub fn list_sorted(query: &ListQuery, column: &str, natural: &str) -> ListQuery {
    let now = if query.sort.is_empty() { natural } else { &query.sort };
    let desc = now == column && !query.desc;
    ListQuery { sort: column.to_owned(), desc, page: 0, ..query.clone() }
}

/// `?q=&category=SPAM&direction=&domain=&mailbox=&all=1&from=2026-11-01&to=2026-11-24&sort=&asc=1&page=`;
/// `to` is the last day that counts.
pub fn quarantine_from(map: &ParamsMap) -> QuarantineQuery {
    QuarantineQuery {
        q: text(map, "q"),
        category: word(map, "category"),
        direction: word(map, "direction"),
        domain: word(map, "domain"),
        mailbox: word(map, "mailbox"),
        all: map.get("all").as_deref() == Some("1"),
        from: map.get("from").as_deref().and_then(parse_date),
        to: map.get("to").as_deref().and_then(parse_date).map(|t| t.plus(DAY)),
        sort: text(map, "sort"),
        asc: map.get("asc").as_deref() == Some("1"),
        page: word(map, "page").unwrap_or(0),
        per_page: word(map, "per_page").unwrap_or(0),
        hide_foreign: false,
    }
}

pub fn quarantine_pairs(query: &QuarantineQuery) -> Vec<(String, String)> {
    let mut pairs = Pairs(Vec::new());
    let q = query;
    pairs.push("q", &q.q, !q.q.is_empty());
    pairs.push("category", q.category.map_or("", |c| c.code()), q.category.is_some());
    pairs.push("direction", q.direction.map_or("", |d| d.as_str()), q.direction.is_some());
    pairs.push("domain", q.domain.map_or(0, |d| d.0), q.domain.is_some());
    pairs.push("mailbox", q.mailbox.map_or(0, |m| m.0), q.mailbox.is_some());
    pairs.push("all", 1, q.all);
    pairs.push("from", q.from.map(date).unwrap_or_default(), q.from.is_some());
    pairs.push("to", q.to.map(|t| date(t.plus(-DAY))).unwrap_or_default(), q.to.is_some());
    pairs.push("sort", &q.sort, !q.sort.is_empty());
    pairs.push("asc", 1, q.asc);
    pairs.push("page", q.page, q.page > 1);
    pairs.push("per_page", q.per_page, q.per_page > 0);
    pairs.0
}

/// `?q=&category=SPAM&direction=&action=&disposition=&domain=&mailbox=&from=2026-11-01&to=2026-11-24`; `to` is the last
/// day that counts.
pub fn log_from(map: &ParamsMap) -> LogQuery {
    LogQuery {
        message: None,
        q: text(map, "q"),
        category: word(map, "category"),
        direction: word(map, "direction"),
        action: word(map, "action"),
        disposition: word(map, "disposition"),
        domain: word(map, "domain"),
        mailbox: word(map, "mailbox"),
        from: map.get("from").as_deref().and_then(parse_date),
        to: map.get("to").as_deref().and_then(parse_date).map(|t| t.plus(DAY)),
    }
}

pub fn log_pairs(q: &LogQuery) -> Vec<(String, String)> {
    let mut pairs = Pairs(Vec::new());
    pairs.push("q", &q.q, !q.q.is_empty());
    pairs.push("category", q.category.map_or("", |c| c.code()), q.category.is_some());
    pairs.push("direction", q.direction.map_or("", |d| d.as_str()), q.direction.is_some());
    pairs.push("action", q.action.map_or("", |a| a.as_str()), q.action.is_some());
    pairs.push("disposition", q.disposition.map_or("", |d| d.as_str()), q.disposition.is_some());
    pairs.push("domain", q.domain.map_or(0, |d| d.0), q.domain.is_some());
    pairs.push("mailbox", q.mailbox.map_or(0, |m| m.0), q.mailbox.is_some());
    pairs.push("from", q.from.map(date).unwrap_or_default(), q.from.is_some());
    pairs.push("to", q.to.map(|t| date(t.plus(-DAY))).unwrap_or_default(), q.to.is_some());
    pairs.0
}

/// The same list sorted by a column; times, sizes and scores start with the greatest.
pub fn quarantine_sorted(query: &QuarantineQuery, column: &str) -> QuarantineQuery {
    let now = if query.sort.is_empty() { "received" } else { &query.sort };
    let greatest_first = matches!(column, "received" | "size" | "score");
    let asc = if now == column { !query.asc } else { !greatest_first };
    QuarantineQuery { sort: column.to_owned(), asc, page: 0, ..query.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Action, Category, Direction, Disposition, DomainId, MailboxId, Timestamp};
    use proptest::prelude::*;

    /// As the router reads a URL: it decodes what it takes in.
    fn map(pairs: Vec<(String, String)>) -> ParamsMap {
        let mut map = ParamsMap::new();
        for (k, v) in pairs {
            map.insert(k, encode(&v));
        }
        map
    }
    fn search() -> impl Strategy<Value = String> {
        "[ -~äßé日本]{0,40}".prop_map(|s| s.trim().to_owned())
    }
    fn page() -> impl Strategy<Value = u32> {
        prop_oneof![Just(0u32), 2u32..10_000]
    }
    fn day() -> impl Strategy<Value = Option<Timestamp>> {
        prop::option::of((1i64..40_000).prop_map(|d| Timestamp(d * DAY)))
    }

    proptest! {
        #[test]
        fn a_list_round_trips_through_its_url(q in search(), sort in "[a-z_]{0,12}", desc: bool, page in page(), per_page in 0u32..500) {
            let query = ListQuery { q, sort, desc, page, per_page };
            prop_assert_eq!(list_from(&map(list_pairs(&query))), query);
        }
        #[test]
        fn a_quarantine_round_trips_through_its_url(
            q in search(), c in prop::option::of(0usize..28), d in prop::option::of(any::<bool>()), domain in prop::option::of(1i64..999),
            mailbox in prop::option::of(1i64..999), all: bool, from in day(), to in day(), asc: bool, page in page(),
        ) {
            let query = QuarantineQuery {
                q, category: c.map(|i| Category::ALL[i]), direction: d.map(|i| if i { Direction::Inbound } else { Direction::Outbound }),
                domain: domain.map(DomainId), mailbox: mailbox.map(MailboxId), all, from, to, sort: "size".into(), asc, page, per_page: 0, hide_foreign: false,
            };
            prop_assert_eq!(quarantine_from(&map(quarantine_pairs(&query))), query);
        }
        #[test]
        fn a_log_round_trips_through_its_url(
            q in search(), c in prop::option::of(0usize..28), d in prop::option::of(any::<bool>()), a in prop::option::of(0usize..7),
            o in prop::option::of(0usize..8), domain in prop::option::of(1i64..999), mailbox in prop::option::of(1i64..999), from in day(), to in day(),
        ) {
            let query = LogQuery {
                message: None, q, category: c.map(|i| Category::ALL[i]), action: a.map(|i| Action::ALL[i]),
                direction: d.map(|i| if i { Direction::Inbound } else { Direction::Outbound }),
                disposition: o.map(|i| Disposition::ALL[i]), domain: domain.map(DomainId), mailbox: mailbox.map(MailboxId), from, to,
            };
            prop_assert_eq!(log_from(&map(log_pairs(&query))), query);
        }
        #[test]
        fn what_is_encoded_has_no_character_with_a_meaning(s in ".*") {
            prop_assert!(encode(&s).bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b)));
        }
    }

    #[test]
    fn a_second_click_on_a_column_turns_the_order_round() {
        let q = QuarantineQuery::default();
        assert!(
            quarantine_sorted(&q, "received").asc
                && quarantine_sorted(&q, "sender").asc
                && !quarantine_sorted(&q, "size").asc
        );
        let name = list_sorted(&ListQuery::default(), "name", "created");
        assert!(!name.desc && list_sorted(&name, "name", "created").desc);
        assert!(list_sorted(&ListQuery::default(), "name", "name").desc);
    }
}
