//! Held messages, newest first.

use super::clip::clip;
use super::page::{Page, failed, respond, token};
use super::visit::Visit;
use crate::admin::home::subject;
use crate::query::{href, quarantine_from, quarantine_pairs};
use crate::text::named;
use crate::ui::format;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use model::view::{OwnerHome, Page as Rows, QuarantineQuery, QuarantineRow};
use model::{Category, Direction, Disposition};

const PER_PAGE: u32 = 20;
/// Characters of a search; it stands in several links of the page.
const SEARCH_MAX: usize = 40;
/// Bytes of a row's texts.
const SUBJECT_MAX: usize = 96;
const SENDER_MAX: usize = 64;

fn link(query: &QuarantineQuery) -> String {
    href("/light", &quarantine_pairs(&QuarantineQuery { per_page: 0, ..query.clone() }))
}

/// `GET /light?q=&category=&page=&tick=1`.
pub async fn show(visit: Visit) -> Response {
    let tick = visit.query.get("tick") == "1";
    let asked = quarantine_from(&visit.query.clone().map());
    let query = QuarantineQuery {
        q: asked.q.chars().take(SEARCH_MAX).collect(),
        category: asked.category,
        page: asked.page,
        per_page: PER_PAGE,
        ..QuarantineQuery::default()
    };
    let home = match visit.service.owner_home(&visit.actor).await {
        Ok(home) => home,
        Err(error) => return failed(&visit, error),
    };
    let page = match visit.service.quarantine(&visit.actor, &query).await {
        Ok(page) => page,
        Err(error) => return failed(&visit, error),
    };
    let full = href("/my", &quarantine_pairs(&QuarantineQuery { page: 0, per_page: 0, ..query.clone() }));
    let body = view! {
        <h1>{t!("Held mail")}</h1>
        {search(&query)}
        {list(&visit, &home, page, &query, tick)}
    };
    respond(Page {
        status: StatusCode::OK,
        title: t!("Held mail").into(),
        visit: Some(&visit),
        full,
        body: body.into_any(),
    })
}

fn search(query: &QuarantineQuery) -> impl IntoView + use<> {
    let chosen = query.category;
    view! {
        <form role="search" class="acts" action="/light">
            <input type="search" name="q" value=query.q.clone() maxlength=SEARCH_MAX aria-label=t!("Sender or subject") placeholder=t!("Sender or subject") />
            <select name="category" aria-label=t!("Category")>
                <option value="">{t!("All categories")}</option>
                {Category::ALL.iter().filter(|c| **c != Category::Clean).map(|c| view! {
                    <option value=c.code() selected=chosen == Some(*c)>{named(c.label())}</option>
                }).collect_view()}
            </select>
            <button>{t!("Search")}</button>
        </form>
    }
}

fn list(visit: &Visit, home: &OwnerHome, page: Rows<QuarantineRow>, query: &QuarantineQuery, tick: bool) -> AnyView {
    if page.rows.is_empty() {
        let narrowed = home.held > 0;
        let said = if narrowed { t!("No held message matches.") } else { t!("Nothing is held.") };
        return view! { <p>{said}</p>{narrowed.then(|| view! { <p><a href="/light">{t!("Show all held messages")}</a></p> })} }
            .into_any();
    }
    let may_act = home.may_release || home.may_delete;
    let pages = page.pages();
    let at = page.page.clamp(1, pages);
    let count = match (counted!("{n} message|{n} messages", page.total), pages) {
        (count, 1) => count,
        (count, _) => {
            filled!("{count}, page {at} of {pages}", count = count, at = at.to_string(), pages = pages.to_string())
        }
    };
    let to = |page: u32| link(&QuarantineQuery { page, ..query.clone() });
    let (back, newer, older) = (link(query), (at > 1).then(|| to(at - 1)), (at < pages).then(|| to(at + 1)));
    let tick_all = (may_act && !tick).then(|| {
        let mut pairs = quarantine_pairs(&QuarantineQuery { per_page: 0, ..query.clone() });
        pairs.push(("tick".into(), "1".into()));
        href("/light", &pairs)
    });
    let rows = page.rows.iter().map(|r| row(r, &home.address, may_act, tick)).collect_view();
    view! {
        <form method="post" action="/light/act">
            {token(visit)}
            <input type="hidden" name="back" value=back />
            <table>
                <thead><tr>
                    {may_act.then(|| view! { <th scope="col">{t!("Tick")}</th> })}
                    <th scope="col">{t!("Message")}</th><th scope="col">{t!("Why, when")}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
            <div class="acts">
                {home.may_release.then(|| view! { <button class="go" name="act" value="release">{t!("Release")}</button> })}
                {home.may_delete.then(|| view! { <button class="del" name="act" value="delete">{t!("Delete")}</button> })}
                {tick_all.map(|href| view! { <a href=href>{t!("Tick all")}</a> })}
            </div>
        </form>
        <nav aria-label=t!("Pages")>
            <span class="soft">{count}</span>
            {newer.map(|href| view! { <a rel="prev" href=href>{t!("Newer")}</a> })}
            {older.map(|href| view! { <a rel="next" href=href>{t!("Older")}</a> })}
        </nav>
    }
    .into_any()
}

fn row(row: &QuarantineRow, address: &str, may_act: bool, tick: bool) -> impl IntoView + use<> {
    let id = row.id;
    let elsewhere = match row.direction {
        Direction::Outbound => filled!(" outbound to {address}", address = clip(&row.recipient, SENDER_MAX)),
        Direction::Inbound if row.recipient != address => {
            filled!(" to {address}", address = clip(&row.recipient, SENDER_MAX))
        }
        Direction::Inbound => String::new(),
    };
    let from = format!("{}{elsewhere}", clip(&row.sender, SENDER_MAX));
    let when = format::minute(row.received);
    let gone = (row.disposition != Disposition::Quarantined).then(|| named(row.disposition.label()));
    view! {
        <tr>
            {may_act.then(|| view! { <td><input type="checkbox" name="id" value=id checked=tick aria-labelledby=format!("m{id}") /></td> })}
            <td><a id=format!("m{id}") href=format!("/light/message/{id}")>{clip(&subject(&row.subject), SUBJECT_MAX)}</a><br/>{from}</td>
            <td>{named(row.category.label())}<br/>{gone}<small>{when}</small></td>
        </tr>
    }
}
