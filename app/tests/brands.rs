//! Brands, verifiers, notifications and features as a browser without script sees and uses them.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used)]

mod demo;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use demo::{ADMIN, Demo, OWNER, PASSWORD, demo};
use model::definition::Verifier;
use model::view::ListQuery;
use model::{AccountId, Actor};
use serde_json::json;
use service::{AccountChange, SettingsOf};
use tower::ServiceExt;

const HERE: &str = "127.0.0.1:8080";
/// A PNG of one pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
    bytes: Vec<u8>,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}

struct Browser {
    router: Router,
    cookies: String,
    token: String,
}

async fn ask(router: &Router, host: &str, cookies: &str, path: &str, form: Option<String>) -> Answer {
    let method = if form.is_some() { "POST" } else { "GET" };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, cookies)
        .header(header::HOST, host)
        .header(header::ORIGIN, format!("http://{host}"))
        .header(header::REFERER, format!("http://{host}/admin"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = router.clone().oneshot(request.body(Body::from(form.unwrap_or_default())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned(), bytes }
}

impl Browser {
    async fn logged_in(demo: &Demo, email: &str) -> Browser {
        let service = &demo.state.service;
        let token = service.login(email, PASSWORD, "192.0.2.1").await.unwrap().token;
        let view = service.actor(&token, "192.0.2.1").await.unwrap().unwrap();
        let router = app::router(demo.state.clone());
        Browser { router, cookies: format!("postern_session={token}"), token: view.form_token }
    }
    async fn get(&self, path: &str) -> Answer {
        ask(&self.router, HERE, &self.cookies, path, None).await
    }
    /// Where the form leads to.
    async fn post(&self, path: &str, form: &str) -> String {
        let form = form.replace('[', "%5B").replace(']', "%5D").replace(' ', "+");
        let answer =
            ask(&self.router, HERE, &self.cookies, path, Some(format!("form_token={}&{form}", self.token))).await;
        assert!(answer.status.is_redirection(), "{path}: {} {}", answer.status, answer.text);
        answer.header(header::LOCATION).to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_login_and_an_owners_pages_look_as_the_brand_that_has_the_host() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 4).await;
    let (service, by) = (&demo.state.service, &Actor::system("test"));
    let brand = service.add_brand(by, "house", "mail.house.test").await.unwrap();
    let changes = [
        ("branding.personal_logo".to_owned(), json!(format!("data:image/png;base64,{PIXEL}"))),
        ("branding.admin_logo_color".into(), json!("#113355")),
        ("personal_pages.login_label".into(), json!({ "en": "House login" })),
    ];
    service.change_settings(by, SettingsOf::Brand(brand), &changes).await.unwrap();
    let router = app::router(demo.state.clone());
    for path in ["/login", "/light"] {
        let page = ask(&router, "mail.house.test:8080", "", path, None).await;
        assert!(
            page.text.contains("House login") && page.text.contains("/brand/personal-logo?"),
            "{path}: {}",
            page.text
        );
        assert!(page.text.contains("house</title>") && !page.text.contains("Postern</title>"), "{path}");
        let other = ask(&router, "evil.house.test", "", path, None).await;
        assert!(other.text.contains("Email address") && other.text.contains("Postern</title>"), "{path}");
        assert!(!other.text.contains("evil.house.test") && !other.text.contains("/brand/"), "{path}");
    }
    let page = ask(&router, "mail.house.test", "", "/login", None).await;
    assert!(page.text.contains("--logo-area:#113355;--logo-ink:#ffffff"), "{}", page.text);
    let at = page.text.split("/brand/personal-logo?").nth(1).unwrap().split('"').next().unwrap();
    let picture = ask(&router, "mail.house.test", "", &format!("/brand/personal-logo?{at}"), None).await;
    assert!(picture.bytes.starts_with(b"\x89PNG") && picture.header(header::CONTENT_TYPE) == "image/png");
    assert_eq!(ask(&router, HERE, "", "/brand/personal-logo", None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask(&router, "mail.house.test", "", "/brand/nothing", None).await.status, StatusCode::NOT_FOUND);

    let owner = Browser::logged_in(&demo, OWNER).await;
    let page = ask(&router, "mail.house.test", &owner.cookies, "/my", None).await;
    assert!(page.status.is_success() && page.text.contains("/brand/personal-logo?"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_missing_feature_is_not_on_the_page() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 2).await;
    let (service, by) = (&demo.state.service, &Actor::system("test"));
    let browser = Browser::logged_in(&demo, ADMIN).await;
    let page = format!("/admin/domains/{}", demo.domain);
    let network = service.add_outbound_ip(by, AccountId(1), "192.0.2.0/24", "").await.unwrap();
    let (domain, outbound) =
        (browser.get(&page).await.text, browser.get(&format!("/admin/outbound-ips/{network}")).await.text);
    assert!(domain.contains("s-continuity.enabled") && outbound.contains("Attach Encrypted"));
    let licence = AccountChange { features: Some(Vec::new()), ..AccountChange::default() };
    service.change_account(by, AccountId(1), &licence).await.unwrap();
    let (domain, outbound) =
        (browser.get(&page).await.text, browser.get(&format!("/admin/outbound-ips/{network}")).await.text);
    assert!(!domain.contains("s-continuity.enabled") && domain.contains("s-filtering.spam"));
    assert!(!outbound.contains("Attach Encrypted") && !outbound.contains("s-encryption_service."));
    let bulk = browser.get("/admin/bulk/new?of=domains&all=true").await.text;
    assert!(bulk.contains("s-continuity.enabled"), "accounts of all kinds may be chosen");
    let name = service.account(by, AccountId(1)).await.unwrap().name;
    let bulk = browser.get(&format!("/admin/bulk/new?of=domains&account={}", name.replace(' ', "+"))).await.text;
    assert!(bulk.contains("s-filtering.spam") && !bulk.contains("s-continuity.enabled"), "{bulk}");
}

#[tokio::test(flavor = "multi_thread")]
async fn verifiers_notifications_brands_and_moves_work_as_plain_forms() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 2).await;
    let (service, by) = (&demo.state.service, &Actor::system("test"));
    let browser = Browser::logged_in(&demo, ADMIN).await;

    let ldap = "account=1&name=Directory&kind=ldap&options[servers]=ldap.acme.test:389 start_tls&options[bind_name]=cn=x\
                &options[bind_password]=hush hush&options[multiple_server_priority]=random";
    let there = browser.post("/fn/verifier_save", ldap).await;
    let page = browser.get(&there).await.text;
    assert!(page.contains("ldap.acme.test:389 start_tls") && !page.contains("hush"), "{page}");
    let id: i64 = there.rsplit('/').next().unwrap().parse().unwrap();
    // The password stays where none is typed.
    let again = format!("id={id}&name=Directory&kind=ldap&options[servers]=ldap2.acme.test&options[bind_name]=cn=x");
    browser.post("/fn/verifier_save", &again).await;
    let found = service.definition::<Verifier>(by, id).await.unwrap();
    assert_eq!(found.secrets, ["ldap.bind_password"]);
    let domain = SettingsOf::Domain(demo.domain);
    let uses = [("discovery.verifier".to_owned(), json!("Directory"))];
    service.change_settings(by, domain, &uses).await.unwrap();
    let confirm = browser.post("/fn/list_act", &format!("list=verifiers&act=delete_confirmed&ids[]={id}")).await;
    assert_eq!(confirm, "/admin/verifiers");
    assert!(service.definition::<Verifier>(by, id).await.is_ok(), "a domain uses it");
    let wrong = browser.post("/fn/verifier_save", "account=1&name=Odd&kind=ldap&options[servers]=").await;
    assert!(!wrong.starts_with("/admin/verifiers/"), "{wrong}");

    let offline = "account=1&name=Down&event=remote_server_offline&sender=gate@acme.test&recipients=it@acme.test\
                   &frequency=2h&conditions[offline_duration]=5m&conditions[domain_name]=acme.test";
    let there = browser.post("/fn/notification_save", offline).await;
    let page = browser.get(&there).await.text;
    assert!(page.contains("5m") && page.contains("Remote Server Offline") && page.contains("acme.test"), "{page}");
    assert!(browser.get("/admin/notifications?q=down").await.text.contains("it@acme.test"));

    let there = browser.post("/fn/brand_add", "name=house&host=mail.house.test").await;
    let page = browser.get(&there).await.text;
    assert!(page.contains("mail.house.test") && page.contains("s-branding.icon"), "{page}");
    let id = there.rsplit('/').next().unwrap();
    browser.post("/fn/brand_change", &format!("id={id}&host=post.house.test")).await;
    assert!(browser.get("/admin/brands?q=post.house").await.text.contains("house"));
    browser.post("/fn/delete", &format!("place=brand:{id}&sure=on")).await;
    assert!(service.brands(by).await.unwrap().is_empty());

    let network = service.add_outbound_ip(by, AccountId(1), "192.0.2.0/24", "").await.unwrap();
    let other = service.add_account(by, "Other").await.unwrap();
    assert!(browser.get(&format!("/admin/outbound-ips/{network}")).await.text.contains("Moving to another account"));
    browser.post("/fn/outbound_ip_move", &format!("id={network}&account={other}")).await;
    assert_eq!(service.outbound_ip(by, network).await.unwrap().account, other);
    let found = service.accounts(by, &ListQuery::default()).await.unwrap();
    assert_eq!(found.total, 2);
}
