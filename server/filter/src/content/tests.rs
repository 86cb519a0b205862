#![allow(clippy::unwrap_used)]
use super::*;
use message::Limits;
use model::definition::ContentFilter;
use model::{AccountId, Action, ActionSetting, Direction, Values, Verdict};
use serde_json::json;

const ACCOUNT: AccountId = AccountId(7);

fn source(id: i64, name: &str, definition: serde_json::Value) -> StoredFilter {
    let definition: ContentFilter = serde_json::from_value(definition).unwrap();
    assert_eq!(model::definition::Body::problems(&definition), [], "{name}");
    StoredFilter { id, name: name.into(), definition }
}
fn words(expressions: &[&str]) -> serde_json::Value {
    json!({ "rules": [{ "expressions": expressions, "apply_to_text": true }] })
}
fn in_headers(expressions: &[&str], headers: &[&str]) -> serde_json::Value {
    json!({ "rules": [{ "expressions": expressions, "apply_to_headers": true, "headers": headers }] })
}
fn policy(direction: Direction, sources: &[StoredFilter], actions: &[(&str, ActionSetting)]) -> Policy {
    let mut values = Values { direction, ..Values::default() };
    let map = actions.iter().map(|(name, action)| ((*name).to_owned(), action.clone())).collect();
    match direction {
        Direction::Inbound => values.filtering.content_filters = map,
        Direction::Outbound => values.outbound_filtering.content_filters = map,
    }
    let mut policy = Policy::new(values, "acme.test".parse().unwrap());
    policy.content = Some(Arc::new(ContentFilters::compile(ACCOUNT, sources)));
    policy
}
fn run(policy: &Policy, raw: &str) -> (Findings, Verdict, String) {
    let message = Parsed::parse(raw.replace('\n', "\r\n").into(), &Limits::default());
    let mut findings = Findings::default();
    search(&message, [policy], &mut findings);
    let verdict = crate::decide(&findings, policy, &"bob@acme.test".parse().unwrap());
    let edits = crate::edits(&message, &findings, &verdict, &crate::EditOptions::default());
    let after = Parsed::parse(model::edit::apply(&message.raw, &edits).into(), &Limits::default());
    (findings, verdict, after.subject)
}
fn matches(definition: serde_json::Value, raw: &str) -> bool {
    let hold = ActionSetting::of(Action::Quarantine);
    let policy = policy(Direction::Inbound, &[source(1, "one", definition)], &[("ONE", hold)]);
    run(&policy, raw).1.action == Action::Quarantine
}
fn text(body: &str) -> String {
    format!("From: a@b.test\nSubject: hi\nX-Note: plain\n\n{body}\n")
}

#[test]
fn keywords_are_whole_words_in_letters_of_either_case() {
    let one = || words(&["confidential"]);
    assert!(matches(one(), &text("This is CONFIDENTIAL.")));
    assert!(matches(one(), &text("non-confidential")));
    assert!(!matches(one(), &text("told confidentially")));
    assert!(!matches(one(), "Subject: confidential\n\nhi\n"), "the rule is for the text");
    assert!(matches(words(&["Übung"]), "Content-Type: text/plain; charset=utf-8\n\nDIE ÜBUNG\n"));
}

#[test]
fn phrases_go_over_the_ends_of_lines() {
    assert!(matches(words(&["top secret plan"]), &text("the top\nsecret   plan")));
    assert!(!matches(words(&["top secret plan"]), &text("top of the secret plan")));
    assert!(matches(words(&["snake_case-2"]), &text("see snake_case-2!")));
}

/// Chapter 10 has these as examples of what matches words of a message.
#[test]
fn expressions_are_searched_in_the_text() {
    assert!(matches(words(&["^f[aio]rm$"]), &text("we went to the farm yesterday")));
    assert!(!matches(words(&["^f[aio]rm$"]), &text("the farmer")));
    assert!(matches(words(&["project-[0-9]{4}"]), &text("about PROJECT-2043")));
    assert!(matches(words(&["[[:iban:]]"]), &text("pay to DE89 3704 0044 0532 0130 00 today")));
    assert!(!matches(words(&["[[:iban:]]"]), &text("pay to DE88 3704 0044 0532 0130 00 today")));
}

