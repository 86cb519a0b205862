use super::generate::{self, INBOUND};
use crate::settings::*;
use crate::{Action, ActionSetting, Direction};
use proptest::prelude::*;
use serde_json::json;

fn set(document: serde_json::Value) -> Settings {
    serde_json::from_value(document).unwrap()
}

#[test]
fn the_level_above_wins_and_the_rest_falls_through() {
    let domain = set(json!({"filtering": {"junk": "quarantine", "spam": "quarantine"}, "routing": {"spool_hours": 7}}));
    let mailbox = set(json!({"filtering": {"junk": "allow", "ndr": "block"}}));
    let v = Layered::from_lowest([(Level::Domain, &domain), (Level::Mailbox, &mailbox)]).resolve(Direction::Inbound);
    let f = &v.filtering;
    let actions = [f.junk.action, f.spam.action, f.ndr.action, f.virus.action];
    assert_eq!(actions, [Action::Allow, Action::Quarantine, Action::Block, Action::Block]);
    assert_eq!(v.routing.spool_hours, 7);
}

#[test]
fn what_the_organisation_blocks_nobody_loosens() {
    let domain = set(json!({"filtering": {"spam": "block", "attachments": {"exe": "block", "zip": "markup"}},
        "dmarc": {"override_policy": "block"}}));
    let group = set(json!({"filtering": {"spam": "markup", "junk": "block"}}));
    let mailbox = set(json!({"filtering": {"spam": "allow", "virus": "allow", "junk": "allow",
        "attachments": {"exe": "allow", "zip": "block", "pif": "allow"}, "languages": {"ru": "allow", "fr": "block"}},
        "dmarc": {"override_policy": "published"}, "senders": {"enemies_action": "block"}}));
    let levels = [(Level::Domain, &domain), (Level::Group, &group), (Level::Mailbox, &mailbox)];
    let v = Layered::from_lowest(levels).resolve(Direction::Inbound);
    let f = &v.filtering;
    assert_eq!(f.spam.action, Action::Block);
    assert_eq!(f.virus.action, Action::Block, "a default is the organisation's too");
    assert_eq!(f.junk.action, Action::Allow, "a group's Block is no organisation's");
    let part = |name: &str| f.attachments[name].action;
    assert_eq!([part("exe"), part("zip"), part("pif")], [Action::Block, Action::Block, Action::Allow]);
    assert_eq!(f.languages["ru"].action, Action::Block);
    assert_eq!(f.languages["fr"].action, Action::Block);
    assert_eq!(v.dmarc.override_policy, Some(ActionSetting::of(Action::Block)));
    assert_eq!(v.senders.enemies_action.action, Action::Quarantine, "no mailbox may set it");
    let source = |path: &str| explain(&levels, path, Off::default()).unwrap();
    assert_eq!(source("filtering.spam"), Source { level: Some(Level::Domain), value: json!("block") });
    assert_eq!(source("filtering.virus"), Source { level: None, value: json!("block") });
    assert_eq!(source("filtering.junk"), Source { level: Some(Level::Mailbox), value: json!("allow") });
    assert_eq!(source("filtering.bot"), Source { level: None, value: json!("quarantine") });
    assert_eq!(source("filtering.attachments").level, Some(Level::Mailbox));
    assert_eq!(explain(&levels, "filtering.nothing", Off::default()), None);
}

#[test]
fn a_group_of_higher_priority_wins_and_its_default_falls_through() {
    let low = set(json!({"digest": {"frequency": "never", "ascending": true}}));
    let high = set(json!({"digest": {"frequency": "weekly"}}));
    let v = Layered::from_lowest([(Level::Group, &low), (Level::Group, &high)]).resolve(Direction::Inbound);
    assert_eq!((v.digest.frequency, v.digest.ascending), (DigestFrequency::Weekly, true));
}

