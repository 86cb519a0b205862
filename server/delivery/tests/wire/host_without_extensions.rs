use crate::common::peer::{Peer, Say, Script};
use crate::common::{Fixture, Letter};
use model::Notify;

#[tokio::test]
async fn a_host_that_knows_no_ehlo_is_greeted_with_helo() {
    let script = Script::rule(|line| line.starts_with("EHLO").then(|| Say::Reply("502 5.5.1 What?".into())));
    let (f, peer) = (Fixture::new(), Peer::start(script).await);
    f.gateway("acme.test", &[peer.at]);
    let mut letter =
        Letter { eight_bit: true, envid: Some("e1".into()), ..Letter::to(&["a@acme.test", "b@acme.test"]) };
    letter.to[0].notify = Notify { success: true, ..Notify::default() };
    letter.to[0].orcpt = Some("rfc822;a@acme.test".into());
    // A null return path, so that the success is not confirmed.
    letter.from = None;
    f.post(letter).await;
    f.empty().await;
    assert_eq!(
        peer.commands()[..6],
        [
            "EHLO mx.postern.test",
            "HELO mx.postern.test",
            "MAIL FROM:<>",
            "RCPT TO:<a@acme.test>",
            "RCPT TO:<b@acme.test>",
            "DATA"
        ]
    );
}

#[tokio::test]
async fn without_pipelining_each_command_waits_for_its_answer() {
    let (f, peer) = (Fixture::new(), Peer::start(Script { offers: vec!["SIZE"], ..Script::default() }).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["a@acme.test", "b@acme.test"])).await;
    f.empty().await;
    assert!(peer.reads() >= 6, "{}", peer.reads());
    assert_eq!(peer.count(), 1);
}

#[tokio::test]
async fn without_pipelining_a_refused_sender_ends_the_transaction() {
    let refuses = Script::answer("MAIL", "550 5.7.1 Not you");
    let (f, peer) = (Fixture::new(), Peer::start(Script { offers: vec![], ..refuses }).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter { from: None, ..Letter::to(&["a@acme.test"]) }).await;
    f.empty().await;
    assert_eq!(f.outcomes.bounced(), 1);
    assert!(!peer.commands().iter().any(|c| c.starts_with("RCPT")));
}

#[tokio::test]
async fn a_message_beyond_the_host_s_limit_is_not_offered() {
    let (f, peer) = (Fixture::new(), Peer::start(Script { offers: vec!["SIZE 20"], ..Script::default() }).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter { from: None, ..Letter::to(&["a@acme.test"]) }).await;
    f.empty().await;
    assert_eq!(f.outcomes.bounced(), 1);
    assert!(f.outcomes.last().reply.contains("the host takes at most 20"), "{}", f.outcomes.last().reply);
    assert!(!peer.commands().iter().any(|c| c.starts_with("MAIL")));
}

#[tokio::test]
async fn an_address_beyond_ascii_fails_where_smtputf8_is_not_offered_and_others_do_not() {
    let (f, peer) = (Fixture::new(), Peer::start(Script { offers: vec!["PIPELINING"], ..Script::default() }).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter { from: None, smtputf8: true, ..Letter::to(&["jörg@acme.test", "bob@acme.test"]) }).await;
    f.empty().await;
    assert_eq!((f.outcomes.bounced(), f.outcomes.delivered()), (1, 1));
    assert_eq!(peer.messages()[0].rcpt, ["RCPT TO:<bob@acme.test>"]);
}
