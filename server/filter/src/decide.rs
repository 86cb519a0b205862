//! Findings and one policy to a verdict: pure, so that a draft policy can be replayed over stored findings.

use crate::analysers::score;
use crate::policy::Policy;
use crate::senders::{Match, Standing, across};
use model::action::BlockedMessages;
use model::finding::{Check, SenderFacts, Step, SubjectWord};
use model::{Action, ActionSetting, Category, Direction, EmailAddress, Finding, Findings, Verdict};
use std::borrow::Cow;

/// Name of the filter that friends and enemies decide under.
pub const SENDERS: &str = "senders";
/// Name of the filter under which mail of unprotected mailboxes passes.
pub const RELAY: &str = "relay";

const NOTES_MAX: usize = 100;
const NOTE_INFO_MAX: usize = 200;

/// What the policy asks for about one finding.
enum Asked<'a> {
    /// Evidence that only adds to the score.
    Nothing,
    /// The check is not applied, and why.
    Off(&'static str),
    Act(Cow<'a, ActionSetting>),
}

/// What leads so far: the most severe action, then the lowest step, then the first.
struct Leader {
    action: Action,
    step: Step,
    index: Option<usize>,
}

/// The decision for one recipient. The most severe action among the findings wins; on a tie the lowest step, then the
/// finding that came first. Strip and Markup add up with whatever wins, so that they also hold when the message is
/// released later; so do blind copies. A content filter set to Allow ends filtering for all that comes after it (guide
/// chapter 10); Override Compliance takes Quarantine from the compliance categories (chapter 7). Total: any findings and
/// any policy give a verdict.
pub fn decide(f: &Findings, p: &Policy, recipient: &EmailAddress) -> Verdict {
    let mut verdict = Verdict {
        action: Action::Allow,
        category: Category::Clean,
        decided_by: None,
        filter: String::new(),
        info: String::new(),
        profile: p.profile.clone(),
        tags: Vec::new(),
        strip: Vec::new(),
        cut_subject: Vec::new(),
        bcc: Vec::new(),
        keep_blocked: p.values.blocked_messages() == BlockedMessages::SystemQuarantine,
        notes: Vec::new(),
    };
    if p.unprotected {
        verdict.category = Category::Relay;
        verdict.filter = RELAY.into();
        verdict.info = "the mailbox is not protected".into();
        return verdict;
    }
    let domain = p.domain_senders.standing(&f.sender);
    let personal = p.mailbox_senders.iter().chain(&p.group_senders).find_map(|l| l.standing(&f.sender));
    let standing = across(domain, personal, p.values.senders.mailbox_friend_wins);
    let awareness =
        p.values.filtering.security_awareness && f.list.iter().any(|x| x.check == Some(Check::SecurityAwareness));

    let mut leader: Option<Leader> = None;
    let mut tagged: Vec<Category> = Vec::new();
    let mut friend = None;
    match &standing {
        Some(Standing::Enemy(_)) if awareness => {}
        // DebounceFilter: bounces of enemies are discarded (guide appendix A).
        Some(Standing::Enemy(m)) if f.list.iter().any(|x| x.category == Category::Ndr && x.check.is_some()) => {
            leader = Some(Leader { action: Action::Block, step: Step::SenderLists, index: None });
            verdict.info = format!("a bounce or automatic reply of the enemy {}", m.entry);
            verdict.category = Category::Debounce;
            verdict.keep_blocked = false;
        }
        Some(Standing::Enemy(m)) => {
            let enemies = p.values.enemies_action();
            let action = enemies.action;
            leader = Some(Leader { action, step: Step::SenderLists, index: None });
            verdict.info = format!("enemy {}", m.entry);
            if action == Action::Markup {
                add_tag(&mut verdict, &mut tagged, Category::Sender, enemies);
            }
        }
        Some(Standing::Friend(m)) => friend = Some(m),
        None => {}
    }
    let wanted: Vec<Asked<'_>> = f.list.iter().map(|finding| asked(finding, p, &f.sender, recipient)).collect();
    let accepting = accepting(f, p, &wanted);
    let overriding = wanted.iter().any(|a| matches!(a, Asked::Act(s) if overrides(s)));
    for (index, (finding, asked)) in f.list.iter().zip(wanted).enumerate() {
        let setting = match asked {
            Asked::Nothing => continue,
            Asked::Off(why) => {
                note(&mut verdict, finding, why);
                continue;
            }
            Asked::Act(setting) => setting,
        };
        if let Some((first, name)) = accepting
            && first != index
            && !is_malware(finding)
        {
            note(&mut verdict, finding, &format!("lifted: the content filter {name} accepts the message"));
            continue;
        }
        if awareness && !is_malware(finding) {
            note(&mut verdict, finding, "lifted: test messages of this security-awareness vendor are accepted");
            continue;
        }
        if let Some(m) = friend.filter(|m| friend_skips(finding, m, p.values.senders.friends_skip_phishing)) {
            note(&mut verdict, finding, &format!("lifted: {} is a friend, matched by {}", m.entry, m.on.label()));
            continue;
        }
        if is_excepted(finding, f, p) {
            note(&mut verdict, finding, "lifted: the sender is an exception to these rules");
            continue;
        }
        if overriding && setting.action == Action::Quarantine && is_compliance(finding) {
            note(&mut verdict, finding, "lifted: a filter that overrides compliance found something");
            continue;
        }
        for copy in &setting.bcc {
            if !verdict.bcc.contains(copy) {
                verdict.bcc.push(copy.clone());
            }
        }
        let mut action = setting.action;
        match action {
            Action::Markup => add_tag(&mut verdict, &mut tagged, finding.category, &setting),
            Action::Strip => {
                let wanted = u32::try_from(index).unwrap_or(u32::MAX);
                let mut found = false;
                for part in f.parts.iter().filter(|x| x.finding == wanted).map(|x| x.part) {
                    found = true;
                    if !verdict.strip.contains(&part) {
                        verdict.strip.push(part);
                    }
                }
                if !found {
                    // What cannot be cut out must not pass.
                    action = Action::Quarantine;
                    note(&mut verdict, finding, "held, for no part of the message could be told that carries it");
                }
            }
            Action::SpecialRouting | Action::AttachEncrypted => {
                let of_finding = |w: &&SubjectWord| usize::try_from(w.finding).is_ok_and(|i| i == index);
                verdict.cut_subject.extend(f.subject_words.iter().filter(of_finding).map(|w| w.text.clone()));
            }
            _ => {}
        }
        let step = step(finding, action);
        let leads = leader.as_ref().is_none_or(|l| action > l.action || (action == l.action && step < l.step));
        if leads {
            leader = Some(Leader { action, step, index: Some(index) });
        }
    }
    if let Some(test) = f.list.iter().find(|x| awareness && x.check == Some(Check::SecurityAwareness))
        && leader.is_none()
    {
        verdict.category = Category::SecurityAwareness;
        verdict.filter = test.analyser.clone().into_owned();
        verdict.info.clone_from(&test.info);
        return verdict;
    }
    conclude(verdict, leader, f, friend)
}

/// Content filters that accept or block come before the others (guide chapter 10).
fn step(finding: &Finding, action: Action) -> Step {
    match (&finding.check, action) {
        (Some(Check::ContentFilter { .. }), Action::Allow | Action::Block) => Step::ContentFilters,
        _ => finding.step,
    }
}

/// The content filter that ends filtering: of those that accept or block, the first in the order of the place, if it
/// accepts.
fn accepting<'a>(f: &'a Findings, p: &Policy, wanted: &[Asked<'_>]) -> Option<(usize, &'a str)> {
    let place = |finding: &'a Finding| match &finding.check {
        Some(Check::ContentFilter { filter, name, .. }) => {
            let place = p.content_order.iter().position(|id| id == filter);
            Some((place.unwrap_or(usize::MAX), name.as_str()))
        }
        _ => None,
    };
    let deciding = f.list.iter().zip(wanted).enumerate().filter_map(|(index, (finding, asked))| match asked {
        Asked::Act(s) if matches!(s.action, Action::Allow | Action::Block) => {
            let (place, name) = place(finding)?;
            Some((place, index, name, s.action))
        }
        _ => None,
    });
    let first = deciding.min_by_key(|(place, index, ..)| (*place, *index));
    first.filter(|(.., action)| *action == Action::Allow).map(|(_, index, name, _)| (index, name))
}

