//! Opening a database on a PostgreSQL server.

use crate::{Error, Pools, Store, Target};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Pool, Postgres};
use std::time::Duration;

/// Connections that one node keeps at most: writers wait for each other anyway, and a server of usual size takes 100
/// connections in all.
const WRITERS: u32 = 6;
const READERS: u32 = 10;
/// The oldest server that is tested for: pg_trgm may be installed by the database's owner since 13.
const OLDEST: u32 = 130_000;
const CONNECT: Duration = Duration::from_secs(15);

/// Ends what a node that died or hangs would hold up for the others. `read` sessions refuse to write.
const SESSION: &str = "SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = '60s';
    SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3;
    SET client_min_messages = 'warning'";
const READ_ONLY: &str = "SET default_transaction_read_only = on";

/// What our connections call themselves.
const APPLICATION: &str = "postern";

pub(crate) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/postgres");

/// The writers and the readers.
pub async fn open(options: &PgConnectOptions) -> Result<(Pool<Postgres>, Pool<Postgres>), Error> {
    let (options, mut first) = first(options).await?;
    filled(&options, &mut first).await?;
    // Takes an advisory lock of the database first: of several nodes that start at once, one brings the schema up.
    crate::migrated(MIGRATIONS.run_direct(None, &mut first, false).await, &MIGRATIONS)?;
    first.close().await?;
    let pool = |n, read_only| {
        PgPoolOptions::new().max_connections(n).acquire_timeout(Duration::from_secs(60)).after_connect(
            move |c: &mut PgConnection, _| {
                Box::pin(async move {
                    sqlx::raw_sql(SESSION).execute(&mut *c).await?;
                    if read_only {
                        sqlx::raw_sql(READ_ONLY).execute(c).await?;
                    }
                    Ok(())
                })
            },
        )
    };
    let write = pool(WRITERS, false).connect_with(options.clone()).await?;
    let read = pool(READERS, true).connect_with(options).await?;
    Ok((write, read))
}

/// The options as all connections have them, and one connection to a server that is suitable.
async fn first(options: &PgConnectOptions) -> Result<(PgConnectOptions, PgConnection), Error> {
    let options = options.clone().application_name(APPLICATION).statement_cache_capacity(256);
    let mut first = tokio::time::timeout(CONNECT, options.connect())
        .await
        .map_err(|_| Error::Server(format!("{} does not answer within {} s", place(&options), CONNECT.as_secs())))?
        .map_err(|e| refused(&options, &e))?;
    suitable(&options, &mut first).await?;
    Ok((options, first))
}

/// Refuses a database that is being filled, before its schema is touched.
async fn filled(options: &PgConnectOptions, c: &mut PgConnection) -> Result<(), Error> {
    let ours: bool = sqlx::query_scalar("SELECT to_regclass('meta') IS NOT NULL").fetch_one(&mut *c).await?;
    if ours {
        let loading: Option<String> = sqlx::query_scalar("SELECT value FROM meta WHERE name = $1")
            .bind(crate::change::LOADING)
            .fetch_optional(c)
            .await?;
        if loading.is_some() {
            return Err(Error::Loading(place(options)));
        }
    }
    Ok(())
}

/// A reader of a database that is there. It may take its time between two rows.
pub async fn open_unchanged(options: &PgConnectOptions) -> Result<Pool<Postgres>, Error> {
    let (options, first) = first(options).await?;
    first.close().await?;
    let pool = PgPoolOptions::new().max_connections(2).after_connect(|c: &mut PgConnection, _| {
        Box::pin(async move {
            sqlx::raw_sql("SET idle_in_transaction_session_timeout = 0").execute(&mut *c).await?;
            sqlx::raw_sql(READ_ONLY).execute(c).await.map(drop)
        })
    });
    Ok(pool.connect_with(options).await?)
}

/// The database with schema `version` and nothing else: what Postern had there goes. Refused while a node runs on it.
pub async fn fresh(options: &PgConnectOptions, version: i64) -> Result<Store, Error> {
    let (options, mut first) = first(options).await?;
    unused(&options, &mut first).await?;
    sqlx::raw_sql(CLEAR).execute(&mut first).await?;
    MIGRATIONS.run_to(version, &mut first).await?;
    first.close().await?;
    let pool = PgPoolOptions::new().max_connections(2).connect_with(options).await?;
    Ok(Store(Pools::Postgres { write: pool.clone(), read: pool }))
}

