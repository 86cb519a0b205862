//! What an owner sets for their own mailbox, each thing only where their permissions let them (guide chapter 6 "Personal
//! Dashboard Options", chapter 8): digest and language, actions by message type, SPF, friends and enemies.

use crate::owner::Owner;
use crate::{Error, Service, UseCase};
use model::settings::{Level, PersonalValues, definition};
use model::{Actor, FieldError, SenderEntry};
use serde_json::Value as Json;
use store::Scope;
use store::change::Touched;
use store::senders::{self, Kind, Lists};

/// What of the digest is the owner's to set, with `personal.settings`.
pub const OWN_DIGEST: [&str; 7] = [
    "digest.frequency",
    "digest.format",
    "digest.content",
    "digest.ascending",
    "digest.time_zone",
    "digest.language",
    "digest.send_empty",
];

/// Whether the owner may see and set this setting of their mailbox.
pub fn owner_may_set(personal: &PersonalValues, path: &str) -> bool {
    let Some((section, name)) = path.split_once('.') else { return false };
    let of_mailbox = definition(path).is_some_and(|d| d.levels.contains(Level::Mailbox));
    of_mailbox
        && match (section, name) {
            ("digest", _) => personal.settings && OWN_DIGEST.contains(&path),
            ("filtering", "attachments") => personal.policies && personal.attachments,
            ("filtering", "languages") => personal.policies && personal.foreign,
            ("filtering", _) => personal.policies,
            ("spf", _) => personal.spf_exceptions,
            _ => false,
        }
}

/// Lists of senders as an owner may see them; None: not at all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OwnerSenders {
    /// One's own, which one may change too.
    pub own: Option<Lists>,
    pub domain_friends: Option<Vec<SenderEntry>>,
    pub domain_enemies: Option<Vec<SenderEntry>>,
}

impl Service {
    async fn own(&self, c: &mut store::Connection, actor: &Actor, what: UseCase) -> Result<Owner, Error> {
        let Scope::Mailbox(id) = self.permit(actor, what)? else { return Err(Error::forbidden()) };
        self.acting_owner(c, id).await
    }

    /// What holds for the settings of these names that the owner may see; the others are left out.
    pub async fn own_settings(&self, actor: &Actor, paths: &[&str]) -> Result<Vec<(String, Json)>, Error> {
        let mut c = self.inner.store.read().await?;
        let owner = self.own(&mut c, actor, UseCase::OwnerHome).await?;
        let domain =
            store::domain::get(&mut c, owner.mailbox.domain).await?.ok_or_else(|| Error::not_found("domain"))?;
        let below = crate::layers::of_domain(&mut c, &domain).await?;
        let groups = store::group::of_mailbox::<model::Settings>(&mut c, owner.mailbox.id).await?;
        let stack = below.with_groups(groups.iter().map(|g| &g.settings)).with(Level::Mailbox, &owner.mailbox.settings);
        let seen = paths.iter().filter(|p| owner_may_set(&owner.values.personal, p));
        Ok(seen.filter_map(|p| Some(((*p).to_owned(), stack.explain(p)?.value))).collect())
    }

    /// Sets them for the owner's mailbox; null: as the levels above say. All or nothing.
    pub async fn set_own_settings(&self, actor: &Actor, changes: &[(String, Json)]) -> Result<(), Error> {
        let mut tx = self.inner.store.begin().await?;
        let mut owner = self.own(&mut tx, actor, UseCase::SetDigest).await?;
        let mut wrong: Vec<FieldError> = Vec::new();
        for (path, value) in changes {
            if !owner_may_set(&owner.values.personal, path) {
                return Err(Error::forbidden());
            }
            wrong.extend(owner.mailbox.settings.set(path, value.clone()).err());
        }
        Error::fields(wrong)?;
        Error::fields(owner.mailbox.settings.problems(Level::Mailbox))?;
        store::mailbox::update(&mut tx, &owner.mailbox).await?;
        let detail: Vec<_> = changes.iter().map(|(path, value)| format!("{path} {value}")).collect();
        let account = Some(owner.mailbox.account);
        self.note(&mut tx, actor, "mailbox.settings", owner.mailbox.address.as_str(), &detail.join(", "), account)
            .await?;
        store::change::touch(&mut tx, &[Touched::Mailbox(owner.mailbox.id)]).await?;
        Ok(tx.commit().await?)
    }

    /// Friends and enemies: one's own, and the domain's, each where the owner may see it. The domain's need the brand's leave
    /// too (guide chapter 14).
    pub async fn own_senders(&self, actor: &Actor) -> Result<OwnerSenders, Error> {
        let mut c = self.inner.store.read().await?;
        let owner = self.own(&mut c, actor, UseCase::OwnerHome).await?;
        let (personal, pages) = (&owner.values.personal, &owner.values.personal_pages);
        let own = match personal.senders {
            true => Some(senders::get(&mut c, senders::Owner::Mailbox(owner.mailbox.id)).await?),
            false => None,
        };
        let friends = personal.domain_friends || pages.show_domain_friends;
        let enemies = personal.domain_enemies || pages.show_domain_enemies;
        let domain = match friends || enemies {
            true => senders::get(&mut c, senders::Owner::Domain(owner.mailbox.domain)).await?,
            false => Lists::default(),
        };
        Ok(OwnerSenders {
            own,
            domain_friends: friends.then_some(domain.friends),
            domain_enemies: enemies.then_some(domain.enemies),
        })
    }

    /// Replaces the owner's own friends and enemies.
    pub async fn set_own_senders(&self, actor: &Actor, lists: &Lists) -> Result<(), Error> {
        let mut tx = self.inner.store.begin().await?;
        let owner = self.own(&mut tx, actor, UseCase::SetDigest).await?;
        if !owner.values.personal.senders {
            return Err(Error::forbidden());
        }
        let of = senders::Owner::Mailbox(owner.mailbox.id);
        senders::set(&mut tx, of, Kind::Friend, &lists.friends).await?;
        senders::set(&mut tx, of, Kind::Enemy, &lists.enemies).await?;
        let detail = format!("{} friends, {} enemies", lists.friends.len(), lists.enemies.len());
        let account = Some(owner.mailbox.account);
        self.note(&mut tx, actor, "mailbox.senders", owner.mailbox.address.as_str(), &detail, account).await?;
        store::change::touch(&mut tx, &[Touched::Mailbox(owner.mailbox.id)]).await?;
        Ok(tx.commit().await?)
    }
}