#[test]
fn outbound_mail_has_policies_of_its_own() {
    let brand = set(json!({"filtering": {"spam": "block"}, "outbound_filtering": {"spam": "allow"}}));
    let v = Layered::of(Level::Brand, &brand).resolve(Direction::Outbound);
    use crate::Category::*;
    let actions = [Spam, Junk, SpamTrigger, Bot].map(|c| v.category(c).action);
    assert_eq!(actions, [Action::Allow, Action::Allow, Action::Quarantine, Action::Allow]);
    assert!(v.language("ru").is_none() && v.attachments().contains_key("exe"));
    assert_eq!((v.spool_hours(), Values::default().spool_hours()), (1, 120));
}

#[test]
fn values_share_what_does_not_differ() {
    let domain = set(json!({"filtering": {"spam": "block"}}));
    let (a, b) = (Values::default(), Layered::of(Level::Domain, &domain).resolve(Direction::Inbound));
    assert!(std::ptr::eq(&*a.personal, &*b.personal) && !std::ptr::eq(&*a.filtering, &*b.filtering));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn laying_over_is_associative_and_idempotent_and_nothing_is_its_identity(
        a in generate::settings(), b in generate::settings(), c in generate::settings()
    ) {
        prop_assert_eq!(a.over(&b.over(&c)), a.over(&b).over(&c));
        prop_assert_eq!(&a.over(&a), &a);
        prop_assert_eq!(&a.over(&Settings::default()), &a);
        prop_assert_eq!(&Settings::default().over(&a), &a);
        prop_assert_eq!(a.over(&b).over(&b), a.over(&b));
    }

    #[test]
    fn levels_may_be_grouped_in_any_way(s in INBOUND.map(generate::at), at in 0..6usize) {
        let levels: Vec<_> = INBOUND.into_iter().zip(&s).collect();
        let all = Layered::from_lowest(levels.iter().copied());
        let (low, high) = levels.split_at(at);
        let grouped = Layered::from_lowest(high.iter().copied()).over(&Layered::from_lowest(low.iter().copied()));
        prop_assert_eq!(&grouped, &all);
        prop_assert_eq!(all.over(&all).resolve(Direction::Inbound), all.resolve(Direction::Inbound));
        prop_assert_eq!(grouped.resolve(Direction::Outbound), all.resolve(Direction::Outbound));
    }

    #[test]
    fn a_block_of_the_organisation_is_never_loosened(
        org in [generate::actions(Level::Brand), generate::actions(Level::Domain)],
        personal in [generate::actions(Level::Group), generate::actions(Level::Mailbox)]
    ) {
        let below = Layered::of(Level::Domain, &org[1]).over(&Layered::of(Level::Brand, &org[0]));
        let all = Layered::of(Level::Mailbox, &personal[1])
            .over(&Layered::of(Level::Group, &personal[0]))
            .over(&below);
        let tree = |l: &Layered| serde_json::to_value(l.resolve(Direction::Inbound)).unwrap();
        let (before, after) = (tree(&below), tree(&all));
        let blocks = |v: &serde_json::Value| v == "block" || v.get("action").is_some_and(|a| a == "block");
        for d in &DEFINITIONS {
            let (b, a) = (&before[d.section][d.name], &after[d.section][d.name]);
            prop_assert!(!blocks(b) || b == a, "{}", d.path());
            for (key, value) in b.as_object().into_iter().flatten() {
                prop_assert!(!blocks(value) || a[key] == *value, "{} {}", d.path(), key);
            }
        }
    }

    #[test]
    fn what_is_explained_is_what_holds(s in INBOUND.map(generate::at), index in 0..DEFINITIONS.len()) {
        let d = &DEFINITIONS[index];
        let levels: Vec<_> = INBOUND.into_iter().zip(&s).collect();
        let source = explain(&levels, &d.path(), Off::default()).unwrap();
        let values = serde_json::to_value(Layered::from_lowest(levels.iter().copied()).resolve(Direction::Inbound));
        let held = match d.kind {
            Kind::Optional { word, .. } if source.value == word => serde_json::Value::Null,
            _ => source.value,
        };
        prop_assert_eq!(&held, &values.unwrap()[d.section][d.name]);
        let sets: Vec<Level> = levels.iter().filter(|(_, s)| s.get(&d.path()).is_some()).map(|(l, _)| *l).collect();
        match source.level {
            None => prop_assert!(sets.iter().all(|l| l.is_personal()), "only a Block hides who sets it"),
            Some(level) => prop_assert!(sets.contains(&level)),
        }
    }
}

