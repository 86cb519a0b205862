use crate::definitions;
use crate::world::{World, code, system};
use model::settings::DigestFrequency;
use model::view::{DomainForm, ListQuery, MailboxForm, MailboxState, QuarantineQuery, ReleaseTo, Unrecognized};
use model::*;
use service::{
    AdministratorChange, After, BulkChange, BulkOf, BulkSelection, Defined, DefinitionChange, DomainChange, Error,
    FilterPlace, GroupChange, MailboxChange, MemberChange, MemberRef, NewAdministrator, RelayUserChange, SettingsOf,
    UseCase, permits,
};

/// Columns: System, Account, Operator, Dashboard, Owner (guide chapter 4).
const TABLE: &[(UseCase, &str)] = &[
    (UseCase::Overview, "yyyy-"),
    (UseCase::ListAccounts, "yyyy-"),
    (UseCase::AddAccount, "y----"),
    (UseCase::EditAccount, "yy---"),
    (UseCase::DeleteAccount, "y----"),
    (UseCase::ListDomains, "yyyy-"),
    (UseCase::AddDomain, "yy---"),
    (UseCase::EditDomain, "yyy--"),
    (UseCase::MoveDomain, "y----"),
    (UseCase::DeleteDomain, "yy---"),
    (UseCase::ListMailboxes, "yyyy-"),
    (UseCase::AddMailbox, "yyy--"),
    (UseCase::EditMailbox, "yyy--"),
    (UseCase::DeleteMailbox, "yyy--"),
    (UseCase::ListGroups, "yyyy-"),
    (UseCase::AddGroup, "yyy--"),
    (UseCase::EditGroup, "yyy--"),
    (UseCase::DeleteGroup, "yyy--"),
    (UseCase::ListBrands, "y----"),
    (UseCase::AddBrand, "y----"),
    (UseCase::EditBrand, "y----"),
    (UseCase::DeleteBrand, "y----"),
    (UseCase::ListOutbound, "yyyy-"),
    (UseCase::AddOutbound, "yy---"),
    (UseCase::EditOutbound, "yyy--"),
    (UseCase::MoveOutbound, "y----"),
    (UseCase::DeleteOutbound, "yy---"),
    (UseCase::ListMessages, "yyyy-"),
    (UseCase::ListQuarantine, "yyyyy"),
    (UseCase::ReadMessage, "yyyyy"),
    (UseCase::Release, "yyy-y"),
    (UseCase::Delete, "yyy-y"),
    (UseCase::ViewQueue, "y----"),
    (UseCase::RetryQueue, "y----"),
    (UseCase::OwnerHome, "----y"),
    (UseCase::SetDigest, "----y"),
    (UseCase::SendDigest, "yyy-y"),
    (UseCase::ReadAudit, "yy---"),
    (UseCase::Apply, "y----"),
    (UseCase::Export, "y----"),
    (UseCase::ReadSettings, "yyyy-"),
    (UseCase::EditSettings, "yyy--"),
    (UseCase::EditAccountSettings, "yy---"),
    (UseCase::ListAdministrators, "yy---"),
    (UseCase::AddAdministrator, "yy---"),
    (UseCase::EditAdministrator, "yy---"),
    (UseCase::DeleteAdministrator, "yy---"),
    (UseCase::ListTokens, "yy---"),
    (UseCase::CreateToken, "yy---"),
    (UseCase::RevokeToken, "yy---"),
    (UseCase::ListBulk, "yyy--"),
    (UseCase::StartBulk, "yyy--"),
    (UseCase::StopBulk, "yyy--"),
    (UseCase::ChangePassword, "yyyyy"),
    (UseCase::OwnSessions, "yyyyy"),
    (UseCase::ListRelayUsers, "yyy--"),
    (UseCase::AddRelayUser, "yy---"),
    (UseCase::EditRelayUser, "yy---"),
    (UseCase::DeleteRelayUser, "yy---"),
    (UseCase::ListVerifiers, "yyy--"),
    (UseCase::AddVerifier, "yy---"),
    (UseCase::EditVerifier, "yy---"),
    (UseCase::DeleteVerifier, "yy---"),
    (UseCase::ListContentFilters, "yyy--"),
    (UseCase::AddContentFilter, "yy---"),
    (UseCase::EditContentFilter, "yy---"),
    (UseCase::DeleteContentFilter, "yy---"),
    (UseCase::ListNotifications, "yyy--"),
    (UseCase::AddNotification, "yy---"),
    (UseCase::EditNotification, "yy---"),
    (UseCase::DeleteNotification, "yy---"),
    (UseCase::Job, "y----"),
];

const ALL: After = After { cursor: None, limit: 50 };

fn operator(n: u32) -> NewAdministrator {
    NewAdministrator {
        email: format!("n{n}@x.test"),
        role: Role::Operator,
        account: Some(AccountId(1)),
        password: Some("long enough".into()),
    }
}

