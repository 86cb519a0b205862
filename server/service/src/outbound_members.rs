//! Domains that may send through an outbound IP (guide chapter 7 "Member Domains").

use crate::outbound::outbound_in;
use crate::{Error, Service, UseCase};
use model::{AccountId, Actor, DomainName, FieldError};
use store::Connection;
use store::change::Touched;
pub use store::outbound::Member;

/// Members of one outbound IP.
const MEMBERS_MAX: usize = 10_000;

/// Each name as a member: a domain of the account, or an external one with its subdomains. What belongs to another
/// account is neither.
pub(crate) async fn as_members(
    c: &mut Connection,
    account: AccountId,
    names: &[DomainName],
) -> Result<Vec<Member>, Error> {
    if names.len() > MEMBERS_MAX {
        return Err(Error::field("domains", format!("{} domains; at most {MEMBERS_MAX} are accepted.", names.len())));
    }
    let (mut members, mut wrong) = (Vec::new(), Vec::new());
    for (i, name) in names.iter().enumerate() {
        match store::domain::by_name(c, name).await? {
            Some(d) if d.account == account => members.push(Member::Domain(d.id, name.clone())),
            Some(_) => wrong.push(FieldError {
                field: format!("domains[{i}]"),
                message: format!("{name} belongs to another account."),
            }),
            None => members.push(Member::External(name.clone())),
        }
    }
    Error::fields(wrong)?;
    let name = |m: &Member| match m {
        Member::Domain(_, name) | Member::External(name) => name.clone(),
    };
    members.sort_by_key(|m| name(m).as_str().to_owned());
    members.dedup_by_key(|m| name(m));
    Ok(members)
}

impl Service {
    /// By name.
    pub async fn outbound_members(&self, actor: &Actor, id: i64) -> Result<Vec<Member>, Error> {
        let scope = self.permit(actor, UseCase::ListOutbound)?;
        let mut c = self.inner.store.read().await?;
        outbound_in(&mut c, scope, id).await?;
        Ok(store::outbound::members(&mut c, id).await?)
    }

    /// Makes these the members and no others.
    pub async fn set_outbound_members(&self, actor: &Actor, id: i64, names: &[DomainName]) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditOutbound)?;
        let mut tx = self.inner.store.begin().await?;
        let network = outbound_in(&mut tx, scope, id).await?;
        let members = as_members(&mut tx, network.account, names).await?;
        let before = store::outbound::members(&mut tx, id).await?;
        if before == members {
            return Ok(());
        }
        store::outbound::set_members(&mut tx, id, &members).await?;
        let detail = crate::audit::step("members", &before.len().to_string(), &members.len().to_string());
        self.note(&mut tx, actor, "outbound.members", &network.range.to_string(), &detail, Some(network.account))
            .await?;
        store::change::touch(&mut tx, &[Touched::Outbound]).await?;
        Ok(tx.commit().await?)
    }
}
