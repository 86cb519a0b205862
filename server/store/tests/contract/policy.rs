//! What policy is made of beyond domains and mailboxes.

use crate::database::{Database, on_both};
use crate::records::{NOW, some_domain, some_mailbox};
use model::time::{DAY, HOUR};
use model::*;
use serde::{Deserialize, Serialize};
use store::definition::{self, Definition, Kind, Place};
use store::mailbox::{Access, Details};
use store::session::Who;
use store::{Connection, Scope, account, bulk, group, idempotency, mailbox, outbound, password, relay, token};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(default)]
struct Body {
    words: Vec<String>,
}
fn body(word: &str) -> Body {
    Body { words: vec![word.into()] }
}

/// Accounts 1 and 2, a domain in each, three mailboxes in the first.
async fn small(c: &mut Connection) -> (Vec<AccountId>, Vec<DomainId>, Vec<MailboxId>) {
    let mut accounts = Vec::new();
    let mut domains = Vec::new();
    for name in ["acme", "other"] {
        accounts.push(account::insert(c, name, NOW).await.unwrap());
        let d = some_domain(accounts[accounts.len() - 1], &format!("{name}.test"));
        domains.push(store::domain::insert(c, &d).await.unwrap());
    }
    let mut mailboxes = Vec::new();
    for name in ["ann", "bob", "cat"] {
        mailboxes.push(mailbox::insert(c, &some_mailbox(domains[0], &format!("{name}@acme.test"))).await.unwrap());
    }
    (accounts, domains, mailboxes)
}

async fn brands_are_found_by_their_host_and_leave_their_accounts_when_they_go(db: Database) {
    use store::brand::{self, Brand};
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, _, _) = small(&mut tx).await;
    let new = |name: &str, host: Option<&str>| Brand {
        id: 0,
        name: name.into(),
        host: host.map(Into::into),
        settings: body("blue"),
        created: NOW,
    };
    let id = brand::insert(&mut tx, &new("Blue", Some("mail.blue.test"))).await.unwrap();
    brand::insert(&mut tx, &new("Hidden", None)).await.unwrap();
    brand::insert(&mut tx, &new("Also hidden", None)).await.unwrap();
    for taken in [new("BLUE", None), new("Other", Some("mail.blue.test"))] {
        assert!(brand::insert(&mut tx, &taken).await.is_err_and(|e| e.is_conflict()));
    }
    let found = brand::by_host::<Body>(&mut tx, "Mail.Blue.Test").await.unwrap().unwrap();
    assert_eq!((found.id, found.settings.clone()), (id, body("blue")));
    brand::update(&mut tx, &Brand { settings: body("red"), ..found }).await.unwrap();
    assert_eq!(brand::get::<Body>(&mut tx, id).await.unwrap().unwrap().settings, body("red"));
    assert_eq!(brand::all::<Body>(&mut tx).await.unwrap().len(), 3);
    let mut a = account::get::<Body>(&mut tx, accounts[0]).await.unwrap().unwrap();
    a.brand = Some(id);
    account::update(&mut tx, &a).await.unwrap();
    assert!(brand::delete(&mut tx, id).await.unwrap() && !brand::delete(&mut tx, id).await.unwrap());
    assert_eq!(account::get::<Body>(&mut tx, accounts[0]).await.unwrap().unwrap().brand, None);
}

async fn an_account_comes_back_as_it_was_written_and_the_default_one_stays(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, _, _) = small(&mut tx).await;
    let wrote = account::Account {
        id: accounts[0],
        name: "Acme Ltd".into(),
        email: "it@acme.test".into(),
        time_zone: "Europe/Berlin".into(),
        brand: None,
        features: vec![model::view::Feature::Compliance, model::view::Feature::Encryption],
        is_default: false,
        settings: body("x"),
        created: NOW,
    };
    account::update(&mut tx, &wrote).await.unwrap();
    assert_eq!(account::get::<Body>(&mut tx, accounts[0]).await.unwrap(), Some(wrote));
    assert_eq!(account::by_name(&mut tx, "acme LTD").await.unwrap(), Some(accounts[0]));
    account::set_default(&mut tx, accounts[1]).await.unwrap();
    account::set_default(&mut tx, accounts[0]).await.unwrap();
    assert!(!account::delete(&mut tx, accounts[0]).await.unwrap());
    assert!(account::delete(&mut tx, accounts[1]).await.unwrap());
    assert_eq!(account::totals(&mut tx, Scope::All).await.unwrap(), (1, 1, 3));
}