fn one(mailbox: MailboxId) -> BulkSelection {
    BulkSelection { ids: vec![mailbox.0], ..BulkSelection::default() }
}

fn keep() -> BulkChange {
    BulkChange { keep: Some(true), ..BulkChange::default() }
}

async fn call(w: &World, a: &Actor, what: UseCase, n: u32) -> Result<(), Error> {
    let s = &w.service;
    let list = ListQuery::default();
    let domain = w.mailbox("bob@acme.test").await.domain;
    let mailbox = w.mailbox("bob@acme.test").await.id;
    match what {
        UseCase::Overview => s.overview(a, w.now(), w.now()).await.map(drop),
        UseCase::ListAccounts => s.accounts(a, &list).await.map(drop),
        UseCase::AddAccount => s.add_account(a, &format!("new {n}")).await.map(drop),
        UseCase::ListDomains => {
            s.domains(a, &list).await?;
            s.domain(a, domain).await.map(drop)
        }
        UseCase::AddDomain => {
            let form = DomainForm {
                account: AccountId(1),
                name: format!("d{n}.test"),
                gateways: "mx.test".into(),
                unrecognized: Unrecognized::Reject,
            };
            s.add_domain(a, &form).await.map(drop)
        }
        UseCase::EditDomain => {
            s.set_filters(a, FilterPlace::Domain(domain), &[]).await?;
            let change = DomainChange { gateways: Some(format!("mx{n}.test")), unrecognized: None };
            s.change_domain(a, domain, &change).await?;
            s.set_domain_senders(a, domain, &[], &[]).await
        }
        UseCase::ListMailboxes => s.mailboxes(a, None, &list).await.map(drop),
        UseCase::AddMailbox => {
            let form = MailboxForm { domain, name: format!("m{n}"), aliases: String::new(), password: String::new() };
            s.add_mailbox(a, &form).await.map(drop)
        }
        UseCase::EditMailbox => {
            let change = MailboxChange { state: Some(MailboxState::Active), ..MailboxChange::default() };
            s.change_mailbox(a, mailbox, &change).await?;
            s.revoke_links(a, mailbox).await
        }
        UseCase::DeleteMailbox => {
            let form = MailboxForm { domain, name: format!("m{n}"), aliases: String::new(), password: String::new() };
            let made = s.add_mailbox(&system(), &form).await?;
            s.delete_mailbox(a, made).await.map(drop)
        }
        UseCase::EditAccount => s.rename_account(a, AccountId(1), &format!("acme {n}")).await,
        UseCase::DeleteAccount => {
            let made = s.add_account(&system(), &format!("new {n}")).await?;
            s.delete_account(a, made).await
        }
        UseCase::MoveDomain => s.move_domain(a, domain, AccountId(1)).await,
        UseCase::DeleteDomain => {
            let form = DomainForm {
                account: AccountId(1),
                name: format!("d{n}.test"),
                gateways: "mx.test".into(),
                unrecognized: Unrecognized::Reject,
            };
            let made = s.add_domain(&system(), &form).await?;
            s.delete_domain(a, made).await
        }
        UseCase::ListGroups => {
            let made = s.add_group(&system(), domain, &format!("g{n}"), None).await?;
            s.groups_after(a, Some(domain), &ALL).await?;
            s.group(a, made).await?;
            s.group_members_after(a, made, &ALL).await?;
            s.mailbox_groups(a, mailbox).await?;
            s.group_senders(a, made).await.map(drop)
        }
        UseCase::AddGroup => s.add_group(a, domain, &format!("g{n}"), None).await.map(drop),
        UseCase::EditGroup => {
            let made = s.add_group(&system(), domain, &format!("g{n}"), None).await?;
            s.change_group(a, made, &GroupChange { position: Some(0), ..GroupChange::default() }).await?;
            s.set_group_senders(a, made, &[], &[]).await?;
            s.set_mailbox_groups(a, mailbox, &[made]).await?;
            let all = s.groups_after(&system(), Some(domain), &After { cursor: None, limit: 500 }).await?.rows;
            s.order_groups(a, domain, &all.iter().map(|g| g.id).collect::<Vec<_>>()).await?;
            let bob = [MemberRef::Mailbox(mailbox)];
            s.change_group_members(a, made, MemberChange::Set, &bob).await.map(drop)
        }
        UseCase::DeleteGroup => {
            let made = s.add_group(&system(), domain, &format!("g{n}"), None).await?;
            s.delete_group(a, made).await
        }
        UseCase::ListBrands => {
            let made = s.add_brand(&system(), &format!("b{n}"), "").await?;
            s.brand(a, made).await?;
            s.brands(a).await.map(drop)
        }
        UseCase::AddBrand => s.add_brand(a, &format!("b{n}"), "").await.map(drop),
        UseCase::EditBrand => {
            let made = s.add_brand(&system(), &format!("b{n}"), "").await?;
            s.change_brand(a, made, &format!("b{n}.test")).await
        }
        UseCase::DeleteBrand => {
            let made = s.add_brand(&system(), &format!("b{n}"), "").await?;
            s.delete_brand(a, made).await
        }
        UseCase::ListOutbound => s.outbound_ips_after(a, &ALL).await.map(drop),
        UseCase::AddOutbound => s.add_outbound_ip(a, AccountId(1), &format!("10.0.0.{n}"), "").await.map(drop),
        UseCase::EditOutbound => {
            let made = s.add_outbound_ip(&system(), AccountId(1), &format!("10.0.1.{n}"), "").await?;
            s.set_outbound_members(a, made, &["acme.test".parse().unwrap()]).await?;
            s.name_outbound_ip(a, made, "office").await
        }
        UseCase::MoveOutbound => {
            let made = s.add_outbound_ip(&system(), AccountId(1), &format!("10.0.3.{n}"), "").await?;
            s.move_outbound_ip(a, made, AccountId(2)).await
        }
        UseCase::DeleteOutbound => {
            let made = s.add_outbound_ip(&system(), AccountId(1), &format!("10.0.2.{n}"), "").await?;
            s.delete_outbound_ip(a, made).await
        }
        UseCase::ListMessages => s.messages_after(a, &Default::default(), &ALL).await.map(drop),
        UseCase::ListAdministrators => s.administrators_after(a, "", &ALL).await.map(drop),
        UseCase::EditAdministrator => {
            let made = s.add_administrator(&system(), &operator(n)).await?;
            let change = AdministratorChange { role: Some(Role::Dashboard), ..AdministratorChange::default() };
            s.change_administrator(a, made, &change).await
        }
        UseCase::DeleteAdministrator => {
            let made = s.add_administrator(&system(), &operator(n)).await?;
            s.delete_administrator(a, made).await
        }
        UseCase::ListQuarantine => s.quarantine(a, &QuarantineQuery::default()).await.map(drop),
        UseCase::ReadMessage => {
            let id = w.hold(u128::from(n), "bob@acme.test", false).await;
            s.message_raw(a, id).await?;
            s.message(a, id).await.map(drop)
        }
        UseCase::Release => s.release(a, &[], ReleaseTo::Recipient).await.map(drop),
        UseCase::Delete => s.delete(a, &[]).await.map(drop),
        UseCase::ViewQueue => s.queue(a).map(drop),
        UseCase::RetryQueue => s.retry_queue(a).await,
        UseCase::OwnerHome => s.owner_home(a).await.map(drop),
        UseCase::SetDigest => s.set_digest(a, DigestFrequency::Weekly).await,
        UseCase::SendDigest => {
            let due = s.digest_until_now(a, mailbox).await?;
            let content = s.digest_content(a, &due).await?;
            s.deliver_digest(a, &content, b"Subject: x\r\n\r\n".to_vec()).await.map(drop)
        }
        UseCase::ReadAudit => s.audit(a, &list).await.map(drop),
        UseCase::Apply => s.apply(a, "accounts: []", false).await.map(drop),
        UseCase::Export => s.export(a).await.map(drop),
        UseCase::AddAdministrator => s.add_administrator(a, &operator(n)).await.map(drop),
        UseCase::ReadSettings => {
            s.may_read_settings(a)?;
            s.settings(a, SettingsOf::Domain(domain)).await.map(drop)
        }
        UseCase::EditSettings => {
            let changes = [("digest.frequency".to_owned(), "weekly".into())];
            s.change_settings(a, SettingsOf::Mailbox(mailbox), &changes).await.map(drop)
        }
        UseCase::EditAccountSettings => {
            let account = AccountId(1);
            let changes = [("routing.max_size_mb".to_owned(), n.min(100).into())];
            s.change_settings(a, SettingsOf::Account(account), &changes).await?;
            s.change_settings(a, SettingsOf::DefaultInbound(Some(account)), &changes).await?;
            let changes = [("outbound_routing.max_size_mb".to_owned(), n.min(100).into())];
            s.change_settings(a, SettingsOf::DefaultRelay(Some(account)), &changes).await?;
            s.change_settings(a, SettingsOf::DefaultOutbound(Some(account)), &changes).await.map(drop)
        }
        UseCase::ListTokens => s.tokens_after(a, &ALL).await.map(drop),
        UseCase::RevokeToken => {
            s.create_token(&system(), &format!("token {n}"), &[], Some(AccountId(1))).await?;
            let newest = s.tokens_after(&system(), &ALL).await?.rows[0].id;
            s.revoke_token(a, newest).await
        }
        UseCase::CreateToken => s.create_token(a, "t", &[], Some(AccountId(1))).await.map(drop),
        UseCase::ListBulk => s.bulk_jobs_after(a, &ALL).await.map(drop),
        UseCase::StartBulk => s.start_bulk(a, BulkOf::Mailboxes, &one(mailbox), &keep()).await.map(drop),
        UseCase::StopBulk => {
            let by = World::administrator(Role::Account, 1);
            let job = s.start_bulk(&by, BulkOf::Mailboxes, &one(mailbox), &keep()).await?;
            s.stop_bulk(a, job).await
        }
        UseCase::ChangePassword => {
            match s.change_own_password(a, "", "wrong password", "long enough").await {
                // These actors have no password, and not all are in the database; but they may ask.
                Err(e) if e.code() != ErrorCode::Forbidden => Ok(()),
                other => other,
            }
        }
        UseCase::OwnSessions => {
            s.own_sessions(a, "").await?;
            s.end_other_sessions(a, "").await.map(drop)
        }
        UseCase::ListRelayUsers => s.relay_users_after(a, "", &ALL).await.map(drop),
        UseCase::AddRelayUser => s.add_relay_user(a, AccountId(1), &format!("r{n}"), "long enough").await.map(drop),
        UseCase::EditRelayUser => {
            let made = s.add_relay_user(&system(), AccountId(1), &format!("r{n}"), "long enough").await?;
            let change = RelayUserChange { active: Some(false), password: Some("another one".into()) };
            s.change_relay_user(a, made, &change).await
        }
        UseCase::DeleteRelayUser => {
            let made = s.add_relay_user(&system(), AccountId(1), &format!("r{n}"), "long enough").await?;
            s.delete_relay_user(a, made).await
        }
        UseCase::ListVerifiers | UseCase::AddVerifier | UseCase::EditVerifier | UseCase::DeleteVerifier => {
            define(w, a, what, n, definitions::verifier()).await
        }
        UseCase::ListContentFilters
        | UseCase::AddContentFilter
        | UseCase::EditContentFilter
        | UseCase::DeleteContentFilter => define(w, a, what, n, definitions::content_filter()).await,
        UseCase::ListNotifications
        | UseCase::AddNotification
        | UseCase::EditNotification
        | UseCase::DeleteNotification => define(w, a, what, n, definitions::notification()).await,
        UseCase::Job => {
            s.due_digests(a, w.now()).await?;
            s.purge(a, &Default::default()).await.map(drop)
        }
    }
}

