//! Pages of settings as a browser without script sees them.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used)]

mod demo;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use demo::{ADMIN, Demo, PASSWORD, demo};
use model::settings::{DEFINITIONS, Level};
use model::{Actor, MailboxId};
use service::SettingsOf;
use std::collections::BTreeMap;
use tower::ServiceExt;

struct Browser {
    router: Router,
    cookie: String,
    form_token: String,
}

impl Browser {
    async fn send(&self, request: axum::http::request::Builder, extra: &str, body: String) -> (String, String) {
        let request = request
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, format!("{}; {extra}", self.cookie))
            .header(header::HOST, "127.0.0.1:8080");
        let answer = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let set = answer.headers().get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok());
        let cookies = set.filter_map(|v| v.split(';').next()).collect::<Vec<_>>().join("; ");
        let text = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (String::from_utf8_lossy(&text).into_owned(), cookies)
    }
    async fn get(&self, path: &str) -> String {
        self.send(Request::get(path), "", String::new()).await.0
    }
    /// Posts a form that stands on `from`; the page that follows.
    async fn post(&self, from: &str, path: &str, fields: &BTreeMap<String, String>) -> String {
        let pairs = fields.iter().map(|(k, v)| format!("{}={}", app::query::encode(k), app::query::encode(v)));
        let body = pairs.chain([format!("form_token={}", self.form_token)]).collect::<Vec<_>>().join("&");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, "http://127.0.0.1:8080")
            .header(header::REFERER, format!("http://127.0.0.1:8080{from}"));
        let (_, flash) = self.send(request, "", body).await;
        self.send(Request::get(from), &flash, String::new()).await.0
    }
}

async fn logged_in(data: &std::path::Path) -> (Demo, Browser) {
    let demo = demo(data, 8).await;
    let service = &demo.state.service;
    let token = service.login(ADMIN, PASSWORD, "192.0.2.1").await.unwrap().token;
    let form_token = service.actor(&token, "192.0.2.1").await.unwrap().unwrap().form_token;
    let cookie = format!("postern_session={token}");
    let router = app::router(demo.state.clone());
    (demo, Browser { router, cookie, form_token })
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let after = tag.split_once(&format!(" {name}=\""))?.1;
    after.split_once('"').map(|(value, _)| value)
}

fn plain(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&#x27;", "'").replace("&amp;", "&")
}

