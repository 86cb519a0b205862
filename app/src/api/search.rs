//! OmniSearch (guide chapter 3): what a few letters may mean. The same function answers the box while one types, and the
//! page that works without script.

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// One thing that was found, and where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    pub name: String,
    pub detail: String,
    pub href: String,
}

/// Those of one category, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundIn {
    pub key: String,
    pub title: String,
    pub found: Vec<Found>,
}

/// Categories that a search may be narrowed to: (key, title).
pub const CATEGORIES: [(&str, &str); 12] = [
    ("pages", "Pages"),
    ("domains", "Domains"),
    ("mailboxes", "Mailboxes"),
    ("outbound_ips", "Outbound IPs"),
    ("groups", "Groups"),
    ("accounts", "Accounts"),
    ("administrators", "Administrators"),
    ("content_filters", "Content filters"),
    ("verifiers", "Verifiers"),
    ("notifications", "Notifications"),
    ("reports", "Reports"),
    ("settings", "Settings"),
];

/// `category`: a key of [`CATEGORIES`]; empty: all.
#[server(name = SearchAll, prefix = "/fn", endpoint = "search", input = GetUrl)]
pub async fn search(text: String, #[server(default)] category: String) -> Result<Vec<FoundIn>, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    let mut all = find::named(actor.role, &text);
    all.extend(service.search(&actor, &text).await.map_err(fail)?.into_iter().map(find::objects));
    let place = |key: &str| CATEGORIES.iter().position(|(k, _)| *k == key);
    all.retain(|c| category.is_empty() || c.key == category);
    all.sort_by_key(|c| place(&c.key));
    Ok(all)
}

#[cfg(feature = "ssr")]
mod find {
    use super::{CATEGORIES, Found, FoundIn};
    use crate::admin::pages;
    use model::Role;
    use model::settings::{DEFINITIONS, Level, SECTIONS};
    use service::{FOUND_MAX, FoundKind, Hit, UseCase, permits};

    fn category(key: &str, found: Vec<Found>) -> FoundIn {
        let title = CATEGORIES.iter().find(|(k, _)| *k == key).map_or(key, |(_, t)| t);
        FoundIn { key: key.into(), title: title.into(), found }
    }

    /// Every word of the text stands in `name`; those that begin with the text come first.
    fn matches(name: &str, text: &str) -> Option<bool> {
        let (name, text) = (name.to_lowercase(), text.trim().to_lowercase());
        (!text.is_empty() && text.split_whitespace().all(|w| name.contains(w))).then(|| name.starts_with(&text))
    }

    fn best(mut all: Vec<(bool, Found)>) -> Vec<Found> {
        all.sort_by_key(|(begins, _)| !begins);
        all.truncate(FOUND_MAX as usize);
        all.into_iter().map(|(_, f)| f).collect()
    }

    /// Pages, reports and settings by name.
    pub fn named(role: Role, text: &str) -> Vec<FoundIn> {
        let of = |reports: bool| {
            let shown = pages::all(role).into_iter().filter(|p| pages::is_report(p.href) == reports);
            let hits = shown.filter_map(|p| {
                let found = Found { name: p.label.into(), detail: String::new(), href: p.href.into() };
                matches(p.label, text).map(|begins| (begins, found))
            });
            best(hits.collect())
        };
        let mut out = vec![category("pages", of(false)), category("reports", of(true))];
        if permits(role, UseCase::ReadSettings) {
            out.push(category("settings", settings(text)));
        }
        out.retain(|c| !c.found.is_empty());
        out
    }

    /// By label, at the lowest level where a setting may be set for many: the defaults.
    fn settings(text: &str) -> Vec<Found> {
        let hits = DEFINITIONS.iter().filter_map(|d| {
            let section = SECTIONS.iter().find(|s| s.name == d.section).map_or(d.section, |s| s.title);
            let begins = matches(d.label, text).or_else(|| matches(&format!("{section} {}", d.label), text))?;
            let at = |level| d.levels.contains(level);
            let page = match () {
                () if at(Level::DefaultInbound) => "/admin/defaults/inbound",
                () if at(Level::DefaultOutbound) => "/admin/defaults/outbound",
                () if at(Level::OutboundRelay) => "/admin/defaults/relay",
                () => "/admin/settings",
            };
            let href = format!("{page}#s-{}", d.path());
            Some((begins, Found { name: d.label.into(), detail: section.into(), href }))
        });
        best(hits.collect())
    }

    pub fn objects((kind, hits): (FoundKind, Vec<Hit>)) -> FoundIn {
        let (key, path) = match kind {
            FoundKind::Domains => ("domains", "/admin/domains"),
            FoundKind::Mailboxes => ("mailboxes", "/admin/mailboxes"),
            FoundKind::OutboundIps => ("outbound_ips", "/admin/outbound-ips"),
            FoundKind::Groups => ("groups", "/admin/groups"),
            FoundKind::Accounts => ("accounts", "/admin/accounts"),
            FoundKind::Administrators => ("administrators", "/admin/administrators"),
            FoundKind::ContentFilters => ("content_filters", "/admin/content-filters"),
            FoundKind::Verifiers => ("verifiers", "/admin/verifiers"),
            FoundKind::Notifications => ("notifications", "/admin/notifications"),
        };
        let found = |h: Hit| Found { href: format!("{path}/{}", h.id), name: h.name, detail: h.detail };
        category(key, hits.into_iter().map(found).collect())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn pages_and_settings_are_found_by_words_and_what_begins_so_comes_first() {
            let found = named(Role::System, "mailb");
            assert_eq!(found[0].key, "pages");
            assert_eq!(found[0].found[0].name, "Mailboxes");
            let settings = settings("Virus");
            assert!(settings.iter().any(|s| s.href.contains("#s-")), "{settings:?}");
            assert!(named(Role::Dashboard, "add mailbox").is_empty());
            assert!(named(Role::System, " ").is_empty());
        }
    }
}
