//! The database: there, of this version, and whole.

use super::finding::Finding;
use crate::config::Config;
use store::{Store, Target, dump, health};

const RESTORE: &str = "stop the server, keep a copy of the data directory, and restore the last backup";

pub async fn check(config: &Config) -> Vec<Finding> {
    const NAME: &str = "database";
    let target = match config.target() {
        Ok(target) => target,
        Err(error) => return vec![Finding::fail(NAME, error, "correct the configuration")],
    };
    let store = match Store::connect_unchanged(&target).await {
        Ok(store) => store,
        Err(store::Error::Absent(what)) => {
            return vec![Finding::warn(
                NAME,
                format!("there is no {what} yet"),
                "it is made when the server first starts",
            )];
        }
        Err(error) => return vec![Finding::fail(NAME, error, "see docs/database.md")],
    };
    let found = look(&store, &target).await;
    store.close().await;
    found.unwrap_or_else(|error| vec![Finding::fail(NAME, error, RESTORE)])
}

async fn look(store: &Store, target: &Target) -> Result<Vec<Finding>, store::Error> {
    let mut c = store.begin_read().await?;
    let (found, known) = (dump::version(&mut c).await?, dump::newest());
    let mut out = vec![match found {
        0 => Finding::warn("schema", format!("{target} is empty"), "it is filled when the server first starts"),
        v if v == known => Finding::ok("schema", format!("{target} has schema {v}")),
        v if v < known => Finding::warn(
            "schema",
            format!("{target} has schema {v}, this version's is {known}"),
            "back up, then run `postern migrate` or start the server",
        ),
        v => Finding::fail(
            "schema",
            format!("{target} has schema {v}, this version knows {known}"),
            "use the newer version",
        ),
    }];
    if found != known {
        return Ok(out);
    }
    out.push(all_of("integrity", health::integrity(&mut c).await?, "no damage found"));
    out.push(all_of("references", health::references(&mut c).await?, "every row's references are there"));
    out.push(all_of("counts", health::counts(&mut c).await?, "kept counts are right"));
    Ok(out)
}

fn all_of(name: &'static str, wrong: Vec<String>, well: &str) -> Finding {
    if wrong.is_empty() { Finding::ok(name, well) } else { Finding::fail(name, wrong.join("; "), RESTORE) }
}