#[test]
fn headers_are_searched_where_they_are_named_or_all() {
    let raw = "From: a@b.test\nSubject: the top secret plan\nX-Note: for=?utf-8?q?_your?= eyes\n\nhello\n";
    assert!(matches(in_headers(&[".*top secret"], &["subject"]), raw));
    assert!(!matches(in_headers(&["top secret"], &["X-Note"]), raw));
    assert!(matches(in_headers(&["for your eyes"], &[]), raw), "any header, decoded");
    assert!(!matches(in_headers(&["hello"], &[]), raw));
}

#[test]
fn a_named_header_without_content_means_that_it_is_there_and_blank_headers_are_blank() {
    assert!(matches(in_headers(&[], &["x-note"]), &text("x")));
    assert!(!matches(in_headers(&[], &["x-other"]), &text("x")));
    let blank = || json!({ "match_blank_headers": ["Subject"] });
    assert!(matches(blank(), "From: a@b.test\nSubject:\n\nx\n"));
    assert!(!matches(blank(), &text("x")));
    assert!(!matches(blank(), "From: a@b.test\n\nx\n"), "none at all is not blank");
}

#[test]
fn plain_text_attachments_are_searched_and_documents_only_of_outbound_mail_that_says_so() {
    let attached = |kind: &str, content: &str| {
        format!(
            "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n\
             Content-Type: {kind}\nContent-Disposition: attachment; filename=f.{kind}\n\n{content}\n--b--\n",
        )
    };
    let (plain, rtf) =
        (attached("txt", "the confidential list"), attached("rtf", r"{\rtf1 the {\b confid}ential list}"));
    assert!(matches(words(&["confidential"]), &plain));
    assert!(!matches(words(&["confidential"]), &rtf));
    let hold = ActionSetting::of(Action::Quarantine);
    let everything = |scan: bool| {
        let mut definition = words(&["confidential"]);
        definition["scan_outbound_attachments"] = json!(scan);
        let policy = policy(Direction::Outbound, &[source(1, "one", definition)], &[("one", hold.clone())]);
        run(&policy, &rtf).1
    };
    assert_eq!((everything(true).action, everything(false).action), (Action::Quarantine, Action::Allow));
    assert_eq!(everything(true).info, "content filter one: \"confidential\" in an attached document");
}

#[test]
fn the_place_decides_and_markup_has_the_guide_s_tag() {
    let sources = [source(1, "One", words(&["alpha"])), source(2, "Two", words(&["beta"]))];
    let markup = policy(Direction::Inbound, &sources, &[("one", ActionSetting::of(Action::Markup))]);
    let (f, v, subject) = run(&markup, &text("alpha and beta"));
    assert_eq!((v.action, v.category, f.list.len()), (Action::Markup, Category::Keyword, 1), "Two is off here");
    assert_eq!((v.filter.as_str(), subject.as_str()), ("content", "CONTENT: hi"));
    assert_eq!(v.info, "content filter One: \"alpha\" in the text");
    // The same findings say nothing to another account.
    let mut other = markup.clone();
    other.content = Some(Arc::new(ContentFilters::compile(AccountId(8), &sources)));
    assert_eq!(crate::decide(&f, &other, &"x@other.test".parse().unwrap()).category, Category::Clean);
}

#[test]
fn a_filter_that_accepts_ends_filtering_unless_one_before_it_blocks_and_never_for_viruses() {
    let sources = [source(1, "pass", words(&["alpha"])), source(2, "stop", words(&["beta"]))];
    let actions = [("pass", ActionSetting::of(Action::Allow)), ("stop", ActionSetting::of(Action::Block))];
    let mut policy = policy(Direction::Inbound, &sources, &actions);
    let raw = text("alpha beta");
    let message = Parsed::parse(raw.into(), &Limits::default());
    let found = |step, category| Finding { step, category, ..crate::inspect::failed("t") };
    let spam = Finding { check: Some(Check::Category(Category::Spam)), ..found(Step::Rules, Category::Spam) };
    let mut f = Findings { list: vec![spam], ..Findings::default() };
    search(&message, [&policy], &mut f);
    let bob = "bob@acme.test".parse().unwrap();
    policy.content_order = [1, 2].into();
    let v = crate::decide(&f, &policy, &bob);
    assert_eq!((v.action, v.category, v.filter.as_str()), (Action::Allow, Category::Keyword, "content"));
    assert_eq!(v.notes.iter().filter(|n| n.contains("content filter pass accepts")).count(), 2, "{:?}", v.notes);
    policy.content_order = [2, 1].into();
    assert_eq!(crate::decide(&f, &policy, &bob).action, Action::Block);
    policy.content_order = [1, 2].into();
    f.list.push(Finding { check: Some(Check::Category(Category::Virus)), ..found(Step::Antivirus, Category::Virus) });
    let v = crate::decide(&f, &policy, &bob);
    assert_eq!((v.action, v.category), (Action::Block, Category::Virus));
}

