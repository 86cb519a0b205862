//! The eighteen permissions of owners (guide chapter 6 "Personal Dashboard Options"), each on and off, at the operations behind
//! every page.

use crate::digest::set;
use crate::world::{World, code};
use model::settings::DigestFrequency;
use model::view::{QuarantineQuery, ReleaseTo};
use model::*;
use serde_json::json;
use service::SenderLists;

const BOB: &str = "bob@acme.test";

/// A world in which bob has, or has not, one permission; all others as they are built in.
async fn with(permission: &str, on: bool) -> (World, Actor) {
    let w = World::new().await;
    set(&w, BOB, &[(&format!("personal.{permission}"), on.into())]).await;
    let bob = w.owner(BOB).await;
    (w, bob)
}

async fn listed(w: &World, bob: &Actor) -> Vec<i64> {
    let page = w.service.quarantine(bob, &QuarantineQuery::default()).await.unwrap();
    page.rows.iter().map(|r| r.id).collect()
}

/// Whether a message is shown everywhere, or nowhere.
async fn shown(w: &World, bob: &Actor, id: i64) -> bool {
    let seen = [
        listed(w, bob).await.contains(&id),
        w.service.quarantined(bob, id).await.is_ok(),
        w.service.message(bob, id).await.is_ok(),
        w.service.message_raw(bob, id).await.is_ok(),
        w.service.owner_home(bob).await.unwrap().held == 1,
    ];
    assert!(seen.iter().all(|s| *s == seen[0]), "in one place shown, in another not: {seen:?}");
    seen[0]
}

async fn released(w: &World, bob: &Actor, id: i64) -> bool {
    let offered = w.service.message(bob, id).await.unwrap().may_release;
    let done = w.service.release(bob, &[id], ReleaseTo::Recipient).await.is_ok_and(|r| r.done == 1);
    assert_eq!(offered, done, "what is offered is done, and nothing else");
    done
}

#[tokio::test]
async fn access_to_the_dashboard() {
    for on in [true, false] {
        let (w, bob) = with("access", on).await;
        assert_eq!(w.service.owner_home(&bob).await.is_ok(), on);
        assert_eq!(w.service.quarantine(&bob, &QuarantineQuery::default()).await.is_ok(), on);
    }
}

#[tokio::test]
async fn delete_of_messages() {
    for on in [true, false] {
        let (w, bob) = with("delete", on).await;
        let id = w.hold(1, BOB, false).await;
        assert_eq!(w.service.message(&bob, id).await.unwrap().may_delete, on);
        assert_eq!(w.service.delete(&bob, &[id]).await.is_ok_and(|r| r.done == 1), on);
    }
}

#[tokio::test]
async fn release_of_inbound_outbound_and_dlp_messages() {
    for (permission, category, direction) in [
        ("release", Category::Spam, Direction::Inbound),
        ("release_outbound", Category::Spam, Direction::Outbound),
        ("release_dlp", Category::Credit, Direction::Inbound),
        ("release_dlp", Category::Compliance, Direction::Inbound),
    ] {
        for on in [true, false] {
            let (w, bob) = with(permission, on).await;
            let id = w.hold_as(1, BOB, false, category, direction).await;
            assert_eq!(released(&w, &bob, id).await, on, "{permission} {category}");
            assert!(w.service.release(&bob, &[id], ReleaseTo::Sender).await.is_err(), "never to the sender");
        }
    }
}

#[tokio::test]
async fn inbound_outbound_and_foreign_messages_are_seen() {
    for (permission, category, direction) in [
        ("inbound_quarantine", Category::Spam, Direction::Inbound),
        ("outbound_quarantine", Category::Spam, Direction::Outbound),
        ("foreign", Category::Foreign, Direction::Inbound),
    ] {
        for on in [true, false] {
            let (w, bob) = with(permission, on).await;
            let id = w.hold_as(1, BOB, false, category, direction).await;
            assert_eq!(shown(&w, &bob, id).await, on, "{permission}");
            let acted = w.service.delete(&bob, &[id]).await.unwrap();
            assert_eq!(acted.done == 1, on, "{permission}: what is not seen is not acted upon");
        }
    }
}

