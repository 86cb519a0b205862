//! Groups: settings and senders for some mailboxes of a domain, in an order of priority (guide chapters 5 and 6).

use crate::domain_change::domain_in;
use crate::mailbox_change::mailbox_in;
use crate::slices::{After, checked};
use crate::{Error, Service, UseCase, audit};
use model::{Actor, DomainId, ErrorCode, FieldError, MailboxId, SenderEntry, Settings, Timestamp};
use std::collections::HashSet;
use store::change::Touched;
use store::domain::Domain;
use store::group::Group;
use store::senders::{self, Kind, Lists, Owner};
use store::{Connection, Scope, Slice};

/// A group as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupView {
    pub id: i64,
    pub domain: DomainId,
    pub name: String,
    /// Place among the domain's groups, from 0; of several groups of a mailbox the first goes before the others.
    pub position: i64,
    /// The group of the domain's directory whose members are members.
    pub ldap_group: Option<String>,
    pub members: u64,
    pub created: Timestamp,
}

/// What to change of a group; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct GroupChange {
    pub name: Option<String>,
    /// Some(None): no longer filled from the directory.
    pub ldap_group: Option<Option<String>>,
    /// From 0; further than the last is the last.
    pub position: Option<usize>,
}

/// What is wrong with a group's name or the name of a directory's group.
pub(crate) fn name_problem(name: &str, longest: usize) -> Option<String> {
    let n = name.chars().count();
    if !(1..=longest).contains(&n) {
        return Some(format!("A name has 1 to {longest} characters."));
    }
    name.chars().any(char::is_control).then(|| "A name has no control characters.".into())
}

/// Characters of a group's name, and of the name of a group of a directory, which may be a whole DN.
pub(crate) const NAME_MAX: usize = 100;
pub(crate) const LDAP_MAX: usize = 500;

fn problems(name: Option<&str>, ldap_group: Option<&str>) -> Vec<FieldError> {
    let problem = |field: &str, text: Option<&str>, longest| {
        let message = name_problem(text?, longest)?;
        Some(FieldError { field: field.into(), message })
    };
    [problem("name", name, NAME_MAX), problem("ldap_group", ldap_group, LDAP_MAX)].into_iter().flatten().collect()
}

/// The group and its domain, within the actor's scope; what is outside does not exist.
pub(crate) async fn group_in(c: &mut Connection, scope: Scope, id: i64) -> Result<(Group<Settings>, Domain), Error> {
    let group: Group<Settings> = store::group::get(c, id).await?.ok_or_else(|| Error::not_found("group"))?;
    let domain = store::domain::get(c, group.domain).await?;
    let domain = domain.filter(|d| crate::domains::account_within(scope, d.account));
    Ok((group, domain.ok_or_else(|| Error::not_found("group"))?))
}

/// How the audit trail calls it.
pub(crate) fn title(group: &Group<Settings>, domain: &Domain) -> String {
    format!("{} in {}", group.name, domain.name)
}

async fn view(c: &mut Connection, g: Group<Settings>) -> Result<GroupView, Error> {
    let members = store::group::count(c, g.id).await?;
    let Group { id, domain, name, position, ldap_group, created, .. } = g;
    Ok(GroupView { id, domain, name, position, ldap_group, members, created })
}

async fn views(c: &mut Connection, groups: Vec<Group<Settings>>) -> Result<Vec<GroupView>, Error> {
    let mut out = Vec::with_capacity(groups.len());
    for group in groups {
        out.push(view(c, group).await?);
    }
    Ok(out)
}

fn taken(name: &str, e: store::Error) -> Error {
    match e.is_conflict() {
        true => Error::taken("name", format!("The domain has a group {name} already.")),
        false => e.into(),
    }
}

