//! Each category of the guide by a real message over SMTP, with why it was decided so.

use crate::running::{CHAT, Running, message, sink, wait};
use base64::Engine;
use demo::samples;
use model::Timestamp;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// One transaction behind a proxy that says who the client is (PROXY protocol, version 2).
fn send(server: SocketAddr, client: [u8; 4], helo: &str, from: &str, to: &str, body: &[u8]) {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    header.extend(client);
    header.extend([127, 0, 0, 1, 0x12, 0x34, 0, 25]);
    stream.write_all(&header).unwrap();
    let mut session = BufReader::new(stream);
    let expect = |session: &mut BufReader<TcpStream>, wanted: &str| loop {
        let mut line = String::new();
        session.read_line(&mut line).unwrap();
        assert!(line.starts_with(wanted), "{wanted} was expected, not {line}");
        if line.as_bytes()[3] == b' ' {
            break;
        }
    };
    expect(&mut session, "220");
    let lines = [format!("EHLO {helo}"), format!("MAIL FROM:<{from}> BODY=8BITMIME"), format!("RCPT TO:<{to}>")];
    for line in lines {
        session.get_mut().write_all(format!("{line}\r\n").as_bytes()).unwrap();
        expect(&mut session, "250");
    }
    session.get_mut().write_all(b"DATA\r\n").unwrap();
    expect(&mut session, "354");
    session.get_mut().write_all(&[body, b"\r\n.\r\n"].concat()).unwrap();
    expect(&mut session, "250");
}

fn attached(subject: &str, name: &str, data: &[u8]) -> Vec<u8> {
    format!(
        "From: Alice <alice@partner.test>\r\nTo: bob@acme.test\r\nSubject: {subject}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\
         Message-ID: <{subject}@partner.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\n\
         Content-Type: text/plain\r\n\r\n{CHAT}\r\n--b1\r\nContent-Type: application/octet-stream\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b1--\r\n",
        base64::engine::general_purpose::STANDARD.encode(data)
    )
    .into_bytes()
}

const DOCUMENT: &str = "
accounts:
  - name: acme
    content_filters:
      - { name: Secrets, definition: { rules: [{ expressions: [top secret], apply_to_text: true }] } }
    domains:
      - name: acme.test
        gateways: ['GATEWAY']
        enemies: [enemy.test]
        mailboxes: [{ name: bob }, { name: open, state: unprotected }]
        settings:
          spoof: { global: quarantine }
          filtering:
            { pdf_javascript: quarantine, office_macro: quarantine, not_av_scanned: quarantine, ndr: quarantine,
              non_compliant_mime: quarantine, credit_card: quarantine, social_security: quarantine,
              security_awareness: true, content_filters: { Secrets: quarantine } }
    outbound_ips:
      - range: 127.0.0.1/32
        settings:
          outbound_filtering: { health: quarantine, finance: quarantine, profanity: quarantine }
";

/// The category that is expected, the client, the mailbox, and (sender, message).
type Case<'a> = (&'a str, [u8; 4], &'a str, (String, Vec<u8>));

