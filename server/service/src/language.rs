//! Which language somebody's pages and digests are in, as far as settings say (ISO 639-1 codes).

use crate::layers::{Base, Stack};
use crate::{Error, Service, UseCase};
use model::settings::Level;
use model::{Actor, Direction};
use store::Scope;
use store::change::Touched;

const SETTING: &str = "digest.language";

/// What settings say about the language of a person's pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SetLanguage {
    /// Set for the mailbox itself: it goes before all else.
    pub own: Option<String>,
    /// Set for its group, domain or account: it goes before what the browser asks for.
    pub place: Option<String>,
}

impl SetLanguage {
    pub(crate) fn of(stack: &Stack) -> SetLanguage {
        let Some(source) = stack.explain(SETTING) else { return SetLanguage::default() };
        let code = source.value.as_str().map(str::to_owned);
        match source.level {
            Some(Level::Mailbox) => SetLanguage { own: code, place: None },
            Some(Level::Brand) | None => SetLanguage::default(),
            Some(_) => SetLanguage { own: None, place: code },
        }
    }
}

impl Service {
    /// The language of who says nothing: the system's.
    pub async fn default_language(&self) -> Result<String, Error> {
        let mut c = self.inner.store.read().await?;
        let base = Base::of(&mut c, None).await?;
        Ok(base.brand(None).resolve(Direction::Inbound).digest.language.clone())
    }

    /// The owner's pages and digests are in this language from now on. False where owners may not change settings: then it
    /// holds for the browser alone.
    pub async fn set_own_language(&self, actor: &Actor, code: &str) -> Result<bool, Error> {
        let Scope::Mailbox(id) = self.permit(actor, UseCase::SetDigest)? else { return Err(Error::forbidden()) };
        let mut tx = self.inner.store.begin().await?;
        let mut owner = self.acting_owner(&mut tx, id).await?;
        if !owner.values.personal.settings {
            return Ok(false);
        }
        owner.mailbox.settings.set(SETTING, code.into()).map_err(Error::of_field)?;
        store::mailbox::update(&mut tx, &owner.mailbox).await?;
        let (address, account) = (owner.mailbox.address.as_str(), Some(owner.mailbox.account));
        self.note(&mut tx, actor, "mailbox.language", address, code, account).await?;
        store::change::touch(&mut tx, &[Touched::Mailbox(id)]).await?;
        tx.commit().await?;
        Ok(true)
    }
}
