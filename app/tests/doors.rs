//! No door is more open than another: every server function, called directly by every role and by nobody, answers as the
//! table of permissions says. A function that is not in the list fails the test.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used)]

mod demo;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use demo::{ADMIN, Demo, OWNER, PASSWORD, demo};
use model::view::{ListQuery, QuarantineQuery};
use model::{Actor, Role};
use service::{NewAdministrator, UseCase, permits};
use std::collections::BTreeSet;
use tower::ServiceExt;

/// A call that goes well where it is permitted.
struct Call {
    path: &'static str,
    /// None: open to everybody.
    what: Option<UseCase>,
    query: String,
    form: Option<String>,
    /// What it is answered where it is permitted.
    answer: StatusCode,
}

/// `n` makes names that are new each time; `held` is a message of the owner's.
fn calls(demo: &Demo, n: usize, held: i64) -> Vec<Call> {
    let call = |path, what, query: &str, form| Call { path, what, query: query.into(), form, answer: StatusCode::OK };
    let read = |path, what, query: &str| call(path, Some(what), query, None);
    let write = |path, what, form: String| call(path, Some(what), "", Some(form));
    let missing = |call: Call| Call { answer: StatusCode::NOT_FOUND, ..call };
    let list = "query[page]=1";
    let domain = demo.domain;
    // Rows that are not there: the call is permitted, and says what failed.
    let act = |list: &str, act: &str| format!("list={list}&act={act}&ids[]=999999");
    vec![
        read("/fn/list", UseCase::ListAccounts, "kind=accounts"),
        read("/fn/list", UseCase::ListAdministrators, "kind=administrators&ask[role]=system"),
        read("/fn/list", UseCase::ListDomains, "kind=domains&ask[account]=1"),
        read("/fn/list", UseCase::ListGroups, "kind=groups"),
        read("/fn/list", UseCase::ListMailboxes, "kind=mailboxes&ask[state]=inactive&ask[query][sort]=state"),
        read("/fn/list", UseCase::ListOutbound, "kind=outbound_ips"),
        read("/fn/list", UseCase::ListContentFilters, "kind=content_filters"),
        read("/fn/list", UseCase::ListVerifiers, "kind=verifiers"),
        read("/fn/list", UseCase::ListNotifications, "kind=notifications"),
        read("/fn/list", UseCase::ListBrands, "kind=brands"),
        read("/fn/list", UseCase::ReadAudit, "kind=audit"),
        write("/fn/list_act", UseCase::DeleteAccount, act("accounts", "delete_confirmed")),
        write("/fn/list_act", UseCase::EditAdministrator, act("administrators", "deactivate")),
        write("/fn/list_act", UseCase::DeleteAdministrator, act("administrators", "delete_confirmed")),
        write("/fn/list_act", UseCase::DeleteDomain, act("domains", "delete")),
        write("/fn/list_act", UseCase::DeleteGroup, act("groups", "delete_confirmed")),
        write("/fn/list_act", UseCase::EditMailbox, act("mailboxes", "unprotect")),
        write("/fn/list_act", UseCase::DeleteMailbox, act("mailboxes", "delete_confirmed")),
        write("/fn/list_act", UseCase::DeleteOutbound, act("outbound-ips", "delete_confirmed")),
        write("/fn/list_act", UseCase::DeleteContentFilter, act("content-filters", "delete_confirmed")),
        write("/fn/list_act", UseCase::DeleteVerifier, act("verifiers", "delete_confirmed")),
        write("/fn/list_act", UseCase::DeleteNotification, act("notifications", "delete_confirmed")),
        write("/fn/list_act", UseCase::DeleteBrand, act("brands", "delete_confirmed")),
        missing(read("/fn/verifier", UseCase::ListVerifiers, "id=999999")),
        write(
            "/fn/verifier_save",
            UseCase::AddVerifier,
            format!("account=1&name=n{n}&kind=vrfy&options[servers]=mx.acme.test+start_tls"),
        ),
        missing(read("/fn/notification", UseCase::ListNotifications, "id=999999")),
        write(
            "/fn/notification_save",
            UseCase::AddNotification,
            format!(
                "account=1&name=n{n}&event=remote_server_offline&sender=a@acme.test&recipients=b@acme.test\
                 &conditions[offline_duration]=5m"
            ),
        ),
        missing(read("/fn/brand", UseCase::ListBrands, "id=999999")),
        write("/fn/brand_add", UseCase::AddBrand, format!("name=n{n}&host=n{n}.brands.test")),
        missing(write("/fn/brand_change", UseCase::EditBrand, "id=999999&host=x.test".into())),
        missing(write("/fn/outbound_ip_move", UseCase::MoveOutbound, "id=999999&account=1".into())),
        write("/fn/group_add", UseCase::AddGroup, format!("domain={domain}&name=n{n}")),
        write("/fn/outbound_add", UseCase::AddOutbound, format!("account=1&range=192.0.2.{n}")),
        write(
            "/fn/administrator_add",
            UseCase::AddAdministrator,
            format!("email=n{n}@acme.test&role=operator&account=1"),
        ),
        Call { answer: StatusCode::NOT_FOUND, ..read("/fn/administrator", UseCase::ListAdministrators, "id=999999") },
        Call {
            answer: StatusCode::NOT_FOUND,
            ..write("/fn/administrator_edit", UseCase::EditAdministrator, "id=999999&active=1".into())
        },
        Call { answer: StatusCode::NOT_FOUND, ..read("/fn/content_filter", UseCase::ListContentFilters, "id=999999") },
        write(
            "/fn/content_filter_save",
            UseCase::AddContentFilter,
            format!("account=1&name=n{n}&rules[0][expressions]=secret&rules[0][text]=1"),
        ),
        read("/fn/search", UseCase::ListDomains, "text=acme"),
        read("/fn/help", UseCase::Overview, "topic=domains"),
        read("/fn/home", UseCase::Overview, "hours=24"),
        read("/fn/tiles", UseCase::Overview, ""),
        write("/fn/tile_move", UseCase::Overview, "tile=traffic&way=on".into()),
        write("/fn/tiles_choose", UseCase::Overview, {
            let words = ["domains", "traffic", "quarantine", "categories", "top_senders", "mailboxes"];
            words.map(|w| format!("tiles[]={w}")).join("&")
        }),
        read("/fn/accounts", UseCase::ListAccounts, list),
        read("/fn/domains", UseCase::ListDomains, list),
        read("/fn/domain_check", UseCase::AddDomain, &format!("id={domain}")),
        read("/fn/domain", UseCase::ListDomains, &format!("id={domain}")),
        read("/fn/mailboxes", UseCase::ListMailboxes, list),
        read("/fn/quarantine", UseCase::ListQuarantine, list),
        read("/fn/message", UseCase::ReadMessage, &format!("id={held}")),
        read("/fn/log", UseCase::ListMessages, "query[q]=offer"),
        Call {
            answer: StatusCode::NOT_FOUND,
            ..read("/fn/log_message", UseCase::ListMessages, "id=01K9RYZ3V4Q8T5N0M6X2B7C1DE")
        },
        read("/fn/owner_home", UseCase::OwnerHome, ""),
        read("/fn/owner_message", UseCase::OwnerHome, &format!("id={held}")),
        write("/fn/account_add", UseCase::AddAccount, format!("name=New+{n}")),
        write(
            "/fn/domain_add",
            UseCase::AddDomain,
            format!("account=1&name=n{n}.test&gateways=mx.test&unrecognized=reject"),
        ),
        write("/fn/mailbox_add", UseCase::AddMailbox, format!("domain={domain}&name=n{n}")),
        read("/fn/settings", UseCase::ReadSettings, &format!("place=domain:{domain}")),
        write(
            "/fn/settings_change",
            UseCase::EditSettings,
            format!("place=domain:{domain}&values[filtering.junk]=allow"),
        ),
        write("/fn/domain_change", UseCase::EditDomain, format!("id={domain}&unrecognized=reject")),
        missing(write("/fn/domain_move", UseCase::MoveDomain, "id=999&account=1".into())),
        write("/fn/senders_set", UseCase::EditDomain, format!("place=domain:{domain}&friends=a.test")),
        missing(write("/fn/delete", UseCase::DeleteDomain, "place=domain:999&sure=on".into())),
        read("/fn/account", UseCase::ListAccounts, "id=1"),
        write("/fn/account_change", UseCase::EditAccount, "id=1&email=office@acme.test".into()),
        read("/fn/mailbox", UseCase::ListMailboxes, "id=1"),
        write("/fn/mailbox_change", UseCase::EditMailbox, "id=1&full_name=Bob".into()),
        write("/fn/mailbox_groups", UseCase::EditGroup, "id=1".into()),
        missing(read("/fn/group", UseCase::ListGroups, "id=999")),
        missing(write("/fn/group_change", UseCase::EditGroup, "id=999&name=x".into())),
        missing(write("/fn/group_members", UseCase::EditGroup, "id=999&act=add&members=bob".into())),
        missing(read("/fn/outbound_ip", UseCase::ListOutbound, "id=999")),
        missing(write("/fn/outbound_ip_change", UseCase::EditOutbound, "id=999&nickname=x".into())),
        read("/fn/bulk_count", UseCase::StartBulk, &format!("pick[of]=mailboxes&pick[ids]={n}1")),
        read("/fn/bulk_jobs", UseCase::ListBulk, ""),
        missing(read("/fn/bulk_job", UseCase::ListBulk, "id=999")),
        write("/fn/bulk_start", UseCase::StartBulk, "pick[of]=mailboxes&pick[ids]=1&fields[keep]=on&sure=on".into()),
        write("/fn/bulk_import", UseCase::AddMailbox, format!("domain=acme.test&text=n{n}x")),
        missing(write("/fn/bulk_stop", UseCase::StopBulk, "id=999".into())),
        write("/fn/queue_retry", UseCase::RetryQueue, String::new()),
        write("/fn/owner_digest", UseCase::SetDigest, "digest=weekly".into()),
        write("/fn/quarantine_act", UseCase::Release, format!("act=release&ids[]={held}")),
        write("/fn/quarantine_act", UseCase::Release, format!("act=release_sender&ids[]={held}")),
        write("/fn/quarantine_act", UseCase::Delete, format!("act=delete_confirmed&ids[]={held}")),
        read("/fn/sessions", UseCase::OwnSessions, ""),
        write("/fn/sessions_end", UseCase::OwnSessions, String::new()),
        Call {
            answer: StatusCode::NOT_FOUND,
            ..write("/fn/session_end", UseCase::OwnSessions, "id=another-persons".into())
        },
        // Whoever has the link; of an unknown one nothing is said.
        call("/fn/password_link", None, "token=guessed", None),
    ]
}

