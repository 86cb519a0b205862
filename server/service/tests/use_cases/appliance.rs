//! How mail is received: settings that stand alone, for the system's administrators.

use crate::world::{World, code, system};
use model::{ErrorCode, Role};
use serde_json::json;
use service::{SettingsOf, SnapshotStore, Standing};

#[tokio::test]
async fn the_appliances_settings_are_the_system_administrators_and_act_at_once() {
    let w = World::new().await;
    let snapshots = SnapshotStore::load(w.store.clone()).await.unwrap();
    let change = [
        ("smtp_lists.block".to_owned(), json!(["192.0.2.0/24 // noise"])),
        ("greylisting.enabled".to_owned(), json!(true)),
    ];
    let acme = World::administrator(Role::Account, 1);
    let refused = w.service.change_settings(&acme, SettingsOf::Appliance, &change).await;
    assert_eq!(code(&refused), Some(ErrorCode::NotFound));
    let refused = w.service.change_settings(&system(), SettingsOf::System, &change).await;
    assert_eq!(code(&refused), Some(ErrorCode::Invalid), "they are of no other level");
    let wrong =
        [("smtp_lists.block".to_owned(), json!(["bob@acme.test"])), ("smtp_encryption.versions".to_owned(), json!([]))];
    let refused = w.service.change_settings(&system(), SettingsOf::Appliance, &wrong).await.unwrap_err().to_user();
    assert!(refused.fields.iter().any(|f| f.field.starts_with("smtp_lists.block")), "{refused:?}");

    let view = w.service.change_settings(&system(), SettingsOf::Appliance, &change).await.unwrap();
    assert_eq!(view.set.iter().count(), 2);
    assert!(view.effective.iter().all(|(path, _)| path.starts_with("smtp_") || path.starts_with("greylisting.")));
    assert!(snapshots.refresh_if_changed().await.unwrap());
    let snapshot = snapshots.get();
    let appliance = snapshot.appliance();
    assert_eq!(appliance.standing("192.0.2.7".parse().unwrap(), |_| None), Standing::Blocked);
    assert!(appliance.values.greylisting.enabled);
    let read_whole = service::Snapshot::load(&w.store).await.unwrap();
    assert_eq!(snapshot.lines(), read_whole.lines());
}

#[tokio::test]
async fn the_document_has_them_and_an_export_changes_nothing() {
    let w = World::new().await;
    let yaml = "appliance: { smtp_limits: { xclient_hosts: [10.0.0.0/8] }, smtp_services: { services: { a: { kind: both, listen: '192.0.2.1:25', greeting: x } } } }";
    let changes = w.service.apply(&system(), yaml, false).await.unwrap();
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert!(changes.iter().all(|c| c.line.starts_with("appliance")), "{changes:?}");
    let exported = w.service.export(&system()).await.unwrap();
    assert!(exported.starts_with("appliance:"), "{exported}");
    assert!(w.service.apply(&system(), &exported, false).await.unwrap().is_empty());
    let refused = w.service.apply(&system(), "settings: { greylisting: { enabled: true } }", true).await;
    assert_eq!(code(&refused), Some(ErrorCode::Invalid));
}
