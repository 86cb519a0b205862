//! A request for each operation of the document that goes well where it is permitted.

use crate::served::Served;
use serde_json::{Value, json};
use service::UseCase;

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
    op("list_domains", ListDomains, "GET", "/domains".into(), none.clone(), 200);
    let new =
        json!({ "account": account, "name": format!("d{n}.test"), "gateways": ["mx.test"], "unrecognized": "discard" });
    op("add_domain", AddDomain, "POST", "/domains".into(), new, 201);
    op("get_domain", ListDomains, "GET", format!("/domains/{domain}"), none.clone(), 200);
    let change = json!({ "gateways": [format!("mx{n}.test:26")] });
    op("change_domain", EditDomain, "PATCH", format!("/domains/{domain}"), change, 200);
    op("get_domain_senders", ListDomains, "GET", format!("/domains/{domain}/senders"), none.clone(), 200);
    let lists = json!({ "friends": ["partner.test // ours"], "enemies": ["192.0.2.0/24"] });
    op("set_domain_senders", EditDomain, "PUT", format!("/domains/{domain}/senders"), lists, 200);
    op("list_mailboxes", ListMailboxes, "GET", format!("/mailboxes?domain={domain}"), none.clone(), 200);
    let new =
        json!({ "domain": domain, "name": format!("m{n}"), "aliases": [format!("a{n}")], "password": "long enough" });
    op("add_mailbox", AddMailbox, "POST", "/mailboxes".into(), new, 201);
    op("get_mailbox", ListMailboxes, "GET", format!("/mailboxes/{mailbox}"), none.clone(), 200);
    op("revoke_mailbox_links", AddMailbox, "DELETE", format!("/mailboxes/{mailbox}/links"), none.clone(), 204);
    let new =
        json!({ "email": format!("n{n}@x.test"), "role": "operator", "account": account, "password": "long enough" });
    op("add_administrator", AddAdministrator, "POST", "/administrators".into(), new, 201);
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
    op("get_queue", ViewQueue, "GET", "/queue".into(), none.clone(), 200);
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
    op("list_audit", ReadAudit, "GET", "/audit".into(), none, 200);
    out
}

/// Use cases that no operation of the API reaches, and why.
pub fn reached(what: UseCase) -> bool {
    use UseCase::*;
    match what {
        // A mailbox owner's own, who comes by the dashboard.
        OwnerHome | SetDigest => false,
        // The server's own work.
        Job | SendDigest => false,
        // The command line's.
        Apply | Export | CreateToken => false,
        _ => true,
    }
}
