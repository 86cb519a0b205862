//! Which language a request is answered in: what is set for the mailbox; else what was chosen in this browser; else what is
//! set for its domain, group or account; else what the browser asks for; else the system's.

use super::{AppState, CurrentSession, LoggedIn, cookie, own_path, same_secret};
use axum::extract::{Extension, Form, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use leptos::prelude::with_context;
use serde::Deserialize;
use service::SetLanguage;
use texts::Language;

/// In the extensions of a request.
#[derive(Clone, Copy)]
struct Answered(Language);

tokio::task_local! {
    /// For what is written outside of pages: light pages, redirects.
    static LANGUAGE: Language;
}

/// The language of the request that is being answered.
pub fn current() -> Language {
    let of_page = with_context::<Parts, _>(|parts| parts.extensions.get::<Answered>().map(|a| a.0)).flatten();
    of_page.or_else(|| LANGUAGE.try_with(|l| *l).ok()).unwrap_or_default()
}

/// From the strongest word to the weakest; None where nobody says anything.
fn said(set: &SetLanguage, headers: &HeaderMap) -> Option<Language> {
    let parse = |code: &Option<String>| code.as_deref().and_then(Language::parse);
    let chosen = || cookie::get(headers, cookie::LANGUAGE).and_then(|c| Language::parse(&c));
    let asked = || headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok().and_then(Language::of_header);
    parse(&set.own).or_else(chosen).or_else(|| parse(&set.place)).or_else(asked)
}

/// Middleware: finds the language once for a request.
pub async fn find(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    if ["/pkg/", "/texts/"].iter().any(|p| request.uri().path().starts_with(p)) {
        return next.run(request).await;
    }
    let set = request.extensions().get::<LoggedIn>().map(|l| l.language.clone()).unwrap_or_default();
    let language = match said(&set, request.headers()) {
        Some(language) => language,
        None => match state.service.default_language().await {
            Ok(code) => Language::parse(&code).unwrap_or_default(),
            Err(error) => {
                tracing::error!(%error, "looking up the system's language");
                Language::default()
            }
        },
    };
    request.extensions_mut().insert(Answered(language));
    LANGUAGE.scope(language, next.run(request)).await
}

/// Answers in another language than the request's.
pub async fn within<T>(language: Language, answer: impl Future<Output = T>) -> T {
    LANGUAGE.scope(language, answer).await
}

#[derive(Deserialize)]
pub struct Choice {
    #[serde(default)]
    language: String,
    #[serde(default)]
    form_token: String,
}

/// The page that the form stood on, of ours only. Pages that a form leads to are not gone back to.
fn back(headers: &HeaderMap) -> String {
    let referer =
        headers.get(header::REFERER).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<axum::http::Uri>().ok());
    let path = referer.as_ref().and_then(|u| u.path_and_query()).and_then(|p| own_path(p.as_str())).unwrap_or("/");
    match path.split('?').next().unwrap_or_default() {
        "/light/act" | "/light/login" => "/light".to_owned(),
        _ => path.to_owned(),
    }
}

/// `POST /language`: for this browser, and for the mailbox of an owner who may change settings.
pub async fn choose(
    State(state): State<AppState>,
    session: Option<Extension<CurrentSession>>,
    headers: HeaderMap,
    Form(form): Form<Choice>,
) -> Response {
    let Some(language) = Language::parse(&form.language) else {
        return (StatusCode::UNPROCESSABLE_ENTITY, "There is no such language here.").into_response();
    };
    let session = session.and_then(|s| s.0.0).filter(|s| same_secret(&s.form_token, &form.form_token));
    if let Some(session) = session.filter(|s| !s.actor.is_administrator())
        && let Err(error) = state.service.set_own_language(&session.actor, language.code()).await
    {
        tracing::error!(%error, "setting a mailbox's language");
    }
    let set = [(header::SET_COOKIE, cookie::language(language.code(), state.https()))];
    (AppendHeaders(set), Redirect::to(&back(&headers))).into_response()
}

/// Where the browser finds the texts of a language; None for English, which it has.
pub fn texts_path(language: Language) -> Option<String> {
    (language != Language::En).then(|| format!("/texts/{}.{}.json", language.code(), texts::browser::version(language)))
}

/// `GET /texts/de.0123456789abcdef.json`: the name changes with the texts, so that it may be kept for good.
pub async fn texts_file(Path(file): Path<String>) -> Response {
    let language = file.split('.').next().and_then(Language::parse);
    let ours = language.and_then(texts_path).is_some_and(|path| path.ends_with(&format!("/{file}")));
    match language.filter(|_| ours) {
        Some(language) => {
            let headers = [
                (header::CONTENT_TYPE, "application/json"),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, texts::browser::file(language)).into_response()
        }
        None => (StatusCode::NOT_FOUND, "There is no such file.").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_mailbox_goes_before_the_choice_and_that_before_the_domain_and_the_browser() {
        let headers = |cookie: &'static str, asked: &'static str| {
            let mut h = HeaderMap::new();
            h.insert(header::COOKIE, HeaderValue::from_static(cookie));
            h.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(asked));
            h
        };
        let set = |own: Option<&str>, place: Option<&str>| SetLanguage {
            own: own.map(Into::into),
            place: place.map(Into::into),
        };
        assert_eq!(said(&set(Some("fr"), None), &headers("postern_language=de", "es")), Some(Language::Fr));
        assert_eq!(said(&set(None, Some("fr")), &headers("postern_language=de", "es")), Some(Language::De));
        assert_eq!(said(&set(None, Some("fr")), &headers("a=b", "es")), Some(Language::Fr));
        assert_eq!(said(&set(None, None), &headers("postern_language=xx", "es")), Some(Language::Es));
        assert_eq!(said(&set(None, None), &headers("a=b", "it")), None);
        // A language that the mailbox has and the pages have not is no reason for English.
        assert_eq!(said(&set(Some("ja"), None), &headers("a=b", "de")), Some(Language::De));
    }
}
