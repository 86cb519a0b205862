//! Owners' pages, the login and the frames in every language: nothing is left in English, and who chooses what is heard.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used)]

mod demo;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, header};
use demo::{ADMIN, OWNER, PASSWORD, demo};
use model::view::QuarantineQuery;
use std::collections::BTreeSet;
use texts::Language;
use tower::ServiceExt;

struct Browser {
    router: Router,
    cookies: String,
}

impl Browser {
    async fn ask(&self, request: axum::http::request::Builder, language: &str, body: String) -> Response<Body> {
        let request = request
            .header(header::ACCEPT, "text/html")
            .header(header::ACCEPT_LANGUAGE, language)
            .header(header::COOKIE, &self.cookies)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::REFERER, "http://127.0.0.1:8080/my?q=a")
            .header(header::ORIGIN, "http://127.0.0.1:8080")
            .header(header::HOST, "127.0.0.1:8080");
        self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap()
    }
    async fn page(&self, path: &str, language: &str) -> String {
        let response = self.ask(Request::get(path), language, String::new()).await;
        String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    }
    async fn post(&self, path: &str, body: &str) -> Response<Body> {
        self.ask(Request::post(path), "", body.to_owned()).await
    }
    async fn log_in(&mut self, email: &str) {
        let answer = self.post("/login", &format!("email={email}&password={}", PASSWORD.replace(' ', "+"))).await;
        self.cookies = answer.headers().get_all(header::SET_COOKIE).iter().map(cookie).collect::<Vec<_>>().join("; ");
    }
}

fn cookie(value: &axum::http::HeaderValue) -> String {
    value.to_str().unwrap().split(';').next().unwrap().to_owned()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

/// What a person reads or hears of a page: texts and labels, without what is marked as English and what others wrote.
fn read(html: &str) -> BTreeSet<String> {
    const VOID: [&str; 6] = ["input", "br", "meta", "link", "img", "hr"];
    let mut out = BTreeSet::new();
    // Depth at which something that is not read began.
    let (mut depth, mut hidden): (usize, Option<usize>) = (0, None);
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        let text = text.trim();
        if hidden.is_none() && !text.is_empty() {
            out.insert(text.to_owned());
        }
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, r)| r);
            continue;
        }
        let Some((tag, after)) = after.split_once('>') else { break };
        rest = after;
        if tag.starts_with('!') {
            continue;
        }
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
            hidden = hidden.filter(|d| *d <= depth);
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        let quiet = ["script", "style", "pre", "time", "option", "code"].contains(&name) && name != "option";
        let english = attribute(tag, "lang") == Some("en") && name != "html";
        if hidden.is_none() {
            for label in ["aria-label", "placeholder", "title", "data-label"] {
                out.extend(attribute(tag, label).filter(|_| !quiet).map(str::to_owned));
            }
        }
        if !VOID.contains(&name) && !tag.ends_with('/') {
            depth += 1;
            if hidden.is_none() && (quiet || english) {
                hidden = Some(depth);
            }
        }
    }
    out
}

/// Whether it has a word that could be English, and is not what somebody wrote or a name.
fn is_words(text: &str) -> bool {
    let data = [
        "@",
        ".test",
        ".exe",
        "won!!!",
        "Your account is locked",
        "Invoice 2026",
        "Spring bulbs",
        "bonus table",
        "Postern",
        "127.0.0.1",
    ];
    // Names of header fields and types, what was searched for, where a session came from; and what is right in French.
    const NAMES: [&str; 9] =
        ["“zzz”", "unknown", "Content-Type", "From", "Subject", "MIME-Version", "text/html", "5 messages", "Spam:"];
    if NAMES.contains(&text) {
        return false;
    }
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).any(|w| w.len() >= 3);
    word && !data.iter().any(|d| text.contains(d)) && Language::ALL.iter().all(|l| l.name() != text)
}

