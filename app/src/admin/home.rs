//! Home: traffic by hour and category, what is held and waiting, what needs attention.

use super::tiles;
use crate::api::overview::{RetryQueue, home};
use crate::ui::{
    ActForm, CategoryBadge, Empty, FormErrors, Icon, PageHead, Time, format, load, me, use_act, use_refresh,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::{DeferredDestination, HomeData, QuarantineRow};
use model::{Role, Tile as Kind};

#[component]
pub fn Home() -> impl IntoView {
    let query = use_query_map();
    let week = Memo::new(move |_| query.read().get_str("range") == Some("7d"));
    let refresh = use_refresh();
    let data =
        Resource::new_blocking(move || (week.get(), refresh.get()), |(week, _)| home(if week { 168 } else { 24 }));
    view! {
        <PageHead title="Home">
            <a class="btn quiet" href="/admin/tiles"><Icon name="gear" />"Choose tiles"</a>
            <nav class="segments" aria-label="Time range">
                <a href="/admin" aria-current=move || (!week.get()).then_some("true")>"24 hours"</a>
                <a href="/admin?range=7d" aria-current=move || week.get().then_some("true")>"7 days"</a>
            </nav>
        </PageHead>
        {load(data, |home| view! { <Figures home /> }.into_any())}
    }
}

#[component]
fn Figures(home: HomeData) -> impl IntoView {
    let o = home.overview.clone();
    let deferred: u64 = o.deferred.iter().map(|d| d.messages).sum();
    let nothing_yet = o.domains == 0;
    let banner = !home.tiles.contains(&Kind::Alerts) && !o.alerts.is_empty();
    let system = me().is_some_and(|m| m.role == Role::System);
    view! {
        {banner.then(|| view! {
            <section class="banner warn" aria-labelledby="alerts">
                <Icon name="alert" />
                <div>
                    <h2 id="alerts">"Needs attention"</h2>
                    <ul>{o.alerts.iter().map(|a| view! { <li>{a.clone()}</li> }).collect_view()}</ul>
                </div>
            </section>
        })}
        {nothing_yet.then(|| view! {
            <section class="card mb-4">
                <h2>"Start here"</h2>
                <p class="mb-3">"From an empty system to a domain that filters, step by step."</p>
                <a class="btn primary" href=if system { "/admin/start" } else { "/admin/domains/new" }><Icon name="plus" />{if system { "Getting started" } else { "Add a domain" }}</a>
            </section>
        })}
        <div class="tiles mb-4">
            <Tile href="/admin/quarantine" icon="inbox" label="Held now" value=o.quarantined />
            <Tile icon="clock" label="Waiting for the filter" value=o.waiting_filter />
            <Tile icon="send" label="Waiting for delivery" value=o.waiting_delivery />
            <Tile icon="alert" label="Deferred" value=deferred />
            <Tile href="/admin/accounts" icon="building" label="Accounts" value=o.accounts />
            <Tile href="/admin/domains" icon="globe" label="Domains" value=o.domains />
            <Tile href="/admin/mailboxes" icon="mailbox" label="Mailboxes" value=o.mailboxes />
        </div>
        {tiles::grid(home)}
    }
}

#[component]
fn Tile(
    #[prop(optional)] href: Option<&'static str>,
    icon: &'static str,
    label: &'static str,
    value: u64,
) -> impl IntoView {
    let inside = view! {
        <span class="label"><Icon name=icon />{label}</span>
        <span class="value block">{format::thousands(value)}</span>
    };
    match href {
        Some(href) => view! { <a class="tile" href=href>{inside}</a> }.into_any(),
        None => view! { <div class="tile">{inside}</div> }.into_any(),
    }
}

#[component]
pub(super) fn Recent(rows: Vec<QuarantineRow>) -> impl IntoView {
    if rows.is_empty() {
        return view! { <Empty icon="shield" title="Nothing is held"><p>"What the filter stops appears here."</p></Empty> }.into_any();
    }
    view! {
        <ul class="grid gap-3">
            {rows.into_iter().map(|r| view! {
                <li class="flex flex-wrap items-start gap-x-3 gap-y-1">
                    <div class="min-w-0 flex-1 basis-60">
                        <a href=format!("/admin/quarantine/{}", r.id)>{subject(&r.subject)}</a>
                        <div class="soft small">{r.sender.clone()}" to "{r.recipient.clone()}</div>
                    </div>
                    <CategoryBadge category=r.category />
                    <span class="soft small"><Time at=r.received /></span>
                </li>
            }).collect_view()}
        </ul>
        <p class="mt-4"><a href="/admin/quarantine">"All held messages"</a></p>
    }
    .into_any()
}

/// A subject as a link's text.
pub fn subject(subject: &str) -> String {
    if subject.trim().is_empty() { t!("(no subject)").to_owned() } else { subject.to_owned() }
}

#[component]
pub(super) fn Deferred(rows: Vec<DeferredDestination>) -> impl IntoView {
    if rows.is_empty() {
        return view! { <p class="soft">"Every destination takes its mail."</p> }.into_any();
    }
    let retry = use_act::<RetryQueue>();
    let may_retry = me().is_some_and(|m| m.role == Role::System);
    view! {
        <ul class="grid gap-4">
            {rows.into_iter().map(|d| view! {
                <li>
                    <strong>{d.destination}</strong>": "{format::count(d.messages, "message waits", "messages wait")}
                    <div class="soft small">"Since "<Time at=d.since />", next try "<Time at=d.next_attempt /></div>
                    <div class="mono">{d.last_error}</div>
                </li>
            }).collect_view()}
        </ul>
        {may_retry.then(|| view! {
            <ActForm act=retry class="mt-4">
                <FormErrors />
                <button class="btn" type="submit"><Icon name="send" />"Try all now"</button>
            </ActForm>
        })}
    }
    .into_any()
}
