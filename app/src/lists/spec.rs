//! Which lists there are, and what is in them.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    Accounts,
    Administrators,
    Domains,
    Groups,
    Mailboxes,
    OutboundIps,
    ContentFilters,
    Verifiers,
    Notifications,
    Brands,
    Audit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// In the URL.
    pub key: &'static str,
    pub label: &'static str,
    pub sortable: bool,
    pub number: bool,
}

/// All that is particular about a list.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    pub path: &'static str,
    pub title: &'static str,
    pub icon: &'static str,
    /// One of it and many, after a number.
    pub what: (&'static str, &'static str),
    /// What adding one is called; its page is at `path/new`.
    pub add: &'static str,
    /// What to do where there is none.
    pub empty: &'static str,
    /// Sorted by it where the URL names no column; the second: from the greatest.
    pub natural: (&'static str, bool),
    pub columns: &'static [Column],
    /// Names of the ways to narrow it, as they stand in the URL.
    pub filters: &'static [&'static str],
}

const fn plain(key: &'static str, label: &'static str) -> Column {
    Column { key, label, sortable: false, number: false }
}
const fn sorted(key: &'static str, label: &'static str) -> Column {
    Column { key, label, sortable: true, number: false }
}
const fn number(key: &'static str, label: &'static str) -> Column {
    Column { key, label, sortable: true, number: true }
}

const ACCOUNTS: Spec = Spec {
    path: "/admin/accounts",
    title: "Accounts",
    icon: "building",
    what: ("account", "accounts"),
    add: "Add account",
    empty: "An account groups domains that the same people administer.",
    natural: ("name", false),
    columns: &[
        sorted("name", "Name"),
        plain("email", "Contact"),
        number("domains", "Domains"),
        number("mailboxes", "Mailboxes"),
        sorted("created", "Added"),
    ],
    filters: &[],
};

const ADMINISTRATORS: Spec = Spec {
    path: "/admin/administrators",
    title: "Administrators",
    icon: "user",
    what: ("administrator", "administrators"),
    add: "Add administrator",
    empty: "Administrators look after the whole system or after one account.",
    natural: ("email", false),
    columns: &[
        sorted("email", "Email address"),
        sorted("role", "Role"),
        sorted("account", "Account"),
        sorted("state", "State"),
        sorted("created", "Added"),
    ],
    filters: &["role", "state", "account"],
};

const DOMAINS: Spec = Spec {
    path: "/admin/domains",
    title: "Domains",
    icon: "globe",
    what: ("domain", "domains"),
    add: "Add domain",
    empty: "Add the first one with the mail gateway that takes its clean mail.",
    natural: ("name", false),
    columns: &[
        sorted("name", "Domain"),
        sorted("account", "Account"),
        plain("gateways", "Mail gateways"),
        number("mailboxes", "Mailboxes"),
        sorted("created", "Added"),
    ],
    filters: &["account"],
};

const GROUPS: Spec = Spec {
    path: "/admin/groups",
    title: "Groups",
    icon: "rows",
    what: ("group", "groups"),
    add: "Add group",
    empty: "A group gives some mailboxes of a domain settings of their own.",
    natural: ("name", false),
    columns: &[
        sorted("name", "Group"),
        sorted("domain", "Domain"),
        plain("position", "Priority"),
        number("members", "Members"),
        plain("directory", "Directory group"),
        sorted("created", "Added"),
    ],
    filters: &["account", "domain"],
};

const MAILBOXES: Spec = Spec {
    path: "/admin/mailboxes",
    title: "Mailboxes",
    icon: "mailbox",
    what: ("mailbox", "mailboxes"),
    add: "Add mailbox",
    empty: "Add one, so that its owner gets a digest and may release mail.",
    natural: ("address", false),
    columns: &[
        sorted("address", "Address"),
        plain("aliases", "Other names"),
        sorted("state", "State"),
        plain("password", "Password"),
        number("quarantined", "Held"),
        sorted("created", "Added"),
    ],
    filters: &["state", "domain", "account"],
};

const OUTBOUND_IPS: Spec = Spec {
    path: "/admin/outbound-ips",
    title: "Outbound IPs",
    icon: "send",
    what: ("outbound IP", "outbound IPs"),
    add: "Add outbound IP",
    empty: "Servers at these addresses may send mail through this gateway.",
    natural: ("range", false),
    columns: &[
        sorted("range", "Address or network"),
        sorted("nickname", "Nickname"),
        sorted("account", "Account"),
        number("domains", "Member domains"),
    ],
    filters: &["account"],
};

