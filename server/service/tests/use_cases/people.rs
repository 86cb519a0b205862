//! Logins: activation, forgotten and changed passwords, questions after failures, sessions.

use crate::world::{PASSWORD, World, code, system};
use model::time::{DAY, HOUR, MINUTE};
use model::*;
use service::{AdministratorChange, Answer, Challenge, MailboxChange, MustChange, NewAdministrator, SettingsOf};

fn boss(password: Option<&str>) -> NewAdministrator {
    let account = Some(AccountId(1));
    NewAdministrator { email: "boss@x.test".into(), role: Role::Account, account, password: password.map(Into::into) }
}

/// An administrator boss@x.test and the owner bob@acme.test, both with a password.
async fn with_people() -> World {
    let w = World::new().await;
    w.service.add_administrator(&system(), &boss(Some(PASSWORD))).await.unwrap();
    let bob = w.mailbox("bob@acme.test").await.id;
    let change = MailboxChange { password: Some(Some(PASSWORD.into())), ..MailboxChange::default() };
    w.service.change_mailbox(&system(), bob, &change).await.unwrap();
    w
}

async fn set(w: &World, path: &str, value: serde_json::Value) {
    w.service.change_settings(&system(), SettingsOf::System, &[(path.to_owned(), value)]).await.unwrap();
}

/// Whom a mail is to, and the token of the link in it.
fn link(mail: &service::OutgoingMail) -> (String, String) {
    let text = String::from_utf8(mail.body.clone()).unwrap().replace("=\r\n", "");
    let token = text.split("/activate/").nth(1).unwrap_or_else(|| panic!("no link in {text}"));
    let token = token.split(char::is_whitespace).next().unwrap();
    (mail.envelope.recipients[0].address.to_string(), token.to_owned())
}

