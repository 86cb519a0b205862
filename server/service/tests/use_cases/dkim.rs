use crate::world::{World, system};
use filter::auth::signing::SigningKey;
use model::*;
use service::{Error, SnapshotStore};

fn code(result: Result<impl std::fmt::Debug, Error>) -> ErrorCode {
    result.unwrap_err().code()
}

#[tokio::test]
async fn a_key_is_made_checked_activated_retired_and_deleted() {
    for w in [Some(World::new().await), World::on_postgres().await].into_iter().flatten() {
        let (s, domain) = (&w.service, w.mailbox("bob@acme.test").await.domain);
        let snapshots = SnapshotStore::load(w.store.clone()).await.unwrap();
        let signing = || snapshots.get().domain("acme.test").unwrap().dkim.iter().map(|k| k.key.id).collect::<Vec<_>>();
        let rsa = s.add_dkim_key(&system(), domain, DkimAlgorithm::Rsa, Some("Mail2026")).await.unwrap();
        let ed = s.add_dkim_key(&system(), domain, DkimAlgorithm::Ed25519, None).await.unwrap();
        let keys = s.dkim_keys(&system(), domain).await.unwrap();
        let selectors: Vec<&str> = keys.iter().map(|k| k.selector.as_str()).collect();
        assert_eq!(selectors, ["mail2026", "postern"]);
        assert!(keys.iter().all(|k| !k.active && k.retired.is_none()));
        assert_eq!(
            code(s.add_dkim_key(&system(), domain, DkimAlgorithm::Rsa, Some("mail2026")).await),
            ErrorCode::Conflict
        );
        assert_eq!(code(s.add_dkim_key(&system(), domain, DkimAlgorithm::Rsa, Some("a b")).await), ErrorCode::Invalid);

        let key = s.dkim_key(&system(), rsa).await.unwrap();
        assert_eq!(s.check_dkim_key(&system(), rsa).await.unwrap(), DkimPublished::Missing);
        let publish = |text: &str| w.network.0.lock().unwrap().insert(key.record_name(), vec![text.to_owned()]);
        publish("v=DKIM1; p=");
        assert_eq!(s.check_dkim_key(&system(), rsa).await.unwrap(), DkimPublished::Differs("v=DKIM1; p=".into()));
        publish(&key.record());
        assert_eq!(s.check_dkim_key(&system(), rsa).await.unwrap(), DkimPublished::Yes);

        snapshots.refresh_if_changed().await.unwrap();
        assert_eq!(signing(), [] as [i64; 0], "a new key does not sign");
        for id in [rsa, ed] {
            s.set_dkim_key_active(&system(), id, true).await.unwrap();
        }
        assert!(snapshots.refresh_if_changed().await.unwrap());
        assert_eq!(signing(), [rsa, ed]);
        assert_eq!(code(s.delete_dkim_key(&system(), rsa).await), ErrorCode::Conflict);
        s.set_dkim_key_active(&system(), rsa, false).await.unwrap();
        snapshots.refresh_if_changed().await.unwrap();
        assert_eq!(signing(), [ed]);
        assert_eq!(s.dkim_key(&system(), rsa).await.unwrap().retired, Some(w.now()));
        s.delete_dkim_key(&system(), rsa).await.unwrap();
        assert_eq!(code(s.dkim_key(&system(), rsa).await), ErrorCode::NotFound);
        let whole = service::Snapshot::load(&w.store).await.unwrap();
        assert_eq!(whole.lines(), snapshots.get().lines());
        let notes = s.audit(&system(), &Default::default()).await.unwrap();
        let acts: Vec<&str> = notes.rows.iter().map(|n| n.act.as_str()).filter(|a| a.contains("dkim")).collect();
        assert_eq!(acts.len(), 6, "{acts:?}");
    }
}

#[tokio::test]
async fn keys_of_another_account_do_not_exist_and_the_private_half_is_kept_sealed() {
    let w = World::new().await;
    let (s, domain) = (&w.service, w.mailbox("bob@acme.test").await.domain);
    let id = s.add_dkim_key(&system(), domain, DkimAlgorithm::Ed25519, None).await.unwrap();
    let stranger = World::administrator(Role::Account, 2);
    // A domain that a form names: what is another's is as wrong as what is not there.
    assert_eq!(code(s.dkim_keys(&stranger, domain).await), ErrorCode::Invalid);
    assert_eq!(code(s.dkim_keys(&stranger, DomainId(999)).await), ErrorCode::Invalid);
    assert_eq!(code(s.dkim_key(&stranger, id).await), ErrorCode::NotFound);
    assert_eq!(code(s.check_dkim_key(&stranger, id).await), ErrorCode::NotFound);
    assert_eq!(code(s.set_dkim_key_active(&stranger, id, true).await), ErrorCode::NotFound);
    assert_eq!(code(s.delete_dkim_key(&stranger, id).await), ErrorCode::NotFound);
    let reader = World::administrator(Role::Dashboard, 1);
    assert_eq!(code(s.add_dkim_key(&reader, domain, DkimAlgorithm::Rsa, None).await), ErrorCode::Forbidden);

    let mut c = w.store.read().await.unwrap();
    let row = store::dkim::get(&mut c, id).await.unwrap().unwrap();
    let purpose = service::dkim_purpose(&row.key);
    let private = row.sealed.strip_prefix(purpose.as_bytes()).expect("sealed for its own public half");
    assert!(SigningKey::read(DkimAlgorithm::Ed25519, private).is_ok());
}

#[tokio::test]
async fn a_domain_has_a_bounded_number_of_keys() {
    let w = World::new().await;
    let (s, domain) = (&w.service, w.mailbox("bob@acme.test").await.domain);
    let mut ids = Vec::new();
    for _ in 0..10 {
        ids.push(s.add_dkim_key(&system(), domain, DkimAlgorithm::Ed25519, None).await.unwrap());
    }
    assert_eq!(code(s.add_dkim_key(&system(), domain, DkimAlgorithm::Ed25519, None).await), ErrorCode::Conflict);
    for id in &ids[..4] {
        s.set_dkim_key_active(&system(), *id, true).await.unwrap();
    }
    assert_eq!(code(s.set_dkim_key_active(&system(), ids[4], true).await), ErrorCode::Conflict);
}