/// What a browser would post of a page's settings as they stand there.
fn controls(page: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (at, _) in page.match_indices("name=\"values[").chain(page.match_indices("name=\"place\"")) {
        let start = page[..at].rfind('<').unwrap();
        let tag = &page[start..start + page[start..].find('>').unwrap()];
        let name = attribute(tag, "name").unwrap().to_owned();
        let inner = |end: &str| page[start + tag.len() + 1..].split(end).next().unwrap().to_owned();
        let value = if tag.starts_with("<select") {
            let options = inner("</select>");
            let chosen = options.split("<option").skip(1).find(|o| o.split('>').next().unwrap().contains(" selected"));
            let chosen = chosen.or_else(|| options.split("<option").nth(1)).unwrap();
            attribute(chosen, "value").unwrap_or_default().to_owned()
        } else if tag.starts_with("<textarea") {
            inner("</textarea>").trim_start_matches("<!>").to_owned()
        } else if tag.contains("type=\"checkbox\"") && !tag.contains(" checked") {
            continue;
        } else {
            attribute(tag, "value").unwrap_or_default().to_owned()
        };
        out.insert(name, plain(&value));
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn every_level_shows_its_settings_and_a_save_of_nothing_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let (demo, browser) = logged_in(data.path()).await;
    let service = &demo.state.service;
    let system = Actor::system("test");
    let group = service.add_group(&system, demo.domain, "Staff", None).await.unwrap();
    let acme = service.domain(&system, demo.domain).await.unwrap().row.account;
    let ip = service.add_outbound_ip(&system, acme, "192.0.2.0/28", "Office").await.unwrap();
    // Something of each kind, so that the controls have values.
    let values = serde_json::json!({
        "filtering.junk": {"action": "markup", "tag": "A & \"B\""}, "digest.cutoff_hours": [3, 15], "digest.token_days": 5,
        "filtering.attachments": {"exe": "block", "zip": {"action": "markup", "tag": "<z>"}}, "spf.exceptions": ["a.test//x"],
        "display_name.names": {"Boss": ["boss@a.test"]}, "dmarc.override_policy": "published", "routing.copy_to": "c@a.test",
    });
    let changes: Vec<_> = values.as_object().unwrap().iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    service.change_settings(&system, SettingsOf::Domain(demo.domain), &changes).await.unwrap();

    let domain = demo.domain;
    for (path, level, of) in [
        ("/admin/settings".to_owned(), Level::Brand, SettingsOf::System),
        (format!("/admin/accounts/{acme}"), Level::Account, SettingsOf::Account(acme)),
        ("/admin/defaults/inbound".to_owned(), Level::DefaultInbound, SettingsOf::DefaultInbound(None)),
        (
            format!("/admin/defaults/outbound?account={acme}"),
            Level::DefaultOutbound,
            SettingsOf::DefaultOutbound(Some(acme)),
        ),
        ("/admin/defaults/relay".to_owned(), Level::OutboundRelay, SettingsOf::DefaultRelay(None)),
        (format!("/admin/domains/{domain}"), Level::Domain, SettingsOf::Domain(domain)),
        (format!("/admin/outbound-ips/{ip}"), Level::OutboundIp, SettingsOf::OutboundIp(ip)),
        (format!("/admin/groups/{group}"), Level::Group, SettingsOf::Group(group)),
        ("/admin/mailboxes/1".to_owned(), Level::Mailbox, SettingsOf::Mailbox(MailboxId(1))),
    ] {
        let page = browser.get(&path).await;
        for d in DEFINITIONS.iter().filter(|d| d.levels.contains(level)) {
            assert!(page.contains(&format!("id=\"s-{}\"", d.path())), "{path} shows {}", d.path());
        }
        let before = service.settings(&system, of).await.unwrap();
        let mut fields = controls(&page);
        fields.retain(|name, _| name.starts_with("values[") || name == "place");
        let after = browser.post(&path, "/fn/settings_change", &fields).await;
        assert!(after.contains("Nothing was changed."), "{path}");
        // Not even where the marks of what was there are gone: the fields say the same.
        fields.retain(|name, _| !name.ends_with(".was]"));
        browser.post(&path, "/fn/settings_change", &fields).await;
        assert_eq!(service.settings(&system, of).await.unwrap(), before, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_said_and_an_error_stands_beside_its_field_with_all_that_was_typed() {
    let data = tempfile::tempdir().unwrap();
    let (demo, browser) = logged_in(data.path()).await;
    let path = format!("/admin/domains/{}", demo.domain);
    let page = browser.get(&path).await;
    assert!(page.contains("Product default"));
    let fresh = controls(&page);

    let mut fields = fresh.clone();
    fields.insert("values[filtering.junk]".into(), "quarantine".into());
    let saved = browser.post(&path, "/fn/settings_change", &fields).await;
    assert!(saved.contains("Junk: Markup \u{201c}ADV:\u{201d} \u{2192} Quarantine"), "the notice says what changed");
    assert!(saved.contains("Set here") && saved.contains("Reset to Markup"));

    // A form from before that change does not undo it: only what was changed in it counts.
    let mut old = fresh;
    old.insert("values[filtering.spam]".into(), "block".into());
    browser.post(&path, "/fn/settings_change", &old).await;
    let service = &demo.state.service;
    let of = SettingsOf::Domain(demo.domain);
    let set = service.settings(&Actor::system("test"), of).await.unwrap().set;
    assert_eq!(
        (set.get("filtering.junk"), set.get("filtering.spam")),
        (Some("quarantine".into()), Some("block".into()))
    );

    let mut wrong = controls(&browser.get(&path).await);
    let long = "a.test // a comment that is long enough to matter\n".repeat(500);
    wrong.insert("values[routing.spool_hours.how]".into(), "=".into());
    wrong.insert("values[routing.spool_hours]".into(), "999".into());
    wrong.insert("values[spf.exceptions.how]".into(), "=".into());
    wrong.insert("values[spf.exceptions]".into(), long.clone());
    let failed = browser.post(&path, "/fn/settings_change", &wrong).await;
    assert!(failed.contains("999 is not between 1 and 320 hours") && failed.contains("#f-routing.spool_hours"));
    let kept = controls(&failed);
    assert_eq!((kept["values[routing.spool_hours]"].as_str(), &kept["values[spf.exceptions]"]), ("999", &long));

    let mut reset = controls(&browser.get(&path).await);
    reset.insert("take_back".into(), "filtering.junk".into());
    browser.post(&path, "/fn/settings_change", &reset).await;
    assert_eq!(service.settings(&Actor::system("test"), of).await.unwrap().set.get("filtering.junk"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_is_not_offered_what_its_domain_blocks() {
    let data = tempfile::tempdir().unwrap();
    let (demo, browser) = logged_in(data.path()).await;
    let changes = [
        ("filtering.phish".to_owned(), "block".into()),
        ("filtering.attachments".to_owned(), serde_json::json!({"exe": "block"})),
    ];
    let system = Actor::system("test");
    demo.state.service.change_settings(&system, SettingsOf::Domain(demo.domain), &changes).await.unwrap();
    let page = browser.get("/admin/mailboxes/1").await;
    assert!(page.contains("this cannot be loosened here") && !page.contains("name=\"values[filtering.phish]\""));
    assert!(page.contains("Block, as the domain says"));
    assert!(page.contains("name=\"values[filtering.junk]\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_only_look_gets_values_without_controls() {
    let data = tempfile::tempdir().unwrap();
    let (demo, mut browser) = logged_in(data.path()).await;
    let service = &demo.state.service;
    let system = Actor::system("test");
    let account = service.domain(&system, demo.domain).await.unwrap().row.account;
    let email = "look@acme.test".to_owned();
    let new = service::NewAdministrator {
        email: email.clone(),
        role: model::Role::Dashboard,
        account: Some(account),
        password: Some(PASSWORD.into()),
    };
    service.add_administrator(&system, &new).await.unwrap();
    browser.cookie = format!("postern_session={}", service.login(&email, PASSWORD, "192.0.2.1").await.unwrap().token);
    let page = browser.get(&format!("/admin/domains/{}", demo.domain)).await;
    assert!(page.contains("Your role may look at these settings") && page.contains("id=\"s-filtering.junk\""));
    assert!(
        !page.contains("name=\"values[")
            && !page.contains("Save mail gateways")
            && !page.contains("Deleting the domain")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_mailboxes_are_chosen_counted_and_changed_without_script() {
    let data = tempfile::tempdir().unwrap();
    let (demo, browser) = logged_in(data.path()).await;
    let path = "/admin/bulk/new?of=mailboxes&domain=acme.test";
    let page = browser.get(path).await;
    assert!(page.contains("2 mailboxes chosen") && page.contains("Keep as it is"));
    let mut fields = controls(&page);
    let pick = [
        ("pick[of]", "mailboxes"),
        ("pick[domain]", "acme.test"),
        ("expected", "2"),
        ("act", "change"),
        ("values[filtering.junk]", "block"),
    ];
    fields.extend(pick.map(|(k, v)| (k.to_owned(), v.to_owned())));
    let unsure = browser.post(path, "/fn/bulk_start", &fields).await;
    assert!(unsure.contains("Say that you are sure"));
    assert_eq!(controls(&unsure)["values[filtering.junk]"], "block", "nothing is lost");
    fields.insert("sure".into(), "on".into());
    browser.post(path, "/fn/bulk_start", &fields).await;
    let live = browser.get("/admin/bulk/1").await;
    assert!(live.contains("http-equiv") && live.contains("Waiting: 0 of 2 objects"), "it looks again by itself");
    let system = Actor::system("test");
    while demo.state.service.run_bulk(&system).await.unwrap() > 0 {}
    let done = browser.get("/admin/bulk/1").await;
    assert!(done.contains("Done: 2 of 2 objects, 0 failed") && !done.contains("http-equiv=\"refresh\""));
    let set = demo.state.service.settings(&system, SettingsOf::Mailbox(MailboxId(1))).await.unwrap().set;
    assert_eq!(set.get("filtering.junk"), Some("block".into()));
    assert!(browser.get("/admin/bulk").await.contains("Change mailboxes (no. 1)"));
}
