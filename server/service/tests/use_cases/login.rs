use crate::world::{PASSWORD, World, code, system};
use model::time::{DAY, MINUTE, SECOND};
use model::*;
use service::{ABSOLUTE, SettingsOf};

async fn with_passwords() -> World {
    let w = World::new().await;
    let yaml = format!(
        "accounts: [{{ name: acme, administrators: [{{ email: boss@acme.test, role: account, password: '{PASSWORD}' }}],
         domains: [{{ name: acme.test, mailboxes: [{{ name: bob, password: '{PASSWORD}' }}] }}] }}]"
    );
    w.service.apply(&system(), &yaml, false).await.unwrap();
    w
}

#[tokio::test]
async fn administrators_and_owners_log_in_and_out_under_any_spelling_and_alias() {
    let w = with_passwords().await;
    for (email, role, name) in
        [("Boss@acme.test", Role::Account, "boss@acme.test"), (" robert@ACME.test", Role::Owner, "bob@acme.test")]
    {
        let new = w.service.login(email, PASSWORD, "::1").await.unwrap();
        assert_eq!((new.actor.role, new.actor.name.as_str()), (role, name));
        let view = w.service.actor(&new.token, "::1").await.unwrap().unwrap();
        assert_eq!(view.actor, new.actor);
        assert!(view.form_token.len() >= 40 && view.form_token != new.token);
        assert_eq!(w.service.me(&view).form_token, view.form_token);
        w.service.logout(&new.token).await.unwrap();
        assert_eq!(w.service.actor(&new.token, "::1").await.unwrap(), None);
    }
    assert_eq!(w.service.actor("no such token", "::1").await.unwrap(), None);
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_the_same_error() {
    let w = with_passwords().await;
    let mut said = Vec::new();
    for email in ["boss@acme.test", "ann@acme.test", "nobody@nowhere.test", "not an address", ""] {
        let e = w.service.login(email, "wrong password", "::1").await.unwrap_err();
        said.push((e.code(), e.to_user().message));
    }
    said.dedup();
    assert_eq!(said, [(ErrorCode::Unauthenticated, "The address or the password is wrong.".to_owned())]);
}

#[tokio::test]
async fn after_five_failures_one_waits_twice_as_long_each_time_even_with_the_right_password() {
    let w = with_passwords().await;
    let try_it = async |password: &str, origin: &str| code(&w.service.login("bob@acme.test", password, origin).await);
    for _ in 0..5 {
        assert_eq!(try_it("wrong password", "a").await, Some(ErrorCode::Unauthenticated));
    }
    assert_eq!(try_it(PASSWORD, "a").await, Some(ErrorCode::Throttled));
    assert_eq!(try_it(PASSWORD, "b").await, None, "another origin is not kept out");
    w.pass(30 * SECOND);
    assert_eq!(try_it("wrong password", "a").await, Some(ErrorCode::Unauthenticated));
    w.pass(59 * SECOND);
    assert_eq!(try_it(PASSWORD, "a").await, Some(ErrorCode::Throttled));
    w.pass(SECOND);
    assert_eq!(try_it(PASSWORD, "a").await, None);
    assert_eq!(try_it("wrong password", "a").await, Some(ErrorCode::Unauthenticated), "a success forgives what was");
}

#[tokio::test]
async fn many_guesses_at_once_are_counted_before_they_are_looked_at() {
    let w = with_passwords().await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let service = w.service.clone();
            tokio::spawn(async move { code(&service.login("bob@acme.test", "wrong password", "a").await) })
        })
        .collect();
    let mut looked_at = 0;
    for t in tasks {
        looked_at += u32::from(t.await.unwrap() == Some(ErrorCode::Unauthenticated));
    }
    assert_eq!(looked_at, 5);
}

#[tokio::test]
async fn a_session_ends_by_inactivity_by_age_and_with_its_person() {
    let w = with_passwords().await;
    let login = async |email: &str| w.service.login(email, PASSWORD, "::1").await.unwrap().token;
    let alive = async |token: &str| w.service.actor(token, "::1").await.unwrap().is_some();
    const IDLE: i64 = 30 * MINUTE;
    let idle = login("boss@acme.test").await;
    w.pass(IDLE - MINUTE);
    assert!(alive(&idle).await);
    w.pass(IDLE - MINUTE);
    assert!(alive(&idle).await, "each use begins the time anew");
    w.pass(IDLE);
    assert!(!alive(&idle).await);

    let day = [("password.inactivity_minutes".to_owned(), 1440.into())];
    let domain = SettingsOf::Domain(w.mailbox("bob@acme.test").await.domain);
    w.service.change_settings(&system(), domain, &day).await.unwrap();
    let (old, idle) = (login("bob@acme.test").await, login("boss@acme.test").await);
    w.pass(ABSOLUTE - 1);
    assert!(!alive(&idle).await, "the domain says nothing about administrators");
    assert!(alive(&old).await);
    w.pass(1);
    assert!(!alive(&old).await);

    let (admin, owner) = (login("boss@acme.test").await, login("bob@acme.test").await);
    let yaml = "accounts: [{ name: acme, administrators: [{ email: boss@acme.test, role: account, active: false }],
                domains: [{ name: acme.test, mailboxes: [{ name: bob, password: 'another one' }] }] }]";
    w.service.apply(&system(), yaml, false).await.unwrap();
    assert!(!alive(&admin).await && !alive(&owner).await);
    assert_eq!(code(&w.service.login("boss@acme.test", PASSWORD, "::1").await), Some(ErrorCode::Unauthenticated));
}

