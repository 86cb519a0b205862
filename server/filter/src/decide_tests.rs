#![allow(clippy::unwrap_used)]
use super::*;
use crate::senders::SenderLists;
use model::finding::AuthResult;
use model::{FoundIn, SenderEntry, Values};
use proptest::prelude::*;
use std::sync::Arc;

fn finding(analyser: &'static str, step: Step, category: Category, check: Check) -> Finding {
    Finding {
        analyser: analyser.into(),
        step,
        category,
        check: Some(check),
        rule: None,
        info: format!("{analyser} says so"),
        score: 0.0,
    }
}
fn by_category(step: Step, category: Category) -> Finding {
    finding("test", step, category, Check::Category(category))
}
fn findings(list: Vec<Finding>) -> Findings {
    Findings { list, ..Findings::default() }
}
fn policy() -> Policy {
    Policy::new(Values::default(), "acme.test".parse().unwrap())
}
fn bob() -> EmailAddress {
    "bob@acme.test".parse().unwrap()
}
fn lists(friends: &[&str], enemies: &[&str]) -> Arc<SenderLists> {
    let parse = |l: &[&str]| l.iter().map(|e| e.parse().unwrap()).collect::<Vec<SenderEntry>>();
    Arc::new(SenderLists::compile(&parse(friends), &parse(enemies)))
}
fn sender(address: &str, spf: AuthResult) -> SenderFacts {
    let address: EmailAddress = address.parse().unwrap();
    SenderFacts {
        client_ip: "203.0.113.9".parse().ok(),
        spf,
        spf_domain: Some(address.domain()),
        envelope_from: Some(address.clone()),
        header_from: Some(address),
        ..SenderFacts::default()
    }
}

#[test]
fn clean_mail_is_allowed_as_clean_without_a_filter() {
    let v = decide(&findings(vec![]), &policy(), &bob());
    assert_eq!((v.action, v.category, v.decided_by, v.filter.as_str()), (Action::Allow, Category::Clean, None, ""));
    assert!(v.notes.is_empty() && v.tags.is_empty() && v.strip.is_empty());
}

#[test]
fn the_most_severe_action_wins_and_the_lowest_step_decides_between_equals() {
    let f = findings(vec![
        by_category(Step::Rules, Category::Junk),
        by_category(Step::Rules, Category::Spam),
        by_category(Step::Rules, Category::Adult),
        by_category(Step::Antivirus, Category::Virus),
    ]);
    let v = decide(&f, &policy(), &bob());
    assert_eq!((v.action, v.category, v.decided_by), (Action::Block, Category::Virus, Some(3)));
    assert_eq!(v.tags, ["ADV:"], "a tag adds up with whatever wins");
}

#[test]
fn tags_are_one_for_each_category_in_the_order_found() {
    let mut p = policy();
    p.values.filtering.spam = ActionSetting::markup("[SPAM]");
    p.values.filtering.ndr = ActionSetting::of(Action::Markup);
    let f = findings(vec![
        by_category(Step::OtherContentFilters, Category::Keyword),
        by_category(Step::Rules, Category::Spam),
        by_category(Step::Rules, Category::Junk),
        by_category(Step::Rules, Category::Spam),
        by_category(Step::Rules, Category::Ndr),
    ]);
    assert_eq!(decide(&f, &p, &bob()).tags, ["CONTENT:", "[SPAM]", "ADV:", "[NDR]"]);
}

#[test]
fn a_category_set_to_allow_is_named_and_a_switched_off_check_is_not() {
    let mut p = policy();
    p.values.filtering.spam = ActionSetting::of(Action::Allow);
    let v = decide(&findings(vec![by_category(Step::Rules, Category::Spam)]), &p, &bob());
    assert_eq!((v.action, v.category), (Action::Allow, Category::Spam));
    let v = decide(&findings(vec![finding("spf", Step::Authentication, Category::Spoof, Check::SpfNone)]), &p, &bob());
    assert_eq!((v.action, v.category, v.notes.len()), (Action::Allow, Category::Clean, 1));
    let odt = finding("attachments", Step::Attachments, Category::Attachment, Check::AttachmentType("odt".into()));
    assert_eq!(decide(&findings(vec![odt]), &p, &bob()).category, Category::Clean);
}

