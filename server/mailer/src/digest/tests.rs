#![allow(clippy::unwrap_used)]
use super::*;
use model::settings::DigestColumn;
use model::{Action, Direction, Disposition, MessageId};

struct Here;
impl Links for Here {
    fn dashboard(&self, part: Option<&str>) -> String {
        format!("https://f.test/link/T{}", part.map(|p| format!("?to={p}")).unwrap_or_default())
    }
    fn message(&self, id: i64) -> String {
        format!("https://f.test/link/T?message={id}")
    }
    fn act(&self, act: Act, row: &QuarantineRow) -> Option<String> {
        (act != Act::Block).then(|| format!("https://f.test/act/{act:?}{}", row.id))
    }
    fn unsubscribe(&self) -> Option<String> {
        Some("https://f.test/unsubscribe/T".into())
    }
}

fn row(id: i64, category: Category, subject: &str) -> QuarantineRow {
    QuarantineRow {
        id,
        message: MessageId::new(Timestamp(0), 1),
        received: Timestamp(1_795_514_400_000 + id),
        direction: Direction::Inbound,
        sender: "Mallory <mallory@evil.example>".into(),
        envelope_from: "mallory@evil.example".into(),
        recipient: "bob@acme.test".into(),
        subject: subject.into(),
        category,
        action: Action::Quarantine,
        disposition: Disposition::Quarantined,
        size: 1_000,
        score: 7.0,
        system: false,
    }
}

struct Made {
    options: DigestValues,
    brand: DigestBrandValues,
    language: Language,
    first: bool,
    period: Period,
}

fn made() -> Made {
    let options = DigestValues { time_zone: "Europe/Berlin".into(), ..DigestValues::default() };
    Made { options, brand: DigestBrandValues::default(), language: Language::En, first: false, period: Period::Daily }
}

impl Made {
    /// Header and the decoded parts: plain text, and HTML where there is one.
    fn write(&self, rows: &[QuarantineRow]) -> (String, String, String) {
        let raw = self.raw(rows);
        let text = String::from_utf8(raw).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let part = |kind: &str| {
            let Some(at) = text.find(&format!("Content-Type: {kind}")) else { return String::new() };
            let (head, body) = text[at..].split_once("\r\n\r\n").unwrap();
            let body = if text.contains("multipart/") { body.split("\r\n--").next().unwrap() } else { body };
            decode(
                body,
                head.contains("quoted-printable") || text[..at].contains("quoted-printable") && !head.contains("7bit"),
            )
        };
        (head, part("text/plain"), part("text/html"))
    }
    fn raw(&self, rows: &[QuarantineRow]) -> Vec<u8> {
        let to = EmailAddress::parse("bob@acme.test").unwrap();
        let mut counts: Vec<(Category, u64)> = Vec::new();
        for r in rows {
            match counts.iter_mut().find(|(c, _)| *c == r.category) {
                Some((_, n)) => *n += 1,
                None => counts.push((r.category, 1)),
            }
        }
        compose(&Digest {
            to: &to,
            from: "postern@mx.acme.test",
            url: "https://f.test",
            links: &Here,
            period: self.period,
            since: Timestamp(1_795_428_000_000),
            until: Timestamp(1_795_514_400_000),
            language: self.language,
            options: &self.options,
            brand: &self.brand,
            first: self.first,
            rows,
            counts: &counts,
            held: 12,
            message_id: "digest-1@mx.acme.test".into(),
        })
        .unwrap()
    }
}

fn decode(body: &str, quoted: bool) -> String {
    if !quoted {
        return body.to_owned();
    }
    let joined = body.replace("=\r\n", "");
    let mut out = Vec::new();
    let mut bytes = joined.bytes();
    while let Some(b) = bytes.next() {
        match b {
            b'=' => {
                let hex = [bytes.next().unwrap(), bytes.next().unwrap()];
                out.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
            }
            b => out.push(b),
        }
    }
    String::from_utf8(out).unwrap()
}

fn three() -> Vec<QuarantineRow> {
    vec![row(7, Category::Phish, "Your account"), row(8, Category::Junk, "Offers"), row(9, Category::Foreign, "Hola")]
}