/// Filter Exceptions (guide chapter 6): a rule that is not applied to the sender neither decides nor counts towards a sum.
fn is_excepted(finding: &Finding, f: &Findings, p: &Policy) -> bool {
    let excepted = |x: &&Finding| p.exceptions.excepts(x.rule, &f.sender);
    if p.exceptions.rules.is_empty() {
        return false;
    }
    let points = |of: &dyn Fn(&Finding) -> bool| -> (f32, f32) {
        let all = f.list.iter().filter(|x| of(x));
        all.fold((0.0, 0.0), |(sum, out), x| (sum + x.score, out + if excepted(&x) { x.score } else { 0.0 }))
    };
    match (finding.analyser.as_ref(), finding.rule) {
        (_, Some(_)) => excepted(&finding),
        ("score", None) => {
            let (sum, out) = points(&|_| true);
            out > 0.0 && sum - out < score::SPAM
        }
        ("rules", None) => {
            let of_kind = |x: &Finding| x.analyser == "rules" && x.rule.is_some() && x.category == finding.category;
            let (sum, out) = points(&of_kind);
            let all = f.list.iter().filter(|x| of_kind(x)).all(|x| excepted(&x));
            all || (out > 0.0 && sum - out < score::SPAM)
        }
        _ => false,
    }
}

