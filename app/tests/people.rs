//! The pages of mailbox owners as a browser without script sees them: full, light, and behind a digest's link.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used)]

mod demo;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode, header};
use demo::{ADMIN, Demo, OWNER, PASSWORD, demo};
use model::settings::DigestFrequency;
use model::view::{ListQuery, QuarantineQuery};
use model::{Actor, MailboxId, MessageId, Timestamp};
use store::traffic::{MessageRecord, QuarantineRecord, RecipientRecord};
use tower::ServiceExt;

/// What one page may weigh.
const PAGE_MAX: usize = 14_000;
const OTHER: &str = "carol@acme.test";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
    fn to(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        self.header(header::LOCATION)
    }
    fn cookies(&self) -> String {
        let all = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok());
        all.filter_map(|v| v.split(';').next()).collect::<Vec<_>>().join("; ")
    }
    /// A page of the light kind: whole, small, without script, and with a policy that lets none in.
    fn is_light(&self) {
        let (page, policy) = (self.text.to_lowercase(), self.header(header::CONTENT_SECURITY_POLICY));
        assert!(self.text.len() <= PAGE_MAX, "{} bytes: {}", self.text.len(), self.text);
        assert!(
            page.starts_with("<!doctype html><html lang=\"en\">") && page.contains("<main") && page.contains("<h1>")
        );
        for foreign in ["<script", "javascript:", " onclick", " style=", "<!>", "<link rel=\"stylesheet"] {
            assert!(!page.contains(foreign), "{foreign} in {}", self.text);
        }
        assert!(policy.starts_with("default-src 'none'; style-src 'nonce-") && policy.contains("form-action 'self'"));
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(self.text.contains(&format!("<style nonce=\"{nonce}\">")));
        assert_eq!(self.header(header::CACHE_CONTROL), "no-store");
    }
}

struct Browser {
    router: Router,
    cookies: String,
}

impl Browser {
    async fn send(&self, request: Builder, body: String) -> Answer {
        let request = request.header(header::COOKIE, &self.cookies).header(header::HOST, "127.0.0.1:8080");
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8_lossy(&to_bytes(body, usize::MAX).await.unwrap()).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }
    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).header(header::ACCEPT, "text/html"), String::new()).await
    }
    /// As a text browser posts: no Origin, no Sec-Fetch-Site.
    async fn post(&self, path: &str, body: &str) -> Answer {
        let form = "application/x-www-form-urlencoded";
        let request = Request::post(path).header(header::ACCEPT, "text/html").header(header::CONTENT_TYPE, form);
        self.send(request.header(header::REFERER, "http://127.0.0.1:8080/my?q=x"), body.to_owned()).await
    }
    async fn token(&self, page: &str) -> String {
        let page = self.get(page).await.text;
        let after = page.split("name=\"form_token\" value=\"").nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    }
    async fn log_in(&mut self, email: &str) {
        let body = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
        self.cookies = self.post("/login", &body).await.cookies();
        assert!(self.cookies.contains("postern_session="));
    }
}

async fn start(data: &std::path::Path, held: usize) -> (Demo, Browser) {
    let demo = demo(data, held).await;
    let router = app::router(demo.state.clone());
    (demo, Browser { router, cookies: String::new() })
}

fn system() -> Actor {
    Actor::system("test")
}

async fn mailbox(demo: &Demo, address: &str) -> MailboxId {
    let all = demo.state.service.mailboxes(&system(), None, &ListQuery::default()).await.unwrap();
    all.rows.iter().find(|m| m.address == address).unwrap().id
}

/// Held messages, not those of the system quarantine.
async fn held(demo: &Demo) -> Vec<i64> {
    let query = QuarantineQuery { per_page: 500, ..QuarantineQuery::default() };
    demo.state.service.quarantine(&system(), &query).await.unwrap().rows.iter().map(|r| r.id).collect()
}