#[test]
fn the_keyword_leaves_the_subject_with_special_routing_only() {
    let definition = json!({ "rules": [{ "expressions": ["[Ss]ecure:", "encrypt this"], "apply_to_headers": true,
        "headers": ["Subject"], "remove_subject_keyword": true }] });
    let sources = [source(1, "keyword", definition)];
    let raw = "From: a@b.test\nSubject: =?utf-8?q?SECURE:_Angebot_f=C3=BCr_Bob,_encrypt?= this please\n\nx\n";
    let of = |action| policy(Direction::Outbound, &sources, &[("keyword", ActionSetting::of(action))]);
    for action in [Action::SpecialRouting, Action::AttachEncrypted] {
        let (_, v, subject) = run(&of(action), raw);
        assert_eq!((v.action, subject.as_str()), (action, "Angebot für Bob, please"));
    }
    let (_, v, subject) = run(&of(Action::Quarantine), raw);
    assert!(v.cut_subject.is_empty());
    assert_eq!(subject, "SECURE: Angebot für Bob, encrypt this please");
}

#[test]
fn override_compliance_takes_quarantine_from_compliance_and_nothing_else() {
    let sources = [source(1, "route", words(&["alpha"]))];
    let setting = ActionSetting { override_compliance: true, ..ActionSetting::of(Action::SpecialRouting) };
    let mut policy = policy(Direction::Outbound, &sources, &[("route", setting)]);
    policy.values.outbound_filtering.credit_card = ActionSetting::of(Action::Quarantine);
    let raw = text("alpha 4111 1111 1111 1111");
    let (f, v, _) = run(&policy, &raw);
    assert_eq!((v.action, v.category, f.list.len()), (Action::SpecialRouting, Category::Keyword, 2));
    policy.values.outbound_filtering.credit_card = ActionSetting::of(Action::Block);
    assert_eq!(run(&policy, &raw).1.action, Action::Block, "Block is not lifted");
    policy.values.outbound_filtering.credit_card = ActionSetting::of(Action::Quarantine);
    policy.values.outbound_filtering.content_filters.get_mut("route").unwrap().override_compliance = false;
    assert_eq!(run(&policy, &raw).1.category, Category::Credit);
}

#[test]
fn blind_copies_are_an_addition_to_whatever_happens() {
    let sources = [source(1, "copy", words(&["alpha"])), source(2, "hold", words(&["alpha"]))];
    let boss: model::EmailAddress = "boss@acme.test".parse().unwrap();
    let copy = ActionSetting { bcc: vec![boss.clone()], ..ActionSetting::of(Action::Markup) };
    let actions = [("copy", copy), ("hold", ActionSetting::of(Action::Quarantine))];
    let (_, v, _) = run(&policy(Direction::Outbound, &sources, &actions), &text("alpha"));
    assert_eq!((v.action, v.bcc), (Action::Quarantine, vec![boss]));
}

#[test]
fn thousands_of_keywords_and_hard_expressions_cost_one_pass() {
    let many: Vec<String> = (0..10_000).map(|n| format!("keyword number {n} x")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let hard = ["(a+)+!", "([a-z]+)*!", "(a|aa)+!", "(.*a){12}!", "^(([a-z])+.)+[A-Z]([a-z])+!$"];
    let sources = [source(1, "many", words(&many)), source(2, "hard", words(&hard))];
    let hold = ActionSetting::of(Action::Quarantine);
    let policy = policy(Direction::Inbound, &sources, &[("many", hold.clone()), ("hard", hold)]);
    let raw = text(
        &"a".repeat(200_000).as_bytes().chunks(76).map(|l| String::from_utf8_lossy(l)).collect::<Vec<_>>().join("\n"),
    );
    let started = std::time::Instant::now();
    assert_eq!(run(&policy, &raw).1.action, Action::Allow);
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(run(&policy, &text("keyword number 777 x")).1.action, Action::Quarantine);
}

#[test]
fn names_of_identifiers_are_known_to_the_searcher() {
    let known: Vec<&str> = crate::dlp::Identifier::names().collect();
    assert_eq!(known, model::definition::IDENTIFIERS);
}
