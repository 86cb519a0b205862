//! A request for each operation of the document that goes well where it is permitted.

use crate::served::Served;
use model::view::{DomainForm, MailboxForm, Unrecognized};
use model::{AccountId, Actor, Role};
use serde_json::{Value, json};
use service::{After, BulkChange, BulkOf, BulkSelection, NewAdministrator, UseCase};

pub struct Operation {
    pub id: &'static str,
    pub what: UseCase,
    pub method: &'static str,
    pub path: String,
    pub body: Option<Value>,
    pub status: u16,
}

/// All operations, on things of the account acme. `n` makes names that are new each time.
pub async fn all(s: &Served, n: u32) -> Vec<Operation> {
    let bob = s.world.mailbox("bob@acme.test").await;
    let (domain, mailbox, account) = (bob.domain.0, bob.id.0, bob.account.0);
    let mut held = Vec::new();
    for i in 0..5 {
        held.push(s.world.hold(u128::from(n * 10 + i), "bob@acme.test", false).await);
    }
    let kept = s.world.keep(u128::from(n * 10 + 9), "bob@acme.test").await;
    let system = &crate::world::system();
    let service = &s.world.service;
    let spare_account = service.add_account(system, &format!("spare {n}")).await.unwrap().0;
    let form = DomainForm {
        account: AccountId(account),
        name: format!("spare{n}.test"),
        gateways: "mx.test".into(),
        unrecognized: Unrecognized::Reject,
    };
    let spare_domain = service.add_domain(system, &form).await.unwrap().0;
    let form =
        MailboxForm { domain: bob.domain, name: format!("spare{n}"), aliases: String::new(), password: String::new() };
    let spare_mailbox = service.add_mailbox(system, &form).await.unwrap().0;
    let new = NewAdministrator {
        email: format!("spare{n}@x.test"),
        role: Role::Operator,
        account: Some(AccountId(account)),
        password: Some("long enough".into()),
    };
    let administrator = service.add_administrator(system, &new).await.unwrap().0;
    let group = service.add_group(system, bob.domain, &format!("group {n}"), None).await.unwrap();
    let spare_group = service.add_group(system, bob.domain, &format!("spare {n}"), None).await.unwrap();
    let brand = service.add_brand(system, &format!("brand{n}"), "").await.unwrap();
    let spare_brand = service.add_brand(system, &format!("spare{n}"), "").await.unwrap();
    let form = DomainForm {
        account: AccountId(account),
        name: format!("other{n}.test"),
        gateways: "mx.test".into(),
        unrecognized: Unrecognized::Reject,
    };
    let other_domain = service.add_domain(system, &form).await.unwrap().0;
    let range = |third: u8| format!("10.{third}.{}.{}", n / 250, n % 250);
    let outbound = service.add_outbound_ip(system, AccountId(account), &range(1), "").await.unwrap();
    let mut out = Vec::new();
    let mut op = |id, what, method, path: String, body: Value, status| {
        let body = Some(body).filter(|b| !b.is_null());
        out.push(Operation { id, what, method, path, body, status });
    };
    use UseCase::*;
    let none = Value::Null;
    op("list_accounts", ListAccounts, "GET", "/accounts".into(), none.clone(), 200);
    op("add_account", AddAccount, "POST", "/accounts".into(), json!({ "name": format!("new {n}") }), 201);
    op("get_account", ListAccounts, "GET", format!("/accounts/{account}"), none.clone(), 200);
    op(
        "change_account",
        EditAccount,
        "PATCH",
        format!("/accounts/{account}"),
        json!({ "name": format!("acme {n}") }),
        200,
    );
    op("delete_account", DeleteAccount, "DELETE", format!("/accounts/{spare_account}"), none.clone(), 204);
    op("list_domains", ListDomains, "GET", "/domains".into(), none.clone(), 200);
    let new =
        json!({ "account": account, "name": format!("d{n}.test"), "gateways": ["mx.test"], "unrecognized": "discard" });
    op("add_domain", AddDomain, "POST", "/domains".into(), new, 201);
    op("get_domain", ListDomains, "GET", format!("/domains/{domain}"), none.clone(), 200);
    let change = json!({ "gateways": [format!("mx{n}.test:26")] });
    op("change_domain", EditDomain, "PATCH", format!("/domains/{domain}"), change, 200);
    op("get_domain_status", ListDomains, "GET", format!("/domains/{domain}/status"), none.clone(), 200);
    op("get_domain_senders", ListDomains, "GET", format!("/domains/{domain}/senders"), none.clone(), 200);
    let lists = json!({ "friends": ["partner.test // ours"], "enemies": ["192.0.2.0/24"] });
    op("set_domain_senders", EditDomain, "PUT", format!("/domains/{domain}/senders"), lists, 200);
    let key =
        service.add_dkim_key(system, model::DomainId(other_domain), model::DkimAlgorithm::Ed25519, None).await.unwrap();
    op("list_dkim_keys", ListDomains, "GET", format!("/dkim-keys?domain={other_domain}"), none.clone(), 200);
    let new = json!({ "domain": other_domain, "algorithm": "ed25519", "selector": format!("s{n}") });
    op("add_dkim_key", EditDomain, "POST", "/dkim-keys".into(), new, 201);
    op("get_dkim_key", ListDomains, "GET", format!("/dkim-keys/{key}"), none.clone(), 200);
    op("check_dkim_key", ListDomains, "GET", format!("/dkim-keys/{key}/check"), none.clone(), 200);
    op("switch_dkim_key", EditDomain, "POST", format!("/dkim-keys/{key}/switch"), json!({ "unchecked": true }), 200);
    let change = json!({ "active": false });
    op("change_dkim_key", EditDomain, "PATCH", format!("/dkim-keys/{key}"), change, 200);
    op("delete_dkim_key", EditDomain, "DELETE", format!("/dkim-keys/{key}"), none.clone(), 204);
    op("move_domain", MoveDomain, "POST", format!("/domains/{spare_domain}/move"), json!({ "account": 2 }), 200);
    op("delete_domain", DeleteDomain, "DELETE", format!("/domains/{spare_domain}"), none.clone(), 204);
    op("list_mailboxes", ListMailboxes, "GET", format!("/mailboxes?domain={domain}"), none.clone(), 200);
    let new =
        json!({ "domain": domain, "name": format!("m{n}"), "aliases": [format!("a{n}")], "password": "long enough" });
    op("add_mailbox", AddMailbox, "POST", "/mailboxes".into(), new, 201);
    op("get_mailbox", ListMailboxes, "GET", format!("/mailboxes/{mailbox}"), none.clone(), 200);
    let change = json!({ "state": "unprotected", "aliases": ["robert"], "password": null });
    op("change_mailbox", EditMailbox, "PATCH", format!("/mailboxes/{mailbox}"), change, 200);
    op("delete_mailbox", DeleteMailbox, "DELETE", format!("/mailboxes/{spare_mailbox}"), none.clone(), 204);
    op("list_groups", ListGroups, "GET", format!("/groups?domain={domain}"), none.clone(), 200);
    let new = json!({ "domain": domain, "name": format!("new {n}"), "ldap_group": "cn=new" });
    op("add_group", AddGroup, "POST", "/groups".into(), new, 201);
    op("get_group", ListGroups, "GET", format!("/groups/{group}"), none.clone(), 200);
    let change = json!({ "name": format!("other {n}"), "ldap_group": null, "position": 0 });
    op("change_group", EditGroup, "PATCH", format!("/groups/{group}"), change, 200);
    let members = json!({ "members": [mailbox, "ann"] });
    op("set_group_members", EditGroup, "PUT", format!("/groups/{group}/members"), members.clone(), 200);
    op("list_group_members", ListGroups, "GET", format!("/groups/{group}/members?limit=1"), none.clone(), 200);
    op("add_group_members", EditGroup, "POST", format!("/groups/{group}/members/add"), members.clone(), 200);
    op("remove_group_members", EditGroup, "POST", format!("/groups/{group}/members/remove"), members, 200);
    op("get_group_senders", ListGroups, "GET", format!("/groups/{group}/senders"), none.clone(), 200);
    let lists = json!({ "friends": ["partner.test"], "enemies": [] });
    op("set_group_senders", EditGroup, "PUT", format!("/groups/{group}/senders"), lists, 200);
    let order = json!({ "domain": other_domain, "groups": [] });
    op("order_groups", EditGroup, "POST", "/groups/order".into(), order, 204);
    op("list_mailbox_groups", ListGroups, "GET", format!("/mailboxes/{mailbox}/groups"), none.clone(), 200);
    let groups = json!({ "groups": [group] });
    op("set_mailbox_groups", EditGroup, "PUT", format!("/mailboxes/{mailbox}/groups"), groups, 200);
    op("delete_group", DeleteGroup, "DELETE", format!("/groups/{spare_group}"), none.clone(), 204);
    op("list_brands", ListBrands, "GET", "/brands".into(), none.clone(), 200);
    let new = json!({ "name": format!("new{n}"), "host": format!("new{n}.test") });
    op("add_brand", AddBrand, "POST", "/brands".into(), new, 201);
    op("get_brand", ListBrands, "GET", format!("/brands/{brand}"), none.clone(), 200);
    op("change_brand", EditBrand, "PATCH", format!("/brands/{brand}"), json!({ "host": format!("x{n}.test") }), 200);
    op("delete_brand", DeleteBrand, "DELETE", format!("/brands/{spare_brand}"), none.clone(), 204);
    let text = Value::String(format!("pasted{n}, alias{n}\n"));
    op("check_import", AddMailbox, "POST", format!("/mailboxes/import/check?domain={domain}"), text.clone(), 200);
    op("import_mailboxes", AddMailbox, "POST", format!("/mailboxes/import?domain={domain}"), text, 202);
    let begin = json!({
        "objects": "mailboxes", "selection": { "ids": [mailbox] }, "change": { "settings": { "filtering.junk": "markup" } },
    });
    op("start_bulk_operation", StartBulk, "POST", "/bulk-operations".into(), begin, 202);
    let selection = BulkSelection { ids: vec![mailbox], ..BulkSelection::default() };
    let change = BulkChange { keep: Some(true), ..BulkChange::default() };
    let own = Actor { name: "boss".into(), ..crate::world::World::administrator(Role::Account, account) };
    let job = service.start_bulk(&own, BulkOf::Mailboxes, &selection, &change).await.unwrap();
    op("list_bulk_operations", ListBulk, "GET", "/bulk-operations".into(), none.clone(), 200);
    op("get_bulk_operation", ListBulk, "GET", format!("/bulk-operations/{job}"), none.clone(), 200);
    op("list_bulk_failures", ListBulk, "GET", format!("/bulk-operations/{job}/failures"), none.clone(), 200);
    op("stop_bulk_operation", StopBulk, "POST", format!("/bulk-operations/{job}/stop"), none.clone(), 202);
    op("list_outbound_ips", ListOutbound, "GET", "/outbound-ips".into(), none.clone(), 200);
    let new = json!({ "account": account, "range": range(2), "nickname": "office" });
    op("add_outbound_ip", AddOutbound, "POST", "/outbound-ips".into(), new, 201);
    op("get_outbound_ip", ListOutbound, "GET", format!("/outbound-ips/{outbound}"), none.clone(), 200);
    let change = json!({ "nickname": "lab" });
    op("change_outbound_ip", EditOutbound, "PATCH", format!("/outbound-ips/{outbound}"), change, 200);
    let path = format!("/outbound-ips/{outbound}/move");
    op("move_outbound_ip", MoveOutbound, "POST", path, json!({ "account": 1 }), 200);
    op("delete_outbound_ip", DeleteOutbound, "DELETE", format!("/outbound-ips/{outbound}"), none.clone(), 204);
    op("list_messages", ListMessages, "GET", "/messages?disposition=quarantined".into(), none.clone(), 200);
    op("send_mailbox_digest", SendDigest, "POST", format!("/mailboxes/{mailbox}/digest"), json!({ "days": 7 }), 200);
    op("revoke_mailbox_links", EditMailbox, "DELETE", format!("/mailboxes/{mailbox}/links"), none.clone(), 204);
    let new =
        json!({ "email": format!("n{n}@x.test"), "role": "operator", "account": account, "password": "long enough" });
    op("add_administrator", AddAdministrator, "POST", "/administrators".into(), new, 201);
    op("list_administrators", ListAdministrators, "GET", "/administrators".into(), none.clone(), 200);
    op("get_administrator", ListAdministrators, "GET", format!("/administrators/{administrator}"), none.clone(), 200);
    let path = format!("/administrators/{administrator}");
    op("change_administrator", EditAdministrator, "PATCH", path.clone(), json!({ "role": "dashboard" }), 200);
    op("list_sessions", EditAdministrator, "GET", format!("{path}/sessions"), none.clone(), 200);
    op("end_sessions", EditAdministrator, "DELETE", format!("{path}/sessions"), none.clone(), 204);
    let boss = NewAdministrator {
        email: format!("boss{n}@x.test"),
        role: Role::Account,
        account: Some(AccountId(account)),
        password: Some("long enough".into()),
    };
    let id = service.add_administrator(system, &boss).await.unwrap();
    service.login(&boss.email, "long enough", "::1").await.unwrap();
    let session = service.administrator_sessions(system, id).await.unwrap()[0].id.clone();
    let one = format!("/administrators/{id}/sessions/{session}");
    op("end_session", EditAdministrator, "DELETE", one, none.clone(), 204);
    let pending = NewAdministrator { email: format!("new{n}@x.test"), password: None, ..boss };
    let id = service.add_administrator(system, &pending).await.unwrap();
    let again = format!("/administrators/{id}/activation");
    op("resend_activation", EditAdministrator, "POST", again, none.clone(), 202);
    op("delete_administrator", DeleteAdministrator, "DELETE", path, none.clone(), 204);
    op(
        "list_quarantine",
        ListQuarantine,
        "GET",
        "/quarantine?sort=-score&from=2020-01-01T00:00:00Z".into(),
        none.clone(),
        200,
    );
    op("get_held_message", ReadMessage, "GET", format!("/quarantine/{}", held[0]), none.clone(), 200);
    op("download_held_message", ReadMessage, "GET", format!("/quarantine/{}/raw", held[0]), none.clone(), 200);
    op("release_held_message", Release, "POST", format!("/quarantine/{}/release", held[1]), json!({}), 200);
    op("delete_held_message", Delete, "POST", format!("/quarantine/{}/delete", held[2]), none.clone(), 200);
    op("release_held_messages", Release, "POST", "/quarantine/release".into(), json!({ "ids": [held[3]] }), 200);
    op("delete_held_messages", Delete, "POST", "/quarantine/delete".into(), json!({ "ids": [held[4]] }), 200);
    op("get_delivered_copy", ReadMessage, "GET", format!("/delivered-copies/{kept}"), none.clone(), 200);
    op("send_delivered_copy", Release, "POST", format!("/delivered-copies/{kept}/send"), none.clone(), 200);
    op("get_queue", ViewQueue, "GET", "/queue".into(), none.clone(), 200);
    op("list_tls_reports", ViewQueue, "GET", "/queue/tls-reports".into(), none.clone(), 200);
    op("retry_queue", RetryQueue, "POST", "/queue/retry".into(), none.clone(), 202);
    op("get_overview", Overview, "GET", "/overview".into(), none.clone(), 200);
    op(
        "get_report",
        Overview,
        "GET",
        "/reports/traffic?from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z".into(),
        none.clone(),
        200,
    );
    let message = service.quarantined(system, held[0]).await.unwrap().message;
    op("get_message", ListMessages, "GET", format!("/messages/{message}"), none.clone(), 200);
    op("list_settings", ReadSettings, "GET", "/settings".into(), none.clone(), 200);
    op("get_settings", ReadSettings, "GET", format!("/settings/domain/{domain}"), none.clone(), 200);
    let change = json!({ "filtering.junk": "quarantine", "digest.frequency": "weekly" });
    op("change_settings", EditSettings, "PATCH", format!("/settings/domain/{domain}"), change, 200);
    let change = json!({ "outbound_routing.max_size_mb": n.min(100) });
    op("change_settings", EditAccountSettings, "PATCH", format!("/settings/default-outbound/{account}"), change, 200);
    service.create_token(system, "spare", &[], Some(AccountId(account))).await.unwrap();
    let all = After { cursor: None, limit: 1 };
    let token = service.tokens_after(system, &all).await.unwrap().rows[0].id;
    let new = json!({ "name": "made", "scopes": ["tokens:write"], "account": account });
    op("create_token", CreateToken, "POST", "/tokens".into(), new, 201);
    op("list_tokens", ListTokens, "GET", "/tokens".into(), none.clone(), 200);
    op("revoke_token", RevokeToken, "DELETE", format!("/tokens/{token}"), none.clone(), 204);
    let with_filters = service.add_outbound_ip(system, AccountId(account), &range(4), "").await.unwrap();
    definitions(s, n, account, domain, with_filters, &mut op).await;
    op("list_audit", ReadAudit, "GET", "/audit".into(), none, 200);
    out
}

