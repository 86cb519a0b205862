//! Forms that set a password, the question after failed logins, and sessions, as a browser without script uses them.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used)]

mod demo;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use demo::{ADMIN, Demo, OWNER, PASSWORD, demo};
use model::{Actor, Role};
use service::{AdministratorChange, After, NewAdministrator, SettingsOf};
use std::collections::BTreeMap;
use tower::ServiceExt;

/// Keeps cookies as browsers do, and follows nothing by itself.
struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
}

struct Answer {
    status: StatusCode,
    to: String,
    text: String,
}

impl Browser {
    fn new(demo: &Demo) -> Browser {
        Browser { router: app::router(demo.state.clone()), cookies: BTreeMap::new() }
    }

    async fn send(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, "text/html")
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::REFERER, "http://127.0.0.1:8080/admin/sessions")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, cookies.join("; "))
            .body(Body::from(body.to_owned()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for set in parts.headers.get_all(header::SET_COOKIE) {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            match value {
                "" => self.cookies.remove(name),
                _ => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let to = parts.headers.get(header::LOCATION).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let text = String::from_utf8_lossy(&to_bytes(body, usize::MAX).await.unwrap()).into_owned();
        Answer { status: parts.status, to, text }
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "").await
    }

    /// Posts, and opens the page that the answer leads to.
    async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> (String, String) {
        let body: Vec<String> =
            fields.iter().map(|(k, v)| format!("{k}={}", v.replace('@', "%40").replace(' ', "+"))).collect();
        let answer = self.send("POST", path, &body.join("&")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let page = self.get(&answer.to).await;
        (answer.to, page.text)
    }

    async fn log_in(&mut self, email: &str, password: &str) -> (String, String) {
        self.submit("/login", &[("email", email), ("password", password)]).await
    }
}

/// The value of the page's input of this name.
fn value(page: &str, name: &str) -> String {
    let input = page
        .split("<input")
        .find(|i| i.contains(&format!("name=\"{name}\"")))
        .unwrap_or_else(|| panic!("no {name} in {page}"));
    input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn system() -> Actor {
    Actor::system("test")
}

fn link(demo: &Demo) -> String {
    let mail = demo.sent.0.lock().unwrap().last().cloned().unwrap();
    let text = String::from_utf8(mail.body).unwrap().replace("=\r\n", "");
    let token = text.split("/activate/").nth(1).unwrap().split(char::is_whitespace).next().unwrap();
    format!("/activate/{token}")
}

async fn admin_must_change(demo: &Demo) {
    let all = After { cursor: None, limit: 9 };
    let id = demo.state.service.administrators_after(&system(), ADMIN, &all).await.unwrap().rows[0].id;
    let change = AdministratorChange { must_change: Some(true), ..AdministratorChange::default() };
    demo.state.service.change_administrator(&system(), id, &change).await.unwrap();
}

#[tokio::test]
async fn one_changes_ones_own_password_and_is_told_what_is_wrong_with_it() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 0).await;
    for (email, home) in [(ADMIN, "/admin"), (OWNER, "/my")] {
        let mut b = Browser::new(&demo);
        assert_eq!(b.log_in(email, PASSWORD).await.0, home);
        let page = b.get("/password").await.text;
        assert!(page.contains("A password has 8 to 30 characters."), "{page}");
        let token = value(&page, "form_token");
        let form = |present, new, again| {
            [("form_token", token.as_str()), ("present_password", present), ("password", new), ("again", again)]
        };
        for (fields, said) in [
            (form(PASSWORD, "another horse", "an other horse"), "The two passwords differ"),
            (form("a wrong guess", "another horse", "another horse"), "This is not your present password"),
            (form(PASSWORD, "short", "short"), "A password has 8 to 30 characters"),
        ] {
            let (to, page) = b.submit("/password", &fields).await;
            assert_eq!(to, "/password");
            assert!(page.contains("role=\"alert\"") && page.contains(said), "{said} in {page}");
            assert!(!page.contains("another horse") && !page.contains(PASSWORD), "a password came back");
        }
        let forged = [
            ("form_token", "x"),
            ("present_password", PASSWORD),
            ("password", "another horse"),
            ("again", "another horse"),
        ];
        assert!(b.submit("/password", &forged).await.1.contains("This form has expired"));
        let (to, page) = b.submit("/password", &form(PASSWORD, "another horse", "another horse")).await;
        assert_eq!(to, home);
        assert!(page.contains("Your password is changed"), "{page}");
        assert_eq!(Browser::new(&demo).log_in(email, "another horse").await.0, home);
        assert_eq!(Browser::new(&demo).log_in(email, PASSWORD).await.0, "/login");
    }
    let anonymous = Browser::new(&demo).get("/password").await;
    assert!(anonymous.text.contains("Log in to change") && !anonymous.text.contains("present_password"));
}

#[tokio::test]
async fn who_must_choose_another_password_reaches_nothing_else() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 3).await;
    admin_must_change(&demo).await;
    let mut b = Browser::new(&demo);
    let (to, page) = b.log_in(ADMIN, PASSWORD).await;
    assert_eq!(to, "/password");
    assert!(page.contains("You are asked to choose another password"), "{page}");
    for path in ["/admin", "/admin/quarantine", "/light"] {
        assert_eq!(b.get(path).await.to, "/password", "{path}");
    }
    assert_eq!(b.get("/fn/sessions").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(b.get("/message/1/raw").await.status, StatusCode::UNAUTHORIZED);
    let token = value(&page, "form_token");
    let fields = [
        ("form_token", token.as_str()),
        ("present_password", PASSWORD),
        ("password", "another horse"),
        ("again", "another horse"),
    ];
    assert_eq!(b.submit("/password", &fields).await.0, "/admin");
    assert_eq!(b.get("/admin").await.status, StatusCode::OK);

    admin_must_change(&demo).await;
    let page = b.get("/password").await.text;
    let token = value(&page, "form_token");
    b.submit("/logout", &[("form_token", &token)]).await;
    assert_eq!(b.get("/admin").await.to, "/login?next=%2Fadmin", "leaving is open to them too");
}