async fn defaults_are_kept_by_level_for_the_system_and_for_accounts(db: Database) {
    use store::defaults::{self, Level};
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, _, _) = small(&mut tx).await;
    assert_eq!(defaults::get::<Body>(&mut tx, Level::Domain, None).await.unwrap(), None);
    for (account, word) in [(None, "first"), (None, "system"), (Some(accounts[0]), "acme")] {
        defaults::set(&mut tx, Level::Domain, account, &body(word)).await.unwrap();
    }
    defaults::set(&mut tx, Level::Relay, None, &body("relay")).await.unwrap();
    assert_eq!(defaults::get(&mut tx, Level::Domain, None).await.unwrap(), Some(body("system")));
    assert_eq!(defaults::get(&mut tx, Level::Domain, Some(accounts[0])).await.unwrap(), Some(body("acme")));
    assert_eq!(defaults::get::<Body>(&mut tx, Level::Outbound, None).await.unwrap(), None);
    assert_eq!(defaults::all::<Body>(&mut tx).await.unwrap().len(), 3);
    account::delete(&mut tx, accounts[0]).await.unwrap();
    defaults::clear(&mut tx, Level::Relay, None).await.unwrap();
    assert_eq!(defaults::all(&mut tx).await.unwrap(), [(Level::Domain, None, body("system"))]);
}

async fn groups_and_their_members_are_listed_in_pages(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, domains, mailboxes) = small(&mut tx).await;
    let mut ids = Vec::new();
    for (domain, name) in [(domains[0], "b"), (domains[0], "a"), (domains[1], "c")] {
        let settings = Body::default();
        let g =
            group::Group { id: 0, domain, name: name.into(), position: 0, ldap_group: None, settings, created: NOW };
        ids.push(group::insert(&mut tx, &g).await.unwrap());
    }
    group::order(&mut tx, domains[0], &[ids[1], ids[0]]).await.unwrap();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = group::slice::<Body>(&mut tx, Scope::All, Some(domains[0]), after.as_ref(), 1).await.unwrap();
        seen.extend(page.rows.iter().map(|g| g.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [ids[1], ids[0]]);
    let of = async |tx: &mut Connection, scope| {
        let page = group::slice::<Body>(tx, scope, None, None, 50).await.unwrap();
        page.rows.into_iter().map(|g| g.id).collect::<Vec<_>>()
    };
    assert_eq!(of(&mut tx, Scope::All).await, ids);
    assert_eq!(of(&mut tx, Scope::Account(accounts[1])).await, [ids[2]]);

    assert_eq!(group::add_members(&mut tx, ids[0], &mailboxes).await.unwrap(), 3);
    assert_eq!(group::add_members(&mut tx, ids[0], &mailboxes).await.unwrap(), 0);
    let first = group::member_slice(&mut tx, ids[0], None, 2).await.unwrap();
    assert_eq!(first.rows.iter().map(|(id, _)| *id).collect::<Vec<_>>(), mailboxes[..2]);
    let rest = group::member_slice(&mut tx, ids[0], first.next.as_ref(), 2).await.unwrap();
    assert_eq!((rest.rows[0].0, rest.next), (mailboxes[2], None));
    assert_eq!(group::remove_members(&mut tx, ids[0], &mailboxes[1..]).await.unwrap(), 2);
    assert_eq!(group::count(&mut tx, ids[0]).await.unwrap(), 1);

    use store::senders::{self, Kind, Owner};
    senders::set(&mut tx, Owner::Group(ids[0]), Kind::Friend, &["a.test".parse().unwrap()]).await.unwrap();
    senders::set(&mut tx, Owner::Group(ids[2]), Kind::Enemy, &["b.test".parse().unwrap()]).await.unwrap();
    senders::set(&mut tx, Owner::Domain(domains[0]), Kind::Enemy, &["c.test".parse().unwrap()]).await.unwrap();
    let lists = senders::of_groups(&mut tx, domains[0]).await.unwrap();
    assert_eq!((lists.len(), lists[&ids[0]].friends.len(), lists[&ids[0]].enemies.len()), (1, 1, 0));
    let all = senders::all(&mut tx).await.unwrap();
    assert_eq!(all[&Owner::Group(ids[2])].enemies.len(), 1);
    assert!(group::delete(&mut tx, ids[2]).await.unwrap());
    assert!(senders::of_groups(&mut tx, domains[1]).await.unwrap().is_empty());
}