/// Who is logged in: the cookie, and what forms carry. Nobody: empty.
#[derive(Default)]
struct Login {
    cookie: String,
    form_token: String,
}

async fn login(demo: &Demo, email: &str) -> Login {
    let service = &demo.state.service;
    let token = service.login(email, PASSWORD, "192.0.2.1").await.unwrap().token;
    let view = service.actor(&token, "192.0.2.1").await.unwrap().unwrap();
    Login { cookie: format!("postern_session={token}"), form_token: view.form_token }
}

async fn ask(router: &Router, login: &Login, call: &Call) -> (StatusCode, String) {
    let escaped = |text: &str| text.replace('[', "%5B").replace(']', "%5D");
    let request = Request::builder()
        .method(if call.form.is_some() { Method::POST } else { Method::GET })
        .uri(format!("{}?{}", call.path, escaped(&call.query)))
        .header(header::ACCEPT, "application/json")
        .header(header::COOKIE, &login.cookie)
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::ORIGIN, "http://127.0.0.1:8080")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = call.form.as_ref().map(|f| format!("form_token={}&{}", login.form_token, escaped(f)));
    let answer = router.clone().oneshot(request.body(Body::from(form.unwrap_or_default())).unwrap()).await.unwrap();
    let status = answer.status();
    let text = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_function_answers_every_role_as_the_table_of_permissions_says() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 40).await;
    let system = Actor::system("test");
    let service = &demo.state.service;
    let acme = service.accounts(&system, &ListQuery::default()).await.unwrap().rows[0].id;
    let mut logins = vec![(Some(Role::System), login(&demo, ADMIN).await)];
    for role in [Role::Account, Role::Operator, Role::Dashboard] {
        let email = format!("{role:?}@acme.test").to_lowercase();
        let new = NewAdministrator { email: email.clone(), role, account: Some(acme), password: Some(PASSWORD.into()) };
        service.add_administrator(&system, &new).await.unwrap();
        logins.push((Some(role), login(&demo, &email).await));
    }
    logins.push((Some(Role::Owner), login(&demo, OWNER).await));
    logins.push((None, Login::default()));

    let router = app::router(demo.state.clone());
    let query = QuarantineQuery { per_page: 100, ..QuarantineQuery::default() };
    // Each call gets a message of its own: it may be gone afterwards.
    let rows = service.quarantine(&system, &query).await.unwrap().rows;
    let mut held = rows.iter().map(|r| r.id).cycle();
    let mut walked = BTreeSet::new();
    let count = calls(&demo, 0, 0).len();
    for (n, (role, login)) in logins.iter().enumerate() {
        for i in 0..count {
            let call = calls(&demo, n, held.next().unwrap()).swap_remove(i);
            let (status, text) = ask(&router, login, &call).await;
            let expected = match (role, call.what) {
                (_, None) => call.answer,
                (None, Some(_)) => StatusCode::UNAUTHORIZED,
                // Only administrators send mail back.
                (Some(Role::Owner), _) if call.form.as_ref().is_some_and(|f| f.contains("release_sender")) => {
                    StatusCode::FORBIDDEN
                }
                (Some(role), Some(what)) if permits(*role, what) => call.answer,
                _ => StatusCode::FORBIDDEN,
            };
            assert_eq!(status, expected, "{role:?} {} {:?}: {text}", call.path, call.form);
            walked.insert(call.path);
        }
    }
    let there: BTreeSet<&str> = server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(walked, there, "every server function is walked, and each is there");
}