#[tokio::test]
async fn a_new_administrator_follows_the_link_and_looking_at_it_uses_nothing_up() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 0).await;
    let new = NewAdministrator { email: "new@x.test".into(), role: Role::System, account: None, password: None };
    demo.state.service.add_administrator(&system(), &new).await.unwrap();
    let (path, mut b) = (link(&demo), Browser::new(&demo));
    for _ in 0..3 {
        let page = b.get(&path).await.text;
        assert!(page.contains("new@x.test") && page.contains("A password has 8 to 30"), "{page}");
    }
    let short = [("password", "short"), ("again", "short")];
    let (to, page) = b.submit(&path, &short).await;
    assert!(to == path && page.contains("A password has 8 to 30 characters"), "{page}");
    let (to, page) = b.submit(&path, &[("password", "another horse"), ("again", "another horse")]).await;
    assert_eq!(to, "/login");
    assert!(page.contains("Your password is set"), "{page}");
    assert_eq!(b.log_in("new@x.test", "another horse").await.0, "/admin");
    assert!(b.get(&path).await.text.contains("This link does not work any more"));
    let strange = "/activate/%3Cscript%3E";
    assert!(b.get(strange).await.text.contains("This link does not work any more"));
    assert_eq!(b.submit(strange, &short).await.0, "/forgot");
}