async fn aliases_across_domains_are_found_from_both_sides(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, domains, mailboxes) = small(&mut tx).await;
    let second = some_domain(accounts[0], "acme.example");
    let second_id = store::domain::insert(&mut tx, &second).await.unwrap();
    for alias in ["rob@acme.test", "ann@acme.example"] {
        mailbox::add_alias(&mut tx, mailboxes[0], &alias.parse().unwrap()).await.unwrap();
    }
    let first = some_domain(accounts[0], "acme.test");
    for (id, name) in [(domains[0], &first.name), (second_id, &second.name)] {
        let found = mailbox::foreign_aliases(&mut tx, accounts[0], id, name).await.unwrap();
        let expected = (mailboxes[0], "ann@acme.test".parse().unwrap(), "ann@acme.example".parse().unwrap());
        assert_eq!(found, [expected], "{name}");
    }
    let other: DomainName = "other.test".parse().unwrap();
    assert!(mailbox::foreign_aliases(&mut tx, accounts[1], domains[1], &other).await.unwrap().is_empty());
    let keys = ["ann@acme.example", "bob@acme.test", "nobody@acme.test"].map(String::from);
    let found = mailbox::by_keys(&mut tx, &keys).await.unwrap();
    assert_eq!((found.len(), found["ann@acme.example"]), (2, (mailboxes[0], domains[0])));
    let here = mailbox::in_domain(&mut tx, domains[0], &[mailboxes[2], MailboxId(999)]).await.unwrap();
    assert_eq!(here.into_iter().collect::<Vec<_>>(), [mailboxes[2]]);
    assert!(mailbox::in_domain(&mut tx, domains[1], &mailboxes).await.unwrap().is_empty());
}

async fn the_defaults_of_one_account_come_with_those_of_the_system_and_no_other(db: Database) {
    use store::defaults::{self, Level};
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, _, _) = small(&mut tx).await;
    for (level, account, word) in [
        (Level::Domain, None, "system"),
        (Level::Domain, Some(accounts[0]), "acme"),
        (Level::Relay, Some(accounts[1]), "other"),
    ] {
        defaults::set(&mut tx, level, account, &body(word)).await.unwrap();
    }
    let of = async |tx: &mut Connection, account| {
        let mut found: Vec<String> = Vec::new();
        for (_, _, b) in defaults::of::<Body>(tx, account).await.unwrap() {
            found.extend(b.words);
        }
        found.sort();
        found
    };
    assert_eq!(of(&mut tx, Some(accounts[0])).await, ["acme", "system"]);
    assert_eq!(of(&mut tx, Some(accounts[1])).await, ["other", "system"]);
    assert_eq!(of(&mut tx, None).await, ["system"]);
    let a = account::get::<Body>(&mut tx, accounts[1]).await.unwrap().unwrap();
    account::update(&mut tx, &account::Account { time_zone: "UTC".into(), settings: Body::default(), ..a })
        .await
        .unwrap();
    account::set_default(&mut tx, accounts[1]).await.unwrap();
    assert_eq!(account::default_one::<Body>(&mut tx).await.unwrap().map(|a| a.id), Some(accounts[1]));
}

async fn groups_have_an_order_and_members_of_their_own_domain(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let (_, domains, mailboxes) = small(&mut tx).await;
    let stranger = mailbox::insert(&mut tx, &some_mailbox(domains[1], "joe@other.test")).await.unwrap();
    let new = |name: &str| group::Group {
        id: 0,
        domain: domains[0],
        name: name.into(),
        position: 0,
        ldap_group: None,
        settings: body(name),
        created: NOW,
    };
    let mut ids = Vec::new();
    for name in ["Sales", "Board", "All"] {
        ids.push(group::insert(&mut tx, &new(name)).await.unwrap());
    }
    assert!(group::insert(&mut tx, &new("sales")).await.is_err_and(|e| e.is_conflict()));
    assert_eq!(group::set_members(&mut tx, ids[0], &[mailboxes[0], stranger]).await.unwrap(), 1);
    assert_eq!(group::set_members(&mut tx, ids[1], &mailboxes).await.unwrap(), 3);
    let names = async |tx: &mut Connection| {
        let groups = group::of_mailbox::<Body>(tx, mailboxes[0]).await.unwrap();
        groups.into_iter().map(|g| g.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&mut tx).await, ["Sales", "Board"]);
    group::order(&mut tx, domains[0], &[ids[1], 999]).await.unwrap();
    assert_eq!(names(&mut tx).await, ["Board", "Sales"]);
    assert_eq!(group::memberships(&mut tx).await.unwrap()[&mailboxes[0]], [ids[1], ids[0]]);
    let mut board = group::get::<Body>(&mut tx, ids[1]).await.unwrap().unwrap();
    board.ldap_group = Some("cn=board".into());
    board.settings = body("strict");
    group::update(&mut tx, &board).await.unwrap();
    assert_eq!(group::get::<Body>(&mut tx, ids[1]).await.unwrap(), Some(board));
    assert!(group::delete(&mut tx, ids[1]).await.unwrap());
    assert_eq!(names(&mut tx).await, ["Sales"]);
    mailbox::delete(&mut tx, mailboxes[0]).await.unwrap();
    assert!(group::members(&mut tx, ids[0]).await.unwrap().is_empty());
}

