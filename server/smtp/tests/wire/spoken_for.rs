//! Clients that come through a trusted host: the PROXY protocol and XCLIENT. Waiting for those who guess.

use crate::world::{World, options};
use model::settings::ServiceKind;
use smtp::Terms;
use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

fn proxied() -> World {
    let mut o = options();
    o.proxies = Arc::new(["127.0.0.0/8".parse().unwrap()]);
    o.limits.sessions_per_client = 1;
    World::with(o)
}

fn header(ip: [u8; 4]) -> Vec<u8> {
    let mut out = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    out.extend(ip);
    out.extend([127, 0, 0, 1, 0x12, 0x34, 0, 25]);
    out
}

#[tokio::test]
async fn the_client_is_whom_the_proxy_names_and_its_limits_are_its_own() {
    let world = proxied();
    let mut clients = Vec::new();
    for last in [1, 2] {
        let mut c = world.connect().await;
        c.send(header([192, 0, 2, last])).await;
        assert_eq!(c.reply().await, "220 mx.bar.test ESMTP Postern");
        c.script(&[("EHLO c.test", "250"), ("MAIL FROM:<a@b.test>", "250"), ("RCPT TO:<bob@bar.test>", "250")]).await;
        c.script(&[("DATA", "354"), ("Subject: x\r\n\r\nx\r\n.", "250")]).await;
        clients.push(c);
    }
    let ips: Vec<IpAddr> = world.recorder.mails().iter().map(|m| m.envelope.session.client_ip).collect();
    assert_eq!(ips, [IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2])]);
    assert_eq!(world.recorder.mails()[0].envelope.session.client_port, 0x1234);
    let mut c = world.connect().await;
    c.send(header([192, 0, 2, 1])).await;
    assert!(c.reply().await.starts_with("421 4.7.0 Too many sessions from your address"));
    let mut c = world.connect().await;
    c.send(header([192, 0, 2, 66])).await;
    assert!(c.reply().await.starts_with("554 5.7.1 Not you"));
}

#[tokio::test]
async fn a_proxy_that_says_nothing_of_its_client_gets_nothing() {
    let world = proxied();
    let mut c = world.connect().await;
    c.send("EHLO client.test\r\nEHLO client.test\r\n").await;
    assert_eq!(c.rest().await, "");
}

#[tokio::test]
async fn xclient_begins_the_session_anew_with_the_other_client() {
    let world = World::new();
    let mut c = world.greeted().await;
    c.script(&[("XCLIENT ADDR=192.0.2.9", "550 5.7.0")]).await;
    *world.recorder.terms.lock() = Terms { xclient: true, ..Terms::default() };
    let mut c = world.client().await;
    assert!(c.say("EHLO proxy.test").await.contains("\n250-XCLIENT NAME ADDR PORT PROTO HELO\n"));
    c.script(&[
        ("XCLIENT NONSENSE=1", "501"),
        ("XCLIENT ADDR=IPV6:2001:db8::9 PORT=99", "220 mx.bar.test"),
        ("MAIL FROM:<a@b.test>", "503"),
        ("EHLO real.test", "250"),
        ("MAIL FROM:<a@b.test>", "250"),
        ("RCPT TO:<bob@bar.test>", "250"),
        ("XCLIENT ADDR=192.0.2.1", "503"),
        ("DATA", "354"),
        ("Subject: x\r\n\r\nx\r\n.", "250"),
        ("XCLIENT ADDR=192.0.2.66", "554 5.7.1 Not you"),
    ])
    .await;
    let session = world.recorder.mails().pop().unwrap().envelope.session;
    assert_eq!((session.client_ip, session.client_port), ("2001:db8::9".parse().unwrap(), 99));
    assert_eq!(session.helo, "real.test");
}

#[tokio::test]
async fn who_guesses_addresses_waits_for_each_answer() {
    let world = World::new();
    let delay = Duration::from_millis(200);
    *world.recorder.terms.lock() = Terms { tarpit_after: 2, tarpit_delay: delay, ..Terms::default() };
    let mut c = world.greeted().await;
    c.script(&[("MAIL FROM:<a@b.test>", "250")]).await;
    let mut took = Vec::new();
    for _ in 0..4 {
        let start = Instant::now();
        c.script(&[("RCPT TO:<unknown@bar.test>", "550")]).await;
        took.push(start.elapsed() >= delay);
    }
    assert_eq!(took, [false, false, true, true]);
    // Sent all at once, they wait no less.
    let start = Instant::now();
    c.send("RCPT TO:<unknown@bar.test>\r\n".repeat(3)).await;
    for _ in 0..3 {
        assert!(c.reply().await.starts_with("550"));
    }
    assert!(start.elapsed() >= 3 * delay);
}

#[tokio::test]
async fn a_listener_changes_without_ending_its_sessions() {
    let world = World::new();
    let mut old = world.ready().await;
    let mut o = options();
    o.software = "other greeting".into();
    world.server.change(ServiceKind::Outbound, o);
    let mut new = world.connect().await;
    assert_eq!(new.reply().await, "220 mx.bar.test ESMTP other greeting");
    old.script(&[("DATA", "354"), ("Subject: x\r\n\r\nx\r\n.", "250")]).await;
    world.server.drain(Duration::from_millis(10)).await;
    assert!(old.reply().await.starts_with("421") && new.reply().await.starts_with("421"));
}

#[tokio::test]
async fn faults_of_the_header_are_told_to_the_reception() {
    let world = World::new();
    for (text, expected) in [
        ("Subject: x\r\n\r\nbody", (false, false, false)),
        ("\r\nbody", (true, false, false)),
        ("Sub ject: x\r\n\r\nbody", (false, true, false)),
        ("Subject: x\r\nbody", (false, false, true)),
    ] {
        let mut c = world.ready().await;
        c.script(&[("DATA", "354"), (&format!("{text}\r\n."), "250")]).await;
        let h = world.recorder.mails().pop().unwrap().headers;
        assert_eq!((h.empty, h.illegal, h.unterminated), expected, "{text:?}");
    }
}
