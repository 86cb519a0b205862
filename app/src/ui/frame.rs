//! The frame round a dashboard: top bar with search and account menu, navigation by object, content.

use crate::ui::omni::Omni;
use crate::ui::theme::ThemeItems;
use crate::ui::time::mark_hydrated;
use crate::ui::{Brand, Icon, Toasts, Token, look, me};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::Role;

/// A link of the navigation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NavItem {
    pub href: &'static str,
    pub label: &'static str,
    pub icon: &'static str,
}

/// Links under one heading.
#[derive(Debug, Clone, PartialEq)]
pub struct NavSection {
    /// Empty: no heading.
    pub title: &'static str,
    pub items: Vec<NavItem>,
}

/// A link is current on its page and on the pages below it, except a dashboard's home.
fn is_current(href: &str, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let below = path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
    path == href || (below && href.matches('/').count() > 1)
}

#[component]
fn Links(sections: Vec<NavSection>) -> impl IntoView {
    let path = use_location().pathname;
    sections
        .into_iter()
        .filter(|section| !section.items.is_empty())
        .map(|section| {
            view! {
                {(!section.title.is_empty()).then(|| view! { <p class="nav-title">{section.title}</p> })}
                <ul>
                    {section
                        .items
                        .into_iter()
                        .map(|item| {
                            let current = move || is_current(item.href, &path.read()).then_some("page");
                            view! {
                                <li>
                                    <a class="nav-link" href=item.href aria-current=current>
                                        <Icon name=item.icon />
                                        {item.label}
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            }
        })
        .collect_view()
}

/// `home`: where the mark leads. `search`: the page that answers the search box, none for no box.
/// `add`: entries of the Add New menu.
#[component]
pub fn Frame(
    home: &'static str,
    sections: Vec<NavSection>,
    #[prop(default = vec![])] add: Vec<NavItem>,
    #[prop(optional)] search: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    behave(search.is_some());
    let version = me().map(|m| m.version).unwrap_or_default();
    let has_add = !add.is_empty();
    let admin = home.starts_with("/admin");
    let (to, right) = match look() {
        look if admin || look.personal_logo.is_empty() => (home.to_owned(), false),
        look if look.banner_link.is_empty() => (home.to_owned(), look.logo_right),
        look => (look.banner_link, look.logo_right),
    };
    let brand_class = if right { "brand at-right" } else { "brand" };
    let add_items = move || {
        add.iter().map(|i| view! { <a class="menu-item" href=i.href><Icon name=i.icon />{i.label}</a> }).collect_view()
    };
    view! {
        <header class="topbar">
            <details class="menu phone-nav" id="menu-nav">
                <summary class="btn quiet icon-only" aria-label="Menu"><Icon name="menu" /></summary>
                <nav class="menu-panel from-left" aria-label="Main, small screen"><Links sections=sections.clone() /></nav>
            </details>
            <a class=brand_class href=to><Brand admin short=true /><span class="sr-only">"Home"</span></a>
            {match search {
                Some(action) => view! { <Omni action /> }.into_any(),
                None => view! { <span class="grow"></span> }.into_any(),
            }}
            {has_add.then(|| view! {
                <details class="menu" id="menu-add">
                    <summary class="btn"><Icon name="plus" /><span class="max-sm:sr-only">"Add New"</span></summary>
                    <div class="menu-panel">{add_items()}</div>
                </details>
            })}
            {search.is_some().then(|| view! { <HelpLink /> })}
            <AccountMenu />
        </header>
        <div class="frame">
            <div class="side"><nav aria-label="Main"><Links sections=sections /></nav></div>
            <div class="min-w-0">
                <main id="main" class="content" tabindex="-1">{children()}</main>
                <footer class="page-foot">"Postern " {version}</footer>
            </div>
        </div>
        <Toasts />
    }
    .into_any()
}

/// To the help of the page that is shown.
#[component]
fn HelpLink() -> impl IntoView {
    let path = use_location().pathname;
    let to = move || format!("/admin/help/{}", crate::api::help::topic(&path.read()));
    view! { <a class="btn quiet icon-only" href=to aria-label="Help on this page"><Icon name="help" /></a> }
}

#[component]
fn AccountMenu() -> impl IntoView {
    me().map(|me| {
        view! {
            <details class="menu" id="menu-account">
                <summary class="btn quiet icon-only" aria-label="Account"><Icon name="user" /></summary>
                <div class="menu-panel">
                    <p class="px-3 pt-1 pb-2">
                        <strong>{me.name}</strong><br/>
                        <span class="soft small">{me.role.label()}</span>
                    </p>
                    <div class="menu-sep"></div>
                    <ThemeItems />
                    <div class="menu-sep"></div>
                    <a class="menu-item" href="/password" rel="external"><Icon name="user" />"Change password"</a>
                    <a class="menu-item" href=if me.role == Role::Owner { "/my/sessions" } else { "/admin/sessions" }><Icon name="page" />"Sessions"</a>
                    <form method="post" action="/logout">
                        <Token />
                        <button class="menu-item" type="submit"><Icon name="exit" />"Log out"</button>
                    </form>
                </div>
            </details>
        }
    })
}

#[cfg(feature = "hydrate")]
const MENUS: [&str; 3] = ["menu-nav", "menu-add", "menu-account"];

/// In the browser: menus close on navigation, Escape and clicks elsewhere; Ctrl-K finds the search box;
/// after a navigation the focus stands at the content.
fn behave(_search: bool) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::{ev, wasm_bindgen::JsCast};
        fn close_menus(except: Option<&web_sys::Node>) {
            for menu in MENUS.iter().filter_map(|id| document().get_element_by_id(id)) {
                if !except.is_some_and(|node| menu.contains(Some(node))) {
                    let _ = menu.remove_attribute("open");
                }
            }
        }
        let path = use_location().pathname;
        Effect::new(move |before: Option<()>| {
            path.track();
            if before.is_some() {
                close_menus(None);
                if let Some(main) = document().get_element_by_id("main") {
                    let _ = main.unchecked_into::<web_sys::HtmlElement>().focus();
                }
            }
        });
        let keys = window_event_listener(ev::keydown, move |event| {
            if event.key() == "Escape" {
                close_menus(None);
            } else if _search
                && event.key() == "k"
                && (event.ctrl_key() || event.meta_key())
                && let Some(omni) = document().get_element_by_id("omni")
            {
                event.prevent_default();
                let _ = omni.unchecked_into::<web_sys::HtmlElement>().focus();
            }
        });
        let clicks = window_event_listener(ev::click, |event| {
            close_menus(event.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok()).as_ref());
        });
        on_cleanup(move || {
            keys.remove();
            clicks.remove();
        });
    }
}

/// A page's title, its way back, and its acts at the right.
#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    /// (href, label) of the pages above.
    #[prop(default = vec![])]
    up: Vec<(String, String)>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    mark_hydrated();
    view! {
        <leptos_meta::Title text=title.clone() />
        <div class="page-head">
            {(!up.is_empty()).then(|| view! {
                <nav class="crumbs" aria-label="Breadcrumb">
                    {up.into_iter().map(|(href, label)| view! { <a href=href>{label}</a><span aria-hidden="true">"/"</span> }).collect_view()}
                </nav>
            })}
            <h1>{title}</h1>
            {children.map(|c| view! { <div class="acts">{c()}</div> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::is_current;

    #[test]
    fn a_link_is_current_on_its_page_and_below_but_home_only_at_home() {
        assert!(is_current("/admin", "/admin") && is_current("/admin", "/admin/"));
        assert!(!is_current("/admin", "/admin/domains"));
        assert!(is_current("/admin/domains", "/admin/domains/3") && !is_current("/admin/domains", "/admin/domainsx"));
    }
}
