//! The pages as a browser without script sees them: asked for and posted over the router.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used)]

mod demo;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use demo::{ADMIN, Demo, OWNER, PASSWORD, demo};
use model::Actor;
use model::view::{ListQuery, QuarantineQuery};
use tower::ServiceExt;

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
    /// The cookies that it sets, as a request sends them.
    fn cookies(&self) -> String {
        let all = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok());
        all.filter_map(|v| v.split(';').next()).collect::<Vec<_>>().join("; ")
    }
}

struct Browser {
    router: Router,
    cookies: String,
}

impl Browser {
    async fn send(&self, request: axum::http::request::Builder, body: String) -> Answer {
        let request = request
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookies)
            .header(header::HOST, "127.0.0.1:8080");
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8_lossy(&to_bytes(body, usize::MAX).await.unwrap()).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }
    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }
    async fn post(&self, path: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, "http://127.0.0.1:8080")
            .header(header::REFERER, "http://127.0.0.1:8080/admin/quarantine?q=x");
        self.send(request, body.to_owned()).await
    }
    /// The token that the page's forms carry.
    async fn token(&self) -> String {
        let page = self.get("/admin/accounts/new").await.text;
        let after = page.split("name=\"form_token\" value=\"").nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    }
}

async fn start(data: &std::path::Path) -> (Demo, Browser) {
    let demo = demo(data, 8).await;
    let router = app::router(demo.state.clone());
    (demo, Browser { router, cookies: String::new() })
}