async fn a_mailbox_keeps_its_details_and_discovery_removes_only_what_it_may(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let (_, domains, mailboxes) = small(&mut tx).await;
    let details = Details { access: Access::None, keep: true, full_name: "Ann Ames".into(), invalid_since: None };
    mailbox::set_details(&mut tx, mailboxes[0], &details).await.unwrap();
    assert_eq!(mailbox::details(&mut tx, mailboxes[0]).await.unwrap(), Some(details));
    assert_eq!(mailbox::all_details(&mut tx).await.unwrap().len(), 1);
    for id in &mailboxes {
        mailbox::set_invalid(&mut tx, *id, Some(NOW)).await.unwrap();
        mailbox::set_invalid(&mut tx, *id, Some(NOW.plus(DAY))).await.unwrap();
    }
    mailbox::set_invalid(&mut tx, mailboxes[2], None).await.unwrap();
    let removable = mailbox::removable(&mut tx, domains[0], NOW.plus(HOUR)).await.unwrap();
    assert_eq!(removable, [mailboxes[1]], "the first is kept, the third was found again");
    assert_eq!(mailbox::details(&mut tx, mailboxes[2]).await.unwrap().unwrap().invalid_since, None);
}

async fn many_mailboxes_are_added_at_once_and_taken_addresses_are_passed_over(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, domains, mailboxes) = small(&mut tx).await;
    mailbox::add_alias(&mut tx, mailboxes[0], &"m7@acme.test".parse().unwrap()).await.unwrap();
    let mut many: Vec<_> = (0..450).map(|n| some_mailbox(domains[n % 2], &format!("m{n}@acme.test"))).collect();
    many.push(some_mailbox(domains[0], "M3@acme.test"));
    let ids = mailbox::insert_many(&mut tx, &many).await.unwrap();
    let taken: Vec<usize> = ids.iter().enumerate().filter(|(_, id)| id.is_none()).map(|(n, _)| n).collect();
    assert_eq!((ids.len(), taken), (451, vec![7, 450]));
    let found = mailbox::by_address(&mut tx, &"m44@acme.test".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((Some(found.id), found.domain, found.account), (ids[44], domains[0], accounts[0]));
    assert_eq!(account::totals(&mut tx, Scope::All).await.unwrap(), (2, 2, 3 + 449));
    assert_eq!(account::totals(&mut tx, Scope::Account(accounts[1])).await.unwrap(), (1, 1, 224));
    assert!(mailbox::insert_many(&mut tx, &[]).await.unwrap().is_empty());
}

async fn passwords_have_an_age_and_a_past(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let (_, _, mailboxes) = small(&mut tx).await;
    let who = Who::Owner(mailboxes[0]);
    assert_eq!(password::age(&mut tx, who).await.unwrap(), Some(password::Age::default()));
    for n in 0..30 {
        password::set(&mut tx, who, &format!("hash{n}"), NOW.plus(n), n == 29).await.unwrap();
    }
    let age = password::age(&mut tx, who).await.unwrap().unwrap();
    assert_eq!(age, password::Age { changed: Some(NOW.plus(29)), must_change: true });
    assert_eq!(password::earlier(&mut tx, who, 2).await.unwrap(), ["hash28", "hash27"]);
    assert_eq!(password::earlier(&mut tx, who, 100).await.unwrap().len(), 24);
    password::set_must_change(&mut tx, who, false).await.unwrap();
    assert!(!password::age(&mut tx, who).await.unwrap().unwrap().must_change);
    let stored = mailbox::get(&mut tx, mailboxes[0]).await.unwrap().unwrap();
    assert_eq!(stored.password_hash.as_deref(), Some("hash29"));
    assert!(password::earlier(&mut tx, Who::Owner(mailboxes[1]), 9).await.unwrap().is_empty());
}