/// Whether the setting takes Quarantine from the compliance categories.
fn overrides(setting: &ActionSetting) -> bool {
    setting.override_compliance && matches!(setting.action, Action::SpecialRouting | Action::AttachEncrypted)
}

fn is_compliance(finding: &Finding) -> bool {
    use Category::*;
    matches!(finding.category, Credit | Ssn | Compliance | Profanity)
}

/// Fills in what the leader says, and a note for each finding that acted but did not lead.
fn conclude(mut verdict: Verdict, leader: Option<Leader>, f: &Findings, friend: Option<&Match>) -> Verdict {
    let decided = leader.as_ref().map(|l| l.action);
    if !matches!(decided, Some(Action::SpecialRouting | Action::AttachEncrypted)) {
        verdict.cut_subject.clear();
    }
    match leader {
        None => {
            if let Some(m) = friend {
                verdict.info = format!("friend {}", m.entry);
            }
        }
        Some(Leader { action, index: None, .. }) => {
            verdict.action = action;
            if verdict.category != Category::Debounce {
                verdict.category = Category::Sender;
            }
            verdict.filter = SENDERS.into();
        }
        Some(Leader { action, index: Some(index), .. }) => {
            verdict.action = action;
            verdict.decided_by = Some(index);
            if let Some(finding) = f.list.get(index) {
                verdict.category = finding.category;
                verdict.filter = match finding.rule {
                    Some(rule) => format!("{} {rule}", finding.analyser),
                    None => finding.analyser.clone().into_owned(),
                };
                verdict.info.clone_from(&finding.info);
            }
        }
    }
    verdict
}

/// The setting that a finding is decided by.
fn asked<'a>(finding: &Finding, p: &'a Policy, sender: &SenderFacts, recipient: &EmailAddress) -> Asked<'a> {
    let values = &p.values;
    // A check of the authentication step that is set to Allow is switched off (guide chapter 6), it is no finding met
    // with Allow: most mail in the world lacks one proof or another.
    let applied = |setting: &'a ActionSetting| match setting.action {
        Action::Allow => Asked::Off("not acted upon: this check is set to Allow"),
        _ => Asked::Act(Cow::Borrowed(setting)),
    };
    let spf = |setting: &'a ActionSetting| match p.exceptions.spf.find(sender) {
        Some(_) => Asked::Off("not acted upon: the sender is an SPF exception"),
        None => applied(setting),
    };
    let Some(check) = &finding.check else {
        return Asked::Nothing;
    };
    // Our own users need not prove to us who they are by what others publish.
    if values.direction == Direction::Outbound && finding.step == Step::Authentication {
        return Asked::Off("not acted upon: it is checked of inbound mail only");
    }
    match check {
        Check::Category(category) => Asked::Act(values.category(*category)),
        Check::AttachmentType(kind) => match values.attachments().get(kind) {
            Some(setting) => Asked::Act(Cow::Borrowed(setting)),
            None => Asked::Off("not acted upon: this attachment type is allowed"),
        },
        Check::Language(code) => match values.language(code) {
            Some(setting) => Asked::Act(Cow::Borrowed(setting)),
            None => Asked::Off("not acted upon: this language is allowed"),
        },
        Check::SpfFail => spf(&values.spf.envelope),
        Check::SpfMimeFail => spf(&values.spf.mime),
        Check::SpfSoftFail => spf(&values.spf.softfail),
        Check::SpfPermError => spf(&values.spf.permerror),
        Check::SpfNone => spf(&values.spf.none),
        Check::DmarcFail => dmarc(p, sender),
        Check::GlobalSpoof => {
            if !claims(sender, &p.domain) && !claims(sender, &recipient.domain()) {
                Asked::Off("not acted upon: the sender claims another domain")
            } else if p.exceptions.may_spoof(sender) {
                Asked::Off("not acted upon: the sender is a spoof exception")
            } else {
                applied(&values.spoof.global)
            }
        }
        Check::DomainFuzz(domain) => {
            if *domain != p.domain && *domain != recipient.domain() {
                Asked::Off("not acted upon: it looks like another domain than the recipient's")
            } else if p.exceptions.fuzz.find(sender).is_some() {
                Asked::Off("not acted upon: the sender is a domain fuzz exception")
            } else {
                applied(&values.spoof.fuzz)
            }
        }
        Check::SecurityAwareness => Asked::Nothing,
        Check::ContentFilter { account, name, .. } => {
            if p.content.as_ref().is_none_or(|c| c.account != *account) {
                return Asked::Nothing;
            }
            match values.content_filter(name) {
                Some(setting) => Asked::Act(Cow::Borrowed(setting)),
                None => Asked::Off("not acted upon: this content filter is off here"),
            }
        }
        Check::Health => compliance(values.lexicons().map(|(health, _)| health)),
        Check::Finance => compliance(values.lexicons().map(|(_, finance)| finance)),
        Check::Profanity(words) => {
            let excepted = |word: &String| values.is_profanity_exception(word);
            if words.iter().all(excepted) {
                return Asked::Off("not acted upon: the words are profanity exceptions");
            }
            Asked::Act(values.category(Category::Profanity))
        }
    }
}