/// Verifiers, content filters and notifications, and filters where they are used.
async fn definitions(
    s: &Served,
    n: u32,
    account: i64,
    domain: i64,
    outbound: i64,
    op: &mut impl FnMut(&'static str, UseCase, &'static str, String, Value, u16),
) {
    use UseCase::*;
    let (service, system) = (&s.world.service, &crate::world::system());
    let verifier = json!({ "vrfy": { "servers": [{ "address": "mx.acme.test" }] } });
    let filter = json!({ "rules": [{ "expressions": ["confidential", "f[aio]+t"], "apply_to_text": true }] });
    let notification = json!({
        "event_type": "remote_server_offline", "sender": "a@acme.test", "recipients": ["b@acme.test"], "frequency": "1d",
        "conditions": { "offline_duration": "5m" },
    });
    let kinds = [
        (
            "verifiers",
            verifier,
            [ListVerifiers, AddVerifier, EditVerifier, DeleteVerifier],
            ["list_verifiers", "add_verifier", "get_verifier", "change_verifier", "delete_verifier"],
        ),
        (
            "content-filters",
            filter,
            [ListContentFilters, AddContentFilter, EditContentFilter, DeleteContentFilter],
            [
                "list_content_filters",
                "add_content_filter",
                "get_content_filter",
                "change_content_filter",
                "delete_content_filter",
            ],
        ),
        (
            "notifications",
            notification,
            [ListNotifications, AddNotification, EditNotification, DeleteNotification],
            [
                "list_notifications",
                "add_notification",
                "get_notification",
                "change_notification",
                "delete_notification",
            ],
        ),
    ];
    for (path, body, [list, add, edit, delete], ids) in kinds {
        let token = s.token(&[], None).await;
        let new = |name: String| json!({ "account": account, "name": name, "definition": body });
        let made = s.post(&token, &format!("/{path}"), new(format!("made {n}"))).await;
        let spare = s.post(&token, &format!("/{path}"), new(format!("spare {n}"))).await;
        let one = |answer: &crate::served::Answer| format!("/{path}/{}", answer.body["id"].as_i64().unwrap());
        op(ids[0], list, "GET", format!("/{path}?q=made"), Value::Null, 200);
        op(ids[1], add, "POST", format!("/{path}"), new(format!("new {n}")), 201);
        op(ids[2], list, "GET", one(&made), Value::Null, 200);
        let change = json!({ "name": format!("changed {n}"), "definition": body });
        op(ids[3], edit, "PATCH", one(&made), change, 200);
        op(ids[4], delete, "DELETE", one(&spare), Value::Null, 204);
    }
    let body = serde_json::from_value(json!({ "match_blank_headers": ["Subject"] })).unwrap();
    let filter = service
        .add_definition::<model::definition::ContentFilter>(
            system,
            Some(AccountId(account)),
            &format!("used {n}"),
            body,
        )
        .await
        .unwrap();
    let path = format!("/domains/{domain}/content-filters");
    op("get_domain_content_filters", ListDomains, "GET", path.clone(), Value::Null, 200);
    let used = json!({ "filters": [{ "filter": filter, "action": "markup", "tag": "CONTENT:" }] });
    op("set_domain_content_filters", EditDomain, "PUT", path, used, 200);
    let relay = service.add_relay_user(system, AccountId(account), &format!("relay{n}"), "long enough").await.unwrap();
    let spare = service.add_relay_user(system, AccountId(account), &format!("gone{n}"), "long enough").await.unwrap();
    op("list_relay_users", ListRelayUsers, "GET", "/relay-users?q=relay".into(), Value::Null, 200);
    let new = json!({ "account": account, "name": format!("new{n}"), "password": "long enough" });
    op("add_relay_user", AddRelayUser, "POST", "/relay-users".into(), new, 201);
    op("get_relay_user", ListRelayUsers, "GET", format!("/relay-users/{relay}"), Value::Null, 200);
    let change = json!({ "active": false, "password": "another one" });
    op("change_relay_user", EditRelayUser, "PATCH", format!("/relay-users/{relay}"), change, 200);
    op("delete_relay_user", DeleteRelayUser, "DELETE", format!("/relay-users/{spare}"), Value::Null, 204);
    let path = format!("/outbound-ips/{outbound}/members");
    let to = json!({ "domain": "partner.test" });
    op("test_outbound_ip", EditOutbound, "POST", format!("/outbound-ips/{outbound}/test-connection"), to, 200);
    let trusted = json!({ "domain": "partner.test", "fingerprint": "AB".repeat(32) });
    let trust = format!("/outbound-ips/{outbound}/trust-certificate");
    op("trust_certificate", EditOutbound, "POST", trust, trusted, 204);
    op("get_outbound_ip_status", ListOutbound, "GET", format!("/outbound-ips/{outbound}/status"), Value::Null, 200);
    op("redeliver_domain", EditDomain, "POST", format!("/domains/{domain}/redeliver"), Value::Null, 202);
    let test = format!("/domains/{domain}/test-connection");
    op("test_gateways", EditDomain, "POST", test, Value::Null, 200);
    op("get_outbound_ip_members", ListOutbound, "GET", path.clone(), Value::Null, 200);
    let members = json!({ "domains": ["acme.test", "partner.test"] });
    op("set_outbound_ip_members", EditOutbound, "PUT", path, members, 200);
    let path = format!("/outbound-ips/{outbound}/content-filters");
    op("get_outbound_ip_content_filters", ListOutbound, "GET", path.clone(), Value::Null, 200);
    let used = json!({ "filters": [{ "filter": filter, "action": "special_routing", "override_compliance": true }] });
    op("set_outbound_ip_content_filters", EditOutbound, "PUT", path, used, 200);
}

/// Use cases that no operation of the API reaches, and why.
pub fn reached(what: UseCase) -> bool {
    use UseCase::*;
    match what {
        // A mailbox owner's own, who comes by the dashboard.
        OwnerHome | SetDigest => false,
        // A person's own; tokens have neither.
        ChangePassword | OwnSessions => false,
        // The server's own work.
        Job => false,
        // The command line's.
        Apply | Export => false,
        _ => true,
    }
}
