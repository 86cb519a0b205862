//! All rows go from one database to the other and back, whatever tables there are.

use crate::database::Database;
use store::db::Value;
use store::dump::{self, Existing, Kind, Loader, Sequence, Table};
use store::{Error, Scope, Store, Target};

/// Rows for any table: numbers, and so all references, count from 1.
fn made_up(table: &Table) -> Vec<Vec<Value>> {
    let rows = if table.name == "change" { 1 } else { 205 };
    let row = |n: i64| {
        let value = |kind: Kind| match kind {
            Kind::Int => Value::Int(Some(n)),
            Kind::Float => Value::Float(Some(n as f64 + 0.1)),
            Kind::Text => Value::Text(Some(format!("t{n} ü \"\n"))),
            Kind::Bytes => Value::Bytes(Some(vec![0, 255, n as u8])),
        };
        table.columns.iter().map(|c| value(c.kind)).collect()
    };
    (1..=rows).map(row).collect()
}

async fn contents(store: &Store) -> Vec<(Table, Vec<u8>)> {
    let mut tx = store.begin_read().await.unwrap();
    let mut out = Vec::new();
    for table in dump::tables(&mut tx).await.unwrap() {
        let mut lines = Vec::new();
        dump::rows(&mut tx, &table, async |row| dump::encode(&row, &mut lines)).await.unwrap();
        out.push((table, lines));
    }
    out.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    out
}

async fn copy(from: &Store, to: &Target) -> Store {
    let mut tx = from.begin_read().await.unwrap();
    let version = dump::version(&mut tx).await.unwrap();
    let empty = dump::prepare(to, version, Existing::Refuse).await.unwrap();
    let mut loader = Loader::begin(&empty).await.unwrap();
    for table in dump::tables(&mut tx).await.unwrap() {
        let mut lines = Vec::new();
        dump::rows(&mut tx, &table, async |row| dump::encode(&row, &mut lines)).await.unwrap();
        let rows: Vec<_> =
            lines.split_inclusive(|b| *b == b'\n').map(|line| dump::decode(line, &table).unwrap()).collect();
        loader.check(&table).unwrap();
        loader.insert(&table, &rows).await.unwrap();
    }
    loader.sequences(&dump::sequences(&mut tx).await.unwrap()).await.unwrap();
    loader.finish().await.unwrap();
    empty.close().await;
    Store::connect(to).await.unwrap()
}

async fn counts(store: &Store) -> (u64, u64, u64) {
    store::account::totals(&mut store.read().await.unwrap(), Scope::All).await.unwrap()
}

#[tokio::test]
async fn all_rows_go_from_sqlite_to_each_database_and_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| {
        let path = directory.path().join(name);
        std::fs::create_dir(&path).unwrap();
        Target::Sqlite(path)
    };
    let first = path("first");
    Store::connect(&first).await.unwrap().close().await;
    let tables = {
        let store = Store::connect_unchanged(&first).await.unwrap();
        dump::tables(&mut store.read().await.unwrap()).await.unwrap()
    };
    assert!(tables.len() > 20, "{tables:?}");
    let made = dump::prepare(&first, dump::newest(), Existing::Refuse).await.unwrap();
    let mut loader = Loader::begin(&made).await.unwrap();
    for table in &tables {
        loader.insert(table, &made_up(table)).await.unwrap();
    }
    // Ids up to 1000 were given out, the last rows are gone.
    loader.sequences(&[Sequence { table: "account".into(), last: 1_000 }]).await.unwrap();
    loader.finish().await.unwrap();
    made.close().await;

    let first = Store::connect(&first).await.unwrap();
    let before = contents(&first).await;
    let empty: Vec<_> = before.iter().filter(|(_, lines)| lines.is_empty()).map(|(t, _)| &t.name).collect();
    assert!(empty.is_empty(), "{empty:?}");
    let mut others = vec![path("other")];
    if let Some(postgres) = Database::postgres().await {
        postgres.store.close().await;
        others.push(postgres.target);
    }
    for (n, other) in others.iter().enumerate() {
        let there = copy(&first, other).await;
        let back = copy(&there, &path(&format!("back{n}"))).await;
        for store in [&there, &back] {
            // Each filling counts as one change more; else all is the same.
            let now = contents(store).await;
            for ((table, lines), (other, theirs)) in before.iter().zip(&now) {
                assert_eq!(table, other);
                assert!(lines == theirs || table.name == "change", "{}", table.name);
            }
            assert_eq!(counts(store).await, counts(&first).await);
            let mut tx = store.begin().await.unwrap();
            let next = store::account::insert(&mut tx, "new", model::Timestamp(1)).await.unwrap();
            assert_eq!(next.0, 1_001, "an id is used once");
        }
    }
}

#[tokio::test]
async fn a_database_that_holds_something_is_not_overwritten_and_one_filled_half_is_not_started_on() {
    let directory = tempfile::tempdir().unwrap();
    let mut targets = vec![Target::Sqlite(directory.path().to_owned())];
    targets.extend(Database::postgres().await.map(|d| d.target));
    for target in targets {
        let store = Store::connect(&target).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        store::account::insert(&mut tx, "acme", model::Timestamp(1)).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        let version = dump::newest();
        assert!(matches!(dump::prepare(&target, version, Existing::Refuse).await, Err(Error::NotEmpty(_))));
        assert!(matches!(dump::prepare(&target, version + 1, Existing::Replace).await, Err(Error::Newer { .. })));
        let half = dump::prepare(&target, version, Existing::Replace).await.unwrap();
        half.close().await;
        assert!(matches!(Store::connect(&target).await, Err(Error::Loading(_))));
        // Whoever was stopped half-way begins again, without a word.
        let again = dump::prepare(&target, version, Existing::Refuse).await.unwrap();
        Loader::begin(&again).await.unwrap().finish().await.unwrap();
        again.close().await;
        let store = Store::connect(&target).await.unwrap();
        assert_eq!(counts(&store).await, (0, 0, 0));
    }
}