#[test]
fn attachments_and_languages_are_decided_by_their_maps() {
    let mut p = policy();
    p.values.filtering.attachments.insert("zip".into(), ActionSetting::of(Action::Strip));
    let exe = finding("attachments", Step::Attachments, Category::Attachment, Check::AttachmentType("exe".into()));
    let zip = finding("attachments", Step::Attachments, Category::Attachment, Check::AttachmentType("zip".into()));
    let ru = finding("language", Step::Rules, Category::Foreign, Check::Language("ru".into()));
    assert_eq!(decide(&findings(vec![exe]), &p, &bob()).action, Action::Quarantine);
    assert_eq!(decide(&findings(vec![ru]), &p, &bob()).action, Action::Block);
    let mut f = findings(vec![zip]);
    assert_eq!(decide(&f, &p, &bob()).action, Action::Quarantine, "what cannot be stripped is held");
    f.parts = vec![FoundIn { finding: 0, part: 2 }, FoundIn { finding: 0, part: 2 }, FoundIn { finding: 7, part: 3 }];
    let v = decide(&f, &p, &bob());
    assert_eq!((v.action, v.strip), (Action::Strip, vec![2]));
}

#[test]
fn bounces_of_enemies_are_discarded() {
    let mut p = policy();
    p.domain_senders = lists(&[], &["corp.test"]);
    let mut f = findings(vec![by_category(Step::Rules, Category::Ndr)]);
    f.sender = sender("postmaster@corp.test", AuthResult::None);
    let v = decide(&f, &p, &bob());
    assert_eq!((v.action, v.category, v.keep_blocked), (Action::Block, Category::Debounce, false));
}

#[test]
fn an_enemy_is_held_under_sender_and_a_virus_still_blocks() {
    let mut p = policy();
    p.domain_senders = lists(&[], &["corp.test"]);
    let mut f = findings(vec![]);
    f.sender = sender("eve@mail.corp.test", AuthResult::None);
    let v = decide(&f, &p, &bob());
    assert_eq!(
        (v.action, v.category, v.filter.as_str(), v.info.as_str()),
        (Action::Quarantine, Category::Sender, "senders", "enemy corp.test")
    );
    f.list = vec![by_category(Step::Rules, Category::Spam)];
    assert_eq!(decide(&f, &p, &bob()).category, Category::Sender, "step 4 stands before step 10");
    f.list = vec![by_category(Step::Antivirus, Category::Virus)];
    assert_eq!(decide(&f, &p, &bob()).category, Category::Virus);
}

#[test]
fn a_friend_skips_step_ten_and_the_spoof_checks_only_where_proved() {
    let mut p = policy();
    p.values.spf.softfail = ActionSetting::of(Action::Quarantine);
    p.domain_senders = lists(&["partner.test"], &[]);
    let softfail = finding("spf", Step::Authentication, Category::Spoof, Check::SpfSoftFail);
    let mut f = findings(vec![by_category(Step::Rules, Category::Spam)]);
    f.sender = sender("ann@partner.test", AuthResult::SoftFail);
    let v = decide(&f, &p, &bob());
    assert_eq!((v.action, v.category, v.info.as_str()), (Action::Allow, Category::Clean, "friend partner.test"));
    assert!(v.notes[0].contains("lifted") && v.notes[0].contains("partner.test"), "{:?}", v.notes);
    f.list.push(softfail);
    let v = decide(&f, &p, &bob());
    assert_eq!(
        (v.action, v.category),
        (Action::Quarantine, Category::Spoof),
        "an unproved friend is checked for spoofing"
    );
    f.sender.dkim_domains = vec!["partner.test".parse().unwrap()];
    assert_eq!(decide(&f, &p, &bob()).action, Action::Allow);
}

#[test]
fn phishing_skips_only_with_the_option() {
    let mut p = policy();
    p.domain_senders = lists(&["partner.test"], &[]);
    let mut f = findings(vec![by_category(Step::Rules, Category::Phish)]);
    f.sender = sender("ann@partner.test", AuthResult::Pass);
    assert_eq!(decide(&f, &p, &bob()).action, Action::Quarantine);
    p.values.senders.friends_skip_phishing = true;
    assert_eq!(decide(&f, &p, &bob()).action, Action::Allow);
}

#[test]
fn dmarc_follows_the_override_or_what_is_published() {
    let mut p = policy();
    let mut f = findings(vec![finding("dmarc", Step::Authentication, Category::Spoof, Check::DmarcFail)]);
    f.sender = sender("ann@partner.test", AuthResult::Fail);
    let mut with = |policy: Option<&str>, p: &Policy| {
        f.sender.dmarc_policy = policy.map(str::to_owned);
        decide(&f, p, &bob()).action
    };
    assert_eq!(with(Some("none"), &p), Action::Allow);
    assert_eq!(with(Some("quarantine"), &p), Action::Quarantine);
    assert_eq!(with(Some("reject"), &p), Action::Block);
    p.values.dmarc.override_policy = Some(ActionSetting::markup("[DMARC]"));
    assert_eq!(with(Some("reject"), &p), Action::Markup);
    p.values.dmarc.override_policy = None;
    p.values.dmarc.exceptions = vec!["partner.test".parse().unwrap()];
    let p = Policy::new(p.values, p.domain);
    assert_eq!(with(Some("reject"), &p), Action::Allow);
}