async fn an_activation_link_opens_once_and_not_after_its_time(db: Database) {
    use store::activation;
    use store::administrator::{self, Administrator};
    let mut tx = db.store.begin().await.unwrap();
    let administrator = Administrator {
        id: AdministratorId(0),
        email: "a@x.test".parse().unwrap(),
        role: Role::System,
        account: None,
        password_hash: None,
        active: false,
        created: NOW,
    };
    let id = administrator::insert(&mut tx, &administrator).await.unwrap();
    let who = Who::Administrator(id);
    activation::insert(&mut tx, "old", who, NOW, NOW.plus(DAY)).await.unwrap();
    activation::insert(&mut tx, "new", who, NOW, NOW.plus(DAY)).await.unwrap();
    assert_eq!(activation::peek(&mut tx, "old", NOW).await.unwrap(), None, "sent again, the first ends");
    assert_eq!(activation::peek(&mut tx, "new", NOW).await.unwrap(), Some(who));
    assert_eq!(activation::take(&mut tx, "new", NOW.plus(DAY)).await.unwrap(), None, "too late");
    assert_eq!(activation::take(&mut tx, "new", NOW).await.unwrap(), Some(who));
    assert_eq!(activation::take(&mut tx, "new", NOW).await.unwrap(), None);
    assert_eq!(administrator::slice(&mut tx, Scope::All, "X.TEST", None, 9).await.unwrap().rows.len(), 1);
    assert!(administrator::delete(&mut tx, id).await.unwrap() && !administrator::any(&mut tx).await.unwrap());
}

async fn outbound_ips_have_member_domains_and_relay_users_log_in_by_name(db: Database) {
    use outbound::{Member, OutboundIp};
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, domains, _) = small(&mut tx).await;
    let ip = OutboundIp {
        id: 0,
        account: accounts[0],
        range: "192.0.2.0/24".parse().unwrap(),
        nickname: "office".into(),
        settings: Settings::default(),
    };
    assert!(outbound::put(&mut tx, &ip).await.unwrap());
    let id = outbound::all(&mut tx, Some(accounts[0])).await.unwrap()[0].id;
    assert_eq!(outbound::get(&mut tx, id).await.unwrap(), Some(OutboundIp { id, ..ip }));
    let members =
        [Member::Domain(domains[0], "acme.test".parse().unwrap()), Member::External("partner.test".parse().unwrap())];
    outbound::set_members(&mut tx, id, &members).await.unwrap();
    assert_eq!(outbound::members(&mut tx, id).await.unwrap(), members);
    store::domain::delete(&mut tx, domains[0]).await.unwrap();
    assert_eq!(outbound::members(&mut tx, id).await.unwrap(), members[1..]);
    assert!(outbound::delete(&mut tx, id).await.unwrap());

    let user = relay::RelayUser {
        id: 0,
        account: accounts[0],
        name: "Printer".into(),
        password_hash: "h".into(),
        active: true,
        created: NOW,
    };
    let id = relay::insert(&mut tx, &user).await.unwrap();
    assert!(
        relay::insert(&mut tx, &relay::RelayUser { name: "PRINTER".into(), ..user.clone() })
            .await
            .is_err_and(|e| e.is_conflict())
    );
    relay::update(&mut tx, &relay::RelayUser { id, active: false, ..user.clone() }).await.unwrap();
    let found = relay::by_name(&mut tx, "printer").await.unwrap();
    assert_eq!(found, Some(relay::RelayUser { id, active: false, ..user }));
    assert_eq!(relay::all(&mut tx, Some(accounts[1])).await.unwrap(), []);
    assert!(relay::delete(&mut tx, id).await.unwrap() && relay::get(&mut tx, id).await.unwrap().is_none());
}