/// Inbound mail is not searched for what only outbound mail has a setting for.
fn compliance(setting: Option<&ActionSetting>) -> Asked<'_> {
    match setting {
        Some(setting) => Asked::Act(Cow::Borrowed(setting)),
        None => Asked::Off("not acted upon: it is checked of outbound mail only"),
    }
}

fn dmarc<'a>(p: &'a Policy, sender: &SenderFacts) -> Asked<'a> {
    if !p.values.dmarc.enabled {
        return Asked::Off("not acted upon: DMARC verification is off");
    }
    if p.exceptions.dmarc.find(sender).is_some() {
        return Asked::Off("not acted upon: the sender is a DMARC exception");
    }
    let published = match (&p.values.dmarc.override_policy, sender.dmarc_policy.as_deref()) {
        (Some(own), _) if own.action == Action::Allow => {
            return Asked::Off("not acted upon: the DMARC override is Allow");
        }
        (Some(own), _) => return Asked::Act(Cow::Borrowed(own)),
        (None, Some("reject")) => Action::Block,
        (None, Some("quarantine")) => Action::Quarantine,
        (None, _) => return Asked::Off("not acted upon: the sender's domain asks for nothing"),
    };
    Asked::Act(Cow::Owned(ActionSetting::of(published)))
}

/// Whether envelope or header sender is in the domain or below it.
fn claims(sender: &SenderFacts, domain: &model::DomainName) -> bool {
    let within = |a: &EmailAddress| a.domain().is_within(domain);
    sender.envelope_from.as_ref().is_some_and(within) || sender.header_from.as_ref().is_some_and(within)
}

fn is_malware(finding: &Finding) -> bool {
    finding.step == Step::Antivirus || matches!(finding.category, Category::Virus | Category::NotAvScanned)
}

/// A friend skips step 10, and step 6 where the match is proved; phishing only with the exemption option. Viruses,
/// attachments, compliance and content filters never skip, wherever they were found.
fn friend_skips(finding: &Finding, m: &Match, phishing_too: bool) -> bool {
    use Category::*;
    let step = match finding.step {
        Step::Rules => true,
        Step::Authentication => m.proved,
        _ => false,
    };
    let category = match finding.category {
        Virus | NotAvScanned | Attachment | PdfJavascript | OfficeMacro | NonCompliantMime | Keyword => false,
        Credit | Ssn | Compliance | Profanity | Recipient => false,
        Phish => phishing_too,
        _ => true,
    };
    step && category
}

/// One tag for each category, in the order found, none twice.
fn add_tag(verdict: &mut Verdict, tagged: &mut Vec<Category>, category: Category, setting: &ActionSetting) {
    if tagged.contains(&category) {
        return;
    }
    tagged.push(category);
    let tag = if setting.tag.trim().is_empty() { default_tag(category) } else { setting.tag.trim().to_owned() };
    if !verdict.tags.contains(&tag) {
        verdict.tags.push(tag);
    }
}

/// The guide's tag of the category, or the category itself in brackets.
fn default_tag(category: Category) -> String {
    let own = category.default_action();
    if own.tag.is_empty() {
        format!("[{}]", category.code()).chars().take(model::action::SUBJECT_TAG_MAX).collect()
    } else {
        own.tag
    }
}

fn note(verdict: &mut Verdict, finding: &Finding, what: &str) {
    if verdict.notes.len() < NOTES_MAX {
        let info: String = finding.info.chars().take(NOTE_INFO_MAX).collect();
        verdict.notes.push(format!("{}: {info}: {what}", finding.analyser));
    }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
