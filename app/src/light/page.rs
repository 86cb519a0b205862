//! The document round every light page.

use super::visit::Visit;
use crate::api::Flash;
use crate::api::context::status as status_of;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use leptos::nonce::Nonce;
use leptos::prelude::*;
use model::UserError;

const STYLE: &str = include_str!("style.css");

/// What stands in the document.
pub struct Page<'a> {
    pub status: StatusCode,
    /// Of the window; the page has its own h1.
    pub title: String,
    /// None: nobody is logged in.
    pub visit: Option<&'a Visit>,
    /// The same in the full pages; empty: no link.
    pub full: String,
    pub body: AnyView,
}

/// What the last form came to.
fn told(flash: &Flash) -> impl IntoView {
    let notice = flash.notice.clone().map(|n| {
        let problems = n.problems.into_iter().map(|p| view! { <li>{p}</li> }).collect_view();
        view! { <div class="note" role="status"><p>{n.text}</p><ul>{problems}</ul></div> }
    });
    let failure = flash.failure.clone().map(|f| view! { <p class="bad" role="alert">{f.error.message}</p> });
    view! { {notice}{failure} }
}

/// The field that every form of a session carries.
pub fn token(visit: &Visit) -> impl IntoView + use<> {
    view! { <input type="hidden" name="form_token" value=visit.form_token.clone() /> }
}

/// `page` as a response; its policy lets only its own style sheet in, and no script at all.
pub fn respond(page: Page) -> Response {
    let nonce = Nonce::new();
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let menu = page.visit.map(|visit| {
        view! {
            <nav aria-label="Main"><a href="/light">"Held mail"</a><a href="/light/settings">"Settings"</a></nav>
            <form method="post" action="/light/logout">{token(visit)}<button>"Log out"</button></form>
        }
    });
    let who = page.visit.map(|visit| format!("{}. Times are UTC. ", super::clip::clip(&visit.actor.name, 120)));
    let full = (!page.full.is_empty()).then(|| view! { <a href=page.full>"Full version"</a> });
    let look = crate::web::look::current();
    let icon = if look.icon.is_empty() { "/favicon.svg".to_owned() } else { look.icon };
    let brand = if look.personal_logo.is_empty() {
        view! { {look.name.clone()} }.into_any()
    } else {
        view! { <img src=look.personal_logo alt=look.name.clone() /> }.into_any()
    };
    let html = view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="robots" content="noindex" />
                <title>{format!("{} · {}", page.title, look.name)}</title>
                <link rel="icon" href=icon />
                <style nonce=nonce.to_string()>{STYLE}</style>
            </head>
            <body>
                <header><strong>{brand}</strong>{menu}</header>
                <main id="main">{page.visit.map(|v| told(&v.flash))}{page.body}</main>
                <footer><small>{who}</small>{full}</footer>
            </body>
        </html>
    };
    // The marks that hydration needs between pieces of text; text itself has no `<`.
    let html = html.to_html().replace("<!>", "");
    let mut response = (page.status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A page that says what went wrong, and leads on.
pub fn problem(visit: Option<&Visit>, status: StatusCode, said: &str) -> Response {
    let body = view! {
        <h1>"This did not work"</h1>
        <p class="bad" role="alert">{said.to_owned()}</p>
        <p><a href="/light">"To the held mail"</a></p>
    };
    respond(Page { status, title: "Problem".into(), visit, full: String::new(), body: body.into_any() })
}

/// The service's refusal as a page.
pub fn failed(visit: &Visit, error: impl Into<UserError>) -> Response {
    let error = error.into();
    problem(Some(visit), status_of(error.code), &error.message)
}