#[tokio::test]
async fn a_query_cannot_ask_for_the_other_direction() {
    let (w, bob) = with("outbound_quarantine", false).await;
    w.hold_as(1, BOB, false, Category::Spam, Direction::Outbound).await;
    let query = QuarantineQuery { direction: Some(Direction::Outbound), all: true, ..Default::default() };
    assert!(w.service.quarantine(&bob, &query).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn attachments_and_the_body_are_seen() {
    for on in [true, false] {
        let (w, bob) = with("attachments", on).await;
        let id = w.hold(1, BOB, false).await;
        assert_eq!(!w.service.message(&bob, id).await.unwrap().attachments.is_empty(), on);
        assert_eq!(w.service.message_raw(&bob, id).await.is_ok(), on);
        assert_eq!(w.service.owner_home(&bob).await.unwrap().download, on);

        let (w, bob) = with("view_body", on).await;
        let id = w.hold(1, BOB, false).await;
        assert_eq!(!w.service.message(&bob, id).await.unwrap().preview_text.is_empty(), on);
        assert_eq!(w.service.message_raw(&bob, id).await.is_ok(), on);
    }
}

#[tokio::test]
async fn settings_of_digest_and_language() {
    for on in [true, false] {
        let (w, bob) = with("settings", on).await;
        assert_eq!(w.service.set_digest(&bob, DigestFrequency::Weekly).await.is_ok(), on);
        assert_eq!(w.service.set_own_language(&bob, "de").await.unwrap(), on);
        let changes =
            [("digest.time_zone".to_owned(), json!("Europe/Paris")), ("digest.format".to_owned(), json!("text"))];
        assert_eq!(w.service.set_own_settings(&bob, &changes).await.is_ok(), on);
        let seen = w.service.own_settings(&bob, &["digest.time_zone", "digest.token_days"]).await.unwrap();
        let expected = if on { vec![("digest.time_zone".to_owned(), json!("Europe/Paris"))] } else { vec![] };
        assert_eq!(seen, expected, "what is the domain's to say is not among them");
    }
}

/// Whether the owner may set this, and then sees it.
async fn sets(permissions: &[(&str, bool)], path: &str, value: serde_json::Value) -> bool {
    let w = World::new().await;
    let names: Vec<_> = permissions.iter().map(|(p, on)| (format!("personal.{p}"), json!(on))).collect();
    let names: Vec<_> = names.iter().map(|(p, v)| (p.as_str(), v.clone())).collect();
    set(&w, BOB, &names).await;
    let bob = w.owner(BOB).await;
    let done = w.service.set_own_settings(&bob, &[(path.to_owned(), value)]).await;
    let seen = w.service.own_settings(&bob, &[path]).await.unwrap().len() == 1;
    assert_eq!(done.is_ok(), seen, "{path}");
    if !seen {
        assert_eq!(code(&done), Some(ErrorCode::Forbidden));
    }
    seen
}

#[tokio::test]
async fn policies_by_message_type_attachment_and_language() {
    for on in [true, false] {
        assert_eq!(sets(&[("policies", on)], "filtering.junk", json!("quarantine")).await, on);
        assert_eq!(sets(&[("attachments", on)], "filtering.attachments", json!({"exe": "quarantine"})).await, on);
        assert_eq!(sets(&[("foreign", on)], "filtering.languages", json!({"fr": "quarantine"})).await, on);
    }
    assert!(!sets(&[("policies", false), ("attachments", true)], "filtering.attachments", json!({})).await);
}

#[tokio::test]
async fn spf_options_and_exceptions() {
    for on in [true, false] {
        assert_eq!(sets(&[("spf_exceptions", on)], "spf.softfail", json!("quarantine")).await, on);
        assert_eq!(sets(&[("spf_exceptions", on)], "spf.exceptions", json!(["partner.test"])).await, on);
    }
}

#[tokio::test]
async fn what_is_no_owners_business_is_never_theirs() {
    for path in
        ["personal.release", "digest.token_days", "routing.max_size_mb", "password.min_length", "nonsense", "a.b"]
    {
        let (w, bob) = with("settings", true).await;
        let done = w.service.set_own_settings(&bob, &[(path.to_owned(), json!(true))]).await;
        assert_eq!(code(&done), Some(ErrorCode::Forbidden), "{path}");
    }
}

#[tokio::test]
async fn friends_and_enemies_of_ones_own() {
    for on in [true, false] {
        let (w, bob) = with("senders", on).await;
        let lists = SenderLists { friends: vec!["partner.test".parse().unwrap()], enemies: vec![] };
        assert_eq!(w.service.set_own_senders(&bob, &lists).await.is_ok(), on);
        let own = w.service.own_senders(&bob).await.unwrap().own;
        assert_eq!(own, on.then_some(lists));
    }
}

#[tokio::test]
async fn friends_and_enemies_of_the_domain() {
    for (permission, friends) in [("domain_friends", true), ("domain_enemies", false)] {
        for on in [true, false] {
            let (w, bob) = with(permission, on).await;
            let seen = w.service.own_senders(&bob).await.unwrap();
            assert_eq!(seen.domain_friends.is_some(), on && friends, "{permission}");
            assert_eq!(seen.domain_enemies.is_some(), on && !friends, "{permission}");
        }
    }
}

#[tokio::test]
async fn a_view_link_logs_in() {
    for on in [true, false] {
        let (w, _) = with("view_link_login", on).await;
        let link = w.service.make_link(w.mailbox(BOB).await.id).await.unwrap();
        assert_eq!(w.service.login_by_link(&link, "::1").await.is_ok(), on);
    }
}
