use crate::world::{World, code, system};
use model::definition::{ContentFilter, Notification, Verifier};
use model::*;
use serde::de::DeserializeOwned;
use service::{After, Defined, DefinitionChange, Error, FilterPlace, SettingsOf};

const ALL: After = After { cursor: None, limit: 50 };
const ACME: Option<AccountId> = Some(AccountId(1));
const OTHER: Option<AccountId> = Some(AccountId(2));

fn read<D: DeserializeOwned>(yaml: &str) -> D {
    serde_yaml_ng::from_str(yaml).unwrap()
}

pub fn verifier() -> Verifier {
    read(
        "{ ldap: { servers: [{ address: 'ldap.acme.test', ssl: true }], bind_name: 'cn=search', bind_password: hush } }",
    )
}
pub fn content_filter() -> ContentFilter {
    read("{ rules: [{ expressions: [confidential, 'f[aio]+t'], apply_to_text: true }] }")
}
pub fn notification() -> Notification {
    read(
        "{ event_type: remote_server_offline, sender: a@acme.test, recipients: [b@acme.test], conditions: { offline_duration: 5m } }",
    )
}

fn body<D>(body: D) -> DefinitionChange<D> {
    DefinitionChange { name: None, body: Some(body) }
}
fn renamed<D>(name: &str) -> DefinitionChange<D> {
    DefinitionChange { name: Some(name.into()), body: None }
}
fn fields<T>(r: Result<T, Error>) -> Vec<String> {
    r.err().unwrap().to_user().fields.into_iter().map(|f| f.field).collect()
}
fn sentence<T>(r: Result<T, Error>) -> String {
    r.err().unwrap().to_user().message
}
async fn trail(w: &World) -> String {
    let rows = w.service.audit(&system(), &Default::default()).await.unwrap().rows;
    rows.iter().map(|r| format!("{} {} {}\n", r.act, r.object, r.detail)).collect()
}
async fn names<D: Defined>(w: &World, a: &Actor) -> Vec<String> {
    w.service.definitions_after::<D>(a, "", &ALL).await.unwrap().rows.into_iter().map(|d| d.name).collect()
}

#[tokio::test]
async fn secrets_are_kept_and_shown_to_nobody() {
    let w = World::new().await;
    let s = &w.service;
    let id = s.add_definition(&system(), ACME, "head office", verifier()).await.unwrap();
    let shown = s.definition::<Verifier>(&system(), id).await.unwrap();
    assert_eq!(shown.secrets, ["ldap.bind_password"]);
    let mut back = shown.body.clone();
    let definition::verifier::Method::Ldap(ldap) = &mut back.method else { panic!() };
    ldap.request_timeout = 60;
    s.change_definition(&system(), id, body(back)).await.unwrap();
    assert_eq!(s.definition::<Verifier>(&system(), id).await.unwrap().secrets, ["ldap.bind_password"]);
    let mut with = verifier();
    let definition::verifier::Method::Ldap(ldap) = &mut with.method else { panic!() };
    (ldap.request_timeout, ldap.bind_password) = (60, Some(definition::Secret::new("hush hush")));
    s.change_definition(&system(), id, body(with)).await.unwrap();
    let trail = trail(&w).await;
    assert!(trail.contains("verifier.edit head office ldap.request_timeout 30 → 60\n"), "{trail}");
    assert!(trail.contains("verifier.edit head office ldap.bind_password changed\n"), "{trail}");
    let exported = s.export(&system()).await.unwrap();
    assert!(!trail.contains("hush") && !exported.contains("hush"));
    assert!(s.export_with_secrets(&system()).await.unwrap().contains("hush hush"));
}