#[test]
fn rows_stand_in_their_zones_with_links_and_times_of_the_mailbox() {
    let (head, text, html) = made().write(&three());
    assert!(head.contains("To: bob@acme.test") && head.contains("Subject: Spam Digest for bob@acme.test"), "{head}");
    assert!(head.contains("Daily Digest") && head.contains("Auto-Submitted: auto-generated"), "{head}");
    for part in [&text, &html] {
        let at = |what: &str| part.find(what).unwrap_or_else(|| panic!("{what} in {part}"));
        assert!(at("Red zone") < at("Yellow zone") && at("Yellow zone") < at("Green zone"));
        assert!(part.contains("https://f.test/link/T?message=7") && part.contains("https://f.test/act/Release7"));
        assert!(part.contains("11:00"), "times are in the mailbox's zone");
        assert!(!part.contains("Block sender"), "what the owner may not is not offered");
        assert!(part.contains("3 messages were held for you. Held in all: 12."));
    }
}

#[test]
fn report_content_lists_up_to_a_zone_or_only_numbers() {
    let subjects = |content| {
        let mut m = made();
        m.options.content = content;
        let (_, text, html) = m.write(&three());
        let shown = |s: &&str| text.contains(*s) && html.contains(*s);
        (["Your account", "Offers", "Hola"].into_iter().filter(shown).collect::<Vec<_>>(), text)
    };
    assert_eq!(subjects(DigestZones::Red).0, ["Your account", "Offers", "Hola"]);
    assert_eq!(subjects(DigestZones::Yellow).0, ["Offers", "Hola"]);
    assert_eq!(subjects(DigestZones::Green).0, ["Offers"]);
    let (shown, text) = subjects(DigestZones::Summary);
    assert!(shown.is_empty() && text.contains("Phishing: 1") && text.contains("3 messages were held"));
}

#[test]
fn ordering_turns_the_list_round() {
    let rows = [row(1, Category::Spam, "Elder"), row(2, Category::Spam, "Younger")];
    let mut m = made();
    let first = |m: &Made| {
        let text = m.write(&rows).1;
        text.find("Elder") < text.find("Younger")
    };
    assert!(!first(&m), "newest first");
    m.options.ascending = true;
    assert!(first(&m));
}

#[test]
fn a_text_digest_has_no_html_and_an_html_one_has_both() {
    let mut m = made();
    m.options.format = DigestFormat::Text;
    let (head, text, html) = m.write(&three());
    assert!(head.contains("text/plain") && html.is_empty() && text.contains("Your account"), "{head}");
    assert!(!made().write(&three()).2.is_empty());
}

#[test]
fn columns_and_their_order_are_the_brands() {
    let mut m = made();
    m.brand.columns = vec![
        DigestColumn::Size,
        DigestColumn::Category,
        DigestColumn::Subject,
        DigestColumn::Direction,
        DigestColumn::To,
    ];
    let (_, text, html) = m.write(&three());
    let at = |what: &str| html.find(what).unwrap_or_else(|| panic!("{what} in {html}"));
    assert!(at(">Size<") < at(">Category<") && at(">Category<") < at(">Subject<"));
    assert!(
        html.contains(">1 kB<")
            && html.contains(">Inbound<")
            && !html.contains(">Time<")
            && text.contains("Size: 1 kB")
    );
}

#[test]
fn each_link_is_the_brands_to_show() {
    let mut m = made();
    m.brand.my_account = false;
    m.brand.settings = false;
    m.brand.change_frequency = false;
    let (_, text, html) = m.write(&three());
    for part in [&text, &html] {
        assert!(
            !["My Account", "Settings", "Change report", "Support", "Report spam", "Unsubscribe", "Feedback"]
                .iter()
                .any(|l| part.contains(l)),
            "{part}"
        );
    }
    m.brand = DigestBrandValues {
        support: true,
        support_address: "help@acme.test".into(),
        unsubscribe: true,
        report_spam: true,
        feedback: true,
        feedback_url: "https://acme.test/say".into(),
        ..DigestBrandValues::default()
    };
    m.brand.my_account_label.insert("en".into(), "My quarantine".into());
    let (_, text, html) = m.write(&three());
    for part in [&text, &html] {
        for link in [
            "My quarantine",
            "?to=policies",
            "?to=settings",
            "mailto:help@acme.test",
            "https://f.test/report-spam",
            "https://f.test/unsubscribe/T",
            "https://acme.test/say",
        ] {
            assert!(part.contains(link), "{link} in {part}");
        }
    }
}