/// Refuses a database that a node runs on.
pub async fn is_unused(options: &PgConnectOptions) -> Result<(), Error> {
    let (options, mut first) = first(options).await?;
    unused(&options, &mut first).await?;
    Ok(first.close().await?)
}

/// A connection that was closed a moment ago may still be listed.
async fn unused(options: &PgConnectOptions, c: &mut PgConnection) -> Result<(), Error> {
    const LIST: &str = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()";
    let mut others = 0;
    for _ in 0..20 {
        others = sqlx::query_scalar(LIST).bind(APPLICATION).fetch_one(&mut *c).await?;
        if others == 0i64 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(Error::Server(format!(
        "{} is in use by {others} connections of Postern: stop every node on it first",
        place(options)
    )))
}

/// Our tables and the functions of their triggers.
const CLEAR: &str = "DO $$
DECLARE it record;
BEGIN
    SET LOCAL client_min_messages = 'warning';
    FOR it IN SELECT format('DROP TABLE %I CASCADE', tablename) AS what FROM pg_tables
        WHERE schemaname = current_schema() AND tableowner = current_user LOOP EXECUTE it.what; END LOOP;
    FOR it IN SELECT format('DROP FUNCTION %s CASCADE', p.oid::regprocedure) AS what FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace AND p.prorettype = 'trigger'::regtype
        AND p.proowner = current_user::regrole LOOP EXECUTE it.what; END LOOP;
END $$";

/// Version and encoding, before anything is written.
async fn suitable(options: &PgConnectOptions, c: &mut PgConnection) -> Result<(), Error> {
    let version = c.server_version_num().unwrap_or(0);
    too_old(&place(options), version)?;
    let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut *c).await?;
    if encoding != "UTF8" {
        return Err(Error::Server(format!(
            "{} has the encoding {encoding}; expected a database made with ENCODING 'UTF8'",
            place(options)
        )));
    }
    let ctype: String = sqlx::query_scalar("SELECT datctype::text FROM pg_database WHERE datname = current_database()")
        .fetch_one(c)
        .await?;
    if ctype == "C" || ctype == "POSIX" {
        tracing::warn!(
            ctype,
            "the database was made with a locale that knows no letters beyond ASCII: searches for such are slow, and \
             tell upper from lower case; C.UTF-8 or a language's locale would not"
        );
    }
    Ok(())
}

fn too_old(place: &str, version: u32) -> Result<(), Error> {
    if version < OLDEST {
        return Err(Error::Server(format!(
            "{place} is PostgreSQL {}; expected {} or newer",
            version / 10_000,
            OLDEST / 10_000
        )));
    }
    Ok(())
}

fn place(options: &PgConnectOptions) -> String {
    Target::Postgres(Box::new(options.clone())).to_string()
}

/// Why the first connection failed, and what to do. The server's words about a login never hold the password.
fn refused(options: &PgConnectOptions, error: &sqlx::Error) -> Error {
    let place = place(options);
    let user = options.get_username();
    let code = error.as_database_error().and_then(|e| e.code()).unwrap_or_default();
    Error::Server(match (&*code, error) {
        ("28P01" | "28000", _) => {
            format!("{place} refuses the user {user:?} or the password; check both in the URL")
        }
        ("3D000", _) => format!("{place} does not exist; make it with: CREATE DATABASE … OWNER {user} ENCODING 'UTF8'"),
        ("53300", _) => format!("{place} has no connection left; raise max_connections there"),
        ("42501", _) => format!("{place} does not let the user {user:?} in: it lacks the right to connect"),
        (_, sqlx::Error::Io(e)) => format!("{place} cannot be reached: {e}; check host, port and that it runs"),
        (_, sqlx::Error::Tls(e)) => format!("{place}: the encrypted connection failed: {e}; check sslmode in the URL"),
        (_, sqlx::Error::Database(e)) => format!("{place}: {}", e.message()),
        (_, e) => format!("{place}: {e}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_server_is_named_with_what_is_expected() {
        let error = too_old("PostgreSQL \"x\" on h:1", 120_017).unwrap_err().to_string();
        assert!(error.contains("PostgreSQL 12; expected 13 or newer"), "{error}");
        assert!(too_old("", 150_014).is_ok());
    }
}
