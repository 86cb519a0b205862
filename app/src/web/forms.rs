//! Forms that a browser posts without script to a server function: the answer becomes a redirect, and what
//! it says stands on the next page. Also the check that a change was asked for by a page of ours.

use super::{AppState, below, cookie, own_path};
use crate::api::{ApiError, Failure, Flash, Notice};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What the last form came to, in the extensions of the request for the page that shows it.
#[derive(Clone)]
pub struct PageFlash(pub Flash);

const ANSWER_MAX: usize = 1024 * 1024;
/// Browsers keep 4 KB a cookie; what was typed into a longer one is kept on the server.
const FLASH_MAX: usize = 3_800;

/// Whether a change was asked for by a page of this server (guard against cross-site requests). A client
/// that is no browser sends neither header; the form token speaks for it.
pub fn same_origin(headers: &HeaderMap, url: &str) -> bool {
    let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    match text("sec-fetch-site") {
        // The browser's own word; a page without referrer sends `Origin: null` beside it.
        Some("same-origin") => return true,
        None | Some("none") => {}
        Some(_) => return false,
    }
    let Some(origin) = text("origin") else { return true };
    if origin.eq_ignore_ascii_case(url.trim_end_matches('/')) {
        return true;
    }
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text("host")
}

/// The page of a digest link sends no referrer, so that the link stays secret, and therefore no origin; browsers that do
/// not say where a form was sent from in another way are believed there, where the link itself is the secret.
fn from_link_page(request: &Request) -> bool {
    let text = |name| request.headers().get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    below(request.uri().path(), "/link") && text("origin") == Some("null") && text("sec-fetch-site").is_none()
}

/// Begins a cookie that names a flash kept on the server; no other has a dot.
const KEPT: &str = "kept.";

/// `Set-Cookie` that carries a flash to the next page.
pub fn flash_cookie(mut flash: Flash, https: bool) -> String {
    let encode = |f: &Flash| URL_SAFE_NO_PAD.encode(serde_json::to_vec(f).unwrap_or_default());
    let mut value = encode(&flash);
    if value.len() > FLASH_MAX && flash.failure.is_some() {
        let key = super::kept::keep(flash, value.len());
        return cookie::flash(&format!("{KEPT}{}", URL_SAFE_NO_PAD.encode(key)), https);
    }
    if value.len() > FLASH_MAX {
        if let Some(notice) = &mut flash.notice {
            notice.problems.truncate(5);
        }
        value = encode(&flash);
    }
    if value.len() > FLASH_MAX {
        value = encode(&Flash::default());
    }
    cookie::flash(&value, https)
}

fn read_flash(headers: &HeaderMap) -> Option<Flash> {
    let value = cookie::get(headers, cookie::FLASH).filter(|v| !v.is_empty())?;
    if let Some(key) = value.strip_prefix(KEPT) {
        return super::kept::take(&String::from_utf8(URL_SAFE_NO_PAD.decode(key).ok()?).ok()?);
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()
}

/// Where a form stands: the Referer's path, if it is one of ours.
fn back(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<Uri>().ok());
    referer.as_ref().and_then(|u| u.path_and_query()).and_then(|p| own_path(p.as_str())).unwrap_or("/").to_owned()
}

/// Middleware over everything: refuses changes from other sites, hands flashes to pages, and answers plain forms.
pub async fn plain_forms(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !same_origin(request.headers(), &state.url) && !from_link_page(&request) {
        return (StatusCode::FORBIDDEN, "This form was sent from another site. Open the page here and send it again.")
            .into_response();
    }
    let accepts_html =
        request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"));
    if changes && accepts_html && request.uri().path().starts_with("/fn/") {
        return answer_form(&state, request, next).await;
    }
    // Some text browsers accept `*/*` only; light pages load nothing that could take the flash from them.
    let page = accepts_html || below(request.uri().path(), "/light");
    let flash = if !changes && page { read_flash(request.headers()) } else { None };
    let Some(flash) = flash else { return next.run(request).await };
    request.extensions_mut().insert(PageFlash(flash));
    let mut response = next.run(request).await;
    append_cookie(&mut response, &cookie::clear_flash(state.https()));
    response
}

fn append_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

