use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter};
use model::Edit;

#[tokio::test]
async fn bare_line_ends_become_whole_and_end_no_data() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    let body = b"Subject: x\n\nOne\rTwo\n.\nThree\r.\r\n.\r\nMAIL FROM:<evil@x.test>\r\n.\r\n\n".to_vec();
    let edits = vec![Edit::insert(11, "X-Added: y\n")];
    f.post(Letter { body, edits, ..Letter::to(&["bob@acme.test"]) }).await;
    f.empty().await;
    let taken = peer.messages().pop().unwrap();
    assert_eq!(peer.count(), 1, "nothing was smuggled");
    for (i, byte) in taken.wire.iter().enumerate() {
        assert!(*byte != b'\n' || taken.wire[i - 1] == b'\r', "bare LF at {i}");
        assert!(*byte != b'\r' || taken.wire[i + 1] == b'\n', "bare CR at {i}");
    }
    assert_eq!(
        taken.text(),
        "Subject: x\r\nX-Added: y\r\n\r\nOne\r\nTwo\r\n.\r\nThree\r\n.\r\n.\r\nMAIL FROM:<evil@x.test>\r\n.\r\n\r\n"
    );
}

#[tokio::test]
async fn a_message_of_many_blocks_arrives_whole() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    let mut body = b"Subject: long\r\n\r\n".to_vec();
    for i in 0..60_000 {
        body.extend_from_slice(format!("{}line {i}\r\n", if i % 7 == 0 { "." } else { "" }).as_bytes());
    }
    f.post(Letter { body: body.clone(), ..Letter::to(&["bob@acme.test"]) }).await;
    f.empty().await;
    assert!(peer.messages()[0].body() == body);
}
