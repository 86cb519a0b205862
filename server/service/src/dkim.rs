//! Signing keys of domains (guide chapter 6 "DKIM Options"). A key is made inactive; it is activated when its record is
//! published, and the one before it retired some days later, so that no signature is ever without its record.

use crate::domain_change::domain_named;
use crate::domains::account_within;
use crate::{Error, Service, UseCase, audit};
use filter::auth::signing;
use model::{Actor, Direction, DkimAlgorithm, DkimKey, DkimPublished, DkimSelector, DomainId, ErrorCode};
use store::change::Touched;
use store::dkim::SealedKey;
use store::domain::Domain;
use store::{Connection, Scope};

/// Keys that a domain may have.
const KEYS_MAX: usize = 10;
/// Keys that may sign a message: each costs the sender a signature and the recipient a look-up.
pub(crate) const ACTIVE_MAX: usize = 4;

/// What a private key is sealed for: the public half that is its own.
pub fn purpose(key: &DkimKey) -> String {
    format!("dkim {} {}", key.algorithm, key.public_key)
}

pub(crate) async fn key_in(c: &mut Connection, scope: Scope, id: i64) -> Result<(Domain, SealedKey), Error> {
    let missing = || Error::not_found("key");
    let key = store::dkim::get(c, id).await?.ok_or_else(missing)?;
    let domain = store::domain::get(c, key.domain).await?.filter(|d| account_within(scope, d.account));
    Ok((domain.ok_or_else(missing)?, key))
}

impl Service {
    /// By selector.
    pub async fn dkim_keys(&self, actor: &Actor, domain: DomainId) -> Result<Vec<DkimKey>, Error> {
        let scope = self.permit(actor, UseCase::ListDomains)?;
        let mut c = self.inner.store.read().await?;
        domain_named(&mut c, scope, domain).await?;
        Ok(store::dkim::of_domain(&mut c, domain).await?.into_iter().map(|k| k.key).collect())
    }

    pub async fn dkim_key(&self, actor: &Actor, id: i64) -> Result<DkimKey, Error> {
        let scope = self.permit(actor, UseCase::ListDomains)?;
        let mut c = self.inner.store.read().await?;
        Ok(key_in(&mut c, scope, id).await?.1.key)
    }

