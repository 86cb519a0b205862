//! Domains and their gateways (guide chapter 6).

use crate::domain_change::domain_in;
use crate::{Error, Service, UseCase};
use model::view::{DomainForm, DomainRow, DomainView, ListQuery, Page};
use model::{AccountId, Actor, Direction, DomainId, DomainName, FieldError, HostPort, SenderEntry, Settings};
use store::Scope;
use store::change::Touched;
use store::domain::Domain;
use store::senders::{self, Kind, Owner};

/// Gateways that a domain may have.
pub(crate) const GATEWAYS_MAX: usize = 20;

pub(crate) fn account_within(scope: Scope, account: AccountId) -> bool {
    match scope {
        Scope::All => true,
        Scope::Account(a) => a == account,
        Scope::Mailbox(_) => false,
    }
}

/// One a line or comma; empty lines do not count.
pub(crate) fn read_gateways(text: &str) -> Result<Vec<HostPort>, String> {
    let mut out: Vec<HostPort> = Vec::new();
    for line in text.split(['\n', ',']).map(str::trim).filter(|l| !l.is_empty()) {
        let gateway = line.parse().map_err(|e| format!("{line}: {e}"))?;
        if !out.contains(&gateway) {
            out.push(gateway);
        }
    }
    match out.len() {
        0 => Err("At least one gateway: host, host:port, IP or IP:port.".into()),
        n if n > GATEWAYS_MAX => Err(format!("At most {GATEWAYS_MAX} gateways.")),
        _ => Ok(out),
    }
}

impl Service {
    pub async fn domains(&self, actor: &Actor, query: &ListQuery) -> Result<Page<DomainRow>, Error> {
        let scope = self.permit(actor, UseCase::ListDomains)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::domain::list(&mut c, scope, query).await?)
    }

    pub async fn domain(&self, actor: &Actor, id: DomainId) -> Result<DomainView, Error> {
        let scope = self.permit(actor, UseCase::ListDomains)?;
        let mut c = self.inner.store.read().await?;
        let row = store::domain::row_of(&mut c, id).await?.filter(|r| account_within(scope, r.account));
        let row = row.ok_or_else(|| Error::not_found("domain"))?;
        let domain = store::domain::get(&mut c, id).await?.ok_or_else(|| Error::not_found("domain"))?;
        let lists = senders::get(&mut c, Owner::Domain(id)).await?;
        let values = crate::layers::of_domain(&mut c, &domain).await?.resolve(Direction::Inbound);
        Ok(DomainView {
            row,
            unrecognized: domain.unrecognized,
            friends: lists.friends,
            enemies: lists.enemies,
            settings: domain.settings,
            blocked_messages: values.blocked_messages(),
        })
    }

    pub async fn add_domain(&self, actor: &Actor, form: &DomainForm) -> Result<DomainId, Error> {
        let scope = self.permit(actor, UseCase::AddDomain)?;
        let mut wrong = Vec::new();
        let mut field = |name: &str, message: String| wrong.push(FieldError { field: name.into(), message });
        let name = DomainName::parse(form.name.trim()).map_err(|e| field("name", e.to_string())).ok();
        let gateways = read_gateways(&form.gateways).map_err(|e| field("gateways", e)).unwrap_or_default();
        Error::fields(wrong)?;
        let Some(name) = name else { return Err(Error::field("name", "A domain name is needed.")) };

        let mut tx = self.inner.store.begin().await?;
        let account = store::account::name(&mut tx, form.account).await?;
        if account.is_none() || !account_within(scope, form.account) {
            return Err(Error::field("account", "There is no such account."));
        }
        let domain = Domain {
            id: DomainId(0),
            account: form.account,
            name,
            unrecognized: form.unrecognized,
            gateways,
            settings: Settings::default(),
            created: self.now(),
        };
        let id = store::domain::insert(&mut tx, &domain).await.map_err(|e| match e.is_conflict() {
            true => Error::taken("name", format!("The domain {} exists already.", domain.name)),
            false => e.into(),
        })?;
        let gateways: Vec<String> = domain.gateways.iter().map(ToString::to_string).collect();
        self.note(
            &mut tx,
            actor,
            "domain.add",
            domain.name.as_str(),
            &format!("gateways {}", gateways.join(", ")),
            Some(form.account),
        )
        .await?;
        store::change::touch(&mut tx, &[Touched::Domain(id)]).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Replaces the domain's friends and enemies.
    pub async fn set_domain_senders(
        &self,
        actor: &Actor,
        id: DomainId,
        friends: &[SenderEntry],
        enemies: &[SenderEntry],
    ) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditDomain)?;
        let mut tx = self.inner.store.begin().await?;
        let domain = domain_in(&mut tx, scope, id).await?;
        senders::set(&mut tx, Owner::Domain(id), Kind::Friend, friends).await?;
        senders::set(&mut tx, Owner::Domain(id), Kind::Enemy, enemies).await?;
        let detail = format!("{} friends, {} enemies", friends.len(), enemies.len());
        self.note(&mut tx, actor, "domain.senders", domain.name.as_str(), &detail, Some(domain.account)).await?;
        store::change::touch(&mut tx, &[Touched::DomainSenders(id)]).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gateways_are_read_by_line_without_repeats_and_what_is_wrong_is_quoted() {
        let read = |t| read_gateways(t).map(|g| g.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
        assert_eq!(
            read("mx.acme.test\n 192.0.2.1:2525 \n\nmx.acme.test:25"),
            Ok("mx.acme.test:25 192.0.2.1:2525".into())
        );
        assert!(read("mx.acme.test\nnot a host").is_err_and(|e| e.contains("not a host")));
        assert!(read(" \n").is_err());
    }
}
