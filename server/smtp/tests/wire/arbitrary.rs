//! Whatever strangers send, however it is cut.

use crate::world::{Mail, NOW, Recorder, options};
use proptest::prelude::*;
use smtp::Conversations;
use std::{cell::Cell, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    runtime::Runtime,
    time::timeout,
};

thread_local! {
    /// Ids count up, the same way in each session.
    static NEXT: Cell<u128> = const { Cell::new(0) };
}

/// Gives a session the pieces, each once the one before was taken, then the end of the connection. Returns
/// all that it said, and the messages that it accepted.
fn converse(runtime: &Runtime, pieces: &[Vec<u8>]) -> (String, Vec<Mail>) {
    let recorder = Recorder::new();
    *recorder.terms.lock() = smtp::Terms { auth: true, xclient: true, ..smtp::Terms::default() };
    let mut options = options();
    NEXT.set(0);
    options.random = || NEXT.replace(NEXT.get() + 1);
    options.limits.errors = 10_000;
    let conversations = Conversations::new(model::settings::ServiceKind::Inbound, recorder.clone(), options);
    let talk = async {
        let (ours, theirs) = duplex(1 << 20);
        let session =
            tokio::spawn(async move { conversations.run(theirs, SocketAddr::from(([192, 0, 2, 1], 25))).await });
        let (mut read, mut write) = tokio::io::split(ours);
        for piece in pieces {
            // A session that has ended takes no more.
            if write.write_all(piece).await.is_err() {
                break;
            }
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
        }
        let _ = write.shutdown().await;
        let mut said = Vec::new();
        read.read_to_end(&mut said).await.unwrap();
        session.await.expect("the session does not panic");
        String::from_utf8(said).unwrap()
    };
    let said = runtime.block_on(async { timeout(Duration::from_secs(20), talk).await.expect("the session ends") });
    let mails = recorder.mails();
    (said, mails)
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn cut(input: &[u8], cuts: &[usize]) -> Vec<Vec<u8>> {
    let mut cuts: Vec<usize> = cuts.iter().map(|c| c % (input.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(input.len());
    let mut before = 0;
    cuts.into_iter().map(|c| input[std::mem::replace(&mut before, c)..c].to_vec()).collect()
}

/// Bytes that look enough like SMTP to get somewhere.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let fixed = |s: &'static str| Just(s.as_bytes().to_vec());
    let word = prop_oneof![
        4 => fixed("MAIL FROM:<a@partner.test>\r\n"), 4 => fixed("RCPT TO:<bob@bar.test>\r\n"), 4 => fixed("DATA\r\n"),
        4 => fixed("\r\n.\r\n"), 2 => fixed("EHLO x.test\r\n"), 2 => fixed("RSET\r\n"), 1 => fixed("BDAT 5\r\n"), 1 => fixed("BDAT 9 LAST\r\n"),
        1 => fixed("\r"), 1 => fixed("\n"), 1 => fixed("."), 1 => fixed("\0"), 1 => fixed("\n.\r\n"), 1 => fixed("\r\n.\n"),
        1 => fixed("QUIT\r\n"), 1 => fixed("STARTTLS\r\n"), 1 => fixed("HELP\r\nNOOP\r\nVRFY x\r\n"), 3 => fixed("hello\r\n"),
        1 => fixed("AUTH LOGIN\r\n"), 1 => fixed("XCLIENT ADDR=192.0.2.9 HELO=y.test\r\n"), 1 => fixed("ATRN a.test\r\n"),
        2 => proptest::collection::vec(any::<u8>(), 0..60),
    ];
    proptest::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

/// A dialogue that waits where it has to, so that all of it may come at once: messages between good and bad commands.
fn dialogue() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just("hello\r\n"),
        Just("..\r\n"),
        Just("..dots\r\n"),
        Just("\r\n"),
        Just("MAIL FROM:<evil@partner.test>\r\n"),
        Just("bare\nline\r\n"),
        Just("QUIT\r\n"),
        Just(".cut\r\n"),
    ];
    let text = proptest::collection::vec(line, 0..12).prop_map(|l| l.concat());
    let data = text.clone().prop_map(|t| {
        format!(
            "MAIL FROM:<a@partner.test>\r\nRCPT TO:<unknown@bar.test>\r\nRCPT TO:<bob@bar.test>\r\nDATA\r\n{t}.\r\n"
        )
    });
    let chunks = text.prop_map(|t| {
        format!("MAIL FROM:<b@partner.test>\r\nRCPT TO:<bob@bar.test>\r\nBDAT {}\r\n{t}BDAT 0 LAST\r\n", t.len())
    });
    let other = prop_oneof![
        Just("NOOP\r\n"),
        Just("bare\n"),
        Just("XYZZY\r\n"),
        Just("RSET\r\n"),
        Just("NO\0OP\r\n"),
        Just("RCPT TO:<bob@bar.test>\r\n")
    ]
    .prop_map(str::to_owned);
    proptest::collection::vec(prop_oneof![3 => data, 2 => chunks, 2 => other], 0..6)
        .prop_map(|steps| format!("EHLO client.test\r\n{}QUIT\r\n", steps.concat()).into_bytes())
}

/// Whether `text`, as accepted by DATA, stands in `input` before CRLF.CRLF once the dots are undone.
fn ended_by_the_true_end(input: &[u8], text: &str) -> bool {
    let ends = (0..input.len()).filter(|at| input[*at..].starts_with(b"\r\n.\r\n"));
    ends.into_iter().any(|at| {
        let before = String::from_utf8_lossy(&input[..at + 2]);
        let undone: String = before.split_inclusive("\r\n").map(|l| l.strip_prefix('.').unwrap_or(l)).collect();
        undone.ends_with(text)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_in_any_pieces_are_survived(input in proptest::collection::vec(any::<u8>(), 0..2_000), cuts in proptest::collection::vec(any::<usize>(), 0..8)) {
        let (said, mails) = converse(&runtime(), &cut(&input, &cuts));
        prop_assert!(said.starts_with("220 mx.bar.test") && said.ends_with("\r\n"));
        prop_assert!(mails.is_empty());
    }

    #[test]
    fn what_is_accepted_was_ended_by_crlf_dot_crlf_and_is_clean(words in noise(), cuts in proptest::collection::vec(any::<usize>(), 0..8)) {
        let input = [b"EHLO x.test\r\nMAIL FROM:<a@partner.test>\r\nRCPT TO:<bob@bar.test>\r\nDATA\r\n".to_vec(), words].concat();
        let chunked = input.windows(4).any(|w| w == b"BDAT");
        let (said, mails) = converse(&runtime(), &cut(&input, &cuts));
        prop_assert_eq!(said.matches("queued as").count(), mails.len());
        for mail in mails {
            let body = String::from_utf8_lossy(&mail.body).replace("\r\n", "");
            prop_assert!(!body.contains(['\r', '\n', '\0']) && mail.body.ends_with(b"\r\n"));
            if !chunked && std::str::from_utf8(&mail.body).is_ok() {
                prop_assert!(ended_by_the_true_end(&input, mail.text()), "{:?}", mail.text());
            }
        }
    }

    #[test]
    fn the_same_dialogue_cut_elsewhere_has_the_same_result(input in dialogue(), cuts in proptest::collection::vec(any::<usize>(), 0..12)) {
        let whole = converse(&runtime(), std::slice::from_ref(&input));
        prop_assert!(whole.0.ends_with("221 2.0.0 Bye\r\n"), "{}", whole.0);
        prop_assert!(whole.1.iter().all(|m| m.envelope.received == NOW));
        let pieces = converse(&runtime(), &cut(&input, &cuts));
        prop_assert_eq!(&pieces.0, &whole.0);
        prop_assert_eq!(pieces.1, whole.1);
    }
}
