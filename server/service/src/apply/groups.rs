//! Applying the groups of a domain, after its mailboxes.

use super::write::Writer;
use super::{GroupDoc, diff, invalid};
use crate::Error;
use crate::group_members::{MemberRef, resolve};
use model::{MailboxId, Settings};
use std::collections::HashMap;
use store::domain::Domain;
use store::group::{self, Group};
use store::senders::Owner;

impl Writer<'_> {
    pub(super) async fn groups(&mut self, domain: &Domain, docs: &[GroupDoc]) -> Result<(), Error> {
        if docs.is_empty() {
            return Ok(());
        }
        let mut order = Vec::with_capacity(docs.len());
        for doc in docs {
            order.push(self.group(domain, doc).await?);
        }
        let before: Vec<Group<Settings>> = group::all(&mut self.tx, Some(domain.id)).await?;
        group::order(&mut self.tx, domain.id, &order).await?;
        let after: Vec<Group<Settings>> = group::all(&mut self.tx, Some(domain.id)).await?;
        let names = |groups: &[Group<Settings>]| groups.iter().map(|g| g.name.clone()).collect::<Vec<_>>();
        diff::list(&format!("domain {}: group", domain.name), &names(&before), &names(&after), &mut self.changes);
        Ok(())
    }

    async fn group(&mut self, domain: &Domain, doc: &GroupDoc) -> Result<i64, Error> {
        let name = doc.name.trim();
        let what = format!("group {name} in {}", domain.name);
        let ldap_group = doc.ldap_group.as_deref().map(str::trim).map(|g| (!g.is_empty()).then(|| g.to_owned()));
        self.named(&what, Some(domain.account), doc.settings.as_ref()).await?;
        let all: Vec<Group<Settings>> = group::all(&mut self.tx, Some(domain.id)).await?;
        let id = match all.into_iter().find(|g| g.name.to_lowercase() == name.to_lowercase()) {
            Some(before) => {
                let mut after = before.clone();
                after.ldap_group = ldap_group.unwrap_or_else(|| before.ldap_group.clone());
                if after.ldap_group != before.ldap_group {
                    let word = |g: &Option<String>| g.clone().unwrap_or_else(|| "none".into());
                    let (old, new) = (word(&before.ldap_group), word(&after.ldap_group));
                    self.change(format!("{what}: directory group {old} → {new}"));
                }
                after.settings = self.settings(&what, &before.settings, doc.settings.as_ref())?;
                if after != before {
                    group::update(&mut self.tx, &after).await?;
                }
                before.id
            }
            None => {
                self.add(what.clone());
                let settings = self.settings(&what, &Settings::default(), doc.settings.as_ref())?;
                let new = Group {
                    id: 0,
                    domain: domain.id,
                    name: name.to_owned(),
                    position: 0,
                    ldap_group: ldap_group.flatten(),
                    settings,
                    created: self.service.now(),
                };
                group::insert(&mut self.tx, &new).await?
            }
        };
        self.lists(&what, Owner::Group(id), doc.friends.as_deref(), doc.enemies.as_deref()).await?;
        if let Some(members) = &doc.members {
            self.group_members(&what, id, domain, members).await?;
        }
        Ok(id)
    }

    async fn group_members(&mut self, what: &str, id: i64, domain: &Domain, names: &[String]) -> Result<(), Error> {
        let named: Vec<MemberRef> = names.iter().cloned().map(MemberRef::Address).collect();
        let wanted = resolve(&mut self.tx, domain, &named).await.map_err(|e| match e {
            Error::User(e) => {
                let at = e.fields.first().map(|f| format!("{}: ", f.field)).unwrap_or_default();
                invalid(format!("{what}: {at}{}", e.message))
            }
            other => other,
        })?;
        let mut before = group::members(&mut self.tx, id).await?;
        let mut wanted: Vec<MailboxId> = wanted;
        before.sort_unstable();
        wanted.sort_unstable();
        if before == wanted {
            return Ok(());
        }
        let mut names: HashMap<MailboxId, String> = HashMap::new();
        for m in before.iter().chain(&wanted) {
            if let Some(found) = store::mailbox::get(&mut self.tx, *m).await? {
                names.insert(*m, found.address.to_string());
            }
        }
        let named = |ids: &[MailboxId]| ids.iter().filter_map(|m| names.get(m).cloned()).collect::<Vec<_>>();
        diff::list(&format!("{what}: member"), &named(&before), &named(&wanted), &mut self.changes);
        group::set_members(&mut self.tx, id, &wanted).await?;
        Ok(())
    }
}
