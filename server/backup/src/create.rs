//! Writing a backup, beside a running server or without one.
//!
//! The order is what makes it whole. The spool is read first: a message that is accepted later is not of this backup,
//! one that has left the spool before has its outcome in the database, which is read after it. Bodies come last: the rows
//! that were read say which, and a body outlives its row. What is in both, because it left the spool in between, is
//! taken out of the queue again when it is restored ([`crate::restore()`]).

use crate::file::Writer;
use crate::manifest::{FORMAT, Manifest};
use crate::{Error, Installation, Progress, marker, name, rows};
use model::Timestamp;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use store::db::Value;
use store::dump;
use store::{Dialect, Store};
use vault::BlobId;

/// Files up to this size are read at once, so that one that is being replaced is had whole.
const AT_ONCE: u64 = 16 << 20;

/// What was backed up.
#[derive(Debug, Clone)]
pub struct Created {
    pub manifest: Manifest,
    /// Bytes of the file.
    pub size: u64,
    pub rows: u64,
    pub bodies: u64,
    /// Bodies that rows name and that are not in the vault.
    pub missing: Vec<BlobId>,
    /// Unreadable stretches of the spool.
    pub damaged: u64,
    /// What in the data directory is neither a file nor a directory, or has a name that no archive takes.
    pub skipped: Vec<PathBuf>,
}

/// Whose backup it is.
#[derive(Debug, Clone)]
pub struct Identity {
    pub version: String,
    pub hostname: String,
    pub node: String,
}

/// Backs the installation up to the file `to`, which appears when it is whole and is readable by its owner only.
pub async fn create(
    from: &Installation,
    to: &Path,
    identity: Identity,
    progress: Progress<'_>,
) -> Result<Created, Error> {
    if let Some(why) = marker::unfinished(&from.data) {
        return Err(Error::Refused(why));
    }
    let store = match Store::connect_unchanged(&from.database).await {
        Err(store::Error::Absent(what)) => {
            return Err(Error::Refused(format!("there is nothing to back up: there is no database {what}")));
        }
        store => store?,
    };
    let now = Timestamp::now();
    let writer = Writer::create(to, u64::try_from(now.0 / 1_000).unwrap_or(0))?;
    let partial = writer.partial().to_owned();
    let mut made = Making { from, writer, progress, avoid: vec![partial.clone(), absolute(to)] };
    let result = made.fill(&store, identity, now).await;
    store.close().await;
    let finished = match result {
        Ok((created, manifest)) => {
            made.writer.finish(manifest).map(|(manifest, size)| Created { manifest, size, ..created })
        }
        Err(error) => Err(error),
    };
    if finished.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    finished
}

struct Making<'a, 'p> {
    from: &'a Installation,
    writer: Writer,
    progress: Progress<'p>,
    /// Files that are not of the installation.
    avoid: Vec<PathBuf>,
}

impl Making<'_, '_> {
    async fn fill(&mut self, store: &Store, identity: Identity, now: Timestamp) -> Result<(Created, Manifest), Error> {
        let spool = self.from.data.join("spool");
        let writer = &mut self.writer;
        let copied = spool::copy(&spool, |message| {
            writer.add(&format!("{}{}", name::SPOOL, message.id), 0o600, message.packed)
        })?;
        (self.progress)(&format!("{} messages of the spool", copied.messages));

        let mut tx = store.begin_read().await?;
        let schema = dump::version(&mut tx).await?;
        if schema == 0 {
            return Err(Error::Refused("there is nothing to back up: the database is empty".into()));
        }
        let tables = dump::tables(&mut tx).await?;
        let mut named = BTreeSet::new();
        let mut count = 0;
        for (order, table) in tables.iter().enumerate() {
            let blob = table.columns.iter().position(|c| c.name == "blob");
            let see = |row: &[Value]| {
                if let Some(Value::Text(Some(text))) = blob.and_then(|n| row.get(n))
                    && let Ok(id) = text.parse::<BlobId>()
                {
                    named.insert(id);
                }
            };
            count += rows::write(&mut tx, &mut self.writer, (order, table), see).await?;
        }
        let sequences = dump::sequences(&mut tx).await?;
        tx.rollback().await?;
        (self.progress)(&format!("{count} rows of {} tables", tables.len()));

        let missing = self.bodies(&named)?;
        let bodies = (named.len() - missing.len()) as u64;
        (self.progress)(&format!("{bodies} bodies of held messages"));
        let mut skipped = Vec::new();
        let data = self.from.data.clone();
        self.directory(&data, Path::new(""), &mut skipped)?;
        if let Some(path) = &self.from.configuration {
            let text = std::fs::read(path).map_err(Error::io("read", path))?;
            self.writer.add(name::CONFIGURATION, 0o600, &text)?;
        }
        let database = match store.dialect() {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        };
        let manifest = Manifest {
            format: FORMAT,
            version: identity.version,
            created: now,
            hostname: identity.hostname,
            node: identity.node,
            database: database.into(),
            schema,
            tables,
            sequences,
            queued: copied.messages,
            members: Vec::new(),
        };
        let created = Created {
            manifest: manifest.clone(),
            size: 0,
            rows: count,
            bodies,
            missing,
            damaged: copied.damaged,
            skipped,
        };
        Ok((created, manifest))
    }

