//! What a list is asked for, as it stands in its URL.

use super::ListKind;
use crate::query::{list_from, list_pairs};
use leptos_router::params::ParamsMap;
use model::view::ListQuery;
use model::{AccountId, DomainId};
use serde::{Deserialize, Serialize};

/// Search, order, page, what narrows the list, and which columns are left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ListAsk {
    #[serde(default)]
    pub query: ListQuery,
    #[serde(default)]
    pub account: Option<AccountId>,
    #[serde(default)]
    pub domain: Option<DomainId>,
    /// A word of the list's own; empty: all.
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub role: String,
    /// Keys of columns that are not shown.
    #[serde(default)]
    pub hide: Vec<String>,
}

fn word(map: &ParamsMap, key: &str) -> String {
    map.get(key).unwrap_or_default().chars().filter(|c| c.is_ascii_lowercase() || *c == '_').take(40).collect()
}

/// What cannot be read, and what is no filter of the list, counts as absent. A form of columns sends `show=` for each that
/// stays, and `columns=1`; links carry `hide=a,b`.
pub fn ask_from(kind: ListKind, map: &ParamsMap) -> ListAsk {
    let spec = kind.spec();
    let has = |name: &str| spec.filters.contains(&name);
    let shown = map.get_all("show").unwrap_or_default();
    let hidden = map.get("hide").unwrap_or_default();
    let chosen = map.get("columns").is_some();
    let hide = spec.columns.iter().skip(1).map(|c| c.key).filter(|key| match chosen {
        true => !shown.iter().any(|s| s == key),
        false => hidden.split(',').any(|h| h == *key),
    });
    ListAsk {
        query: list_from(map),
        account: map.get("account").filter(|_| has("account")).and_then(|v| v.parse().ok()),
        domain: map.get("domain").filter(|_| has("domain")).and_then(|v| v.parse().ok()),
        state: if has("state") { word(map, "state") } else { String::new() },
        role: if has("role") { word(map, "role") } else { String::new() },
        hide: hide.map(str::to_owned).collect(),
    }
}

/// As it stands in the URL.
pub fn ask_pairs(ask: &ListAsk) -> Vec<(String, String)> {
    let mut pairs = list_pairs(&ask.query);
    let mut push = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            pairs.push((name.to_owned(), value));
        }
    };
    push("account", ask.account.map(|a| a.to_string()));
    push("domain", ask.domain.map(|d| d.to_string()));
    push("state", Some(ask.state.clone()));
    push("role", Some(ask.role.clone()));
    push("hide", Some(ask.hide.join(",")));
    pairs
}

impl ListAsk {
    /// The value of a filter; empty where it narrows nothing.
    pub fn filter(&self, name: &str) -> String {
        match name {
            "account" => self.account.map(|a| a.to_string()).unwrap_or_default(),
            "domain" => self.domain.map(|d| d.to_string()).unwrap_or_default(),
            "state" => self.state.clone(),
            "role" => self.role.clone(),
            _ => String::new(),
        }
    }

    /// The same with another value of a filter, from the first page.
    pub fn with(&self, name: &str, value: &str) -> ListAsk {
        let mut ask = self.clone();
        ask.query.page = 0;
        match name {
            "account" => ask.account = value.parse().ok(),
            "domain" => ask.domain = value.parse().ok(),
            "state" => ask.state = value.to_owned(),
            "role" => ask.role = value.to_owned(),
            "q" => ask.query.q = value.to_owned(),
            _ => {}
        }
        ask
    }

    /// Whether anything narrows the list.
    pub fn narrowed(&self) -> bool {
        !self.query.q.is_empty() || ["account", "domain", "state", "role"].iter().any(|f| !self.filter(f).is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_round_trips_through_the_url() {
        let ask = ListAsk {
            query: ListQuery { q: "a b".into(), sort: "state".into(), desc: true, page: 3, per_page: 100 },
            account: Some(AccountId(7)),
            domain: Some(DomainId(9)),
            state: "inactive".into(),
            role: String::new(),
            hide: vec!["aliases".into(), "created".into()],
        };
        let mut map = ParamsMap::new();
        for (k, v) in ask_pairs(&ask) {
            map.insert(k, crate::query::encode(&v));
        }
        assert_eq!(ask_from(ListKind::Mailboxes, &map), ask);
        assert!(ask.narrowed() && !ListAsk::default().narrowed());
        assert_eq!(ask.with("state", "").state, "");
        // A filter that the list does not have narrows nothing.
        assert_eq!(ask_from(ListKind::Audit, &map).account, None);
    }

    #[test]
    fn a_form_of_columns_says_which_stay() {
        let mut map = ParamsMap::new();
        for (k, v) in [("columns", "1"), ("show", "state"), ("show", "created")] {
            map.insert(k, v.to_owned());
        }
        assert_eq!(ask_from(ListKind::Mailboxes, &map).hide, ["aliases", "password", "quarantined"]);
    }
}
