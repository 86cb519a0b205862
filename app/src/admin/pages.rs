//! The pages of the dashboard by name: menus show them, the search finds them, and each has its help.

use crate::ui::NavItem;
use model::Role;

/// Who sees a page.
#[derive(Clone, Copy, PartialEq)]
enum For {
    All,
    /// All but who only looks.
    Work,
    /// System and account administrators.
    Account,
    System,
}

impl For {
    fn sees(self, role: Role) -> bool {
        match self {
            For::All => true,
            For::Work => matches!(role, Role::System | Role::Account | Role::Operator),
            For::Account => matches!(role, Role::System | Role::Account),
            For::System => role == Role::System,
        }
    }
}

type Entry = (For, &'static str, &'static str, &'static str);

/// Add New, in the guide's order; the first is the wizard.
const ADD: &[Entry] = &[
    (For::System, "/admin/start", "Getting Started", "shield"),
    (For::System, "/admin/accounts/new", "Account", "building"),
    (For::Account, "/admin/administrators/new", "Administrator", "user"),
    (For::Account, "/admin/domains/new", "Domain", "globe"),
    (For::Work, "/admin/groups/new", "Group", "rows"),
    (For::Work, "/admin/mailboxes/new", "Mailbox", "mailbox"),
    (For::Account, "/admin/outbound-ips/new", "Outbound IP", "send"),
    (For::Account, "/admin/content-filters/new", "Content filter", "letters"),
    (For::Account, "/admin/verifiers/new", "Verifier", "check"),
    (For::Account, "/admin/notifications/new", "Notification", "alert"),
    (For::System, "/admin/brands/new", "Brand", "page"),
];

const MANAGE: &[Entry] = &[
    (For::All, "/admin/accounts", "Accounts", "building"),
    (For::All, "/admin/domains", "Domains", "globe"),
    (For::All, "/admin/mailboxes", "Mailboxes", "mailbox"),
    (For::All, "/admin/groups", "Groups", "rows"),
    (For::All, "/admin/outbound-ips", "Outbound IPs", "send"),
    (For::Work, "/admin/content-filters", "Content filters", "letters"),
    (For::Account, "/admin/verifiers", "Verifiers", "check"),
    (For::Account, "/admin/notifications", "Notifications", "alert"),
    (For::Account, "/admin/administrators", "Administrators", "user"),
    (For::Work, "/admin/bulk", "Bulk operations", "check"),
    (For::System, "/admin/defaults/inbound", "Default domain", "globe"),
    (For::System, "/admin/brands", "Brands", "page"),
    (For::System, "/admin/settings", "System", "gear"),
];

const REPORTS: &[Entry] = &[(For::Account, "/admin/audit", "Audit trail", "scroll")];

#[cfg(feature = "ssr")]
const OTHER: &[Entry] = &[
    (For::All, "/admin", "Home", "home"),
    (For::All, "/admin/quarantine", "Quarantine", "inbox"),
    (For::All, "/admin/messages", "Message log", "mail"),
    (For::System, "/admin/defaults/outbound", "Default outbound", "send"),
    (For::System, "/admin/defaults/relay", "Outbound Authenticated Relay", "send"),
    (For::System, "/admin/reception", "Mail reception", "inbox"),
    (For::All, "/admin/sessions", "Sessions", "page"),
    (For::All, "/password", "Change password", "user"),
];

fn shown(entries: &[Entry], role: Role) -> Vec<NavItem> {
    let seen = entries.iter().filter(|(who, ..)| who.sees(role));
    seen.map(|(_, href, label, icon)| NavItem { href, label, icon }).collect()
}

pub fn add(role: Role) -> Vec<NavItem> {
    shown(ADD, role)
}
pub fn manage(role: Role) -> Vec<NavItem> {
    shown(MANAGE, role)
}
pub fn reports(role: Role) -> Vec<NavItem> {
    shown(REPORTS, role)
}

/// Every page, with what adds something called so.
#[cfg(feature = "ssr")]
pub fn all(role: Role) -> Vec<NavItem> {
    let add = shown(ADD, role).into_iter().map(|i| NavItem { label: added(i.href).unwrap_or(i.label), ..i });
    [shown(OTHER, role), manage(role), add.collect(), reports(role)].concat()
}

#[cfg(feature = "ssr")]
fn added(href: &str) -> Option<&'static str> {
    use crate::lists::ListKind;
    let of = href.strip_suffix("/new")?;
    ListKind::ALL.iter().map(|k| k.spec()).find(|s| s.path == of).map(|s| s.add)
}

#[cfg(feature = "ssr")]
pub fn is_report(href: &str) -> bool {
    REPORTS.iter().any(|(_, h, ..)| *h == href)
}