async fn definitions_are_named_once_an_account_and_content_filters_are_used_in_order(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, domains, _) = small(&mut tx).await;
    let new = |account, name: &str| Definition { id: 0, account, name: name.into(), body: body(name), created: NOW };
    for kind in [Kind::Verifier, Kind::Notification] {
        definition::insert(&mut tx, kind, &new(None, "All")).await.unwrap();
        assert!(definition::insert(&mut tx, kind, &new(None, "ALL")).await.is_err_and(|e| e.is_conflict()));
        definition::insert(&mut tx, kind, &new(Some(accounts[0]), "All")).await.unwrap();
        definition::insert(&mut tx, kind, &new(Some(accounts[1]), "b")).await.unwrap();
        let mine = definition::slice::<Body>(&mut tx, kind, Scope::Account(accounts[0]), "", None, 9).await.unwrap();
        assert_eq!(mine.rows.len(), 2, "an account sees those of the system too");
        assert_eq!(definition::all::<Body>(&mut tx, kind).await.unwrap().len(), 3);
    }
    let mut filters = Vec::new();
    for name in ["money", "names"] {
        let d = new(Some(accounts[0]), name);
        filters.push(definition::insert(&mut tx, Kind::ContentFilter, &d).await.unwrap());
    }
    let place = Place::Domain(domains[0]);
    definition::use_filters(&mut tx, place, &[filters[1], filters[0]]).await.unwrap();
    assert_eq!(definition::used_filters(&mut tx, place).await.unwrap(), [filters[1], filters[0]]);
    let mut d = definition::get::<Body>(&mut tx, Kind::ContentFilter, filters[0]).await.unwrap().unwrap();
    d.body = body("changed");
    definition::update(&mut tx, Kind::ContentFilter, &d).await.unwrap();
    assert_eq!(definition::get::<Body>(&mut tx, Kind::ContentFilter, filters[0]).await.unwrap(), Some(d));
    assert!(definition::delete(&mut tx, Kind::ContentFilter, filters[1]).await.unwrap());
    assert_eq!(definition::used_filters(&mut tx, place).await.unwrap(), [filters[0]]);
    store::domain::move_to(&mut tx, domains[0], accounts[1]).await.unwrap();
    assert!(definition::used_filters(&mut tx, place).await.unwrap().is_empty(), "they stay with their account");
}

