//! The owner of a mailbox: what holds for them, and their home page.

use crate::layers;
use crate::{Error, Service, SetLanguage, UseCase};
use model::settings::{DigestFrequency, Level};
use model::time::DAY;
use model::view::{OwnerHome, QuarantineQuery};
use model::{Actor, Direction, MailboxId, Settings, Values};
use store::Scope;
use store::change::Touched;
use store::mailbox::{Access, Mailbox};

/// A mailbox with its settings resolved: all levels from the brand to the mailbox.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) mailbox: Mailbox,
    pub(crate) access: Access,
    pub(crate) values: Values,
    pub(crate) language: SetLanguage,
}

impl Service {
    pub(crate) async fn owner_of(&self, c: &mut store::Connection, id: MailboxId) -> Result<Option<Owner>, Error> {
        let Some(mailbox) = store::mailbox::get(c, id).await? else { return Ok(None) };
        let Some(domain) = store::domain::get(c, mailbox.domain).await? else { return Ok(None) };
        let below = layers::of_domain(c, &domain).await?;
        let groups = store::group::of_mailbox::<Settings>(c, id).await?;
        let groups = below.with_groups(groups.iter().map(|g| &g.settings));
        let stack = groups.with(Level::Mailbox, &mailbox.settings);
        let (values, language) = (stack.resolve(Direction::Inbound), SetLanguage::of(&stack));
        let access = store::mailbox::details(c, id).await?.unwrap_or_default().access;
        Ok(Some(Owner { mailbox, access, values, language }))
    }

    /// The owner who acts, with access to the Personal Dashboard.
    pub(crate) async fn acting_owner(&self, c: &mut store::Connection, id: MailboxId) -> Result<Owner, Error> {
        let owner = self.owner_of(c, id).await?.ok_or_else(|| Error::not_found("mailbox"))?;
        if owner.may_log_in() { Ok(owner) } else { Err(Error::forbidden()) }
    }

    pub async fn owner_home(&self, actor: &Actor) -> Result<OwnerHome, Error> {
        let Scope::Mailbox(id) = self.permit(actor, UseCase::OwnerHome)? else { return Err(Error::forbidden()) };
        let mut c = self.inner.store.read().await?;
        let owner = self.acting_owner(&mut c, id).await?;
        let aliases = store::mailbox::aliases(&mut c, id).await?;
        let personal = &owner.values.personal;
        let held = match owner.narrowed(&QuarantineQuery::default()) {
            Some(seen) => store::quarantine::how_many(&mut c, Scope::Mailbox(id), &seen).await?,
            None => 0,
        };
        Ok(OwnerHome {
            address: owner.mailbox.address.to_string(),
            aliases: aliases.iter().map(ToString::to_string).collect(),
            held,
            month: store::rollup::of_mailbox(&mut c, id, self.now().plus(-30 * DAY)).await?,
            digest: owner.values.digest.frequency,
            last_digest: store::digest::last_sent(&mut c, id).await?,
            may_release: personal.release || personal.release_outbound,
            may_delete: personal.delete,
            view_body: personal.view_body,
            download: personal.view_body && personal.attachments,
            settings: personal.settings,
        })
    }

    /// How often the owner's own mailbox gets a digest.
    pub async fn set_digest(&self, actor: &Actor, frequency: DigestFrequency) -> Result<(), Error> {
        let Scope::Mailbox(id) = self.permit(actor, UseCase::SetDigest)? else { return Err(Error::forbidden()) };
        let mut tx = self.inner.store.begin().await?;
        let mut owner = self.acting_owner(&mut tx, id).await?;
        if !owner.values.personal.settings {
            return Err(Error::forbidden());
        }
        owner.mailbox.settings.set("digest.frequency", frequency.as_str().into()).map_err(Error::of_field)?;
        store::mailbox::update(&mut tx, &owner.mailbox).await?;
        self.note(
            &mut tx,
            actor,
            "mailbox.digest",
            owner.mailbox.address.as_str(),
            frequency.as_str(),
            Some(owner.mailbox.account),
        )
        .await?;
        store::change::touch(&mut tx, &[Touched::Mailbox(id)]).await?;
        Ok(tx.commit().await?)
    }
}