fn left_in_english(english: &str, foreign: &str, language: Language) -> Vec<String> {
    let english = read(english);
    let same = |t: &String| texts::find(t).is_some_and(|key| key.text(language) == t);
    read(foreign).into_iter().filter(|t| english.contains(t) && is_words(t) && !same(t)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_owners_and_no_login_has_english_left_in_it() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 30).await;
    let system = model::Actor::system("test");
    let held = demo.state.service.quarantine(&system, &QuarantineQuery::default()).await.unwrap();
    let id = held.rows.iter().find(|r| !r.system && !r.subject.is_empty()).unwrap().id;
    let link = demo.state.service.make_link(model::MailboxId(1)).await.unwrap();
    let nobody = ["/login", "/forgot", "/activate/none", "/light", "/nowhere", "/link/none"].map(str::to_owned);
    let linked = [format!("/link/{link}"), format!("/link/{link}?message={id}")];
    let owner = [
        "/my".to_owned(),
        "/my?q=zzz".into(),
        "/my?category=PHISH&from=2020-01-01".into(),
        "/my/sessions".into(),
        "/my/settings".into(),
        "/my/senders".into(),
        "/my/policies".into(),
        "/light/policies".into(),
        "/light/senders".into(),
        "/my/settings".into(),
        "/my/senders".into(),
        "/my/policies".into(),
        "/light/policies".into(),
        "/light/senders".into(),
        format!("/my/message/{id}"),
        format!("/my/delete?ids={id}"),
        "/my/nowhere".into(),
        "/password".into(),
        "/light".into(),
        "/light?q=zzz".into(),
        "/light?page=2".into(),
        format!("/light/message/{id}"),
        format!("/light/message/{id}/headers"),
        "/light/settings".into(),
    ];
    let mut browser = Browser { router: app::router(demo.state.clone()), cookies: String::new() };
    let mut wrong = Vec::new();
    for (paths, login) in [(nobody.as_slice(), false), (&linked, false), (&owner, true)] {
        if login {
            browser.log_in(OWNER).await;
        }
        for path in paths {
            let english = browser.page(path, "en").await;
            assert!(english.contains("<html lang=\"en\""), "{path}: {english}");
            for language in [Language::De, Language::Fr, Language::Es] {
                let page = browser.page(path, language.code()).await;
                assert!(page.contains(&format!("<html lang=\"{}\"", language.code())), "{path}");
                wrong.extend(
                    left_in_english(&english, &page, language)
                        .into_iter()
                        .map(|t| format!("{} {path}: {t}", language.code())),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "left in English:\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn menus_and_header_of_administrators_are_translated() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 3).await;
    let mut browser = Browser { router: app::router(demo.state.clone()), cookies: String::new() };
    browser.log_in(ADMIN).await;
    let english = browser.page("/admin", "en").await;
    for language in [Language::De, Language::Fr, Language::Es] {
        let page = browser.page("/admin", language.code()).await;
        let left = left_in_english(&english, &page, language);
        let title = ["Home · Postern"];
        assert!(left.iter().all(|t| title.contains(&t.as_str())), "{}: {left:?}", language.code());
        let main = page.split("<main ").nth(1).and_then(|m| m.split('>').next()).unwrap();
        assert!(main.contains("lang=\"en\""), "the pages below the menus are said to be English: {main}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_said_in_the_language_of_the_page() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 3).await;
    let mut browser = Browser { router: app::router(demo.state.clone()), cookies: String::new() };
    let answer = browser.post("/login", "email=bob@acme.test&password=wrong").await;
    browser.cookies = answer.headers().get_all(header::SET_COOKIE).iter().map(cookie).collect::<Vec<_>>().join("; ");
    assert!(browser.page("/login", "de").await.contains("Adresse oder Passwort ist falsch."));
    let light = browser.ask(Request::post("/light/login"), "fr", "email=bob@acme.test&password=wrong".into()).await;
    let light = to_bytes(light.into_body(), usize::MAX).await.unwrap();
    assert!(
        String::from_utf8_lossy(&light).contains("Trop de connexions échouées")
            || String::from_utf8_lossy(&light).contains("L’adresse ou le mot de passe")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_stays_in_the_browser_and_an_owners_in_the_mailbox() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 3).await;
    let mut browser = Browser { router: app::router(demo.state.clone()), cookies: String::new() };
    let answer = browser.post("/language", "language=fr").await;
    assert_eq!(answer.headers()[header::LOCATION], "/my?q=a");
    browser.cookies = cookie(&answer.headers()[header::SET_COOKIE]);
    assert!(browser.page("/login", "de").await.contains("<html lang=\"fr\""));

    browser.cookies.clear();
    browser.log_in(OWNER).await;
    let page = browser.page("/my", "en").await;
    let token = page.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    // Without the form's token, the mailbox is left alone.
    browser.post("/language", "language=es").await;
    assert!(browser.page("/my", "en").await.contains("<html lang=\"en\""));
    browser.post("/language", &format!("language=es&form_token={token}")).await;
    // The cookie was not even taken: it is the mailbox that has it.
    assert!(browser.page("/my", "en").await.contains("<html lang=\"es\""));
    assert_eq!(browser.post("/language", "language=xx").await.status(), 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_gets_the_texts_of_its_language_as_a_file_to_keep() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 1).await;
    let browser = Browser { router: app::router(demo.state.clone()), cookies: String::new() };
    let page = browser.page("/login", "de").await;
    let path = page.split("fetch('").nth(1).unwrap().split('\'').next().unwrap();
    let answer = browser.ask(Request::get(path), "", String::new()).await;
    assert!(answer.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    let list: Vec<String> = serde_json::from_slice(&to_bytes(answer.into_body(), usize::MAX).await.unwrap()).unwrap();
    assert!(list.iter().any(|t| t == "Anmelden"));
    assert!(!browser.page("/login", "en").await.contains("/texts/"), "English is in the program");
    assert_eq!(browser.ask(Request::get("/texts/de.0.json"), "", String::new()).await.status(), 404);
}