fn names(groups: &[Group<Settings>]) -> String {
    groups.iter().map(|g| g.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The domain that a request names in a field of its own: one that is not there is an error of that field.
async fn named_domain(c: &mut Connection, scope: Scope, id: DomainId) -> Result<Domain, Error> {
    domain_in(c, scope, id).await.map_err(|e| match e.code() {
        ErrorCode::NotFound => Error::field("domain", "There is no such domain."),
        _ => e,
    })
}

impl Service {
    /// Those of one domain in their order, or all by domain.
    pub async fn groups_after(
        &self,
        actor: &Actor,
        domain: Option<DomainId>,
        after: &After,
    ) -> Result<Slice<GroupView>, Error> {
        let scope = self.permit(actor, UseCase::ListGroups)?;
        let mut c = self.inner.store.read().await?;
        let found = store::group::slice(&mut c, scope, domain, after.cursor.as_ref(), after.limit).await;
        let Slice { rows, next } = checked(found)?;
        Ok(Slice { rows: views(&mut c, rows).await?, next })
    }

    pub async fn group(&self, actor: &Actor, id: i64) -> Result<GroupView, Error> {
        let scope = self.permit(actor, UseCase::ListGroups)?;
        let mut c = self.inner.store.read().await?;
        let (group, _) = group_in(&mut c, scope, id).await?;
        view(&mut c, group).await
    }

    /// Adds a group, the last in its domain's order.
    pub async fn add_group(
        &self,
        actor: &Actor,
        domain: DomainId,
        name: &str,
        ldap_group: Option<&str>,
    ) -> Result<i64, Error> {
        let scope = self.permit(actor, UseCase::AddGroup)?;
        let (name, ldap_group) = (name.trim(), ldap_group.map(str::trim));
        Error::fields(problems(Some(name), ldap_group))?;
        let mut tx = self.inner.store.begin().await?;
        let domain = named_domain(&mut tx, scope, domain).await?;
        let group = Group {
            id: 0,
            domain: domain.id,
            name: name.to_owned(),
            position: 0,
            ldap_group: ldap_group.map(str::to_owned),
            settings: Settings::default(),
            created: self.now(),
        };
        let id = store::group::insert(&mut tx, &group).await.map_err(|e| taken(name, e))?;
        let detail = ldap_group.map(|g| format!("directory group {g}")).unwrap_or_default();
        self.note(&mut tx, actor, "group.add", &title(&group, &domain), &detail, Some(domain.account)).await?;
        store::change::touch(&mut tx, &[Touched::Domain(domain.id)]).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn change_group(&self, actor: &Actor, id: i64, change: &GroupChange) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditGroup)?;
        let name = change.name.as_deref().map(str::trim);
        let ldap_group = change.ldap_group.as_ref().map(|g| g.as_deref().map(str::trim));
        Error::fields(problems(name, ldap_group.flatten()))?;
        let mut tx = self.inner.store.begin().await?;
        let (before, domain) = group_in(&mut tx, scope, id).await?;
        let mut after = before.clone();
        let mut changed = Vec::new();
        if let Some(name) = name.filter(|n| *n != before.name) {
            changed.push(audit::step("name", &before.name, name));
            after.name = name.to_owned();
        }
        if let Some(ldap) = ldap_group.filter(|g| *g != before.ldap_group.as_deref()) {
            let word = |g: Option<&str>| g.unwrap_or("none").to_owned();
            changed.push(audit::step("directory group", &word(before.ldap_group.as_deref()), &word(ldap)));
            after.ldap_group = ldap.map(str::to_owned);
        }
        if after != before {
            let other: Vec<Group<Settings>> = store::group::all(&mut tx, Some(domain.id)).await?;
            if other.iter().any(|g| g.id != id && g.name.to_lowercase() == after.name.to_lowercase()) {
                return Err(Error::taken("name", format!("The domain has a group {} already.", after.name)));
            }
            store::group::update(&mut tx, &after).await.map_err(|e| taken(&after.name, e))?;
        }
        if let Some(position) = change.position {
            let all: Vec<Group<Settings>> = store::group::all(&mut tx, Some(domain.id)).await?;
            let mut order: Vec<i64> = all.iter().map(|g| g.id).filter(|g| *g != id).collect();
            order.insert(position.min(order.len()), id);
            changed.extend(reorder(&mut tx, domain.id, &all, &order).await?);
        }
        if changed.is_empty() {
            return Ok(());
        }
        let (object, detail) = (title(&after, &domain), changed.join("; "));
        self.note(&mut tx, actor, "group.edit", &object, &detail, Some(domain.account)).await?;
        store::change::touch(&mut tx, &[Touched::Domain(domain.id)]).await?;
        Ok(tx.commit().await?)
    }

    /// Puts all groups of a domain into an order: the first goes before the others (guide chapter 6 "Domain Group
    /// Options").
    pub async fn order_groups(&self, actor: &Actor, domain: DomainId, order: &[i64]) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditGroup)?;
        let mut tx = self.inner.store.begin().await?;
        let domain = named_domain(&mut tx, scope, domain).await?;
        let all: Vec<Group<Settings>> = store::group::all(&mut tx, Some(domain.id)).await?;
        let (known, named): (HashSet<i64>, HashSet<i64>) =
            (all.iter().map(|g| g.id).collect(), order.iter().copied().collect());
        if known != named || named.len() != order.len() {
            let ids = all.iter().map(|g| g.id.to_string()).collect::<Vec<_>>().join(", ");
            return Err(Error::field("groups", format!("Name each group of {} once: {ids}.", domain.name)));
        }
        let Some(detail) = reorder(&mut tx, domain.id, &all, order).await? else { return Ok(()) };
        self.note(&mut tx, actor, "group.order", domain.name.as_str(), &detail, Some(domain.account)).await?;
        store::change::touch(&mut tx, &[Touched::Domain(domain.id)]).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes a group; its members stay as mailboxes.
    pub async fn delete_group(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::DeleteGroup)?;
        let mut tx = self.inner.store.begin().await?;
        let (group, domain) = group_in(&mut tx, scope, id).await?;
        let members = store::group::members(&mut tx, id).await?;
        store::group::delete(&mut tx, id).await?;
        let detail = format!("{} members", members.len());
        self.note(&mut tx, actor, "group.delete", &title(&group, &domain), &detail, Some(domain.account)).await?;
        let members = members.into_iter().map(Touched::Mailbox);
        let touched: Vec<Touched> = members.chain([Touched::Domain(domain.id)]).collect();
        store::change::touch(&mut tx, &touched).await?;
        Ok(tx.commit().await?)
    }

    /// A group's friends and enemies.
    pub async fn group_senders(&self, actor: &Actor, id: i64) -> Result<Lists, Error> {
        let scope = self.permit(actor, UseCase::ListGroups)?;
        let mut c = self.inner.store.read().await?;
        group_in(&mut c, scope, id).await?;
        Ok(senders::get(&mut c, Owner::Group(id)).await?)
    }

    /// Replaces a group's friends and enemies.
    pub async fn set_group_senders(
        &self,
        actor: &Actor,
        id: i64,
        friends: &[SenderEntry],
        enemies: &[SenderEntry],
    ) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditGroup)?;
        let mut tx = self.inner.store.begin().await?;
        let (group, domain) = group_in(&mut tx, scope, id).await?;
        let before = senders::get(&mut tx, Owner::Group(id)).await?;
        senders::set(&mut tx, Owner::Group(id), Kind::Friend, friends).await?;
        senders::set(&mut tx, Owner::Group(id), Kind::Enemy, enemies).await?;
        let changed = [
            audit::difference("friends", &before.friends, friends),
            audit::difference("enemies", &before.enemies, enemies),
        ];
        let detail = changed.into_iter().flatten().collect::<Vec<_>>().join("; ");
        if detail.is_empty() {
            return Ok(());
        }
        self.note(&mut tx, actor, "group.senders", &title(&group, &domain), &detail, Some(domain.account)).await?;
        store::change::touch(&mut tx, &[Touched::Domain(domain.id)]).await?;
        Ok(tx.commit().await?)
    }

    /// The groups that a mailbox is in, in the order in which they go before each other.
    pub async fn mailbox_groups(&self, actor: &Actor, id: MailboxId) -> Result<Vec<GroupView>, Error> {
        let scope = self.permit(actor, UseCase::ListGroups)?;
        let mut c = self.inner.store.read().await?;
        mailbox_in(&mut c, scope, id).await?;
        let groups = store::group::of_mailbox(&mut c, id).await?;
        views(&mut c, groups).await
    }

    /// Makes a mailbox a member of exactly these groups of its domain.
    pub async fn set_mailbox_groups(&self, actor: &Actor, id: MailboxId, groups: &[i64]) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditGroup)?;
        let mut tx = self.inner.store.begin().await?;
        let mailbox = mailbox_in(&mut tx, scope, id).await?;
        let there: Vec<Group<Settings>> = store::group::all(&mut tx, Some(mailbox.domain)).await?;
        if let Some(n) = groups.iter().position(|g| there.iter().all(|t| t.id != *g)) {
            return Err(Error::field(&format!("groups[{n}]"), "There is no such group in the mailbox's domain."));
        }
        let before: Vec<Group<Settings>> = store::group::of_mailbox(&mut tx, id).await?;
        let is_in = |g: &&Group<Settings>| before.iter().any(|b| b.id == g.id);
        for gone in before.iter().filter(|b| !groups.contains(&b.id)) {
            store::group::remove_members(&mut tx, gone.id, &[id]).await?;
        }
        for new in there.iter().filter(|t| groups.contains(&t.id)).filter(|g| !is_in(g)) {
            store::group::add_members(&mut tx, new.id, &[id]).await?;
        }
        let after: Vec<Group<Settings>> = store::group::of_mailbox(&mut tx, id).await?;
        if before == after {
            return Ok(());
        }
        let detail = audit::step("groups", &names(&before), &names(&after));
        self.note(&mut tx, actor, "mailbox.groups", mailbox.address.as_str(), &detail, Some(mailbox.account)).await?;
        store::change::touch(&mut tx, &[Touched::Mailbox(id)]).await?;
        Ok(tx.commit().await?)
    }
}

/// Writes the order where it is another one; what changed.
async fn reorder(
    c: &mut Connection,
    domain: DomainId,
    before: &[Group<Settings>],
    order: &[i64],
) -> Result<Option<String>, Error> {
    if before.iter().map(|g| g.id).eq(order.iter().copied()) {
        return Ok(None);
    }
    store::group::order(c, domain, order).await?;
    let after: Vec<Group<Settings>> = store::group::all(c, Some(domain)).await?;
    Ok(Some(audit::step("order", &names(before), &names(&after))))
}