#[test]
fn welcome_stands_in_the_first_digest_only_and_header_and_footer_in_all() {
    let mut m = made();
    m.brand.welcome.insert("en".into(), "Welcome, $[recipient].\n\nThis is your $[period] mail.".into());
    m.brand.header.insert("en".into(), "From IT <now>".into());
    m.brand.footer.insert("en".into(), "Bye".into());
    let (_, text, html) = m.write(&three());
    assert!(
        !text.contains("Welcome")
            && text.contains("From IT <now>")
            && html.contains("From IT &lt;now&gt;")
            && html.contains("<p>Bye</p>")
    );
    m.first = true;
    let (_, text, html) = m.write(&three());
    assert!(text.contains("Welcome, bob@acme.test.") && html.contains("<p>This is your Daily mail.</p>"));
}

#[test]
fn texts_are_in_the_mailboxs_language_the_brands_own_first() {
    let mut m = made();
    m.language = Language::De;
    m.period = Period::Weekly;
    let (head, text, html) = m.write(&three());
    assert!(html.contains("<html lang=\"de\">") && head.contains("Content-Language: de"));
    for part in [&text, &html] {
        assert!(part.contains("Rote Zone") && part.contains("Freigeben") && part.contains("24. Nov. 11:00"), "{part}");
        assert!(!part.contains("zone:") && !part.contains("Release<"));
    }
    // A brand that speaks only English is heard in English; one that speaks German in German.
    m.brand.subject.insert("en".into(), "Held at Acme".into());
    assert!(m.write(&three()).0.contains("Subject: Held at Acme"));
    m.brand.subject.insert("de".into(), "Bei Acme: $[period] Liste".into());
    assert!(String::from_utf8(m.raw(&three())).unwrap().contains("Subject: Bei Acme:"));
}

#[test]
fn the_logo_is_a_part_of_the_mail() {
    let mut m = made();
    assert!(!m.write(&three()).2.contains("<img"));
    m.brand.logo = "data:image/gif;base64,R0lGODlhAQABAAAAACw=".into();
    let raw = String::from_utf8(m.raw(&three())).unwrap();
    assert!(raw.contains("Content-ID: <logo>") && raw.contains("image/gif"), "{raw}");
    assert!(m.write(&three()).2.contains("cid:logo"));
}

#[test]
fn one_click_ends_the_digests() {
    let (head, ..) = made().write(&three());
    assert!(head.contains("List-Unsubscribe: <https://f.test/unsubscribe/T>"), "{head}");
    assert!(head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
}

#[test]
fn it_stays_small_however_much_was_held_and_says_how_many_more() {
    let mut m = made();
    m.brand.columns = DigestColumn::ALL.to_vec();
    m.brand.logo = format!("data:image/gif;base64,{}", STANDARD.encode(vec![7; 33_000]));
    let rows: Vec<_> = (0..500).map(|i| row(i, Category::Spam, &"Ж&\"<long> ".repeat(40))).collect();
    let raw = m.raw(&rows);
    assert!(raw.len() < BYTES_MAX, "{} bytes", raw.len());
    let (_, text, html) = m.write(&rows);
    let shown = text.matches("\n* ").count();
    assert!(shown >= 10, "{shown}");
    assert!(html.contains(&format!("{} more are shown", 500 - shown)));
}

#[test]
fn a_hostile_subject_changes_neither_header_nor_page() {
    let raw =
        String::from_utf8(made().raw(&[row(7, Category::Spam, "<script>x</script>\r\nBcc: all@acme.test")])).unwrap();
    assert!(!raw.contains("\r\nBcc:"));
    let html = made().write(&[row(7, Category::Spam, "<script>x</script>")]).2;
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"));
}

#[test]
fn an_empty_digest_says_so() {
    assert!(made().write(&[]).1.contains("No message was held for you in this period."));
}