async fn answer_form(state: &AppState, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (path, from) = (parts.uri.path().to_owned(), back(&parts.headers));
    let Ok(body) = to_bytes(body, ANSWER_MAX).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "This form is too long.").into_response();
    };
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let answer = next.run(Request::from_parts(parts, Body::from(body.clone()))).await;
    let (answer, answered) = answer.into_parts();
    let answered = to_bytes(answered, ANSWER_MAX).await.unwrap_or_default();
    let (flash, to) = if answer.status.is_success() {
        let notice: Notice = serde_json::from_slice(&answered).unwrap_or_default();
        let to = notice.to.as_deref().and_then(own_path).map(str::to_owned);
        (Flash { notice: (!notice.text.is_empty()).then_some(notice), failure: None }, to)
    } else {
        let error: ApiError = serde_json::from_slice(&answered).unwrap_or_else(|_| {
            ApiError(model::UserError::new(model::ErrorCode::Internal, "This could not be done. Try again."))
        });
        (Flash { notice: None, failure: Some(Failure { path, error: error.0, values: typed(&body) }) }, None)
    };
    let mut response = Redirect::to(&to.unwrap_or(from)).into_response();
    append_cookie(&mut response, &flash_cookie(flash, state.https()));
    response
}

/// What was typed into a form, without secrets.
pub fn typed(body: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body);
    // Settings of passwords are no passwords.
    let password = |name: &str| name.contains("password") && !name.starts_with("values[");
    let secret = |name: &str| {
        name == "form_token"
            || password(name)
            || name.ends_with("[]")
            || crate::admin::verifier_parts::is_secret_field(name)
    };
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(k, v)| (decode(k), decode(v)))
        .filter(|(k, _)| !secret(k))
        .collect()
}

/// application/x-www-form-urlencoded to text.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        let hex = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (byte, hex(i + 1), hex(i + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                i += 3;
                continue;
            }
            (b'+', _, _) => out.push(b' '),
            _ => out.push(byte),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (header::HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn changes_are_taken_from_our_own_pages_and_from_clients_that_are_no_browsers() {
        let url = "https://filter.acme.test/";
        let ok = |pairs| same_origin(&headers(pairs), url);
        assert!(ok(&[]) && ok(&[("origin", "https://filter.acme.test"), ("sec-fetch-site", "same-origin")]));
        assert!(ok(&[("origin", "http://10.0.0.1:8080"), ("host", "10.0.0.1:8080")]));
        assert!(!ok(&[("origin", "https://evil.test"), ("host", "filter.acme.test")]));
        assert!(!ok(&[("origin", "null"), ("host", "filter.acme.test")]) && !ok(&[("sec-fetch-site", "cross-site")]));
        assert!(ok(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(!ok(&[("sec-fetch-site", "same-site"), ("origin", "https://filter.acme.test")]));
    }
    #[test]
    fn what_was_typed_is_kept_without_secrets() {
        let kept = typed(b"form_token=t&name=bob+b%C3%A4r&password=x&new_password=y&ids%5B%5D=1&aliases=");
        assert_eq!(kept, [("name".to_owned(), "bob bär".to_owned()), ("aliases".to_owned(), String::new())]);
    }
    #[test]
    fn a_flash_travels_in_a_cookie_and_never_grows_past_it() {
        let notice = Notice { text: "3 released".into(), problems: vec!["x".repeat(1_000); 50], to: None };
        let set = flash_cookie(Flash { notice: Some(notice), failure: None }, false);
        assert!(set.len() < 4_096);
        let set = flash_cookie(Flash { notice: Some(Notice::new("3 released")), failure: None }, false);
        let pair = set.split(';').next().unwrap().to_owned();
        let mut h = HeaderMap::new();
        h.insert(header::COOKIE, HeaderValue::from_str(&pair).unwrap());
        assert_eq!(read_flash(&h).unwrap().notice.unwrap().text, "3 released");
    }
    #[test]
    fn what_is_too_long_for_a_cookie_is_kept_and_taken_once() {
        let values = vec![("values[a.b]".to_owned(), "x".repeat(200_000))];
        let error = model::UserError::field("a.b", "no");
        let failure = Failure { path: "/fn/settings_change".into(), error, values };
        let set = flash_cookie(Flash { notice: None, failure: Some(failure.clone()) }, false);
        assert!(set.len() < 4_096);
        let mut h = HeaderMap::new();
        h.insert(header::COOKIE, HeaderValue::from_str(set.split(';').next().unwrap()).unwrap());
        assert_eq!(read_flash(&h).unwrap().failure, Some(failure));
        assert_eq!(read_flash(&h), None);
    }
    #[test]
    fn a_form_leads_back_to_where_it_stood_here() {
        assert_eq!(
            back(&headers(&[("referer", "http://127.0.0.1:8080/admin/accounts/new?x=1")])),
            "/admin/accounts/new?x=1"
        );
        assert_eq!(back(&headers(&[])), "/");
    }
    proptest! {
        #[test]
        fn decoding_undoes_encoding(s in ".*") { prop_assert_eq!(decode(&crate::query::encode(&s)), s); }
        #[test]
        fn any_body_is_answered(b in prop::collection::vec(any::<u8>(), 0..200)) { let _ = typed(&b); }
    }
}