    /// Makes a key, inactive. Without a selector it gets the one of the domain's settings, or one of the day.
    pub async fn add_dkim_key(
        &self,
        actor: &Actor,
        domain: DomainId,
        algorithm: DkimAlgorithm,
        selector: Option<&str>,
    ) -> Result<i64, Error> {
        let scope = self.permit(actor, UseCase::EditDomain)?;
        let selector: Option<DkimSelector> = match selector.map(str::trim).filter(|s| !s.is_empty()) {
            Some(text) => Some(text.parse().map_err(|e| Error::field("selector", format!("{e}")))?),
            None => None,
        };
        let mut c = self.inner.store.read().await?;
        domain_named(&mut c, scope, domain).await?;
        drop(c);
        let new = tokio::task::spawn_blocking(move || signing::generate(algorithm)).await;
        let new = new.map_err(|e| Error::Internal(e.to_string()))?.map_err(|e| Error::Internal(e.to_string()))?;

        let mut tx = self.inner.store.begin().await?;
        let row = domain_named(&mut tx, scope, domain).await?;
        let others = store::dkim::of_domain(&mut tx, domain).await?;
        if others.len() >= KEYS_MAX {
            let why = format!("A domain has at most {KEYS_MAX} keys; delete one that no longer signs.");
            return Err(Error::new(ErrorCode::Conflict, why));
        }
        let selector = match selector {
            Some(selector) => selector,
            None => {
                let values = crate::layers::of_domain(&mut tx, &row).await?.resolve(Direction::Inbound);
                self.free_selector(&values.dkim.selector, &others)?
            }
        };
        let key = DkimKey {
            id: 0,
            domain: row.name.clone(),
            selector,
            algorithm,
            public_key: new.public,
            active: false,
            created: self.now(),
            retired: None,
        };
        let sealed = self.inner.bodies.seal(&purpose(&key), &new.private).map_err(Error::Internal)?;
        let sealed = SealedKey { domain, key, sealed };
        let id = store::dkim::insert(&mut tx, &sealed).await.map_err(|e| match e.is_conflict() {
            true => Error::taken("selector", format!("The domain has a key {} already.", sealed.key.selector)),
            false => e.into(),
        })?;
        let detail = format!("selector {}, {}", sealed.key.selector, algorithm.label());
        self.note(&mut tx, actor, "domain.dkim.add", row.name.as_str(), &detail, Some(row.account)).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The one that the settings name, while it is free; then the day's.
    fn free_selector(&self, usual: &str, others: &[SealedKey]) -> Result<DkimSelector, Error> {
        let day: String = self.now().rfc3339().chars().take(10).filter(char::is_ascii_digit).collect();
        let days = (1..=KEYS_MAX + 1).map(|n| match n {
            1 => format!("p{day}"),
            n => format!("p{day}-{n}"),
        });
        let mut names = std::iter::once(usual.to_owned()).chain(days).filter_map(|n| n.parse().ok());
        let free = names.find(|n: &DkimSelector| others.iter().all(|k| k.key.selector != *n));
        free.ok_or_else(|| Error::Internal("no selector is free".into()))
    }

    /// Lets a key sign, or retires it.
    pub async fn set_dkim_key_active(&self, actor: &Actor, id: i64, active: bool) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditDomain)?;
        let mut tx = self.inner.store.begin().await?;
        let (domain, key) = key_in(&mut tx, scope, id).await?;
        if key.key.active == active {
            return Ok(());
        }
        if active {
            let others = store::dkim::of_domain(&mut tx, domain.id).await?;
            if others.iter().filter(|k| k.key.active).count() >= ACTIVE_MAX {
                let why = format!("At most {ACTIVE_MAX} keys sign at a time; retire another one first.");
                return Err(Error::new(ErrorCode::Conflict, why));
            }
        }
        let retired = (!active).then(|| self.now());
        store::dkim::set_active(&mut tx, id, active, retired).await?;
        let step = audit::step("active", &key.key.active.to_string(), &active.to_string());
        let detail = format!("selector {}, {step}", key.key.selector);
        self.note(&mut tx, actor, "domain.dkim.edit", domain.name.as_str(), &detail, Some(domain.account)).await?;
        store::change::touch(&mut tx, &[Touched::Domain(domain.id)]).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes a key that does not sign.
    pub async fn delete_dkim_key(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditDomain)?;
        let mut tx = self.inner.store.begin().await?;
        let (domain, key) = key_in(&mut tx, scope, id).await?;
        if key.key.active {
            return Err(Error::new(ErrorCode::Conflict, "The key signs mail; retire it first."));
        }
        store::dkim::delete(&mut tx, id).await?;
        let detail = format!("selector {}", key.key.selector);
        self.note(&mut tx, actor, "domain.dkim.delete", domain.name.as_str(), &detail, Some(domain.account)).await?;
        Ok(tx.commit().await?)
    }

    /// Whether the DNS has the key's record, by our own resolver.
    pub async fn check_dkim_key(&self, actor: &Actor, id: i64) -> Result<DkimPublished, Error> {
        let key = self.dkim_key(actor, id).await?;
        self.network()?;
        Ok(self.published(&key).await)
    }

    pub(crate) async fn published(&self, key: &DkimKey) -> DkimPublished {
        let found = match self.network() {
            Ok(network) => network.txt(&key.record_name()).await,
            Err(_) => Err("This server cannot ask the DNS.".into()),
        };
        match found {
            Ok(found) => DkimPublished::of(key, &found),
            Err(why) => DkimPublished::Unknown(why),
        }
    }
}
