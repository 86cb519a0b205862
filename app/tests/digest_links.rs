//! A digest's links over HTTP: what a mail scanner, a mail program and a person do with them.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used)]

mod demo;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use demo::{Demo, OWNER, demo};
use model::view::{ListQuery, QuarantineQuery};
use model::{Actor, MailboxId, Principal, Role};
use tower::ServiceExt;

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    text: String,
}

async fn ask(router: &Router, method: Method, path: &str, body: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (parts, body) = answer.into_parts();
    let text = String::from_utf8_lossy(&to_bytes(body, usize::MAX).await.unwrap()).into_owned();
    Answer { status: parts.status, headers: parts.headers, text }
}

async fn bob(demo: &Demo) -> MailboxId {
    let query = ListQuery { q: OWNER.into(), ..ListQuery::default() };
    demo.state.service.mailboxes(&Actor::system("test"), None, &query).await.unwrap().rows[0].id
}

fn owner(mailbox: MailboxId) -> Actor {
    Actor { principal: Principal::Owner { mailbox }, role: Role::Owner, name: OWNER.into(), origin: "test".into() }
}

/// The paths of the links below `root` in the digest that is sent now, without doubles, in the order of the mail.
async fn links(demo: &Demo, root: &str) -> Vec<String> {
    demo.state.service.send_digest_now(&Actor::system("test"), bob(demo).await).await.unwrap();
    let mail = demo.sent.0.lock().unwrap().last().unwrap().body.clone();
    let mail = String::from_utf8_lossy(&mail).replace("=\r\n", "").replace("=3D", "=").replace("\r\n ", "");
    let mut out = Vec::new();
    for rest in mail.split(&format!("http://127.0.0.1:8080/{root}/")).skip(1) {
        let token: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
        let path = format!("/{root}/{token}");
        if !out.contains(&path) {
            out.push(path);
        }
    }
    out
}

async fn held(demo: &Demo) -> u64 {
    demo.state.service.quarantine(&owner(bob(demo).await), &QuarantineQuery::default()).await.unwrap().total
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_that_follows_every_link_does_nothing_and_a_button_does_it_once() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 10).await;
    let router = app::router(demo.state.clone());
    let before = held(&demo).await;
    let acts = links(&demo, "act").await;
    let sent = demo.sent.0.lock().unwrap().len();
    for path in &acts {
        for method in [Method::GET, Method::HEAD] {
            let page = ask(&router, method, path, "").await;
            assert_eq!(page.status, StatusCode::OK);
            assert_eq!(page.headers[header::REFERRER_POLICY], "no-referrer");
            assert!(page.headers.get(header::SET_COOKIE).is_none(), "nobody is logged in by it");
        }
    }
    assert_eq!((held(&demo).await, demo.sent.0.lock().unwrap().len()), (before, sent), "nothing happened");

    let page = ask(&router, Method::GET, &acts[0], "").await.text;
    assert!(page.contains("<form method=\"post\"") && page.contains("<h1>"), "{page}");
    let release = &acts[0];
    assert!(page.contains("Release this message?"));
    let done = ask(&router, Method::POST, release, "").await;
    assert!(done.status == StatusCode::OK && done.text.contains("The message is released."), "{}", done.text);
    assert_eq!((held(&demo).await, demo.sent.0.lock().unwrap().len()), (before - 1, sent + 1));
    let again = ask(&router, Method::POST, release, "").await;
    assert!(again.status.is_client_error(), "{}", again.status);
    assert_eq!(ask(&router, Method::GET, release, "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(demo.sent.0.lock().unwrap().len(), sent + 1);

    let forged = format!("{}A", release);
    assert_eq!(ask(&router, Method::GET, &forged, "").await.status, StatusCode::NOT_FOUND);
    assert!(ask(&router, Method::POST, &forged, "").await.status.is_client_error());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_program_unsubscribes_by_one_post_and_a_person_after_a_question() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 10).await;
    let router = app::router(demo.state.clone());
    let path = links(&demo, "unsubscribe").await.remove(0);
    let asked = ask(&router, Method::GET, &path, "").await;
    assert!(asked.status == StatusCode::OK && asked.text.contains("Stop the digests?"), "{}", asked.text);
    let me = owner(bob(&demo).await);
    let frequency = async || demo.state.service.owner_home(&me).await.unwrap().digest;
    assert_eq!(frequency().await, model::settings::DigestFrequency::Daily);
    let done = ask(&router, Method::POST, &path, "List-Unsubscribe=One-Click").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(frequency().await, model::settings::DigestFrequency::Never);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_links_are_small_and_in_the_mailboxs_language() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 10).await;
    let router = app::router(demo.state.clone());
    demo.state.service.set_own_language(&owner(bob(&demo).await), "de").await.unwrap();
    let act = links(&demo, "act").await.remove(0);
    let page = ask(&router, Method::GET, &act, "").await.text;
    assert!(page.contains("<html lang=\"de\"") && page.contains("Diese Nachricht freigeben?"), "{page}");
    assert!(page.len() < 14_000, "{} bytes", page.len());
    let login = links(&demo, "link").await.remove(0);
    let page = ask(&router, Method::GET, &login, "").await.text;
    assert!(page.contains("Zurückgehaltene Mails von bob@acme.test öffnen") && page.len() < 14_000, "{page}");
    assert_eq!(ask(&router, Method::GET, "/report-spam", "").await.status, StatusCode::OK);
}