async fn logged_in(data: &std::path::Path) -> (Demo, Browser) {
    let (demo, mut browser) = start(data).await;
    let answer = browser.post("/login", &format!("email={ADMIN}&password={}", PASSWORD.replace(' ', "+"))).await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/admin"));
    browser.cookies = answer.cookies();
    (demo, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_logged_in_is_asked_to_and_comes_back_to_the_page() {
    let data = tempfile::tempdir().unwrap();
    let (_demo, mut browser) = start(data.path()).await;
    let answer = browser.get("/admin/quarantine?q=a").await;
    assert_eq!(answer.header(header::LOCATION), "/login?next=%2Fadmin%2Fquarantine%3Fq%3Da");
    let page = browser.get("/login?next=%2Fadmin%2Fquarantine%3Fq%3Da").await;
    assert!(page.status.is_success() && page.text.contains("value=\"/admin/quarantine?q=a\""));

    let wrong = browser.post("/login", &format!("email={ADMIN}&password=wrong&next=//evil.test")).await;
    assert_eq!(wrong.header(header::LOCATION), "/login");
    browser.cookies = wrong.cookies();
    let page = browser.get("/login").await;
    assert!(page.text.contains("role=\"alert\"") && page.text.contains(&format!("value=\"{ADMIN}\"")), "{}", page.text);
    assert!(!page.text.contains("value=\"wrong\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_administrator_page_is_whole_without_script() {
    let data = tempfile::tempdir().unwrap();
    let (demo, browser) = logged_in(data.path()).await;
    let held = demo.state.service.quarantine(&Actor::system("test"), &QuarantineQuery::default()).await.unwrap();
    let message = format!("/admin/quarantine/{}", held.rows[0].id);
    let domain = format!("/admin/domains/{}", demo.domain);
    let check = format!("/admin/start?domain={}", demo.domain);
    let pages = [
        ("/admin", "Traffic by category"),
        ("/admin?range=7d", "Show as table"),
        ("/admin/accounts", "Acme"),
        ("/admin/accounts/new", "Add account"),
        ("/admin/domains", "127.0.0.1:2526"),
        ("/admin/domains/new", "Mail gateways"),
        (domain.as_str(), "mail2.acme.test:25"),
        ("/admin/mailboxes", "robert@acme.test"),
        ("/admin/mailboxes/new", "acme.test"),
        ("/admin/quarantine", "Your account is locked"),
        (message.as_str(), "This decided: "),
        ("/admin/quarantine/delete?ids=1,2", "Delete 2 messages?"),
        ("/admin/audit", "mailbox.add"),
        ("/admin/search?q=acme", "acme.test"),
        ("/admin/search?q=mailb&category=pages", "/admin/mailboxes/new"),
        ("/admin/mailboxes?state=inactive&q=bob", "No mailbox matches"),
        ("/admin/groups", "No groups yet"),
        ("/admin/groups/new", "Directory group"),
        ("/admin/outbound-ips", "No outbound IPs yet"),
        ("/admin/outbound-ips/new", "Nickname"),
        ("/admin/administrators", ADMIN),
        ("/admin/administrators/new", "Account Operator"),
        ("/admin/administrators/1", "Whole system"),
        ("/admin/content-filters", "No content filters yet"),
        ("/admin/content-filters/new", "Rule 1"),
        ("/admin/verifiers", "No verifiers yet"),
        ("/admin/verifiers/new", "Choose what is asked"),
        ("/admin/verifiers/new?type=ldap", "Filter query"),
        ("/admin/notifications", "No notifications yet"),
        ("/admin/notifications/new", "Choose what it is to tell of"),
        ("/admin/notifications/new?event=remote_server_offline", "Offline duration"),
        ("/admin/brands", "No brands yet"),
        ("/admin/brands/new", "Host name"),
        ("/admin/help/verifiers", "composite"),
        ("/admin/delete?list=mailboxes&ids=1,2", "Delete 2 mailboxes?"),
        ("/admin/tiles", "Senders of most held mail"),
        ("/admin/start", "A new account"),
        ("/admin/start?account=1", "Domain name"),
        (check.as_str(), "v=spf1 a:"),
        ("/admin/help/domains", "MX record"),
    ];
    for (path, text) in pages {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.text.contains(text), "{path} lacks {text:?}: {}", answer.text);
        assert!(answer.text.contains("<h1>") && !answer.text.contains(" style="), "{path}");
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.contains("script-src 'nonce-") && !policy.contains("unsafe-inline"), "{policy}");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert_eq!(
            answer.text.matches("<script").count(),
            answer.text.matches(&format!("nonce=\"{nonce}\"")).count() - 1,
            "{path}"
        );
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store", "{path}");
    }
    assert_eq!(browser.get("/admin/quarantine/999999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/no/such/page").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_script_adds_an_account_and_says_so() {
    let data = tempfile::tempdir().unwrap();
    let (demo, mut browser) = logged_in(data.path()).await;
    let token = browser.token().await;
    let accounts =
        || async { demo.state.service.accounts(&Actor::system("test"), &ListQuery::default()).await.unwrap().total };

    let refused = browser.post("/fn/account_add", "form_token=guessed&name=Evil").await;
    assert_eq!((refused.status, accounts().await), (StatusCode::SEE_OTHER, 1));
    let foreign = Request::post("/fn/account_add")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "https://evil.test");
    assert_eq!(browser.send(foreign, format!("form_token={token}&name=Evil")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(accounts().await, 1);

    let added = browser.post("/fn/account_add", &format!("form_token={token}&name=Globex")).await;
    assert_eq!((added.header(header::LOCATION), accounts().await), ("/admin/accounts", 2));
    let session = browser.cookies.clone();
    browser.cookies = format!("{session}; {}", added.cookies());
    assert!(browser.get("/admin/accounts").await.text.contains("Account Globex added"));
    browser.cookies = session.clone();

    let again = browser.post("/fn/account_add", &format!("form_token={token}&name=Globex")).await;
    assert_eq!(again.header(header::LOCATION), "/admin/quarantine?q=x");
    browser.cookies = format!("{session}; {}", again.cookies());
    let page = browser.get("/admin/accounts/new").await.text;
    assert!(page.contains("role=\"alert\"") && page.contains("value=\"Globex\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_list_are_changed_and_deleted_without_script_and_come_as_a_file() {
    let data = tempfile::tempdir().unwrap();
    let (demo, browser) = logged_in(data.path()).await;
    let token = browser.token().await;
    let system = Actor::system("test");
    let row = || async { demo.state.service.mailboxes(&system, None, &ListQuery::default()).await.unwrap() };
    let first = row().await.rows[0].clone();
    let act = |act: &str| format!("form_token={token}&list=mailboxes&ids%5B%5D={}&act={act}", first.id);

    let done = browser.post("/fn/list_act", &act("deactivate")).await;
    assert_eq!(done.header(header::LOCATION), "/admin/mailboxes");
    assert_eq!(row().await.rows[0].state, model::view::MailboxState::Inactive);

    let file = browser.get("/admin/lists/mailboxes.csv?state=inactive").await;
    assert!(file.header(header::CONTENT_TYPE).starts_with("text/csv"));
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines[0], "Address,Other names,State,Password,Held,Added");
    assert!(lines.len() == 2 && lines[1].starts_with(&first.address), "{lines:?}");
    // A compressor asks the stream once more after its end.
    let packed = Request::get("/admin/lists/mailboxes.csv").header(header::ACCEPT_ENCODING, "gzip");
    let packed = browser.send(packed, String::new()).await;
    assert_eq!((packed.status, packed.header(header::CONTENT_ENCODING)), (StatusCode::OK, "gzip"));
    assert_eq!(browser.get("/admin/lists/secrets.csv").await.status, StatusCode::NOT_FOUND);
    let anonymous = Browser { router: browser.router.clone(), cookies: String::new() };
    assert_eq!(anonymous.get("/admin/lists/mailboxes.csv").await.status, StatusCode::SEE_OTHER);

    let before = row().await.total;
    let asked = browser.post("/fn/list_act", &act("delete")).await;
    let confirm = asked.header(header::LOCATION).to_owned();
    assert!(browser.get(&confirm).await.text.contains("Delete 1 mailbox?"));
    assert_eq!(row().await.total, before);
    browser.post("/fn/list_act", &act("delete_confirmed")).await;
    assert_eq!(row().await.total, before - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_filter_that_is_wrong_keeps_what_was_typed_without_script() {
    let data = tempfile::tempdir().unwrap();
    let (_demo, mut browser) = logged_in(data.path()).await;
    let token = browser.token().await;
    let form = |expression: &str| {
        format!(
            "form_token={token}&account=1&name=Secrets&rules%5B0%5D%5Bexpressions%5D={expression}&rules%5B0%5D%5Btext%5D=1"
        )
    };
    let refused = browser.post("/fn/content_filter_save", &form("broken%28")).await;
    let session = browser.cookies.clone();
    browser.cookies = format!("{session}; {}", refused.cookies());
    let page = browser.get("/admin/content-filters/new").await.text;
    assert!(
        page.contains("Rule 1: ") && page.contains(">broken(</textarea>") && page.contains("value=\"Secrets\""),
        "{page}"
    );
    browser.cookies = session;
    let added = browser.post("/fn/content_filter_save", &form("top+secret")).await;
    let to = added.header(header::LOCATION).to_owned();
    assert!(to.starts_with("/admin/content-filters/"), "{to}");
    assert!(browser.get(&to).await.text.contains(">top secret</textarea>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn held_messages_are_released_and_deleted_without_script() {
    let data = tempfile::tempdir().unwrap();
    let (demo, browser) = logged_in(data.path()).await;
    let token = browser.token().await;
    let system = Actor::system("test");
    let held = || async { demo.state.service.quarantine(&system, &QuarantineQuery::default()).await.unwrap() };
    let ids: Vec<i64> = held().await.rows.iter().map(|r| r.id).collect();

    let released = browser
        .post(
            "/fn/quarantine_act",
            &format!("form_token={token}&ids%5B%5D={}&ids%5B%5D={}&act=release", ids[0], ids[1]),
        )
        .await;
    assert_eq!(released.status, StatusCode::SEE_OTHER);
    assert_eq!(demo.sent.0.lock().unwrap().iter().filter(|m| m.release).count(), 2);

    let asked =
        browser.post("/fn/quarantine_act", &format!("form_token={token}&ids%5B%5D={}&act=delete", ids[2])).await;
    let confirm = asked.header(header::LOCATION).to_owned();
    assert!(confirm.starts_with("/admin/quarantine/delete?ids="), "{confirm}");
    let before = held().await.total;
    assert!(browser.get(&confirm).await.text.contains("Delete 1 message?"));
    browser
        .post(
            "/fn/quarantine_act",
            &format!("form_token={token}&ids%5B%5D={}&act=delete_confirmed&back=/admin/quarantine", ids[2]),
        )
        .await;
    assert_eq!(held().await.total, before - 1);

    let nothing = browser.post("/fn/quarantine_act", &format!("form_token={token}&act=release")).await;
    assert!(nothing.cookies().contains("postern_flash="));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_saved_as_a_file_and_shown_where_it_can_do_nothing() {
    let data = tempfile::tempdir().unwrap();
    let (demo, browser) = logged_in(data.path()).await;
    let query = QuarantineQuery { q: "locked".into(), ..QuarantineQuery::default() };
    let id = demo.state.service.quarantine(&Actor::system("test"), &query).await.unwrap().rows[0].id;
    let raw = browser.get(&format!("/message/{id}/raw")).await;
    assert_eq!(raw.header(header::CONTENT_DISPOSITION), format!("attachment; filename=\"message-{id}.eml\""));
    assert!(raw.text.starts_with("From: Bank Service"));
    let preview = browser.get(&format!("/message/{id}/preview")).await;
    assert!(preview.header(header::CONTENT_SECURITY_POLICY).ends_with("sandbox"));
    assert!(
        preview.text.contains("Your account is locked")
            && !preview.text.contains("<script")
            && !preview.text.contains("track.test"),
        "{}",
        preview.text
    );
    let anonymous = Browser { router: browser.router.clone(), cookies: String::new() };
    assert_eq!(anonymous.get(&format!("/message/{id}/raw")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_kept_out_of_the_administrators_pages() {
    let data = tempfile::tempdir().unwrap();
    let (_demo, mut browser) = start(data.path()).await;
    let answer = browser.post("/login", &format!("email={OWNER}&password={}", PASSWORD.replace(' ', "+"))).await;
    assert_eq!(answer.header(header::LOCATION), "/my");
    browser.cookies = answer.cookies();
    assert_eq!(browser.get("/admin").await.header(header::LOCATION), "/my");
    let figures = Request::get("/fn/home?hours=24");
    assert_eq!(browser.send(figures, String::new()).await.status, StatusCode::FORBIDDEN);
}

/// On one thread, so that the file is served while the page waits for its data.
#[tokio::test]
async fn a_file_that_is_served_meanwhile_leaves_a_page_its_policy() {
    let data = tempfile::tempdir().unwrap();
    let site = data.path().join("site");
    std::fs::create_dir_all(&site).unwrap();
    std::fs::write(site.join("favicon.svg"), "<svg/>").unwrap();
    let (mut demo, mut browser) = logged_in(data.path()).await;
    demo.state.leptos_options.site_root = site.to_string_lossy().into();
    browser.router = app::router(demo.state.clone());
    let pages = ["/admin", "/admin/quarantine", "/admin/search?q=a", "/admin/audit"];
    for _ in 0..5 {
        let file = futures::future::join_all((0..8).map(|_| browser.get("/favicon.svg")));
        let (pages, files) = tokio::join!(futures::future::join_all(pages.map(|p| browser.get(p))), file);
        for page in pages {
            assert!(page.header(header::CONTENT_SECURITY_POLICY).contains("script-src 'nonce-"), "{:?}", page.headers);
        }
        for file in files {
            assert_eq!((file.status, file.text.as_str()), (StatusCode::OK, "<svg/>"));
            assert!(file.header(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"));
        }
    }
    let missing = browser.get("/no/such/page").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.text.contains("There is no such page"));
}
