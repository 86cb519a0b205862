//! What passwords must be like, at each door (guide chapters 3, 6, 8 and 14).

use crate::world::{World, code, system};
use model::view::MailboxForm;
use model::*;
use service::{AdministratorChange, Error, MailboxChange, NewAdministrator, SettingsOf};

/// Brand: a digit. Domain acme.test: 12 characters. Mailbox ann: a special character.
async fn strict() -> World {
    let w = World::new().await;
    let mailbox = w.mailbox("ann@acme.test").await;
    for (of, path, value) in [
        (SettingsOf::System, "password.digit", true.into()),
        (SettingsOf::Domain(mailbox.domain), "password.min_length", 12.into()),
        (SettingsOf::Mailbox(mailbox.id), "password.symbol", true.into()),
    ] {
        w.service.change_settings(&system(), of, &[(path.to_owned(), value)]).await.unwrap();
    }
    w
}

fn said<T: std::fmt::Debug>(r: Result<T, Error>) -> (Option<String>, String) {
    let e = r.unwrap_err().to_user();
    (e.fields.first().map(|f| f.field.clone()), e.message)
}

fn new(email: &str, password: &str) -> NewAdministrator {
    let account = Some(AccountId(1));
    NewAdministrator { email: email.into(), role: Role::Operator, account, password: Some(password.into()) }
}

#[tokio::test]
async fn each_door_holds_a_new_password_to_what_is_set_for_its_person() {
    let w = strict().await;
    let s = &w.service;
    let refused = |at: &str| (Some("password".to_owned()), at.to_owned());

    let of_brand = refused("A password has 8 to 30 characters, with a digit.");
    assert_eq!(said(s.add_administrator(&system(), &new("op@x.test", "no number")).await), of_brand);
    let op = s.add_administrator(&system(), &new("op@x.test", "one number 1")).await.unwrap();
    let change = AdministratorChange { password: Some("no number".into()), ..AdministratorChange::default() };
    assert_eq!(said(s.change_administrator(&system(), op, &change).await), of_brand);

    let of_domain = refused("A password has 12 to 30 characters, with a digit.");
    let domain = w.mailbox("bob@acme.test").await.domain;
    let form =
        |password: &str| MailboxForm { domain, name: "eve".into(), aliases: String::new(), password: password.into() };
    assert_eq!(said(s.add_mailbox(&system(), &form("too short 1")).await), of_domain);
    s.add_mailbox(&system(), &form("long enough 1")).await.unwrap();

    let of_mailbox = refused("A password has 12 to 30 characters, with a digit and a special character.");
    let ann = w.mailbox("ann@acme.test").await.id;
    let change = |p: &str| MailboxChange { password: Some(Some(p.into())), ..MailboxChange::default() };
    assert_eq!(said(s.change_mailbox(&system(), ann, &change("longenough1")).await), of_mailbox);
    s.change_mailbox(&system(), ann, &change("long enough 1")).await.unwrap();

    let apply = async |mailbox: &str, password: &str| {
        let yaml = format!(
            "accounts: [{{ name: acme, domains: [{{ name: acme.test, mailboxes: [{{ name: {mailbox}, password: {password} }}] }}] }}]"
        );
        s.apply(&system(), &yaml, false).await
    };
    let (_, message) = said(apply("ann", "longenough12").await);
    assert!(message.contains("mailbox ann@acme.test: password: A password has 12 to 30"), "{message}");
    let (_, message) = said(apply("new", "shorter1").await);
    assert!(message.contains("mailbox new@acme.test: password: A password has 12 to 30"), "{message}");
    apply("new", "longenough12").await.unwrap();
    let yaml = "administrators: [{ email: root@x.test, role: system, password: 'no number' }]";
    let (_, message) = said(s.apply(&system(), yaml, false).await);
    assert!(message.contains("administrator root@x.test: password: A password has 8 to 30"), "{message}");
}

#[tokio::test]
async fn a_document_that_sets_policy_and_password_is_held_to_the_policy_that_it_sets() {
    let w = World::new().await;
    let yaml = |password: &str| {
        format!(
            "accounts: [{{ name: acme, domains: [{{ name: acme.test, settings: {{ password: {{ min_length: 20 }} }},
             mailboxes: [{{ name: bob, password: '{password}' }}] }}] }}]"
        )
    };
    let (_, message) = said(w.service.apply(&system(), &yaml("correct horse"), false).await);
    assert!(message.contains("20 to 30"), "{message}");
    w.service.apply(&system(), &yaml("correct horse battery"), false).await.unwrap();
    assert!(w.service.apply(&system(), &yaml("correct horse battery"), false).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_last_passwords_are_not_taken_again_where_that_is_set() {
    let w = World::new().await;
    let s = &w.service;
    let bob = w.mailbox("bob@acme.test").await.id;
    let set = async |p: &str| {
        let change = MailboxChange { password: Some(Some(p.into())), ..MailboxChange::default() };
        s.change_mailbox(&system(), bob, &change).await
    };
    set("the first one").await.unwrap();
    set("the first one").await.unwrap();
    let two = [("password.remembered".to_owned(), 2.into())];
    s.change_settings(&system(), SettingsOf::System, &two).await.unwrap();
    set("the second one").await.unwrap();
    assert_eq!(said(set("the second one").await).1, "This was one of the last 2 passwords. Choose another.");
    assert_eq!(said(set("the first one").await).1, "This was one of the last 2 passwords. Choose another.");
    let yaml = "accounts: [{ name: acme, domains: [{ name: acme.test, mailboxes: [{ name: bob, password: 'the first one' }] }] }]";
    assert_eq!(code(&s.apply(&system(), yaml, false).await), Some(ErrorCode::Invalid));
    set("the third one").await.unwrap();
    set("the first one").await.unwrap();
}