/// The mail that is sent after the answer.
async fn mail_arrives(w: &World, count: usize) -> Vec<service::OutgoingMail> {
    for _ in 0..500 {
        if w.sent().len() >= count {
            return w.sent();
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{} mails, not {count}", w.sent().len())
}

#[tokio::test]
async fn a_new_administrator_activates_the_login_by_a_link_that_opens_once() {
    let w = World::new().await;
    let s = &w.service;
    let id = s.add_administrator(&system(), &boss(None)).await.unwrap();
    let (to, token) = link(&w.sent()[0]);
    assert_eq!(to, "boss@x.test");
    assert_eq!(s.administrator(&system(), id).await.unwrap().password_hash, None);
    for guess in ["", PASSWORD] {
        assert_eq!(code(&s.login("boss@x.test", guess, "a").await), Some(ErrorCode::Unauthenticated));
    }
    let shown = s.peek_password_link(&token).await.unwrap().unwrap();
    assert_eq!((shown.address.as_str(), shown.policy.as_str()), ("boss@x.test", "A password has 8 to 30 characters."));
    assert_eq!(s.peek_password_link("no such token").await.unwrap(), None);

    assert_eq!(code(&s.set_password_by_link(&token, "short", "a").await), Some(ErrorCode::Invalid));
    assert_eq!(s.set_password_by_link(&token, PASSWORD, "a").await.unwrap().name, "boss@x.test");
    assert_eq!(code(&s.set_password_by_link(&token, PASSWORD, "a").await), Some(ErrorCode::NotFound));
    assert_eq!(s.login("boss@x.test", PASSWORD, "a").await.unwrap().must_change, None);
    assert_eq!(code(&s.resend_activation(&system(), id).await), Some(ErrorCode::Conflict));
}

#[tokio::test]
async fn an_activation_that_is_sent_again_ends_the_first_and_none_holds_longer_than_a_week() {
    let w = World::new().await;
    let s = &w.service;
    let id = s.add_administrator(&system(), &boss(None)).await.unwrap();
    s.resend_activation(&system(), id).await.unwrap();
    let (first, second) = (link(&w.sent()[0]).1, link(&w.sent()[1]).1);
    assert_eq!(s.peek_password_link(&first).await.unwrap(), None);
    w.pass(7 * DAY - 1);
    assert!(s.peek_password_link(&second).await.unwrap().is_some());
    w.pass(1);
    assert_eq!(code(&s.set_password_by_link(&second, PASSWORD, "a").await), Some(ErrorCode::NotFound));
    s.resend_activation(&system(), id).await.unwrap();
    let change = AdministratorChange { active: Some(false), ..AdministratorChange::default() };
    s.change_administrator(&system(), id, &change).await.unwrap();
    let third = link(&w.sent()[2]).1;
    assert_eq!(code(&s.set_password_by_link(&third, PASSWORD, "a").await), Some(ErrorCode::NotFound));
}

#[tokio::test]
async fn no_link_is_in_the_database() {
    let w = World::new().await;
    w.service.add_administrator(&system(), &boss(None)).await.unwrap();
    let (_, token) = link(&w.sent()[0]);
    w.store.close().await;
    let file = std::fs::read(w.dir.path().join(store::FILE)).unwrap();
    assert!(!file.windows(token.len()).any(|window| window == token.as_bytes()));
}

#[tokio::test]
async fn an_administrator_is_notified_of_each_change_to_the_login() {
    let w = with_people().await;
    let id = w.service.administrators_after(&system(), "boss", &crate::world::FIRST).await.unwrap().rows[0].id;
    let change = AdministratorChange { role: Some(Role::Operator), ..AdministratorChange::default() };
    w.service.change_administrator(&system(), id, &change).await.unwrap();
    w.service.delete_administrator(&system(), id).await.unwrap();
    let texts: Vec<String> = w.sent().iter().map(|m| String::from_utf8(m.body.clone()).unwrap()).collect();
    assert!(texts[0].contains("was changed by system") && texts[0].contains("Account Operator"), "{}", texts[0]);
    assert!(texts[1].contains("The login is gone."), "{}", texts[1]);
    assert!(w.sent().iter().all(|m| m.envelope.recipients[0].address.as_str() == "boss@x.test"));
}

#[tokio::test]
async fn a_forgotten_password_is_answered_alike_for_everybody_and_mailed_only_to_who_has_one() {
    let w = with_people().await;
    let s = &w.service;
    for email in ["nobody@acme.test", "nobody@nowhere.test", "ann@acme.test", "BOB@acme.test", "boss@x.test"] {
        s.forgot_password(email, email).await.unwrap();
    }
    assert_eq!(code(&s.forgot_password("not an address", "x").await), Some(ErrorCode::Invalid));
    let mut links: Vec<_> = mail_arrives(&w, 2).await.iter().map(link).collect();
    links.sort();
    assert_eq!(links.iter().map(|l| l.0.as_str()).collect::<Vec<_>>(), ["bob@acme.test", "boss@x.test"]);

    let session = s.login("bob@acme.test", PASSWORD, "b").await.unwrap().token;
    s.set_password_by_link(&links[0].1, "another horse", "b").await.unwrap();
    assert_eq!(s.actor(&session, "b").await.unwrap(), None, "whoever knew the old one is no longer in");
    assert_eq!(s.login("bob@acme.test", "another horse", "b").await.unwrap().actor.role, Role::Owner);
    w.pass(HOUR);
    assert_eq!(code(&s.set_password_by_link(&links[1].1, "another horse", "b").await), Some(ErrorCode::NotFound));
}

#[tokio::test]
async fn nobody_floods_a_mailbox_with_links() {
    let w = with_people().await;
    for n in 0..9 {
        w.service.forgot_password("bob@acme.test", &format!("origin {n}")).await.unwrap();
        mail_arrives(&w, (n + 1).min(5)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(w.sent().len(), 5);
    let mut refused = None;
    for _ in 0..6 {
        refused = code(&w.service.forgot_password("nobody@acme.test", "one origin").await);
    }
    assert_eq!(refused, Some(ErrorCode::Throttled));
}

#[tokio::test]
async fn owners_do_not_forget_their_password_where_the_brand_hides_it() {
    let w = with_people().await;
    set(&w, "personal_pages.show_forgot_password", false.into()).await;
    w.service.forgot_password("bob@acme.test", "a").await.unwrap();
    w.service.forgot_password("boss@x.test", "a").await.unwrap();
    let sent = mail_arrives(&w, 1).await;
    assert_eq!(link(&sent[0]).0, "boss@x.test");
}

#[tokio::test]
async fn whoever_knows_the_present_password_chooses_another_and_other_sessions_end() {
    let w = with_people().await;
    let s = &w.service;
    for (email, new) in [("boss@x.test", "stapler one"), ("bob@acme.test", "stapler two")] {
        let here = s.login(email, PASSWORD, "a").await.unwrap();
        let there = s.login(email, PASSWORD, "b").await.unwrap();
        let change =
            async |present: &str, new: &str| s.change_own_password(&here.actor, &here.token, present, new).await;
        for (present, new, field) in [
            ("wrong password", new, "present_password"),
            (PASSWORD, "short", "password"),
            (PASSWORD, PASSWORD, "password"),
        ] {
            let e = change(present, new).await.unwrap_err().to_user();
            assert_eq!((e.code, e.fields[0].field.as_str()), (ErrorCode::Invalid, field), "{email}");
        }
        change(PASSWORD, new).await.unwrap();
        assert!(s.actor(&here.token, "a").await.unwrap().is_some());
        assert_eq!(s.actor(&there.token, "b").await.unwrap(), None);
        assert_eq!(code(&s.login(email, PASSWORD, "c").await), Some(ErrorCode::Unauthenticated));
        s.login(email, new, "d").await.unwrap();
    }
    let ann = w.owner("ann@acme.test").await;
    let e = s.change_own_password(&ann, "", "", "stapler one").await.unwrap_err().to_user();
    assert_eq!(e.fields[0].field, "present_password", "who has none cannot make one here");
}

#[tokio::test]
async fn guesses_of_the_present_password_are_slowed_down() {
    let w = with_people().await;
    let here = w.service.login("bob@acme.test", PASSWORD, "a").await.unwrap();
    let mut last = None;
    for _ in 0..6 {
        last = code(&w.service.change_own_password(&here.actor, &here.token, "a guess", "stapler one").await);
    }
    assert_eq!(last, Some(ErrorCode::Throttled));
}

#[tokio::test]
async fn owners_change_their_password_only_where_the_brand_lets_them_or_they_must() {
    let w = with_people().await;
    let s = &w.service;
    set(&w, "personal_pages.show_change_password", false.into()).await;
    let here = s.login("bob@acme.test", PASSWORD, "a").await.unwrap();
    let change = async || code(&s.change_own_password(&here.actor, &here.token, PASSWORD, "stapler one").await);
    assert_eq!(change().await, Some(ErrorCode::Forbidden));
    let bob = w.mailbox("bob@acme.test").await.id;
    let must = MailboxChange { must_change: Some(true), ..MailboxChange::default() };
    s.change_mailbox(&system(), bob, &must).await.unwrap();
    assert_eq!(change().await, None);
}

#[tokio::test]
async fn a_login_whose_password_has_expired_or_must_change_can_only_change_it() {
    let w = with_people().await;
    let s = &w.service;
    set(&w, "password.expires_days", 30.into()).await;
    let bob = w.mailbox("bob@acme.test").await.id;
    let running = s.login("bob@acme.test", PASSWORD, "a").await.unwrap();
    let must = MailboxChange { must_change: Some(true), ..MailboxChange::default() };
    s.change_mailbox(&system(), bob, &must).await.unwrap();
    assert_eq!(s.actor(&running.token, "a").await.unwrap(), None, "a session that runs is held up too");
    let asked = s.login("bob@acme.test", PASSWORD, "a").await.unwrap();
    assert_eq!(asked.must_change, Some(MustChange::Asked));
    assert_eq!(s.actor(&asked.token, "a").await.unwrap(), None);
    let session = s.password_session(&asked.token, "a").await.unwrap().unwrap();
    assert_eq!(
        (session.must_change, session.policy.as_str()),
        (Some(MustChange::Asked), "A password has 8 to 30 characters.")
    );
    let link = s.make_link(bob).await.unwrap();
    let by_link = s.login_by_link(&link, "a").await.unwrap();
    assert!(s.actor(&by_link.token, "a").await.unwrap().is_some(), "the link never asked for a password");

    s.change_own_password(&session.view.actor, &asked.token, PASSWORD, "stapler one").await.unwrap();
    assert!(s.actor(&asked.token, "a").await.unwrap().is_some());

    w.pass(30 * DAY - 1);
    assert_eq!(s.login("bob@acme.test", "stapler one", "a").await.unwrap().must_change, None);
    w.pass(1);
    let expired = s.login("bob@acme.test", "stapler one", "a").await.unwrap();
    assert_eq!(expired.must_change, Some(MustChange::Expired));
    assert_eq!(s.login("boss@x.test", PASSWORD, "a").await.unwrap().must_change, Some(MustChange::Expired));
}

/// What a person would answer.
fn solve(c: &Challenge) -> Answer {
    let words = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty";
    let number = |word: &str| words.split(' ').position(|w| w == word).unwrap_or_else(|| panic!("{word}")) as i64;
    let parts: Vec<&str> = c.question.trim_start_matches("What is ").trim_end_matches('?').split(' ').collect();
    let (a, b) = (number(parts[0]), number(parts[2]));
    let answer = if parts[1] == "plus" { a + b } else { a - b };
    Answer { token: c.token.clone(), text: answer.to_string() }
}

#[tokio::test]
async fn after_as_many_failures_as_the_settings_say_a_question_is_asked_and_its_answer_is_good_once() {
    let w = with_people().await;
    let s = &w.service;
    let domain = SettingsOf::Domain(w.mailbox("bob@acme.test").await.domain);
    let two = [("password.captcha_after".to_owned(), 2.into())];
    s.change_settings(&system(), domain, &two).await.unwrap();
    // From two places: a guesser who moves is asked too.
    for origin in ["a", "b"] {
        assert_eq!(code(&s.login("bob@acme.test", "a guess", origin).await), Some(ErrorCode::Unauthenticated));
    }
    let asks = |r: Result<service::NewSession, service::Error>| {
        r.unwrap_err().to_user().fields.first().map(|f| f.field.clone())
    };
    let captcha = Some("captcha".to_owned());
    assert_eq!(asks(s.login("bob@acme.test", PASSWORD, "c").await), captcha, "the right password is not looked at");
    let question = s.challenge().await.unwrap();
    let wrong = Answer { text: "1000".into(), ..solve(&question) };
    assert_eq!(asks(s.login_with("bob@acme.test", PASSWORD, Some(&wrong), "c").await), captcha);
    let right = solve(&question);
    assert_eq!(asks(s.login_with("bob@acme.test", PASSWORD, Some(&right), "c").await), captcha, "used up");
    let right = solve(&s.challenge().await.unwrap());
    assert_eq!(
        code(&s.login_with("bob@acme.test", "a guess", Some(&right), "c").await),
        Some(ErrorCode::Unauthenticated)
    );
    let late = solve(&s.challenge().await.unwrap());
    w.pass(10 * MINUTE);
    assert_eq!(asks(s.login_with("bob@acme.test", PASSWORD, Some(&late), "c").await), captcha, "too late");
    let right = solve(&s.challenge().await.unwrap());
    s.login_with("bob@acme.test", PASSWORD, Some(&right), "c").await.unwrap();
    s.login("bob@acme.test", PASSWORD, "c").await.unwrap();
    // Nobody learns from the question who exists.
    for _ in 0..2 {
        assert_eq!(code(&s.login("nobody@acme.test", "a guess", "a").await), Some(ErrorCode::Unauthenticated));
    }
    assert_eq!(asks(s.login("nobody@acme.test", "a guess", "a").await), captcha);
    // The domain says nothing about administrators of other domains.
    for _ in 0..3 {
        assert_eq!(code(&s.login("boss@x.test", "a guess", "a").await), Some(ErrorCode::Unauthenticated));
    }
}

#[tokio::test]
async fn the_question_comes_at_the_same_time_whether_or_not_the_address_exists_and_whatever_its_account_says() {
    let w = with_people().await;
    let s = &w.service;
    let bob = w.mailbox("bob@acme.test").await;
    // Somebody of the account without a mailbox, and one of the system, at the same domain.
    for (email, role, account) in
        [("chief@acme.test", Role::Account, Some(AccountId(1))), ("root@acme.test", Role::System, None)]
    {
        let new = NewAdministrator { email: email.into(), role, account, password: Some(PASSWORD.into()) };
        s.add_administrator(&system(), &new).await.unwrap();
    }
    let asked_after = async |who: &str, origin: &str| {
        for n in 0..5 {
            let refused = s.login(who, "a guess", origin).await.unwrap_err().to_user();
            if refused.fields.first().is_some_and(|f| f.field == "captcha") {
                return Some(n);
            }
        }
        None
    };
    let everybody = ["bob@acme.test", "robert@acme.test", "chief@acme.test", "root@acme.test", "nobody@acme.test"];
    for (n, (of, path, value, after)) in [
        (SettingsOf::System, "password.captcha_after", serde_json::json!(4), 4),
        (SettingsOf::Account(AccountId(1)), "password.captcha_after", 3.into(), 3),
        (SettingsOf::Domain(bob.domain), "password.captcha_after", 2.into(), 2),
        (SettingsOf::Account(AccountId(1)), "branding.captcha", true.into(), 0),
    ]
    .into_iter()
    .enumerate()
    {
        s.change_settings(&system(), of, &[(path.to_owned(), value)]).await.unwrap();
        w.pass(model::time::DAY);
        for who in everybody {
            assert_eq!(asked_after(who, &format!("192.0.2.{n}")).await, Some(after), "{who} {path}");
        }
    }
    // What is the domain's alone to say is not a mailbox's.
    let own = [("password.captcha_after".to_owned(), 1.into())];
    let refused = s.change_settings(&system(), SettingsOf::Mailbox(bob.id), &own).await;
    assert_eq!(code(&refused), Some(ErrorCode::Invalid));
}

#[tokio::test]
async fn a_brand_may_ask_before_the_first_try() {
    let w = with_people().await;
    let s = &w.service;
    s.change_settings(&system(), SettingsOf::System, &[("branding.captcha".to_owned(), true.into())]).await.unwrap();
    for who in ["bob@acme.test", "boss@x.test", "nobody@nowhere.test"] {
        let refused = s.login(who, PASSWORD, "a").await.unwrap_err().to_user();
        assert_eq!(refused.fields.first().map(|f| f.field.as_str()), Some("captcha"), "{who}");
    }
    let right = solve(&s.challenge().await.unwrap());
    s.login_with("bob@acme.test", PASSWORD, Some(&right), "a").await.unwrap();
}

#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions_and_nobody_elses() {
    let w = with_people().await;
    let s = &w.service;
    let here = s.login("bob@acme.test", PASSWORD, "192.0.2.1").await.unwrap();
    w.pass(MINUTE);
    let there = s.login("bob@acme.test", PASSWORD, "192.0.2.2").await.unwrap();
    let boss = s.login("boss@x.test", PASSWORD, "192.0.2.3").await.unwrap();
    let mine = s.own_sessions(&here.actor, &here.token).await.unwrap();
    assert_eq!(
        mine.iter().map(|r| (r.origin.as_str(), r.current)).collect::<Vec<_>>(),
        [("192.0.2.2", false), ("192.0.2.1", true)]
    );
    assert_eq!(mine[0].since, w.now());
    assert_eq!(code(&s.end_own_session(&boss.actor, &mine[0].id).await), Some(ErrorCode::NotFound));
    s.end_own_session(&here.actor, &mine[0].id).await.unwrap();
    assert_eq!(s.actor(&there.token, "x").await.unwrap(), None);
    s.login("bob@acme.test", PASSWORD, "192.0.2.4").await.unwrap();
    s.login("bob@acme.test", PASSWORD, "192.0.2.5").await.unwrap();
    assert_eq!(s.end_other_sessions(&here.actor, &here.token).await.unwrap(), 2);
    assert!(s.actor(&here.token, "x").await.unwrap().is_some() && s.actor(&boss.token, "x").await.unwrap().is_some());
    w.pass(30 * MINUTE);
    assert!(s.own_sessions(&here.actor, &here.token).await.unwrap().is_empty(), "those that have ended are not shown");
}

#[tokio::test]
async fn who_edits_an_administrator_sees_and_ends_their_sessions() {
    let w = with_people().await;
    let s = &w.service;
    let id = s.administrators_after(&system(), "boss", &crate::world::FIRST).await.unwrap().rows[0].id;
    let one = s.login("boss@x.test", PASSWORD, "192.0.2.1").await.unwrap();
    let two = s.login("boss@x.test", PASSWORD, "192.0.2.2").await.unwrap();
    let theirs = s.administrator_sessions(&system(), id).await.unwrap();
    assert_eq!(theirs.len(), 2);
    let stranger = World::administrator(Role::Account, 2);
    assert_eq!(code(&s.administrator_sessions(&stranger, id).await), Some(ErrorCode::NotFound));
    assert_eq!(code(&s.end_administrator_sessions(&stranger, id, None).await), Some(ErrorCode::NotFound));
    let colleague = World::administrator(Role::Account, 1);
    s.end_administrator_sessions(&colleague, id, Some(&theirs[0].id)).await.unwrap();
    assert_eq!(s.administrator_sessions(&colleague, id).await.unwrap().len(), 1);
    s.end_administrator_sessions(&colleague, id, None).await.unwrap();
    for session in [one, two] {
        assert_eq!(s.actor(&session.token, "x").await.unwrap(), None);
    }
}
