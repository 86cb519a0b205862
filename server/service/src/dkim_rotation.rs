//! From one signing key to the next without a signature that nobody can verify (guide chapter 6 "DKIM Options"): the new
//! key signs once its record is published, and only then does the one before it stop.

use crate::dkim::{ACTIVE_MAX, key_in};
use crate::status::records;
use crate::{Error, Service, UseCase};
use model::view::status::{DkimLine, DkimPage, ZoneRecord};
use model::{Actor, Direction, DkimPublished, DomainId, ErrorCode};
use store::change::Touched;

impl Service {
    /// The domain's keys with what the DNS has of each now.
    pub async fn dkim_page(&self, actor: &Actor, id: DomainId) -> Result<DkimPage, Error> {
        let scope = self.permit(actor, UseCase::ListDomains)?;
        let mut c = self.inner.store.read().await?;
        let row = crate::domain_change::domain_in(&mut c, scope, id).await?;
        let keys = store::dkim::of_domain(&mut c, id).await?;
        let signs = crate::layers::of_domain(&mut c, &row).await?.resolve(Direction::Inbound).dkim.sign;
        drop(c);
        let checked = keys.iter().map(|k| async move { (&k.key, self.published(&k.key).await) });
        let checked = futures::future::join_all(checked).await;
        let lines = checked.into_iter().map(|(key, published)| DkimLine {
            id: key.id,
            selector: key.selector.to_string(),
            algorithm: key.algorithm,
            active: key.active,
            created: key.created,
            retired: key.retired,
            check: records::dkim(key, &published, signs),
            record: ZoneRecord { name: key.record_name(), kind: "TXT".into(), value: key.record() },
            zone_line: key.zone_line(),
        });
        Ok(DkimPage {
            id,
            domain: row.name.to_string(),
            signs,
            may_edit: crate::permits(actor.role, UseCase::EditDomain),
            keys: lines.collect(),
        })
    }

    /// Lets the key sign in the place of the domain's other keys of its kind, which are retired; all at once. How many.
    ///
    /// # Errors
    /// The DNS does not have the key's record. `unchecked` goes on all the same, where the DNS that this server asks is
    /// not the one of the Internet.
    pub async fn switch_dkim_key(&self, actor: &Actor, id: i64, unchecked: bool) -> Result<usize, Error> {
        let scope = self.permit(actor, UseCase::EditDomain)?;
        let key = {
            let mut c = self.inner.store.read().await?;
            key_in(&mut c, scope, id).await?.1.key
        };
        if !unchecked {
            let why = match self.published(&key).await {
                DkimPublished::Yes => None,
                DkimPublished::Missing => Some("its record is not in the DNS yet".to_owned()),
                DkimPublished::Differs(_) => Some("the DNS has another record in its place".to_owned()),
                DkimPublished::Unknown(why) => Some(why),
            };
            if let Some(why) = why {
                let said = format!("The key {} was not let sign: {}.", key.selector, why.trim_end_matches('.'));
                return Err(Error::new(ErrorCode::Conflict, said));
            }
        }
        let mut tx = self.inner.store.begin().await?;
        let (domain, key) = key_in(&mut tx, scope, id).await?;
        let others = store::dkim::of_domain(&mut tx, domain.id).await?;
        let others: Vec<_> = others.into_iter().filter(|k| k.key.active && k.key.id != id).collect();
        let (before, beside): (Vec<_>, Vec<_>) = others.into_iter().partition(|k| k.key.algorithm == key.key.algorithm);
        if beside.len() >= ACTIVE_MAX {
            let why = format!("At most {ACTIVE_MAX} keys sign at a time; retire another one first.");
            return Err(Error::new(ErrorCode::Conflict, why));
        }
        if key.key.active && before.is_empty() {
            return Ok(0);
        }
        store::dkim::set_active(&mut tx, id, true, None).await?;
        let mut detail = format!("selector {} signs", key.key.selector);
        for old in &before {
            store::dkim::set_active(&mut tx, old.key.id, false, Some(self.now())).await?;
            detail.push_str(&format!(", {} retired", old.key.selector));
        }
        self.note(&mut tx, actor, "domain.dkim.switch", domain.name.as_str(), &detail, Some(domain.account)).await?;
        store::change::touch(&mut tx, &[Touched::Domain(domain.id)]).await?;
        tx.commit().await?;
        Ok(before.len())
    }
}
