//! DKIM keys of domains, their private halves sealed (guide chapter 6 "DKIM Options").

use crate::codec::{int, text, word};
use crate::db::{Row, sql};
use crate::{Connection, Error};
use model::{DkimAlgorithm, DkimKey, DomainId, DomainName, Timestamp};

/// A key with what only the signer can open.
#[derive(Debug, Clone, PartialEq)]
pub struct SealedKey {
    pub domain: DomainId,
    pub key: DkimKey,
    /// PKCS #8, sealed by the vault for the key's public half.
    pub sealed: Vec<u8>,
}

const SELECT: &str = "SELECT k.*, d.name AS domain_name FROM dkim_key k JOIN domain d ON d.id = k.domain";

/// `key.id` and `key.domain` of the argument are not used. A taken selector is a conflict.
pub async fn insert(c: &mut Connection, k: &SealedKey) -> Result<i64, Error> {
    let id = sql("INSERT INTO dkim_key (domain, selector, algorithm, public_key, sealed, active, created, retired)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id")
    .bind(k.domain.0)
    .bind(k.key.selector.as_str())
    .bind(k.key.algorithm.as_str())
    .bind(&k.key.public_key)
    .bind(k.sealed.clone())
    .bind(k.key.active)
    .bind(k.key.created.0)
    .bind(k.key.retired.map(|t| t.0))
    .scalar_optional(c)
    .await?;
    id.ok_or(Error::Conflict("selector"))
}

/// Whether it signs, and since when it does no longer.
pub async fn set_active(c: &mut Connection, id: i64, active: bool, retired: Option<Timestamp>) -> Result<(), Error> {
    sql("UPDATE dkim_key SET active = $2, retired = $3 WHERE id = $1")
        .bind(id)
        .bind(active)
        .bind(retired.map(|t| t.0))
        .execute(c)
        .await?;
    Ok(())
}

pub async fn delete(c: &mut Connection, id: i64) -> Result<bool, Error> {
    Ok(sql("DELETE FROM dkim_key WHERE id = $1").bind(id).execute(c).await? == 1)
}

pub async fn get(c: &mut Connection, id: i64) -> Result<Option<SealedKey>, Error> {
    let found = sql(format!("{SELECT} WHERE k.id = $1")).bind(id).fetch_optional(c).await?;
    found.as_ref().map(key).transpose()
}

/// Those of a domain, by selector.
pub async fn of_domain(c: &mut Connection, domain: DomainId) -> Result<Vec<SealedKey>, Error> {
    let b = sql(format!("{SELECT} WHERE k.domain = $1 ORDER BY k.selector")).bind(domain.0);
    b.fetch_all(c).await?.iter().map(key).collect()
}

/// Those that sign, by domain and selector.
pub async fn active(c: &mut Connection) -> Result<Vec<SealedKey>, Error> {
    let b = sql(format!("{SELECT} WHERE k.active = 1 ORDER BY k.domain, k.selector"));
    b.fetch_all(c).await?.iter().map(key).collect()
}

fn key(r: &Row) -> Result<SealedKey, Error> {
    let name = text(r, "domain_name")?;
    let domain = DomainName::parse(&name).map_err(|e| Error::Corrupt {
        what: "domain",
        text: name.clone(),
        why: e.to_string(),
    })?;
    Ok(SealedKey {
        domain: DomainId(int(r, "domain")?),
        key: DkimKey {
            id: int(r, "id")?,
            domain,
            selector: word(r, "selector")?,
            algorithm: word::<DkimAlgorithm>(r, "algorithm")?,
            public_key: text(r, "public_key")?,
            active: r.get("active")?,
            created: Timestamp(int(r, "created")?),
            retired: r.get::<Option<i64>>("retired")?.map(Timestamp),
        },
        sealed: r.get("sealed")?,
    })
}