    /// Adds the bodies; which of them are not there.
    fn bodies(&mut self, named: &BTreeSet<BlobId>) -> Result<Vec<BlobId>, Error> {
        let mut missing = Vec::new();
        for id in named {
            let below = Path::new("vault").join(id.file());
            let path = self.from.data.join(&below);
            match File::open(&path) {
                Ok(file) => self.file(&below, &path, file)?,
                Err(e) if e.kind() == ErrorKind::NotFound => missing.push(*id),
                Err(e) => return Err(Error::io("open", &path)(e)),
            }
        }
        Ok(missing)
    }

    /// Adds all other files of the data directory, in the order of their names.
    fn directory(&mut self, path: &Path, below: &Path, skipped: &mut Vec<PathBuf>) -> Result<(), Error> {
        let list = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut list = list.map_err(Error::io("list", path))?;
        list.sort_by_key(std::fs::DirEntry::file_name);
        for entry in list {
            let (path, below) = (entry.path(), below.join(entry.file_name()));
            if self.is_not_ours(&path, &below) {
                continue;
            }
            // Certificates are often links to where they are renewed.
            let Ok(meta) = std::fs::metadata(&path) else {
                skipped.push(path);
                continue;
            };
            let link = entry.file_type().is_ok_and(|t| t.is_symlink());
            if meta.is_dir() && !link {
                self.directory(&path, &below, skipped)?;
            } else if meta.is_file() && name::of_file(&below).is_some() {
                match File::open(&path) {
                    Ok(file) => self.file(&below, &path, file)?,
                    Err(e) if e.kind() == ErrorKind::NotFound => {}
                    Err(e) => return Err(Error::io("open", &path)(e)),
                }
            } else {
                skipped.push(path);
            }
        }
        Ok(())
    }

    fn is_not_ours(&self, path: &Path, below: &Path) -> bool {
        let of_vault =
            below.starts_with("vault") && below != Path::new("vault") && below != Path::new("vault/vault.key");
        let configuration = self.from.configuration.as_deref().map(absolute);
        let whole = absolute(path);
        of_vault
            || name::is_reserved(below)
            || path.extension().is_some_and(|e| e == "partial")
            || self.avoid.contains(&whole)
            || configuration.is_some_and(|c| c == whole)
    }

    fn file(&mut self, below: &Path, path: &Path, mut file: File) -> Result<(), Error> {
        let Some(name) = name::of_file(below) else { return Ok(()) };
        let meta = file.metadata().map_err(Error::io("read", path))?;
        let mode = meta.permissions().mode() & 0o777;
        if meta.len() > AT_ONCE {
            return self.writer.add_file(&name, mode, path, file);
        }
        let mut bytes = Vec::with_capacity(meta.len() as usize);
        file.read_to_end(&mut bytes).map_err(Error::io("read", path))?;
        self.writer.add(&name, mode, &bytes)
    }
}

/// The path from the root, as it is compared.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (whole.parent().and_then(|p| p.canonicalize().ok()), whole.file_name()) {
        (Some(directory), Some(name)) => directory.join(name),
        _ => whole,
    }
}
