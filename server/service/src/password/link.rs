//! Links by which people set a password: new administrators to activate their login (guide chapter 4), and whoever has
//! forgotten theirs (chapter 14). The mail carries a link, never a password; a token opens once and not after its time,
//! and only its hash is stored.

use crate::administrator_change::administrator_in;
use crate::person::Person;
use crate::{Error, Service, UseCase, secret};
use model::time::{DAY, HOUR};
use model::{Actor, AdministratorId, EmailAddress, ErrorCode};
use store::session::{self, Failures, Who};

/// How long an activation link holds.
const ACTIVATION: i64 = 7 * DAY;
/// How long a link for a forgotten password holds.
const FORGOTTEN: i64 = HOUR;
/// Mails about a forgotten password that one address gets in a day.
const MAILS_A_DAY: i64 = 5;

/// What the page of a link shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordLink {
    /// Whose password it sets.
    pub address: String,
    /// What the password must be like.
    pub policy: String,
}

fn expired() -> Error {
    Error::new(ErrorCode::NotFound, "This link has expired or was used. Ask for another one.")
}

impl Service {
    /// Sends the activation mail again to an administrator who has set no password yet; earlier links end.
    pub async fn resend_activation(&self, actor: &Actor, id: AdministratorId) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditAdministrator)?;
        let administrator = {
            let mut c = self.inner.store.read().await?;
            administrator_in(&mut c, scope, id).await?
        };
        if administrator.password_hash.is_some() {
            return Err(Error::new(ErrorCode::Conflict, "This administrator has activated the login already."));
        }
        if !administrator.active {
            return Err(Error::new(ErrorCode::Conflict, "This administrator may not log in. Make them active first."));
        }
        let token = self.new_link(Who::Administrator(id), ACTIVATION).await?;
        let url = self.url_of(Who::Administrator(id)).await?;
        self.send_activation(&administrator.email, &url, &token).await?;
        let mut tx = self.inner.store.begin().await?;
        let (email, account) = (administrator.email.as_str(), administrator.account);
        self.note(&mut tx, actor, "administrator.invite", email, "", account).await?;
        Ok(tx.commit().await?)
    }

    async fn new_link(&self, who: Who, lifetime: i64) -> Result<String, Error> {
        let token = secret::token()?;
        let mut tx = self.inner.store.begin().await?;
        let now = self.now();
        store::activation::insert(&mut tx, &secret::fingerprint(&token), who, now, now.plus(lifetime)).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// For a new administrator. What cannot be sent is logged; the mail can be asked for again.
    pub(crate) async fn invite(&self, id: AdministratorId, email: &EmailAddress) -> Result<(), Error> {
        let token = self.new_link(Who::Administrator(id), ACTIVATION).await?;
        let url = self.url_of(Who::Administrator(id)).await?;
        if let Err(error) = self.send_activation(email, &url, &token).await {
            tracing::warn!(%email, %error, "the activation mail was not sent; it can be sent again from the list");
        }
        Ok(())
    }

    /// Where the person reaches the dashboards.
    async fn url_of(&self, who: Who) -> Result<String, Error> {
        let mut c = self.inner.store.read().await?;
        let account = match who {
            Who::Administrator(id) => store::administrator::get(&mut c, id).await?.and_then(|a| a.account),
            Who::Owner(id) => store::mailbox::get(&mut c, id).await?.map(|m| m.account),
        };
        self.dashboard_url(&mut c, account).await
    }

    async fn send_activation(&self, email: &EmailAddress, url: &str, token: &str) -> Result<(), Error> {
        let text = format!(
            "You were made an administrator of the email security of {}.\n\n\
             Choose a password to activate your login {email}:\n\n{url}/activate/{token}\n\n\
             The link works once, within 7 days. If you do not expect this, do nothing.\n",
            self.config().hostname
        );
        let about = ["activation", &secret::fingerprint(token)];
        self.send_note(email, "Activate your administrator login", &text, &about).await
    }

    /// What the link opens, without using it up; None where it opens nothing. Changes nothing.
    pub async fn peek_password_link(&self, token: &str) -> Result<Option<PasswordLink>, Error> {
        let found = self.linked(token).await?;
        Ok(found.map(|p| PasswordLink { address: p.address.to_string(), policy: p.policy.sentence() }))
    }

    async fn linked(&self, token: &str) -> Result<Option<Person>, Error> {
        let mut c = self.inner.store.read().await?;
        match store::activation::peek(&mut c, &secret::fingerprint(token), self.now()).await? {
            Some(who) => self.person(&mut c, who, "").await,
            None => Ok(None),
        }
    }

    /// Sets the password of the link's person and uses the link up; all sessions of the person end. Call on POST only.
    /// A password that the policy refuses leaves the link as it is.
    pub async fn set_password_by_link(&self, token: &str, password: &str, origin: &str) -> Result<Actor, Error> {
        let person = self.linked(token).await?.ok_or_else(expired)?;
        let mut wrong = Vec::new();
        self.check_password(&person.policy, Some(person.who), Some(password), &mut wrong).await?;
        Error::fields(wrong)?;
        let hash = self.inner.hasher.hash(password.to_owned()).await?;
        let mut tx = self.inner.store.begin().await?;
        let taken = store::activation::take(&mut tx, &secret::fingerprint(token), self.now()).await?;
        taken.filter(|who| *who == person.who).ok_or_else(expired)?;
        store::password::set(&mut tx, person.who, &hash, self.now(), false).await?;
        session::remove_of(&mut tx, person.who).await?;
        let actor = Actor { origin: origin.to_owned(), ..person.actor };
        let act = if person.password_hash.is_some() { "password.reset" } else { "password.activate" };
        self.note(&mut tx, &actor, act, &actor.name, "by link", None).await?;
        tx.commit().await?;
        Ok(actor)
    }

    /// Sends a link to set another password to whoever has this address and a login. Says the same, and takes the same
    /// time, whether or not anybody has: the work goes on after the answer. Throttled by origin and by address.
    pub async fn forgot_password(&self, email: &str, origin: &str) -> Result<(), Error> {
        let address = EmailAddress::parse(email.trim())
            .map_err(|_| Error::field("email", "An address such as bob@acme.test is needed."))?;
        self.take_try(&secret::fingerprint(&format!("forgot\n{origin}")), None).await?;
        let (service, origin) = (self.clone(), origin.to_owned());
        tokio::spawn(async move {
            if let Err(error) = service.send_reset(&address, &origin).await {
                tracing::error!(%error, "a link for a forgotten password was not sent");
            }
        });
        Ok(())
    }

    async fn send_reset(&self, address: &EmailAddress, origin: &str) -> Result<(), Error> {
        let people = {
            let mut c = self.inner.store.read().await?;
            self.people(&mut c, address, origin).await?
        };
        for person in people.into_iter().flatten() {
            let activates = matches!(person.who, Who::Administrator(_));
            if !person.may_forget
                || (person.password_hash.is_none() && !activates)
                || !self.may_mail(person.who).await?
            {
                continue;
            }
            let token = self.new_link(person.who, FORGOTTEN).await?;
            let url = self.url_of(person.who).await?;
            let which = if activates { "administrator login" } else { "personal dashboard" };
            let text = format!(
                "Somebody, probably you, has forgotten the password of your {which} {}.\n\n\
                 Choose another one:\n\n{url}/activate/{token}\n\n\
                 The link works once, within an hour. If it was not you, do nothing: your password stays.\n",
                person.address
            );
            let about = ["forgotten", &secret::fingerprint(&token)];
            self.send_note(&person.address, "Choose another password", &text, &about).await?;
            let mut tx = self.inner.store.begin().await?;
            self.note(&mut tx, &person.actor, "password.forgotten", &person.actor.name, "", None).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whether the person may get another such mail today.
    async fn may_mail(&self, who: Who) -> Result<bool, Error> {
        let key = secret::fingerprint(&format!("forgotten\n{who:?}"));
        let now = self.now();
        let mut tx = self.inner.store.begin().await?;
        let mut f = session::failures(&mut tx, &key).await?;
        if now >= f.until {
            f = Failures { failures: 0, last: now, until: now.plus(DAY) };
        }
        f.failures += 1;
        f.last = now;
        session::set_failures(&mut tx, &key, f).await?;
        tx.commit().await?;
        Ok(f.failures <= MAILS_A_DAY)
    }
}
