//! Search by how a name begins, and the lists that people page through, on both databases.

use crate::database::{Database, on_both};
use crate::records::{NOW, some_domain, some_mailbox};
use model::view::{ListQuery, MailboxState};
use model::*;
use store::group::Group;
use store::outbound::OutboundIp;
use store::search::{self, Few};
use store::{Scope, Store, account, administrator, domain, group, mailbox, outbound, preference};

async fn some(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    for name in ["Acme", "Other"] {
        account::insert(&mut tx, name, NOW).await.unwrap();
    }
    for (account, name) in [(1, "acme.test"), (2, "other.test"), (1, "shop.acme.test")] {
        domain::insert(&mut tx, &some_domain(AccountId(account), name)).await.unwrap();
    }
    for (domain, address) in [(1, "Bob@acme.test"), (1, "bobby@acme.test"), (1, "ann@acme.test"), (2, "bob@other.test")]
    {
        mailbox::insert(&mut tx, &some_mailbox(DomainId(domain), address)).await.unwrap();
    }
    mailbox::add_alias(&mut tx, MailboxId(3), &"bonnie@acme.test".parse().unwrap()).await.unwrap();
    for (name, domain) in [("Sales", 1), ("Support", 1), ("Sales", 2)] {
        let group: Group<Settings> = Group {
            id: 0,
            domain: DomainId(domain),
            name: name.into(),
            position: 0,
            ldap_group: None,
            settings: Settings::default(),
            created: NOW,
        };
        group::insert(&mut tx, &group).await.unwrap();
    }
    for (account, range, nickname) in [(1, "192.0.2.0/24", "office"), (2, "198.51.100.7", "")] {
        let row = OutboundIp {
            id: 0,
            account: AccountId(account),
            range: range.parse().unwrap(),
            nickname: nickname.into(),
            settings: Settings::default(),
        };
        outbound::put(&mut tx, &row).await.unwrap();
    }
    for (email, role, account, active) in [
        ("root@acme.test", Role::System, None, true),
        ("boss@acme.test", Role::Account, Some(AccountId(1)), true),
        ("gone@other.test", Role::Operator, Some(AccountId(2)), false),
    ] {
        let row = administrator::Administrator {
            id: AdministratorId(0),
            email: email.parse().unwrap(),
            role,
            account,
            password_hash: None,
            active,
            created: NOW,
        };
        administrator::insert(&mut tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn things_are_found_by_how_they_begin_and_only_within_the_account(db: Database) {
    some(&db.store).await;
    let mut c = db.store.read().await.unwrap();
    let acme = Scope::Account(AccountId(1));
    let names = |hits: Vec<search::Hit>| hits.into_iter().map(|h| h.name).collect::<Vec<_>>();
    let all = search::mailboxes(&mut c, Scope::All, "BO", 10).await.unwrap();
    assert_eq!(names(all), ["Bob@acme.test", "bob@other.test", "bobby@acme.test", "bonnie@acme.test"]);
    let two = search::mailboxes(&mut c, Scope::All, "bo", 2).await.unwrap();
    assert_eq!(two.len(), 2);
    for typed in ["bob", "Bob"] {
        let found = names(search::mailboxes(&mut c, acme, typed, 10).await.unwrap());
        assert_eq!(found, ["Bob@acme.test", "bobby@acme.test"], "{typed}");
    }
    let alias = search::mailboxes(&mut c, acme, "bonn", 10).await.unwrap();
    assert_eq!((alias[0].id, alias[0].detail.as_str()), (3, "ann@acme.test"));
    assert_eq!(search::mailboxes(&mut c, acme, "bob@other", 10).await.unwrap(), []);
    assert_eq!(search::mailboxes(&mut c, Scope::All, "%", 10).await.unwrap(), []);

    let found = search::domains(&mut c, Scope::All, "Acme", 10).await.unwrap();
    assert_eq!(names(found), ["acme.test", "shop.acme.test"]);
    assert_eq!(search::domains(&mut c, acme, "other", 10).await.unwrap(), []);
    assert_eq!(names(search::few(&mut c, Few::Groups, acme, "sal", 10).await.unwrap()), ["Sales"]);
    assert_eq!(names(search::few(&mut c, Few::OutboundIps, Scope::All, "OFFICE", 10).await.unwrap()), ["192.0.2.0/24"]);
    for kind in [Few::Accounts, Few::Administrators, Few::ContentFilters, Few::Verifiers, Few::Notifications] {
        assert_eq!(search::few(&mut c, kind, acme, "no such thing", 10).await.unwrap(), [], "{kind:?}");
    }
}

async fn lists_are_narrowed_sorted_and_counted(db: Database) {
    some(&db.store).await;
    let mut c = db.store.read().await.unwrap();
    let acme = Scope::Account(AccountId(1));
    let by = |sort: &str, q: &str| ListQuery { sort: sort.into(), q: q.into(), ..ListQuery::default() };
    let groups = group::list(&mut c, Scope::All, None, &by("domain", "")).await.unwrap();
    assert_eq!((groups.total, groups.rows[2].domain_name.as_str()), (3, "other.test"));
    assert_eq!(group::list(&mut c, acme, None, &by("", "sales")).await.unwrap().total, 1);
    assert_eq!(group::list(&mut c, Scope::All, Some(DomainId(2)), &by("members", "")).await.unwrap().total, 1);
    let ips = outbound::list(&mut c, Scope::All, &by("account", "")).await.unwrap();
    assert_eq!((ips.rows[0].account_name.as_str(), ips.rows[0].domains), ("Acme", 0));
    assert_eq!(outbound::list(&mut c, acme, &by("domains", "198")).await.unwrap().total, 0);
    let of = administrator::Of { role: Some(Role::Operator), active: Some(false) };
    let gone = administrator::list(&mut c, Scope::All, of, &by("state", "")).await.unwrap();
    assert_eq!((gone.total, gone.rows[0].email.as_str(), gone.rows[0].activated), (1, "gone@other.test", false));
    let all = administrator::list(&mut c, Scope::All, administrator::Of::default(), &by("account", "")).await.unwrap();
    assert_eq!((all.total, all.rows[0].account_name.as_deref()), (3, None));
    let of = mailbox::Of { domain: Some(DomainId(1)), state: Some(MailboxState::Inactive) };
    assert_eq!(mailbox::list(&mut c, Scope::All, of, &by("", "")).await.unwrap().total, 0);
    let of = mailbox::Of { domain: None, state: Some(MailboxState::Active) };
    assert_eq!(mailbox::list(&mut c, acme, of, &by("state", "bob")).await.unwrap().total, 2);
}

async fn a_preference_is_kept_for_its_administrator(db: Database) {
    some(&db.store).await;
    let (one, other) = (AdministratorId(1), AdministratorId(2));
    let mut tx = db.store.begin().await.unwrap();
    for value in ["a,b", "b,a"] {
        preference::set(&mut tx, one, "tiles", value).await.unwrap();
    }
    assert_eq!(preference::get(&mut tx, one, "tiles").await.unwrap().as_deref(), Some("b,a"));
    assert_eq!(preference::get(&mut tx, other, "tiles").await.unwrap(), None);
    administrator::delete(&mut tx, one).await.unwrap();
    assert_eq!(preference::get(&mut tx, one, "tiles").await.unwrap(), None);
}

on_both!(
    things_are_found_by_how_they_begin_and_only_within_the_account,
    lists_are_narrowed_sorted_and_counted,
    a_preference_is_kept_for_its_administrator,
);