#[tokio::test]
async fn those_of_the_whole_system_are_seen_by_accounts_and_changed_by_the_system_alone() {
    let w = World::new().await;
    let (s, acme) = (&w.service, World::administrator(Role::Account, 1));
    let shared = s.add_definition(&system(), None, "shared", verifier()).await.unwrap();
    let own = s.add_definition(&acme, ACME, "own", verifier()).await.unwrap();
    let foreign = s.add_definition(&system(), OTHER, "own", verifier()).await.unwrap();
    assert_eq!(names::<Verifier>(&w, &acme).await, ["own", "shared"]);
    assert!(s.definition::<Verifier>(&acme, shared).await.is_ok());
    assert_eq!(code(&s.change_definition::<Verifier>(&acme, shared, renamed("x")).await), Some(ErrorCode::Forbidden));
    assert_eq!(code(&s.delete_definition::<Verifier>(&acme, shared).await), Some(ErrorCode::Forbidden));
    assert_eq!(code(&s.definition::<Verifier>(&acme, foreign).await), Some(ErrorCode::NotFound));
    assert_eq!(code(&s.change_definition::<Verifier>(&acme, foreign, renamed("x")).await), Some(ErrorCode::NotFound));
    assert_eq!(fields(s.add_definition(&acme, None, "x", verifier()).await), ["account"]);
    assert_eq!(fields(s.add_definition(&acme, OTHER, "x", verifier()).await), ["account"]);
    assert_eq!(fields(s.add_definition(&system(), None, "x", content_filter()).await), ["account"]);
    assert_eq!(code(&s.add_definition(&acme, ACME, "OWN", verifier()).await), Some(ErrorCode::Conflict));
    s.delete_definition::<Verifier>(&acme, own).await.unwrap();
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_under_the_field_that_holds_it() {
    let w = World::new().await;
    let wrong: ContentFilter = read("{ rules: [{ expressions: ['a('] }] }");
    let found = fields(w.service.add_definition(&system(), None, " ", wrong).await);
    assert_eq!(found, ["name", "definition.rules[0]", "definition.rules[0].expressions[0]", "account"]);
    let two: Verifier = read("{ composite: { verifiers: [{ verifier: a }, { verifier: b }] } }");
    let found = fields(w.service.add_definition(&system(), ACME, "both", two).await);
    assert_eq!(found, ["definition.composite.verifiers[0].verifier", "definition.composite.verifiers[1].verifier"]);
    let mut latency = notification();
    (latency.event_type, latency.conditions) =
        (definition::notification::EventType::LatencyWarning, Default::default());
    assert_eq!(fields(w.service.add_definition(&system(), ACME, "x", latency).await), ["definition.event_type"]);
}

#[tokio::test]
async fn a_verifier_in_use_stays_and_says_where() {
    let w = World::new().await;
    let s = &w.service;
    let domain = w.mailbox("bob@acme.test").await.domain;
    let id = s.add_definition(&system(), ACME, "Office", verifier()).await.unwrap();
    let set = |name: &str| [("discovery.verifier".to_owned(), name.into())];
    let missing = s.change_settings(&system(), SettingsOf::Domain(domain), &set("nobody")).await;
    assert_eq!(fields(missing), ["discovery.verifier"]);
    s.change_settings(&system(), SettingsOf::Domain(domain), &set("office")).await.unwrap();
    let plain: Verifier = read("{ static: { users: [{ address: bob@acme.test, password: '1' }] } }");
    s.add_definition(&system(), ACME, "fallback", plain).await.unwrap();
    let both: Verifier = read("{ composite: { verifiers: [{ verifier: office }, { verifier: fallback }] } }");
    s.add_definition(&system(), ACME, "both", both).await.unwrap();
    let refused = sentence(s.delete_definition::<Verifier>(&system(), id).await);
    assert!(refused.contains("domain acme.test, composite verifier both"), "{refused}");
    assert_eq!(code(&s.change_definition::<Verifier>(&system(), id, renamed("x")).await), Some(ErrorCode::Conflict));
    let nested: Verifier = read("{ composite: { verifiers: [{ verifier: both }, { verifier: fallback }] } }");
    let nested = s.add_definition(&system(), ACME, "nested", nested).await;
    assert_eq!(fields(nested), ["definition.composite.verifiers[0].verifier"]);
    let pop: Verifier = read("{ pop: { servers: [{ address: pop.acme.test }] } }");
    s.add_definition(&system(), ACME, "pop", pop).await.unwrap();
    let cannot = s.change_settings(&system(), SettingsOf::Domain(domain), &set("pop")).await;
    assert!(sentence(cannot).contains("cannot say which mailboxes exist"));
}

#[tokio::test]
async fn passwords_of_static_verifiers_are_hashed_once() {
    let w = World::new().await;
    let s = &w.service;
    let of = |users: &str| read::<Verifier>(&format!("{{ static: {{ users: {users} }} }}"));
    let first = of("[{ address: bob@acme.test, password: one }, { address: ann@acme.test }]");
    let id = s.add_definition(&system(), ACME, "list", first.clone()).await.unwrap();
    let exported = s.export_with_secrets(&system()).await.unwrap();
    assert!(exported.contains("$argon2id$") && !exported.contains("password: one"));
    s.change_definition(&system(), id, body(first)).await.unwrap();
    assert_eq!(s.export_with_secrets(&system()).await.unwrap(), exported, "the same password keeps its hash");
    let shown = s.definition::<Verifier>(&system(), id).await.unwrap();
    assert_eq!(shown.secrets, ["static.users[bob@acme.test].password"]);
    let many: String = (0..501).map(|i| format!("{{ address: u{i}@acme.test, password: x }},")).collect();
    let refused = s.add_definition(&system(), ACME, "many", of(&format!("[{many}]"))).await;
    assert_eq!(fields(refused), ["definition.static.users"]);
}

#[tokio::test]
async fn a_custom_verifier_stays_custom_and_an_event_stays_the_event() {
    let w = World::new().await;
    let s = &w.service;
    let custom: Verifier = read("{ custom: { xml: '<verifier/>' } }");
    let id = s.add_definition(&system(), ACME, "own words", custom).await.unwrap();
    assert_eq!(fields(s.change_definition(&system(), id, body(verifier())).await), ["definition.ldap"]);
    let id = s.add_definition(&system(), ACME, "offline", notification()).await.unwrap();
    let mut other = notification();
    other.event_type = definition::notification::EventType::EmailContinuity;
    other.conditions = Default::default();
    assert_eq!(fields(s.change_definition(&system(), id, body(other)).await), ["definition.event_type"]);
}

#[tokio::test]
async fn filters_of_a_domain_have_order_and_action_and_follow_their_names() {
    let w = World::new().await;
    let s = &w.service;
    let domain = w.mailbox("bob@acme.test").await.domain;
    let place = FilterPlace::Domain(domain);
    let one = s.add_definition(&system(), ACME, "one", content_filter()).await.unwrap();
    let two = s.add_definition(&system(), ACME, "two", content_filter()).await.unwrap();
    let foreign = s.add_definition(&system(), OTHER, "three", content_filter()).await.unwrap();
    let hold = ActionSetting::of(Action::Quarantine);
    let wrong = [(foreign, hold.clone()), (one, hold.clone()), (one, hold.clone())];
    assert_eq!(fields(s.set_filters(&system(), place, &wrong).await), ["filters[0].filter", "filters[2].filter"]);
    let routed = ActionSetting::of(Action::SpecialRouting);
    assert_eq!(fields(s.set_filters(&system(), place, &[(one, routed)]).await), ["filters"]);
    s.set_filters(&system(), place, &[(two, hold), (one, ActionSetting::markup("CONTENT:"))]).await.unwrap();
    s.change_definition::<ContentFilter>(&system(), two, renamed("zwei")).await.unwrap();
    let used = s.filters_of(&system(), place).await.unwrap();
    let said: Vec<_> = used.iter().map(|u| (u.name.as_str(), u.action.action)).collect();
    assert_eq!(said, [("zwei", Action::Quarantine), ("one", Action::Markup)]);
    let refused = sentence(s.delete_definition::<ContentFilter>(&system(), one).await);
    assert!(refused.contains("in use (domain acme.test)"), "{refused}");
    let subject: ContentFilter = read(
        "{ rules: [{ expressions: [secret], apply_to_headers: true, headers: [Subject], remove_subject_keyword: true }] }",
    );
    assert_eq!(fields(s.change_definition(&system(), one, body(subject)).await), ["definition.rules"]);
    s.set_filters(&system(), place, &[]).await.unwrap();
    let bob = SettingsOf::Mailbox(w.mailbox("bob@acme.test").await.id);
    let set = |json| [("filtering.content_filters".to_owned(), json)];
    s.change_settings(&system(), bob, &set(serde_json::json!({ "one": "block" }))).await.unwrap();
    let refused = sentence(s.delete_definition::<ContentFilter>(&system(), one).await);
    assert!(refused.contains("in use (mailbox bob@acme.test)"), "{refused}");
    s.change_settings(&system(), bob, &set(serde_json::Value::Null)).await.unwrap();
    s.delete_definition::<ContentFilter>(&system(), one).await.unwrap();
}

#[tokio::test]
async fn a_domain_moves_only_without_what_belongs_to_its_account() {
    let w = World::new().await;
    let s = &w.service;
    let domain = w.mailbox("bob@acme.test").await.domain;
    let filter = s.add_definition(&system(), ACME, "words", content_filter()).await.unwrap();
    s.add_definition(&system(), ACME, "office", verifier()).await.unwrap();
    s.add_definition(&system(), None, "shared", verifier()).await.unwrap();
    let set = async |name: &str| {
        let changes = [("discovery.verifier".to_owned(), name.into()), ("login.verifier".to_owned(), "shared".into())];
        s.change_settings(&system(), SettingsOf::Domain(domain), &changes).await.unwrap();
    };
    set("office").await;
    let place = FilterPlace::Domain(domain);
    s.set_filters(&system(), place, &[(filter, ActionSetting::of(Action::Block))]).await.unwrap();
    let refused = s.move_domain(&system(), domain, AccountId(2)).await;
    assert_eq!(code(&refused), Some(ErrorCode::Conflict));
    let message = sentence(refused);
    assert!(message.contains("(content filter words, verifier office (discovery.verifier))"), "{message}");
    s.set_filters(&system(), place, &[]).await.unwrap();
    set("shared").await;
    s.move_domain(&system(), domain, AccountId(2)).await.unwrap();
}

const DOCUMENT: &str = r#"
verifiers:
  - { name: everywhere, definition: { rcpt_to: { servers: [{ address: "mx.test:25", ssl: false }] } } }
notifications:
  - name: Slow
    definition: { event_type: latency_warning, sender: postern@x.test, recipients: [root@x.test], frequency: 1d }
accounts:
  - name: acme
    verifiers:
      - name: both
        definition: { composite: { verifiers: [{ verifier: office }, { verifier: everywhere, retry_on_error: true }] } }
      - name: office
        definition: { notes: "of Bob", ldap: { servers: [{ address: ldap.acme.test, ssl: true }], bind_name: cn=s, bind_password: hush } }
      - { name: list, definition: { static: { users: [{ address: bob@acme.test, password: one }] } } }
    content_filters:
      - name: Secrets
        definition: { match_blank_headers: [Subject], rules: [{ expressions: ["top secret", "x{2,3}"], apply_to_text: true }] }
      - { name: Words, definition: { rules: [{ expressions: [damn], apply_to_headers: true }] } }
    notifications:
      - name: Traffic
        definition:
          event_type: inbound_hourly_traffic
          sender: postern@x.test
          recipients: [admin@acme.test]
          conditions: { number_of_messages: 1000, domain_name: [acme.test], size: { from: 4.3K } }
    domains:
      - name: acme.test
        content_filters: [Words, Secrets]
        settings:
          discovery: { method: verifier, verifier: both }
          filtering: { content_filters: { Secrets: quarantine, Words: { action: markup, tag: "CONTENT:" } } }
    relay_users: [{ name: printer@acme.test, password: long enough }, { name: old, active: false, password: not so short }]
    outbound_ips:
      - range: 192.0.2.0/28
        member_domains: [partner.test, acme.test]
        content_filters: [Secrets]
        settings: { outbound_filtering: { content_filters: { Secrets: special_routing } } }
"#;

fn lines(changes: &[service::Change]) -> Vec<String> {
    changes.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn the_document_has_definitions_and_applying_it_again_or_its_export_changes_nothing() {
    let (w, elsewhere) = (World::new().await, World::new().await);
    let s = &w.service;
    let first = lines(&s.apply(&system(), DOCUMENT, false).await.unwrap());
    for expected in [
        "+ verifier everywhere: RCPT TO",
        "+ notification Slow: Latency Warning",
        "+ verifier both: Composite",
        "+ content filter Secrets: 1 rules, 2 expressions",
        "+ domain acme.test: content filter Words",
        "+ outbound IP 192.0.2.0/28: content filter Secrets",
        "+ outbound IP 192.0.2.0/28: member domain acme.test",
        "+ relay user printer@acme.test",
        "+ notification Traffic: Inbound Hourly Traffic",
    ] {
        assert!(first.iter().any(|l| l == expected), "{expected} in {first:#?}");
    }
    let nothing: Vec<String> = Vec::new();
    assert_eq!(lines(&s.apply(&system(), DOCUMENT, false).await.unwrap()), nothing);
    let exported = s.export(&system()).await.unwrap();
    assert!(!exported.contains("hush"));
    assert_eq!(lines(&s.apply(&system(), &exported, false).await.unwrap()), nothing);
    let whole = s.export_with_secrets(&system()).await.unwrap();
    assert_eq!(lines(&s.apply(&system(), &whole, false).await.unwrap()), nothing);
    let refused = sentence(elsewhere.service.apply(&system(), &exported, false).await);
    assert!(refused.contains("verifier office: definition.ldap.bind_password: this is needed"), "{refused}");
    elsewhere.service.apply(&system(), &whole, false).await.unwrap();
    assert_eq!(elsewhere.service.export_with_secrets(&system()).await.unwrap(), whole);
}

#[tokio::test]
async fn a_document_that_names_what_is_not_there_is_refused_with_the_place() {
    let w = World::new().await;
    for (part, said) in [
        (
            "settings: { login: { verifier: nobody } }",
            "domain acme.test: settings: login.verifier: there is no verifier nobody",
        ),
        (
            "settings: { filtering: { content_filters: { none: block } } }",
            "there is no content filter none in this account",
        ),
        ("content_filters: [none]", "domain acme.test: the account has no content filter none"),
    ] {
        let yaml = format!("accounts: [{{ name: acme, domains: [{{ name: acme.test, {part} }}] }}]");
        let refused = sentence(w.service.apply(&system(), &yaml, false).await);
        assert!(refused.contains(said), "{refused}");
    }
}

#[tokio::test]
async fn members_of_an_outbound_ip_are_of_the_account_or_of_nobody_here() {
    let w = World::new().await;
    let s = &w.service;
    let id = s.add_outbound_ip(&system(), AccountId(1), "192.0.2.1", "").await.unwrap();
    let names = |list: &[&str]| list.iter().map(|n| n.parse().unwrap()).collect::<Vec<DomainName>>();
    let foreign = s.set_outbound_members(&system(), id, &names(&["partner.test", "other.test"])).await;
    assert_eq!(fields(foreign), ["domains[1]"]);
    let wanted = names(&["partner.test", "acme.test", "partner.test"]);
    s.set_outbound_members(&system(), id, &wanted).await.unwrap();
    let domain = w.mailbox("bob@acme.test").await.domain;
    let members = s.outbound_members(&system(), id).await.unwrap();
    let acme = service::Member::Domain(domain, "acme.test".parse().unwrap());
    assert_eq!(members, [acme, service::Member::External("partner.test".parse().unwrap())]);
}

#[tokio::test]
async fn relay_users_have_one_name_in_the_system_and_a_password_by_the_policy() {
    let w = World::new().await;
    let (s, acme) = (&w.service, World::administrator(Role::Account, 1));
    let short = s.add_relay_user(&acme, AccountId(2), "a b", "short").await;
    assert_eq!(fields(short), ["name", "account"]);
    assert_eq!(fields(s.add_relay_user(&acme, AccountId(1), "printer", "short").await), ["password"]);
    let id = s.add_relay_user(&system(), AccountId(2), "printer", "long enough").await.unwrap();
    let taken = s.add_relay_user(&acme, AccountId(1), "Printer", "long enough").await;
    assert_eq!(code(&taken), Some(ErrorCode::Conflict));
    assert_eq!(code(&s.delete_relay_user(&acme, id).await), Some(ErrorCode::NotFound));
    assert!(s.relay_users_after(&acme, "", &ALL).await.unwrap().rows.is_empty());
    assert!(s.relay_user(&system(), id).await.unwrap().password_hash.starts_with("$argon2id$"));
}
