//! The administrator dashboard.

pub mod account;
pub mod accounts;
pub mod administrators;
pub mod audit;
pub mod brand;
pub mod brands;
pub mod bulk;
mod choose;
pub mod content_filters;
pub mod defaults;
pub mod domain;
pub mod domains;
pub mod group;
pub mod groups;
pub mod help;
pub mod home;
pub mod log;
pub mod mailbox;
pub mod mailboxes;
pub mod message;
pub mod notifications;
pub mod outbound_ip;
pub mod outbound_ips;
pub(crate) mod pages;
pub(crate) mod parts;
pub mod quarantine;
pub mod search;
pub mod settings;
pub mod start;
pub mod tiles;
pub(crate) mod verifier_parts;
pub mod verifiers;
pub(crate) mod why;

use crate::ui::{Frame, NavItem, NavSection, me};
use leptos::prelude::*;
use leptos_router::components::Outlet;
use model::Role;

/// The frame of all pages below /admin: navigation by object, and Add New for who may add.
#[component]
pub fn Dashboard() -> impl IntoView {
    let role = me().map_or(Role::Dashboard, |m| m.role);
    let item = |href, label, icon| NavItem { href, label, icon };
    let sections = vec![
        NavSection { title: "", items: vec![item("/admin", "Home", "home")] },
        NavSection {
            title: "Messages",
            items: vec![
                item("/admin/quarantine", "Quarantine", "inbox"),
                item("/admin/messages", "Message log", "mail"),
            ],
        },
        NavSection { title: "Manage", items: pages::manage(role) },
        NavSection { title: "Reports", items: pages::reports(role) },
    ];
    view! {
        <Frame home="/admin" sections=sections add=pages::add(role) search="/admin/search">
            <Outlet />
        </Frame>
    }
}