#[test]
fn what_needs_a_feature_that_is_off_counts_as_not_set_and_comes_back_with_it() {
    use crate::view::Feature;
    let network = set(json!({"outbound_filtering": {"health": "block", "spam": "markup",
            "phish": {"action": "attach_encrypted", "bcc": ["a@b.test"]}, "virus": "special_routing",
            "attachments": {"pdf": "attach_encrypted", "doc": "markup"}},
        "outbound_encryption": {"triggers": {"a": {"word": "[secure]", "action": "attach_encrypted"},
            "b": {"word": "[route]", "action": "special_routing"}}},
        "encryption_service": {"keep_days": 5}}));
    let layered = Layered::from_lowest([(Level::OutboundIp, &network)]);
    let on = layered.clone().without(Off::all_but(Feature::ALL)).resolve(Direction::Outbound);
    assert_eq!(on, layered.resolve(Direction::Outbound));
    assert_eq!((on.outbound_filtering.health.action, on.encryption_service.keep_days), (Action::Block, 5));

    let off = layered.clone().without(Off::all_but(&[Feature::Continuity])).resolve(Direction::Outbound);
    let f = &off.outbound_filtering;
    assert_eq!((f.health.action, f.spam.action, off.encryption_service.keep_days), (Action::Allow, Action::Markup, 30));
    assert_eq!(f.phish.action, Action::Quarantine, "what was to leave encrypted does not leave in clear text");
    assert_eq!(f.phish.bcc.len(), 1);
    assert_eq!((f.attachments["pdf"].action, f.attachments["doc"].action), (Action::Quarantine, Action::Markup));
    assert_eq!(f.virus.action, Action::Quarantine, "special routing leads to the Encryption Service");
    assert_eq!(off.outbound_encryption.triggers.keys().collect::<Vec<_>>(), ["b"]);

    let custom = set(json!({"special_routing": {"method": "custom"}}));
    let levels = [(Level::DefaultOutbound, &custom), (Level::OutboundIp, &network)];
    let off = Off::all_but(&[]);
    let v = Layered::from_lowest(levels).without(off).resolve(Direction::Outbound);
    assert_eq!(v.outbound_filtering.virus.action, Action::SpecialRouting);
    assert_eq!(explain(&levels, "outbound_filtering.health", off), None);
    let phish = explain(&levels, "outbound_filtering.phish", off).unwrap();
    assert_eq!(phish.value, json!({"action": "quarantine", "bcc": ["a@b.test"]}));
}

#[test]
fn an_account_without_a_feature_is_refused_what_needs_it_and_nothing_else() {
    use crate::view::Feature;
    let refuses = |path: &str, value| Off::all_but(&[]).refuses(definition(path).unwrap(), &value);
    assert_eq!(refuses("continuity.enabled", json!(true)), Some(Feature::Continuity));
    assert_eq!(refuses("outbound_filtering.profanity", json!("block")), Some(Feature::Compliance));
    assert_eq!(refuses("outbound_filtering.spam", json!("attach_encrypted")), Some(Feature::Encryption));
    assert_eq!(
        refuses("outbound_filtering.attachments", json!({"pdf": "attach_encrypted"})),
        Some(Feature::Encryption)
    );
    assert_eq!(refuses("outbound_filtering.spam", json!("special_routing")), None);
    assert_eq!(refuses("filtering.spam", json!("block")), None);
    for d in &DEFINITIONS {
        assert_eq!(Off::default().refuses(d, &d.default()), None, "{}", d.path());
        assert_eq!(Off::all_but(&[]).refuses(d, &d.default()), d.feature, "{}", d.path());
    }
}
