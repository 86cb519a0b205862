//! Groups: settings and senders for some mailboxes of a domain (guide chapters 5 and 6).

use crate::Error;
use crate::domain_change::domain_in;
use model::Settings;
use store::Scope;
use store::domain::Domain;
use store::group::Group;

/// The group and its domain, within the actor's scope; what is outside does not exist.
pub(crate) async fn group_in(
    c: &mut store::Connection,
    scope: Scope,
    id: i64,
) -> Result<(Group<Settings>, Domain), Error> {
    let group: Group<Settings> = store::group::get(c, id).await?.ok_or_else(|| Error::not_found("group"))?;
    let domain = domain_in(c, scope, group.domain).await.map_err(|_| Error::not_found("group"))?;
    Ok((group, domain))
}