/// Holds messages of which everything is as long, and as costly in HTML, as senders like.
async fn hold_long_ones(demo: &Demo, data: &std::path::Path, n: u128) {
    let like = demo.state.service.quarantine(&system(), &QuarantineQuery::default()).await.unwrap();
    let like = demo.state.service.message(&system(), like.rows[0].id).await.unwrap();
    let account = demo.state.service.accounts(&system(), &ListQuery::default()).await.unwrap().rows[0].id;
    let owner = mailbox(demo, OWNER).await;
    let vault = vault::Vault::open(&data.join("vault")).unwrap();
    let words = "<script>&\"日本語\" ".repeat(2_000);
    let subject = words.chars().take(900).collect::<String>();
    let attachments: String = (0..30)
        .map(|i| {
            format!("--b\r\nContent-Disposition: attachment; filename=\"{i}{}.txt\"\r\n\r\nx\r\n", "&n".repeat(60))
        })
        .collect();
    let body = format!(
        "From: x\r\nSubject: x\r\nX-Long: {}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n{attachments}--b--\r\n",
        "<x> ".repeat(8_000)
    );
    let blob = vault.put(body.as_bytes()).await.unwrap().to_string();
    let finding = model::Finding { info: subject.clone(), ..like.findings[1].clone() };
    let at = Timestamp::now();
    let records: Vec<_> = (0..n)
        .map(|i| MessageRecord {
            id: MessageId::new(at, 900_000 + i),
            received: at,
            direction: model::Direction::Inbound,
            client_ip: "192.0.2.10".parse().unwrap(),
            helo: "mail.sender.test".into(),
            tls: None,
            envelope_from: None,
            header_from: subject.clone(),
            subject: subject.clone(),
            size: body.len() as u64,
            findings: model::Findings { list: vec![finding.clone(); 40], score: 9.0, ..model::Findings::default() },
            headline: subject.clone(),
            recipients: vec![RecipientRecord {
                address: "robert@acme.test".parse().unwrap(),
                mailbox: Some(owner),
                domain: Some(demo.domain),
                account: Some(account),
                verdict: model::Verdict {
                    action: model::Action::Quarantine,
                    category: model::Category::NonCompliantMime,
                    decided_by: Some(1),
                    filter: String::new(),
                    info: subject.clone(),
                    profile: None,
                    tags: Vec::new(),
                    strip: Vec::new(),
                    cut_subject: Vec::new(),
                    bcc: Vec::new(),
                    keep_blocked: false,
                    notes: vec![subject.clone(); 20],
                },
                disposition: model::Disposition::Quarantined,
                kept: None,
                held: Some(QuarantineRecord { blob: blob.clone(), edits: Vec::new(), system: false, sender: None }),
            }],
        })
        .collect();
    demo.state.service.store().record_messages(&records).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_light_login_works_without_script_and_leads_to_the_page_that_was_asked_for() {
    let data = tempfile::tempdir().unwrap();
    let (demo, mut browser) = start(data.path(), 3).await;
    let id = held(&demo).await[0];
    let path = format!("/light/message/{id}");
    let login = browser.get(&path).await;
    login.is_light();
    assert!(
        login.status.is_success() && login.text.contains("<form") && login.text.contains(&format!("value=\"{path}\""))
    );

    let wrong = browser.post("/light/login", &format!("email={OWNER}&password=wrong&next=https://evil.test")).await;
    wrong.is_light();
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.text.contains("role=\"alert\"") && wrong.text.contains(OWNER) && !wrong.text.contains("evil.test"));
    assert!(wrong.cookies().is_empty());

    let form = format!("email={OWNER}&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(browser.post("/light/login", &format!("{form}&next=/admin")).await.to(), "/light");
    let answer = browser.post("/light/login", &format!("{form}&next={path}")).await;
    assert_eq!(answer.to(), path);
    browser.cookies = answer.cookies();
    browser.get(&path).await.is_light();

    let out = browser.post("/light/logout", &format!("form_token={}", browser.token("/light").await)).await;
    assert_eq!(out.to(), "/light");
    assert!(browser.get("/light").await.text.contains("name=\"password\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn light_pages_stay_small_whatever_senders_write() {
    let data = tempfile::tempdir().unwrap();
    let (demo, mut browser) = start(data.path(), 40).await;
    browser.log_in(OWNER).await;
    let first = browser.get("/light").await;
    first.is_light();
    assert_eq!(first.text.matches("type=\"checkbox\"").count(), 20);
    assert!(first.text.contains("rel=\"next\" href=\"/light?page=2\"") && first.text.contains("scope=\"col\""));
    browser.get("/light?page=2").await.is_light();

    hold_long_ones(&demo, data.path(), 25).await;
    let id = held(&demo).await[0];
    let search = format!("/light?q={}&category=NON_COMPLIANT_MIME", "%E6%97%A5%E6%9C%AC".repeat(100));
    let ask = format!("form_token={}{}&act=delete", browser.token("/light").await, format!("&id={id}").repeat(200));
    for page in [
        browser.get("/light").await,
        browser.get("/light?category=NON_COMPLIANT_MIME&tick=1").await,
        browser.get(&search).await,
        browser.get(&format!("/light/message/{id}")).await,
        browser.get(&format!("/light/message/{id}?part=3")).await,
        browser.get(&format!("/light/message/{id}/headers")).await,
        browser.get("/light/settings").await,
        browser.get("/light/message/999999").await,
        browser.post("/light/act", &ask).await,
    ] {
        page.is_light();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_finds_reads_releases_and_deletes_in_light_pages() {
    let data = tempfile::tempdir().unwrap();
    let (demo, mut browser) = start(data.path(), 14).await;
    browser.log_in(OWNER).await;
    let found = browser.get("/light?q=locked").await;
    assert!(found.text.contains("Your account is locked") && !found.text.contains("Claim your prize"));
    assert!(browser.get("/light?category=JUNK").await.text.contains("Spring bulbs"));
    assert!(browser.get("/light?q=nosuchword").await.text.contains("No held message matches."));
    assert!(browser.get("/light?tick=1").await.text.matches(" checked").count() > 5);

    let id = demo
        .state
        .service
        .quarantine(&system(), &QuarantineQuery { q: "locked".into(), ..Default::default() })
        .await
        .unwrap()
        .rows[0]
        .id;
    let page = browser.get(&format!("/light/message/{id}")).await.text;
    assert!(
        page.contains("Held as phishing") && page.contains("This decided: ") && page.contains("Log in at"),
        "{page}"
    );
    let headers = browser.get(&format!("/light/message/{id}/headers")).await.text;
    assert!(headers.contains("From: Bank Service"), "{headers}");

    let token = browser.token("/light").await;
    let before = held(&demo).await.len();
    let act = |what: &str| format!("form_token={token}&id={id}&act={what}&back=/light?q%3Dlocked");
    let asked = browser.post("/light/act", &act("delete")).await;
    assert!(asked.status.is_success() && asked.text.contains("Delete 1 message?"));
    assert_eq!(held(&demo).await.len(), before);
    let released = browser.post("/light/act", &act("release")).await;
    assert_eq!(released.to(), "/light?q=locked");
    assert_eq!(demo.sent.0.lock().unwrap().len(), 1);
    let session = browser.cookies.clone();
    browser.cookies = format!("{session}; {}", released.cookies());
    assert!(
        browser
            .send(Request::get("/light").header(header::ACCEPT, "*/*"), String::new())
            .await
            .text
            .contains("1 released")
    );
    browser.cookies = session;

    let other = held(&demo).await[0];
    let deleted = browser
        .post("/light/act", &format!("form_token={token}&id={other}&act=delete_confirmed&back=//evil.test"))
        .await;
    assert_eq!((deleted.to(), held(&demo).await.len()), ("/light", before - 2));

    let saved = browser.post("/light/settings", &format!("form_token={token}&digest=weekly")).await;
    assert_eq!(saved.to(), "/light/settings");
    assert!(browser.get("/light/settings").await.text.contains("value=\"weekly\" checked"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_full_pages_of_an_owner_are_whole_without_script() {
    let data = tempfile::tempdir().unwrap();
    let (demo, mut browser) = start(data.path(), 14).await;
    browser.log_in(OWNER).await;
    let id = demo
        .state
        .service
        .quarantine(&system(), &QuarantineQuery { q: "locked".into(), ..Default::default() })
        .await
        .unwrap()
        .rows[0]
        .id;
    let message = format!("/my/message/{id}");
    for (path, text) in [
        ("/my", "Your account is locked"),
        ("/my", "The last 30 days"),
        ("/my", "How often"),
        ("/my", "href=\"/light\""),
        ("/my?category=JUNK&sort=subject&asc=1", "Spring bulbs"),
        ("/my?q=nosuchword", "No held message matches"),
        ("/my/delete?ids=1,2", "Delete 2 messages?"),
        (message.as_str(), "This decided: "),
        (message.as_str(), "Held as phishing"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.text.contains(text) && answer.text.contains("<h1>"), "{path} lacks {text:?}: {}", answer.text);
        assert!(!answer.text.contains("release_sender") && !answer.text.contains("/admin"), "{path}");
    }
    let token = browser.token("/my").await;
    let ids = held(&demo).await;
    let asked =
        browser.post("/fn/quarantine_act", &format!("form_token={token}&ids%5B%5D={}&act=delete", ids[0])).await;
    assert_eq!(asked.to(), format!("/my/delete?ids={}&back=%2Fmy", ids[0]));
    browser
        .post("/fn/quarantine_act", &format!("form_token={token}&ids%5B%5D={}&act=delete_confirmed&back=/my", ids[0]))
        .await;
    browser.post("/fn/quarantine_act", &format!("form_token={token}&ids%5B%5D={}&act=release", ids[1])).await;
    assert_eq!((held(&demo).await.len(), demo.sent.0.lock().unwrap().len()), (ids.len() - 2, 1));
    let home = || async {
        let principal = model::Principal::Owner { mailbox: mailbox(&demo, OWNER).await };
        let actor = Actor { principal, role: model::Role::Owner, name: OWNER.into(), origin: "test".into() };
        demo.state.service.owner_home(&actor).await.unwrap()
    };
    browser.post("/fn/owner_digest", "form_token=guessed&digest=never").await;
    assert_eq!(home().await.digest, DigestFrequency::Daily);
    browser.post("/fn/owner_digest", &format!("form_token={token}&digest=never")).await;
    assert_eq!(home().await.digest, DigestFrequency::Never);

    browser.log_in(ADMIN).await;
    for path in ["/my", message.as_str(), "/light", "/light/settings"] {
        assert_eq!(browser.get(path).await.header(header::LOCATION), "/admin", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_any_address_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let (demo, mut browser) = start(data.path(), 7).await;
    let link = demo.state.service.make_link(mailbox(&demo, OWNER).await).await.unwrap();
    browser.log_in(OWNER).await;
    let token = browser.token("/light").await;
    let before = held(&demo).await;
    let audit = || async { demo.state.service.audit(&system(), &ListQuery::default()).await.unwrap().total };
    let noted = audit().await;
    let id = before[0];
    for path in [
        format!("/light/act?form_token={token}&id={id}&act=release"),
        format!("/light/act?form_token={token}&id={id}&act=delete_confirmed"),
        format!("/light/settings?form_token={token}&digest=never"),
        format!("/light/logout?form_token={token}"),
        format!("/light/login?email={OWNER}&password=x"),
        format!("/light?form_token={token}&id={id}&act=release"),
        format!("/my?form_token={token}&ids[]={id}&act=release"),
        format!("/my/delete?ids={id}"),
        format!("/fn/quarantine_act?form_token={token}&ids[]={id}&act=release"),
        format!("/link/{link}?message={id}"),
        format!("/link/{link}"),
        format!("/link/{link}?light=1"),
    ] {
        let answer = browser.get(&path).await;
        assert!(!answer.cookies().contains("postern_session"), "{path}");
    }
    assert_eq!((held(&demo).await, audit().await, demo.sent.0.lock().unwrap().len()), (before, noted, 0));
    assert!(browser.get("/light").await.text.contains("Log out"));
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_without_the_sessions_token_or_from_other_sites_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let (demo, mut browser) = start(data.path(), 7).await;
    let before = held(&demo).await;
    let id = before[0];
    let ended = browser.post("/light/act", &format!("id={id}&act=release")).await;
    ended.is_light();
    assert_eq!(ended.status, StatusCode::FORBIDDEN);
    browser.log_in(OWNER).await;
    let token = browser.token("/light").await;
    for (path, body) in [
        ("/light/act", format!("id={id}&act=release")),
        ("/light/act", format!("form_token=guessed&id={id}&act=delete_confirmed")),
        ("/light/settings", "digest=never".to_owned()),
        ("/light/logout", String::new()),
    ] {
        let refused = browser.post(path, &body).await;
        refused.is_light();
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path} {body}");
    }
    for (name, value) in [("origin", "https://evil.test"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let request = Request::post("/light/act").header(name, value);
        let refused = browser.send(request, format!("form_token={token}&id={id}&act=release")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{name} {value}");
    }
    assert_eq!((held(&demo).await, demo.sent.0.lock().unwrap().len()), (before, 0));
    assert!(browser.get("/light").await.text.contains("Log out"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digests_link_asks_first_and_then_logs_in() {
    let data = tempfile::tempdir().unwrap();
    let (demo, mut browser) = start(data.path(), 7).await;
    let link = demo.state.service.make_link(mailbox(&demo, OWNER).await).await.unwrap();
    let id = held(&demo).await[0];
    let path = format!("/link/{link}?message={id}");
    let page = browser.get(&path).await;
    page.is_light();
    assert!(page.text.contains("Open the held mail of bob@acme.test") && page.text.matches("<form").count() == 1);
    assert_eq!(page.header(header::REFERRER_POLICY), "no-referrer");

    // A page without referrer posts with a null origin.
    for (name, value) in [("origin", "null"), ("sec-fetch-site", "same-origin")] {
        assert_eq!(
            browser.send(Request::post(&path).header(name, value), String::new()).await.status,
            StatusCode::SEE_OTHER
        );
    }
    let foreign = Request::post(&path).header(header::ORIGIN, "null").header("sec-fetch-site", "cross-site");
    assert_eq!(browser.send(foreign, String::new()).await.status, StatusCode::FORBIDDEN);

    assert_eq!(browser.post(&path, "").await.to(), format!("/my/message/{id}"));
    assert_eq!(browser.post(&path, "light=1").await.to(), format!("/light/message/{id}"));
    assert_eq!(browser.post(&format!("/link/{link}"), "light=1").await.to(), "/light");
    let opened = browser.post(&format!("/link/{link}"), "").await;
    assert_eq!((opened.to(), opened.header(header::REFERRER_POLICY)), ("/my", "no-referrer"));
    browser.cookies = opened.cookies();
    assert!(browser.get("/light").await.text.contains("bob@acme.test"));

    demo.state.service.revoke_links(&system(), mailbox(&demo, OWNER).await).await.unwrap();
    for token in [link.as_str(), "no-such-token", "%00%ff"] {
        let path = format!("/link/{token}");
        for answer in [browser.get(&path).await, browser.post(&path, "").await] {
            assert!(answer.status.is_client_error() && answer.cookies().is_empty(), "{path}");
        }
    }
    let gone = browser.get(&format!("/link/{link}")).await;
    gone.is_light();
    assert!(gone.text.contains("href=\"/login\"") && gone.header(header::REFERRER_POLICY) == "no-referrer");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_mailboxs_message_does_not_exist() {
    let data = tempfile::tempdir().unwrap();
    let (demo, mut browser) = start(data.path(), 7).await;
    let before = held(&demo).await;
    let id = before[0];
    browser.log_in(OTHER).await;
    for path in ["/light/message", "/my/message", "/message"] {
        let path = if path == "/message" { format!("/message/{id}/raw") } else { format!("{path}/{id}") };
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(browser.get(&format!("/light/message/{id}/headers")).await.status, StatusCode::NOT_FOUND);
    assert!(browser.get("/light").await.text.contains("Nothing is held."));
    assert!(browser.get("/my").await.text.contains("Nothing is held"));
    let token = browser.token("/light/settings").await;
    for act in ["release", "delete_confirmed"] {
        browser.post("/light/act", &format!("form_token={token}&id={id}&act={act}")).await;
        browser.post("/fn/quarantine_act", &format!("form_token={token}&ids%5B%5D={id}&act={act}")).await;
    }
    assert_eq!((held(&demo).await, demo.sent.0.lock().unwrap().len()), (before, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_of_owners_start_with_the_light_pages() {
    let data = tempfile::tempdir().unwrap();
    let (_demo, browser) = start(data.path(), 1).await;
    for (email, name, value, to) in [
        (OWNER, "user-agent", "Mozilla/5.0 (iPhone) Version/18.0 Mobile/15E148 Safari/604.1", "/light"),
        (OWNER, "sec-ch-ua-mobile", "?1", "/light"),
        (OWNER, "sec-ch-ua-mobile", "?0", "/my"),
        (ADMIN, "sec-ch-ua-mobile", "?1", "/admin"),
    ] {
        let request = Request::post("/login")
            .header(name, value)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
        assert_eq!(browser.send(request, form).await.to(), to, "{email} {value}");
    }
}