async fn definitions_are_found_by_name_and_by_the_settings_that_name_them(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, domains, mailboxes) = small(&mut tx).await;
    let new = |account, name: &str| Definition { id: 0, account, name: name.into(), body: body(name), created: NOW };
    let (own, all) = (Some(accounts[0]), None);
    let mine = definition::insert(&mut tx, Kind::Verifier, &new(own, "Office")).await.unwrap();
    let shared = definition::insert(&mut tx, Kind::Verifier, &new(all, "office")).await.unwrap();
    for (account, id) in [(own, Some(mine)), (all, Some(shared)), (Some(accounts[1]), None)] {
        let found = definition::by_name::<Body>(&mut tx, Kind::Verifier, account, "OFFICE").await.unwrap();
        assert_eq!(found.map(|d| d.id), id);
        let of = definition::of::<Body>(&mut tx, Kind::Verifier, account).await.unwrap();
        assert_eq!(of.iter().map(|d| d.id).collect::<Vec<_>>(), id.into_iter().collect::<Vec<_>>());
    }
    let filter = definition::insert(&mut tx, Kind::ContentFilter, &new(own, "f")).await.unwrap();
    let places = [Place::Domain(domains[0]), Place::Outbound(7)];
    for place in places {
        definition::use_filters(&mut tx, place, &[filter]).await.unwrap();
    }
    assert_eq!(definition::places(&mut tx, filter).await.unwrap(), places);

    let settings: Settings = serde_json::from_str(r#"{ "login": { "verifier": "office" } }"#).unwrap();
    for id in &domains {
        let mut d = store::domain::get(&mut tx, *id).await.unwrap().unwrap();
        d.settings = settings.clone();
        store::domain::update(&mut tx, &d).await.unwrap();
    }
    store::defaults::set(&mut tx, store::defaults::Level::Domain, own, &settings).await.unwrap();
    let group = group::Group {
        id: 0,
        domain: domains[0],
        name: "Sales".into(),
        position: 0,
        ldap_group: None,
        settings: settings.clone(),
        created: NOW,
    };
    group::insert(&mut tx, &group).await.unwrap();
    let found = store::reference::setting(&mut tx, own, "verifier").await.unwrap();
    let places: Vec<&str> = found.iter().map(|p| p.place.as_str()).collect();
    assert_eq!(places, ["domain acme.test", "defaults for domain", "group Sales of acme.test"]);
    assert!(found.iter().all(|p| p.account == own && p.settings == settings));
    assert_eq!(store::reference::setting(&mut tx, None, "verifier").await.unwrap().len(), 4);
    assert!(store::reference::setting(&mut tx, None, "content_filters").await.unwrap().is_empty());
    let mut m = mailbox::get(&mut tx, mailboxes[1]).await.unwrap().unwrap();
    m.settings = serde_json::from_str(r#"{ "filtering": { "content_filters": { "f": "block" } } }"#).unwrap();
    mailbox::update(&mut tx, &m).await.unwrap();
    let brand =
        store::brand::Brand { id: 0, name: "Blue".into(), host: None, settings: m.settings.clone(), created: NOW };
    store::brand::insert(&mut tx, &brand).await.unwrap();
    for (account, expected) in
        [(None, vec!["brand Blue", "mailbox bob@acme.test"]), (own, vec!["mailbox bob@acme.test"])]
    {
        let found = store::reference::setting(&mut tx, account, "content_filters").await.unwrap();
        assert_eq!(found.iter().map(|p| p.place.as_str()).collect::<Vec<_>>(), expected);
    }
}

async fn a_notification_leaves_once_in_its_time(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let d = Definition { id: 0, account: None, name: "n".into(), body: body("n"), created: NOW };
    let id = definition::insert(&mut tx, Kind::Notification, &d).await.unwrap();
    assert_eq!(definition::last_sent(&mut tx, id).await.unwrap(), None);
    assert!(definition::claim_sending(&mut tx, id, NOW, NOW.plus(-HOUR)).await.unwrap());
    assert!(!definition::claim_sending(&mut tx, id, NOW.plus(1), NOW.plus(1 - HOUR)).await.unwrap());
    assert!(definition::claim_sending(&mut tx, id, NOW.plus(2 * HOUR), NOW.plus(HOUR)).await.unwrap());
    assert_eq!(definition::last_sent(&mut tx, id).await.unwrap(), Some(NOW.plus(2 * HOUR)));
}

async fn a_bulk_operation_counts_names_its_failures_and_can_be_stopped(db: Database) {
    use bulk::{Failure, State};
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, _, _) = small(&mut tx).await;
    let id = bulk::insert(&mut tx, Some(accounts[0]), "mailboxes", "ann", &body("r"), 1_200, NOW).await.unwrap();
    let waiting = bulk::insert(&mut tx, None, "domains", "ann", &body("r"), 1, NOW).await.unwrap();
    assert!(bulk::start(&mut tx, id).await.unwrap() && !bulk::start(&mut tx, id).await.unwrap());
    let failures: Vec<_> = (0..600).map(|n| Failure { object: format!("m{n}"), reason: "taken".into() }).collect();
    assert!(bulk::progress(&mut tx, id, 700, &failures).await.unwrap());
    assert!(bulk::request_stop(&mut tx, id, NOW).await.unwrap());
    assert!(!bulk::progress(&mut tx, id, 1, &[]).await.unwrap(), "the runner is told to stop");
    bulk::finish(&mut tx, id, State::Stopped, NOW.plus(5)).await.unwrap();
    assert!(!bulk::request_stop(&mut tx, id, NOW).await.unwrap());
    let job = bulk::get::<Body>(&mut tx, id).await.unwrap().unwrap();
    assert_eq!((job.state, job.total, job.done, job.failed, job.stop), (State::Stopped, 1_200, 701, 600, true));
    assert_eq!((job.request, job.finished), (body("r"), Some(NOW.plus(5))));
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let slice = bulk::failures(&mut tx, id, after.as_ref(), 250).await.unwrap();
        seen.extend(slice.rows);
        after = slice.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, failures);
    assert_eq!(bulk::open::<Body>(&mut tx).await.unwrap().iter().map(|j| j.id).collect::<Vec<_>>(), [waiting]);
    assert!(bulk::request_stop(&mut tx, waiting, NOW).await.unwrap());
    assert_eq!(bulk::get::<Body>(&mut tx, waiting).await.unwrap().unwrap().state, State::Stopped);
    let mine = bulk::slice::<Body>(&mut tx, Scope::Account(accounts[0]), None, 10).await.unwrap();
    assert_eq!(mine.rows.iter().map(|j| j.id).collect::<Vec<_>>(), [id]);
}