#[tokio::test]
async fn no_token_and_no_password_is_in_the_database() {
    let w = with_passwords().await;
    let session = w.service.login("bob@acme.test", PASSWORD, "::1").await.unwrap().token;
    let api = w.service.create_token(&system(), "ci", &[], None).await.unwrap();
    w.store.close().await;
    let file = std::fs::read(w.dir.path().join(store::FILE)).unwrap();
    for secret in [session.as_str(), api.as_str(), PASSWORD] {
        assert!(!file.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}

#[tokio::test]
async fn a_link_opens_its_own_mailbox_until_it_expires_or_is_revoked() {
    let w = World::new().await;
    let bob = w.mailbox("bob@acme.test").await.id;
    let link = w.service.make_link(bob).await.unwrap();
    let peek = async |link: &str| w.service.peek_link(link).await.unwrap().map(|a| a.to_string());
    assert_eq!(peek(&link).await.as_deref(), Some("bob@acme.test"));
    let session = w.service.login_by_link(&link, "::1").await.unwrap();
    assert_eq!((session.actor.role, session.actor.name.as_str()), (Role::Owner, "bob@acme.test"));
    assert!(w.service.actor(&session.token, "::1").await.unwrap().is_some());

    w.pass(3 * DAY - 1);
    assert!(peek(&link).await.is_some());
    w.pass(1);
    assert_eq!(peek(&link).await, None);
    assert_eq!(code(&w.service.login_by_link(&link, "::1").await), Some(ErrorCode::Unauthenticated));

    let fresh = w.service.make_link(bob).await.unwrap();
    let session = w.service.login_by_link(&fresh, "::1").await.unwrap().token;
    w.service.revoke_links(&World::administrator(Role::Operator, 1), bob).await.unwrap();
    assert_eq!(peek(&fresh).await, None);
    assert!(w.service.actor(&session, "::1").await.unwrap().is_none());
    let newest = w.service.make_link(bob).await.unwrap();
    assert!(peek(&newest).await.is_some());
}

#[tokio::test]
async fn a_forged_link_opens_nothing_and_another_installation_has_another_key() {
    let (w, elsewhere) = (World::new().await, World::new().await);
    let bob = w.mailbox("bob@acme.test").await.id;
    let link = w.service.make_link(bob).await.unwrap();
    let swapped: String =
        link.chars().enumerate().map(|(i, c)| if i == 10 { if c == 'A' { 'B' } else { 'A' } } else { c }).collect();
    for bad in [swapped.as_str(), "", "AAAA", &link[..link.len() - 1], &format!("{link}A")] {
        assert_eq!(w.service.peek_link(bad).await.unwrap(), None, "{bad}");
    }
    assert_eq!(elsewhere.service.peek_link(&link).await.unwrap(), None);
}

#[tokio::test]
async fn looking_at_a_link_changes_nothing() {
    let w = World::new().await;
    let link = w.service.make_link(w.mailbox("bob@acme.test").await.id).await.unwrap();
    let state = async || w.service.export(&system()).await.unwrap();
    let audit = async || w.service.audit(&system(), &Default::default()).await.unwrap().total;
    let before = (state().await, audit().await);
    for _ in 0..3 {
        w.service.peek_link(&link).await.unwrap();
    }
    assert_eq!(audit().await, before.1);
    assert_eq!(state().await, before.0);
}

#[tokio::test]
async fn the_first_start_makes_one_administrator_and_later_starts_none() {
    let w = World::new().await;
    let first = w.service.ensure_first_administrator("", "").await.unwrap().unwrap();
    assert_eq!(first.email, "admin@localhost");
    assert_eq!(w.service.login(&first.email, &first.password, "::1").await.unwrap().actor.role, Role::System);
    assert_eq!(w.service.ensure_first_administrator("x@x.test", "long enough").await.unwrap(), None);
}

#[tokio::test]
async fn an_api_token_works_within_its_scopes_and_account() {
    let w = World::new().await;
    let s = &w.service;
    let read = s.create_token(&system(), "ci", &["mailboxes:write".into()], Some(AccountId(1))).await.unwrap();
    let actor = s.check_token(&read, "::1").await.unwrap().unwrap();
    assert_eq!((actor.role, actor.name.as_str()), (Role::Account, "token ci"));
    // Writing holds reading, of the same area and of no other; and the account is the limit.
    assert_eq!(s.mailboxes(&actor, None, &Default::default()).await.unwrap().total, 2);
    assert_eq!(code(&s.accounts(&actor, &Default::default()).await), Some(ErrorCode::Forbidden));
    let all_reads = s.create_token(&system(), "r", &["read".into()], None).await.unwrap();
    let reader = s.check_token(&all_reads, "::1").await.unwrap().unwrap();
    assert_eq!(s.accounts(&reader, &Default::default()).await.unwrap().total, 2);
    assert_eq!(code(&s.add_account(&reader, "x").await), Some(ErrorCode::Forbidden));
    assert_eq!(s.check_token("postern_x", "::1").await.unwrap(), None);
}

#[tokio::test]
async fn a_token_gives_no_scope_that_is_unknown_or_not_its_own() {
    let w = World::new().await;
    let error = w.service.create_token(&system(), "t", &["domain:write".into()], None).await.unwrap_err().to_user();
    assert!(error.message.contains("domain:write") && error.message.contains("domains:write"), "{}", error.message);
    let maker = w.service.create_token(&system(), "maker", &["tokens:write".into()], None).await.unwrap();
    let maker = w.service.check_token(&maker, "::1").await.unwrap().unwrap();
    for scopes in [vec![], vec!["*".to_owned()], vec!["audit:read".to_owned()]] {
        assert_eq!(code(&w.service.create_token(&maker, "t", &scopes, None).await), Some(ErrorCode::Invalid));
    }
    assert!(w.service.create_token(&maker, "t", &["tokens:write".into()], None).await.is_ok());
}
