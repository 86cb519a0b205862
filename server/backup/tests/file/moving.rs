//! From one database to the other without a file.

use crate::made::{databases, made, rows};
use backup::transfer;
use store::{Store, Target};

#[tokio::test]
async fn an_installation_moves_to_postgres_and_back_and_an_occupied_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("original");
    let from = made(data.clone(), Target::Sqlite(data)).await;
    let Some(postgres) = databases(&from.data).into_iter().nth(1) else { return };
    let moved = transfer(&from.database, &postgres, &mut |_| ()).await.unwrap();
    assert!(moved.rows > 8 && moved.tables > 20, "{moved:?}");
    assert_eq!(rows(&postgres).await, rows(&from.database).await);
    let back = directory.path().join("back");
    std::fs::create_dir(&back).unwrap();
    let back = Target::Sqlite(back);
    assert_eq!(transfer(&postgres, &back, &mut |_| ()).await.unwrap(), moved);
    assert_eq!(rows(&back).await, rows(&from.database).await);
    let error = transfer(&from.database, &postgres, &mut |_| ()).await.unwrap_err().to_string();
    assert!(error.contains("holds something"), "{error}");
}

#[tokio::test]
async fn nul_in_text_becomes_the_replacement_character_on_postgres() {
    let directory = tempfile::tempdir().unwrap();
    let from = Target::Sqlite(directory.path().to_owned());
    let store = Store::connect(&from).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    store::change::set_meta(&mut tx, "odd", "a\0b").await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    let Some(postgres) = databases(directory.path()).into_iter().nth(1) else { return };
    transfer(&from, &postgres, &mut |_| ()).await.unwrap();
    let store = Store::connect(&postgres).await.unwrap();
    let odd = store::change::meta(&mut store.read().await.unwrap(), "odd").await.unwrap();
    assert_eq!(odd.as_deref(), Some("a\u{fffd}b"));
}