#[tokio::test(flavor = "multi_thread")]
async fn each_category_is_reached_and_explained() {
    let gateway = sink().await;
    let zone = HashMap::from([("66.113.0.203.bl.test".to_owned(), vec!["127.0.0.2".to_owned()])]);
    let dns = demo::dns::start("127.0.0.1:0".parse().unwrap(), zone).await.unwrap();
    let outbound = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let extra = format!("[dns]\nservers = [\"{dns}\"]\n[scan]\nclamd = \"\"\nblock_lists = [\"bl.test\"]\n");
    let mut server = Running::prepared(&extra);
    server.smtp_lines(&format!("outbound = [\"{outbound}\"]\nproxy_protocol = [\"127.0.0.1/32\"]"));
    server.launch();
    server.apply(&DOCUMENT.replace("GATEWAY", &gateway.address().to_string()));

    let samples = samples::all("bob@acme.test", Timestamp::now());
    let sample = |name: &str| samples.iter().find(|s| s.name == name).unwrap();
    let (plain, listed, line) = ([203, 0, 113, 9], [203, 0, 113, 66], [203, 0, 113, 10]);
    let alice = "alice@partner.test";
    let note = |subject: &str, text: &str| message(subject, &format!("{CHAT}\r\n{text}"));
    let from = |address: &str, subject: &str| {
        String::from_utf8(message(subject, CHAT)).unwrap().replace(alice, address).into_bytes()
    };
    let bounce = |address: &str| {
        String::from_utf8(sample("bounce").body.clone())
            .unwrap()
            .replace("MAILER-DAEMON@mx.partner.test", address)
            .into_bytes()
    };
    let mut broken = b"Content-Type: text/html\r\n".to_vec();
    broken.extend(message("broken", CHAT));
    let mut test = b"X-PHISHTEST: 1\r\n".to_vec();
    test.extend(message("training", "Your account has been suspended: http://192.0.2.1/login"));
    let adult = "Hot XXX porn videos, horny sluts: join free, over 18, watch hardcore sex movies! Explicit webcam girls near you want sex";
    let sent = |name: &str| (sample(name).from.clone(), sample(name).body.clone());
    let own = |from: &str, body: Vec<u8>| (from.to_owned(), body);
    let inbound: Vec<Case<'_>> = vec![
        ("VIRUS", plain, "bob", sent("eicar")),
        ("PHISH", plain, "bob", sent("phishing")),
        ("SPAM", plain, "bob", sent("spam")),
        ("JUNK", plain, "bob", sent("newsletter")),
        ("FOREIGN", plain, "bob", sent("japanese")),
        ("NDR", plain, "bob", sent("bounce")),
        ("OFFICE_MACRO", plain, "bob", sent("macro")),
        ("ADULT", plain, "bob", own(alice, message("Horny XXX girls", adult))),
        ("BOT", line, "bob", own(alice, from("alice@isp.example", "hello"))),
        (
            "ATTACHMENT",
            plain,
            "bob",
            own(alice, attached("program", "a.exe", &[b"MZ\x90\0".as_slice(), &[0; 200]].concat())),
        ),
        (
            "PDF_JAVASCRIPT",
            plain,
            "bob",
            own(
                alice,
                attached("pdf", "a.pdf", b"%PDF-1.4\n1 0 obj\n<< /S /JavaScript /JS (app.alert(1)) >>\nendobj\n"),
            ),
        ),
        ("NOT_AV_SCANNED", plain, "bob", own(alice, attached("locked", "a.7z", b"7z\xbc\xaf\x27\x1c\0\x04 and more"))),
        ("NON_COMPLIANT_MIME", plain, "bob", own(alice, broken)),
        ("CREDIT", plain, "bob", own(alice, note("card", "my card is 4111 1111 1111 1111"))),
        ("SSN", plain, "bob", own(alice, note("number", "my SSN is 480-80-0058"))),
        ("KEYWORD", plain, "bob", own(alice, note("word", "it is top secret"))),
        ("SENDER", plain, "bob", own("eve@enemy.test", from("eve@enemy.test", "enemy"))),
        ("DEBOUNCE", plain, "bob", own("", bounce("MAILER-DAEMON@enemy.test"))),
        ("SPOOF", plain, "bob", own(alice, from("carol@acme.test", "spoof"))),
        ("RBL", listed, "bob", own(alice, message("listed", CHAT))),
        ("SECURITY_AWARENESS", [147, 160, 167, 9], "bob", own(alice, test)),
        ("RELAY", plain, "open", own("eve@enemy.test", from("eve@enemy.test", "open"))),
        ("CLEAN", plain, "bob", own(alice, message("clean", CHAT))),
    ];
    let outgoing: Vec<(&str, Vec<u8>)> = vec![
        ("COMPLIANCE", note("health", "Patient D832915 had convulsions")),
        ("COMPLIANCE", note("finance", "SSN 480-80-0058, the account balance")),
        ("PROFANITY", note("words", "this is bullshit")),
    ];
    let mut count = 0;
    let mut wrong = Vec::new();
    let mut check = async |wanted: &str, count: usize| {
        wait("the decision", || server.query("SELECT count(*) FROM recipient") == [count.to_string()]).await;
        let row = server.query(
            "SELECT r.category || '|' || r.filter || '|' || r.info || '|' || m.headline FROM recipient r \
             JOIN message m ON m.id = r.message ORDER BY m.received DESC, m.id DESC LIMIT 1",
        );
        let fields: Vec<&str> = row[0].split('|').collect();
        let explained = matches!(wanted, "CLEAN") || !fields[1].is_empty() && !fields[2].is_empty();
        if fields[0] != wanted || !explained {
            wrong.push(format!("{wanted}: {}", row[0]));
        }
    };
    for (wanted, client, to, (from, body)) in inbound {
        let helo = if client == line { "203-0-113-10.dynamic.isp.example" } else { "mail.partner.test" };
        send(server.smtp, client, helo, &from, &format!("{to}@acme.test"), &body);
        count += 1;
        check(wanted, count).await;
    }
    for (wanted, body) in outgoing {
        send(outbound, [127, 0, 0, 1], "pc.acme.test", "bob@acme.test", "x@elsewhere.test", &body);
        count += 1;
        check(wanted, count).await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