#[test]
fn spoofing_concerns_the_recipient_whose_domain_is_claimed() {
    let mut values = Values::default();
    values.spoof.global = ActionSetting::of(Action::Block);
    values.spoof.fuzz = ActionSetting::of(Action::Quarantine);
    values.spoof.exceptions = vec!["crm@acme.test".parse().unwrap(), "0.0.0.0/32".parse().unwrap()];
    let p = Policy::new(values, "acme.test".parse().unwrap());
    let mut f = findings(vec![finding("spoof", Step::Authentication, Category::Spoof, Check::GlobalSpoof)]);
    f.sender = sender("boss@acme.test", AuthResult::None);
    assert_eq!(decide(&f, &p, &bob()).action, Action::Block);
    f.sender.client_ip = "10.0.0.5".parse().ok();
    assert_eq!(decide(&f, &p, &bob()).action, Action::Allow, "0.0.0.0/32 exempts mail from inside");
    f.sender = sender("crm@acme.test", AuthResult::None);
    assert_eq!(decide(&f, &p, &bob()).action, Action::Allow);
    f.sender = sender("boss@other.test", AuthResult::None);
    assert_eq!(decide(&f, &p, &bob()).action, Action::Allow);
    let fuzz = |d: &str| {
        findings(vec![finding("fuzz", Step::Authentication, Category::Spoof, Check::DomainFuzz(d.parse().unwrap()))])
    };
    assert_eq!(decide(&fuzz("acme.test"), &p, &bob()).action, Action::Quarantine);
    assert_eq!(decide(&fuzz("other.test"), &p, &bob()).action, Action::Allow);
}

#[test]
fn an_unprotected_mailbox_gets_everything_as_relayed() {
    let mut p = policy();
    p.unprotected = true;
    let v = decide(&findings(vec![by_category(Step::Antivirus, Category::Virus)]), &p, &bob());
    assert_eq!((v.action, v.category, v.filter.as_str()), (Action::Allow, Category::Relay, "relay"));
}

#[test]
fn an_accepted_awareness_test_passes_all_but_antivirus() {
    let mut p = policy();
    let test = finding("awareness", Step::SenderLists, Category::SecurityAwareness, Check::SecurityAwareness);
    let mut f = findings(vec![test, by_category(Step::Rules, Category::Phish)]);
    assert_eq!(decide(&f, &p, &bob()).action, Action::Quarantine);
    p.values.filtering.security_awareness = true;
    p.domain_senders = lists(&[], &["vendor.test"]);
    f.sender = sender("test@vendor.test", AuthResult::Pass);
    assert_eq!(decide(&f, &p, &bob()).action, Action::Allow);
    f.list.push(by_category(Step::Antivirus, Category::Virus));
    assert_eq!(decide(&f, &p, &bob()).action, Action::Block);
}

prop_compose! {
    fn any_finding()(step in 0usize..8, category in 0usize..Category::ALL.len(), check in 0usize..14, info in ".{0,20}") -> Finding {
        use Step::*;
        let step = [Antivirus, SenderLists, ContentFilters, Authentication, Attachments, Compliance, OtherContentFilters, Rules][step];
        let category = Category::ALL[category];
        let check = match check {
            0 => None,
            1 => Some(Check::AttachmentType("exe".into())),
            2 => Some(Check::AttachmentType("odt".into())),
            3 => Some(Check::Language("ru".into())),
            4 => Some(Check::SpfFail),
            5 => Some(Check::SpfNone),
            6 => Some(Check::DmarcFail),
            7 => Some(Check::GlobalSpoof),
            8 => Some(Check::DomainFuzz("acme.test".parse().unwrap())),
            9 => Some(Check::SecurityAwareness),
            _ => Some(Check::Category(category)),
        };
        Finding { analyser: "any".into(), step, category, check, rule: None, info, score: 1.0 }
    }
}

fn any_policy(actions: &[usize], friends: &[&str], enemies: &[&str]) -> Policy {
    let at = |n: usize| ActionSetting::of(Action::ALL[actions[n % actions.len()] % Action::ALL.len()]);
    let mut v = Values::default();
    v.filtering.virus = at(0);
    v.filtering.spam = at(1);
    v.filtering.phish = at(2);
    v.filtering.junk = at(3);
    v.spf.envelope = at(4);
    v.spoof.global = at(5);
    v.filtering.attachments.insert("exe".into(), at(6));
    let mut p = Policy::new(v, "acme.test".parse().unwrap());
    p.domain_senders = lists(friends, enemies);
    p
}