const CONTENT_FILTERS: Spec = Spec {
    path: "/admin/content-filters",
    title: "Content filters",
    icon: "letters",
    what: ("content filter", "content filters"),
    add: "Add content filter",
    empty: "A content filter finds words, expressions or headers; domains decide what happens to what it finds.",
    natural: ("name", false),
    columns: &[
        sorted("name", "Name"),
        sorted("account", "Account"),
        plain("rules", "Rules"),
        plain("expressions", "Expressions"),
        sorted("created", "Added"),
    ],
    filters: &["account"],
};

const VERIFIERS: Spec = Spec {
    path: "/admin/verifiers",
    title: "Verifiers",
    icon: "check",
    what: ("verifier", "verifiers"),
    add: "Add verifier",
    empty: "A verifier says which mailboxes exist and whether a password is right: a directory, a mail server, a database, a list.",
    natural: ("name", false),
    columns: &[sorted("name", "Name"), sorted("account", "Account"), plain("type", "Type"), sorted("created", "Added")],
    filters: &["account"],
};

const NOTIFICATIONS: Spec = Spec {
    path: "/admin/notifications",
    title: "Notifications",
    icon: "alert",
    what: ("notification", "notifications"),
    add: "Add notification",
    empty: "A notification is a mail to administrators when something happens, such as a server that is offline.",
    natural: ("name", false),
    columns: &[
        sorted("name", "Name"),
        sorted("account", "Account"),
        plain("event", "Event"),
        plain("recipients", "To"),
        plain("frequency", "At most every"),
        sorted("created", "Added"),
    ],
    filters: &["account"],
};

const BRANDS: Spec = Spec {
    path: "/admin/brands",
    title: "Brands",
    icon: "page",
    what: ("brand", "brands"),
    add: "Add brand",
    empty: "A brand gives some accounts pages and mails of their own look, under a host name of their own.",
    natural: ("name", false),
    columns: &[sorted("name", "Name"), sorted("host", "Host name"), sorted("created", "Added")],
    filters: &[],
};

const AUDIT: Spec = Spec {
    path: "/admin/audit",
    title: "Audit trail",
    icon: "scroll",
    what: ("entry", "entries"),
    add: "",
    empty: "Every change that a person, the command line or a job makes is kept here.",
    natural: ("at", true),
    columns: &[
        sorted("at", "Time"),
        sorted("actor", "Who"),
        sorted("act", "Act"),
        plain("object", "Object"),
        plain("detail", "Detail"),
        plain("origin", "From"),
    ],
    filters: &[],
};

impl ListKind {
    pub const ALL: [ListKind; 11] = [
        ListKind::Accounts,
        ListKind::Administrators,
        ListKind::Domains,
        ListKind::Groups,
        ListKind::Mailboxes,
        ListKind::OutboundIps,
        ListKind::ContentFilters,
        ListKind::Verifiers,
        ListKind::Notifications,
        ListKind::Brands,
        ListKind::Audit,
    ];

    pub fn spec(self) -> &'static Spec {
        match self {
            ListKind::Accounts => &ACCOUNTS,
            ListKind::Administrators => &ADMINISTRATORS,
            ListKind::Domains => &DOMAINS,
            ListKind::Groups => &GROUPS,
            ListKind::Mailboxes => &MAILBOXES,
            ListKind::OutboundIps => &OUTBOUND_IPS,
            ListKind::ContentFilters => &CONTENT_FILTERS,
            ListKind::Verifiers => &VERIFIERS,
            ListKind::Notifications => &NOTIFICATIONS,
            ListKind::Brands => &BRANDS,
            ListKind::Audit => &AUDIT,
        }
    }

    /// The last part of its path: names it in URLs of files and pages.
    pub fn slug(self) -> &'static str {
        self.spec().path.rsplit('/').next().unwrap_or_default()
    }

    pub fn by_slug(slug: &str) -> Option<ListKind> {
        ListKind::ALL.into_iter().find(|k| k.slug() == slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_found_by_its_path_and_is_sorted_by_a_column_of_its_own() {
        for kind in ListKind::ALL {
            assert_eq!(ListKind::by_slug(kind.slug()), Some(kind));
            let spec = kind.spec();
            assert!(spec.columns.iter().any(|c| c.key == spec.natural.0 && c.sortable), "{kind:?}");
        }
        assert_eq!(ListKind::by_slug("nothing"), None);
    }
}