#[tokio::test]
async fn a_forgotten_password_gets_the_same_answer_for_everybody() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 0).await;
    let mut b = Browser::new(&demo);
    let (to, known) = b.submit("/forgot", &[("email", OWNER)]).await;
    assert_eq!(to, "/forgot");
    assert!(known.contains("a mail with a link is on its way"), "{known}");
    let (_, unknown) = b.submit("/forgot", &[("email", "nobody@acme.test")]).await;
    assert!(unknown.contains("a mail with a link is on its way"));
    for _ in 0..300 {
        if !demo.sent.0.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let path = link(&demo);
    b.submit(&path, &[("password", "another horse"), ("again", "another horse")]).await;
    assert_eq!(b.log_in(OWNER, "another horse").await.0, "/my");
    assert_eq!(demo.sent.0.lock().unwrap().len(), 1);
}

/// What a person would answer to the question on a page.
fn solve(page: &str) -> String {
    let words = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty";
    let number = |word: &str| words.split(' ').position(|w| w == word).unwrap() as i64;
    let question = page.split("What is ").nth(1).unwrap().split('?').next().unwrap();
    let parts: Vec<&str> = question.split(' ').collect();
    let (a, b) = (number(parts[0]), number(parts[2]));
    if parts[1] == "plus" { (a + b).to_string() } else { (a - b).to_string() }
}

#[tokio::test]
async fn after_failed_logins_a_question_stands_on_both_login_pages_and_its_answer_lets_in() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 0).await;
    let one = [("password.captcha_after".to_owned(), 1.into())];
    demo.state.service.change_settings(&system(), SettingsOf::System, &one).await.unwrap();
    let mut b = Browser::new(&demo);
    let (_, page) = b.log_in(ADMIN, "a wrong guess").await;
    assert!(page.contains("The address or the password is wrong") && !page.contains("What is"), "{page}");
    let (_, page) = b.log_in(ADMIN, PASSWORD).await;
    assert!(page.contains("Answer the question"), "{page}");
    let token = value(&page, "captcha_token");
    let wrong = [("email", ADMIN), ("password", PASSWORD), ("captcha_token", &token), ("captcha", "1000")];
    let (_, page) = b.submit("/login", &wrong).await;
    assert!(page.contains("This was not the answer"), "{page}");
    let (token, answer) = (value(&page, "captcha_token"), solve(&page));
    let right = [("email", ADMIN), ("password", PASSWORD), ("captcha_token", &token), ("captcha", &answer)];
    assert_eq!(b.submit("/login", &right).await.0, "/admin");

    let light = "/light/login";
    let body = |password: &str| format!("email=bob%40acme.test&password={password}");
    b.send("POST", light, &body("wrong")).await;
    let page = b.send("POST", light, &body(&PASSWORD.replace(' ', "+"))).await.text;
    let (token, answer) = (value(&page, "captcha_token"), solve(&page));
    let body = format!("{}&captcha_token={token}&captcha={answer}", body(&PASSWORD.replace(' ', "+")));
    assert_eq!(b.send("POST", light, &body).await.to, "/light");
}

#[tokio::test]
async fn one_sees_and_ends_ones_sessions_without_script() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 0).await;
    for (email, path) in [(ADMIN, "/admin/sessions"), (OWNER, "/my/sessions")] {
        let (mut here, mut there) = (Browser::new(&demo), Browser::new(&demo));
        here.log_in(email, PASSWORD).await;
        there.log_in(email, PASSWORD).await;
        let page = here.get(path).await.text;
        assert_eq!(page.matches("This session").count(), 1, "{page}");
        let (id, token) = (value(&page, "id"), value(&page, "form_token"));
        here.submit("/fn/session_end", &[("form_token", &token), ("id", &id)]).await;
        assert_eq!(there.get(path).await.status, StatusCode::SEE_OTHER);
        there.log_in(email, PASSWORD).await;
        let (_, page) = here.submit("/fn/sessions_end", &[("form_token", &token)]).await;
        assert!(email != ADMIN || page.contains("1 other session is over"), "{page}");
        assert_eq!(there.get(path).await.status, StatusCode::SEE_OTHER);
        assert_eq!(here.get(path).await.status, StatusCode::OK);
    }
}