proptest! {
    #[test]
    fn the_action_does_not_depend_on_the_order_of_findings(list in proptest::collection::vec(any_finding(), 0..8),
            actions in proptest::collection::vec(0usize..7, 7), enemy in any::<bool>(), reverse in any::<bool>()) {
        let p = any_policy(&actions, &[], if enemy { &["corp.test"] } else { &[] });
        let mut f = findings(list);
        f.sender = sender("a@corp.test", AuthResult::None);
        let first = decide(&f, &p, &bob());
        if reverse { f.list.reverse() } else if !f.list.is_empty() { f.list.rotate_left(1) }
        let second = decide(&f, &p, &bob());
        prop_assert_eq!(first.action, second.action);
        let sorted = |mut t: Vec<String>| { t.sort(); t };
        prop_assert_eq!(sorted(first.tags), sorted(second.tags));
    }

    #[test]
    fn the_most_severe_of_the_actions_asked_for_wins(list in proptest::collection::vec(any_finding(), 0..8),
            actions in proptest::collection::vec(0usize..7, 7)) {
        let p = any_policy(&actions, &[], &[]);
        let f = findings(list);
        let v = decide(&f, &p, &bob());
        let worst = f.list.iter().filter_map(|x| match asked(x, &p, &f.sender, &bob()) {
            // No part is named in these findings, so that Strip becomes Quarantine.
            Asked::Act(s) => Some(if s.action == Action::Strip { Action::Quarantine } else { s.action }),
            _ => None,
        }).max();
        prop_assert_eq!(v.action, worst.unwrap_or(Action::Allow));
        match v.decided_by {
            Some(i) => prop_assert_eq!(v.category, f.list[i].category),
            None => prop_assert_eq!(v.category, Category::Clean),
        }
    }

    #[test]
    fn a_friend_never_makes_a_virus_or_an_attachment_pass(list in proptest::collection::vec(any_finding(), 0..8),
            actions in proptest::collection::vec(0usize..7, 7), proved in any::<bool>(), phishing in any::<bool>()) {
        let mut without = any_policy(&actions, &[], &[]);
        let mut with = any_policy(&actions, &["partner.test"], &[]);
        without.values.senders.friends_skip_phishing = phishing;
        with.values.senders.friends_skip_phishing = phishing;
        let mut f = findings(list);
        f.sender = sender("a@partner.test", if proved { AuthResult::Pass } else { AuthResult::None });
        f.list.retain(|x| is_malware(x) || x.category == Category::Attachment);
        // Switched off is switched off for friends, too; what acts must act on friends alike.
        prop_assert_eq!(decide(&f, &with, &bob()).action, decide(&f, &without, &bob()).action);
    }
}

#[test]
fn test_messages_of_a_vendor_pass_where_they_are_accepted_and_are_named() {
    let mut p = policy();
    let test = finding("awareness", Step::SenderLists, Category::SecurityAwareness, Check::SecurityAwareness);
    let f = findings(vec![test, by_category(Step::Rules, Category::Phish)]);
    assert_eq!(decide(&f, &p, &bob()).category, Category::Phish);
    p.values.filtering.security_awareness = true;
    let v = decide(&f, &p, &bob());
    assert_eq!((v.action, v.category, v.filter.as_str()), (Action::Allow, Category::SecurityAwareness, "awareness"));
}

#[test]
fn a_rule_that_is_excepted_for_a_sender_neither_decides_nor_counts() {
    let mut values = Values::default();
    values.filter_exceptions.rules = vec!["1012:corp.test".into()];
    let p = Policy::new(values, "acme.test".parse().unwrap());
    let rule = |id, score| Finding {
        rule: Some(id),
        score,
        check: None,
        ..finding("rules", Step::Rules, Category::Spam, Check::SpfNone)
    };
    let sum = finding("score", Step::Rules, Category::Spam, Check::Category(Category::Spam));
    let with = |list: Vec<Finding>, from: &str| {
        let mut f = findings(list);
        f.sender = sender(from, AuthResult::None);
        decide(&f, &p, &bob()).action
    };
    let list = vec![rule(1012, 3.0), rule(1013, 4.0), sum.clone()];
    assert_eq!(with(list.clone(), "a@mail.corp.test"), Action::Allow, "4 points are left, of subdomains too");
    assert_eq!(with(list, "a@other.test"), Action::Quarantine);
    assert_eq!(with(vec![rule(1012, 3.0), rule(1013, 5.5), sum], "a@corp.test"), Action::Quarantine);
    let hit = Finding { rule: Some(1012), ..by_category(Step::Rules, Category::Phish) };
    assert_eq!(with(vec![hit.clone()], "a@corp.test"), Action::Allow);
    assert_eq!(with(vec![hit], "a@other.test"), Action::Quarantine);
}
