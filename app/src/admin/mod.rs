//! The administrator dashboard.

pub mod account;
pub mod accounts;
pub mod audit;
pub mod bulk;
pub mod defaults;
pub mod domain;
pub mod domains;
pub mod group;
pub mod home;
pub mod log;
pub mod mailbox;
pub mod mailboxes;
pub mod message;
pub mod outbound_ip;
pub(crate) mod parts;
pub mod quarantine;
pub mod search;
pub mod settings;
pub(crate) mod why;

use crate::ui::{Frame, NavItem, NavSection, me};
use leptos::prelude::*;
use leptos_router::components::Outlet;
use model::Role;

fn item(href: &'static str, label: &'static str, icon: &'static str) -> NavItem {
    NavItem { href, label, icon }
}

/// The frame of all pages below /admin: navigation by object, and Add New for who may add.
#[component]
pub fn Dashboard() -> impl IntoView {
    let role = me().map(|m| m.role);
    let mut add = Vec::new();
    if role == Some(Role::System) {
        add.push(item("/admin/accounts/new", "Account", "building"));
    }
    if matches!(role, Some(Role::System | Role::Account)) {
        add.push(item("/admin/domains/new", "Domain", "globe"));
    }
    if matches!(role, Some(Role::System | Role::Account | Role::Operator)) {
        add.push(item("/admin/mailboxes/new", "Mailbox", "mailbox"));
    }
    let sections = vec![
        NavSection { title: "", items: vec![item("/admin", "Home", "home")] },
        NavSection {
            title: "Messages",
            items: vec![
                item("/admin/quarantine", "Quarantine", "inbox"),
                item("/admin/messages", "Message log", "mail"),
            ],
        },
        NavSection {
            title: "Manage",
            items: vec![
                item("/admin/accounts", "Accounts", "building"),
                item("/admin/domains", "Domains", "globe"),
                item("/admin/mailboxes", "Mailboxes", "mailbox"),
            ],
        },
        NavSection { title: "Reports", items: vec![item("/admin/audit", "Audit trail", "scroll")] },
    ];
    view! {
        <Frame home="/admin" sections=sections add=add search="/admin/search">
            <Outlet />
        </Frame>
    }
}
