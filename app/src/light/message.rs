//! One held message: the sentence, what can be done, its text in pieces, why it was held.

use super::clip::{clip, piece};
use super::page::{Page, failed, problem, respond, token};
use super::visit::Visit;
use crate::admin::home::subject;
use crate::personal::why::{evidence_language, found, headline};
use crate::text::named;
use crate::ui::format;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use model::view::MessageView;

/// Bytes of text on one page.
const TEXT_MAX: usize = 5_000;
const HEADERS_MAX: usize = 9_000;
/// Bytes of a line of the evidence, and how many lines.
const LINE_MAX: usize = 160;
const FOUND_MAX: usize = 8;
const ATTACHMENTS_MAX: usize = 10;

fn number(id: &str) -> i64 {
    id.parse().unwrap_or(0)
}

/// Links to the pieces before and after.
fn pieces(path: String, at: usize, of: usize) -> impl IntoView {
    (of > 1).then(|| {
        view! {
            <nav aria-label=t!("Parts of the text")>
                <span class="soft">{filled!("Part {at} of {pages}", at = at.to_string(), pages = of.to_string())}</span>
                {(at > 1).then(|| view! { <a rel="prev" href=format!("{path}?part={}", at - 1)>{t!("Back")}</a> })}
                {(at < of).then(|| view! { <a rel="next" href=format!("{path}?part={}", at + 1)>{t!("More")}</a> })}
            </nav>
        }
    })
}

/// `GET /light/message/{id}?part=`.
pub async fn show(Path(id): Path<String>, visit: Visit) -> Response {
    let (view_body, download) = match visit.service.owner_home(&visit.actor).await {
        Ok(home) => (home.view_body, home.download),
        Err(error) => return failed(&visit, error),
    };
    let m = match visit.service.message(&visit.actor, number(&id)).await {
        Ok(message) => message,
        Err(error) => return failed(&visit, error),
    };
    let id = m.row.id;
    let title = subject(&m.row.subject);
    let (said, evidence) = headline(&m);
    let body = view! {
        <p><a href="/light">{t!("Held mail")}</a></p>
        <h1>{clip(&title, 400)}</h1>
        <p><strong>{clip(&said, 400)}</strong>{(!evidence.is_empty()).then(|| view! { " – "<span lang="en">{clip(&evidence, 400)}</span> })}</p>
        <dl>
            <dt>{t!("From")}</dt><dd>{clip(&m.row.sender, 200)}</dd>
            <dt>{t!("To")}</dt><dd>{clip(&m.row.recipient, 200)}</dd>
            <dt>{t!("Received")}</dt><dd>{format::minute(m.row.received)}</dd>
            <dt>{t!("Size")}</dt><dd>{format::size(m.row.size)}</dd>
            <dt>{t!("State")}</dt><dd>{named(m.row.disposition.label())}</dd>
        </dl>
        {acts(&visit, &m)}
        {text(&visit, &m, view_body)}
        {attachments(&m)}
        {why(&m)}
        <nav aria-label=t!("More of this message")>
            <a href=format!("/light/message/{id}/headers")>{t!("Headers")}</a>
            {download.then(|| view! { <a href=format!("/message/{id}/raw") download>{t!("Download")}</a> })}
        </nav>
    };
    respond(Page {
        status: StatusCode::OK,
        title: clip(&title, 80),
        visit: Some(&visit),
        full: format!("/my/message/{id}"),
        body: body.into_any(),
    })
}

fn acts(visit: &Visit, m: &MessageView) -> impl IntoView + use<> {
    let id = m.row.id;
    let (release, delete) = (m.may_release, m.may_delete);
    (release || delete).then(|| {
        view! {
            <form method="post" action="/light/act" class="acts">
                {token(visit)}
                <input type="hidden" name="id" value=id />
                {release.then(|| view! { <button class="go" name="act" value="release">{t!("Release")}</button> })}
                {delete.then(|| view! { <button class="del" name="act" value="delete">{t!("Delete")}</button> })}
            </form>
        }
    })
}

fn text(visit: &Visit, m: &MessageView, view_body: bool) -> impl IntoView + use<> {
    let part = visit.query.get("part").parse().unwrap_or(1);
    let (text, at, of) = piece(m.preview_text.trim(), TEXT_MAX, part);
    let text = if text.is_empty() { t!("(no text)") } else { text }.to_owned();
    let path = format!("/light/message/{}", m.row.id);
    view! {
        <h2>{t!("Text")}</h2>
        {if view_body {
            view! { <pre>{text}</pre>{pieces(path, at, of)} }.into_any()
        } else {
            view! { <p class="soft">{t!("Your administrator does not show the text of held messages.")}</p> }.into_any()
        }}
    }
}

fn attachments(m: &MessageView) -> impl IntoView + use<> {
    let all = m.attachments.len();
    let lines: Vec<_> = m
        .attachments
        .iter()
        .take(ATTACHMENTS_MAX)
        .map(|a| format!("{} ({}, {})", clip(&a.name, LINE_MAX / 2), clip(&a.kind, 20), format::size(a.size)))
        .collect();
    let more = all.saturating_sub(lines.len());
    (all > 0).then(|| {
        view! {
            <h2>{t!("Attachments")}</h2>
            <ul>
                {lines.into_iter().map(|l| view! { <li>{l}</li> }).collect_view()}
                {(more > 0).then(|| view! { <li>{filled!("and {n} more", n = more.to_string())}</li> })}
            </ul>
        }
    })
}

fn why(m: &MessageView) -> impl IntoView + use<> {
    let list = found(&m.findings, m.decided_by);
    (!list.is_empty()).then(|| {
        view! {
            <h2>{t!("Why")}</h2>
            <ul>
                {list.into_iter().take(FOUND_MAX).map(|(decided, f)| {
                    let decided = if decided { t!("This decided: ") } else { "" };
                    view! { <li>{format!("{decided}{}: ", named(f.category.label()))}<span lang=evidence_language()>{clip(&f.info, LINE_MAX)}</span></li> }
                }).collect_view()}
            </ul>
        }
    })
}

/// `GET /light/message/{id}/headers?part=`.
pub async fn headers(Path(id): Path<String>, visit: Visit) -> Response {
    let m = match visit.service.message(&visit.actor, number(&id)).await {
        Ok(message) => message,
        Err(error) => return failed(&visit, error),
    };
    if m.headers.is_empty() {
        return problem(Some(&visit), StatusCode::NOT_FOUND, "The headers of this message cannot be read.");
    }
    let lines: Vec<_> = m.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let part = visit.query.get("part").parse().unwrap_or(1);
    let all = lines.join("\n");
    let (text, at, of) = piece(&all, HEADERS_MAX, part);
    let path = format!("/light/message/{}", m.row.id);
    let body = view! {
        <p><a href="/light">{t!("Held mail")}</a>" / "<a href=path.clone()>{clip(&subject(&m.row.subject), 120)}</a></p>
        <h1>{t!("Headers")}</h1>
        <pre>{text.to_owned()}</pre>
        {pieces(format!("{path}/headers"), at, of)}
    };
    respond(Page {
        status: StatusCode::OK,
        title: t!("Headers").into(),
        visit: Some(&visit),
        full: format!("/my/message/{}", m.row.id),
        body: body.into_any(),
    })
}