/// The use case `what` of a kind of definition.
async fn define<D: Defined>(w: &World, a: &Actor, what: UseCase, n: u32, body: D) -> Result<(), Error> {
    let (s, account) = (&w.service, Some(AccountId(1)));
    if what == D::LIST {
        return s.definitions_after::<D>(a, "", &ALL).await.map(drop);
    }
    if what == D::ADD {
        return s.add_definition(a, account, &format!("n{n}"), body).await.map(drop);
    }
    let made = s.add_definition(&system(), account, &format!("n{n}"), body).await?;
    if what == D::DELETE {
        return s.delete_definition::<D>(a, made).await;
    }
    let change = DefinitionChange::<D> { name: Some(format!("m{n}")), body: None };
    s.change_definition(a, made, change).await
}

#[tokio::test]
async fn each_role_may_do_exactly_what_the_table_says() {
    let w = World::new().await;
    assert_eq!(TABLE.len(), UseCase::ALL.len());
    let actors = [
        system(),
        World::administrator(Role::Account, 1),
        World::administrator(Role::Operator, 1),
        World::administrator(Role::Dashboard, 1),
        w.owner("bob@acme.test").await,
    ];
    let mut n = 0;
    for (what, row) in TABLE {
        for (actor, cell) in actors.iter().zip(row.chars()) {
            n += 1;
            let expected = if cell == 'y' { None } else { Some(ErrorCode::Forbidden) };
            let got = call(&w, actor, *what, n).await;
            assert_eq!(code(&got), expected, "{what:?} as {:?}: {got:?}", actor.role);
            assert_eq!(permits(actor.role, *what), cell == 'y');
        }
    }
}

#[tokio::test]
async fn a_role_that_does_not_fit_its_principal_may_do_nothing() {
    let w = World::new().await;
    let mut forged = w.owner("bob@acme.test").await;
    forged.role = Role::System;
    assert_eq!(code(&w.service.accounts(&forged, &ListQuery::default()).await), Some(ErrorCode::Forbidden));
    let mut homeless = World::administrator(Role::Account, 1);
    homeless.principal = Principal::Administrator { id: AdministratorId(9), account: None };
    assert_eq!(code(&w.service.accounts(&homeless, &ListQuery::default()).await), Some(ErrorCode::Forbidden));
}