async fn a_request_that_comes_twice_is_answered_from_the_first(db: Database) {
    use idempotency::Known;
    let mut tx = db.store.begin().await.unwrap();
    let new = token::ApiToken {
        id: 0,
        name: "n".into(),
        scopes: vec!["read".into()],
        account: None,
        created: NOW,
        last_used: None,
        revoked: None,
    };
    let id = token::insert(&mut tx, "hash", &new).await.unwrap();
    let end = NOW.plus(DAY);
    assert_eq!(idempotency::begin(&mut tx, id, "k", "z", NOW, NOW.plus(1)).await.unwrap(), Known::New);
    let now = NOW.plus(1);
    assert_eq!(
        idempotency::begin(&mut tx, id, "k", "a", now, now.plus(1)).await.unwrap(),
        Known::New,
        "never finished"
    );
    assert_eq!(idempotency::begin(&mut tx, id, "k", "a", NOW, end).await.unwrap(), Known::Running);
    assert_eq!(idempotency::begin(&mut tx, id, "k", "b", NOW, end).await.unwrap(), Known::Different);
    idempotency::finish(&mut tx, id, "k", 201, "{}", end).await.unwrap();
    let answered = Known::Answered { status: 201, response: "{}".into() };
    assert_eq!(idempotency::begin(&mut tx, id, "k", "a", NOW.plus(HOUR), end).await.unwrap(), answered);
    assert_eq!(idempotency::begin(&mut tx, id, "k", "b", end, end.plus(DAY)).await.unwrap(), Known::New, "forgotten");
    idempotency::forget(&mut tx, id, "k").await.unwrap();
    assert_eq!(idempotency::begin(&mut tx, id, "k", "c", NOW, end).await.unwrap(), Known::New);

    token::touch(&mut tx, id, NOW, NOW.plus(-HOUR)).await.unwrap();
    token::touch(&mut tx, id, NOW.plus(1), NOW.plus(1 - HOUR)).await.unwrap();
    assert_eq!(token::by_id(&mut tx, id).await.unwrap().unwrap().last_used, Some(NOW), "once an hour");
    assert!(token::revoke(&mut tx, id, NOW).await.unwrap() && !token::revoke(&mut tx, id, NOW).await.unwrap());
    assert_eq!(token::get(&mut tx, "hash").await.unwrap(), None);
    assert_eq!(token::slice(&mut tx, Scope::All, None, 5).await.unwrap().rows[0].revoked, Some(NOW));
}

async fn what_is_removed_takes_its_lists_along_and_counts_stay_true(db: Database) {
    use store::senders::{self, Kind as List, Owner};
    let mut tx = db.store.begin().await.unwrap();
    let (accounts, domains, mailboxes) = small(&mut tx).await;
    let entries = ["friend.test".parse().unwrap()];
    for owner in [Owner::Domain(domains[0]), Owner::Mailbox(mailboxes[0]), Owner::Mailbox(mailboxes[1])] {
        senders::set(&mut tx, owner, List::Friend, &entries).await.unwrap();
    }
    assert!(mailbox::delete(&mut tx, mailboxes[0]).await.unwrap());
    assert!(!mailbox::delete(&mut tx, mailboxes[0]).await.unwrap());
    assert_eq!(senders::all(&mut tx).await.unwrap().len(), 2);
    assert_eq!(account::totals(&mut tx, Scope::Account(accounts[0])).await.unwrap(), (1, 1, 2));
    assert!(store::domain::move_to(&mut tx, domains[0], accounts[1]).await.unwrap());
    assert_eq!(account::totals(&mut tx, Scope::Account(accounts[0])).await.unwrap(), (1, 0, 0));
    assert_eq!(account::totals(&mut tx, Scope::Account(accounts[1])).await.unwrap(), (1, 2, 2));
    assert_eq!(mailbox::get(&mut tx, mailboxes[1]).await.unwrap().unwrap().account, accounts[1]);
    assert!(store::domain::delete(&mut tx, domains[0]).await.unwrap());
    assert!(senders::all(&mut tx).await.unwrap().is_empty());
    assert_eq!(account::totals(&mut tx, Scope::All).await.unwrap(), (2, 1, 0));
    assert!(account::delete(&mut tx, accounts[1]).await.unwrap());
    assert_eq!(account::totals(&mut tx, Scope::All).await.unwrap(), (1, 0, 0));
}

on_both!(
    brands_are_found_by_their_host_and_leave_their_accounts_when_they_go,
    an_account_comes_back_as_it_was_written_and_the_default_one_stays,
    defaults_are_kept_by_level_for_the_system_and_for_accounts,
    groups_have_an_order_and_members_of_their_own_domain,
    groups_and_their_members_are_listed_in_pages,
    aliases_across_domains_are_found_from_both_sides,
    the_defaults_of_one_account_come_with_those_of_the_system_and_no_other,
    a_mailbox_keeps_its_details_and_discovery_removes_only_what_it_may,
    many_mailboxes_are_added_at_once_and_taken_addresses_are_passed_over,
    passwords_have_an_age_and_a_past,
    an_activation_link_opens_once_and_not_after_its_time,
    outbound_ips_have_member_domains_and_relay_users_log_in_by_name,
    definitions_are_named_once_an_account_and_content_filters_are_used_in_order,
    definitions_are_found_by_name_and_by_the_settings_that_name_them,
    a_notification_leaves_once_in_its_time,
    a_bulk_operation_counts_names_its_failures_and_can_be_stopped,
    a_request_that_comes_twice_is_answered_from_the_first,
    what_is_removed_takes_its_lists_along_and_counts_stay_true,
);
