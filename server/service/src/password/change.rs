//! Changing one's own password (guide chapter 3 "Changing Your Password").

use crate::person::who;
use crate::{Error, Service, UseCase, secret};
use model::{Actor, ErrorCode};
use store::session;

impl Service {
    /// Sets another password for the actor, who proves to know the present one. All other sessions of the person end;
    /// the one with the token `current_session` stays. Wrong tries are slowed down like logins.
    pub async fn change_own_password(
        &self,
        actor: &Actor,
        current_session: &str,
        present: &str,
        new: &str,
    ) -> Result<(), Error> {
        self.permit(actor, UseCase::ChangePassword)?;
        let nobody = || Error::not_found("password of this login");
        let who = who(actor).ok_or_else(nobody)?;
        let person = {
            let mut c = self.inner.store.read().await?;
            self.person(&mut c, who, &actor.origin).await?.ok_or_else(nobody)?
        };
        if !person.may_change && person.must_change(self.now()).is_none() {
            return Err(Error::new(ErrorCode::Forbidden, "Passwords are changed by your administrator."));
        }
        let Some(hash) = person.password_hash.clone() else {
            return Err(Error::field("present_password", "This login has no password yet; ask for a link to set one."));
        };
        let key = secret::fingerprint(&format!("change\n{who:?}"));
        self.take_try(&key, None).await?;
        if !self.inner.hasher.verify(present.to_owned(), Some(hash.clone())).await? {
            return Err(Error::field("present_password", "This is not your present password."));
        }
        if new == present {
            return Err(Error::field("password", "This is your present password. Choose another."));
        }
        let mut wrong = Vec::new();
        self.check_password(&person.policy, Some(who), Some(new), &mut wrong).await?;
        Error::fields(wrong)?;
        let new_hash = self.inner.hasher.hash(new.to_owned()).await?;
        let mut tx = self.inner.store.begin().await?;
        if store::password::latest(&mut tx, who, 1).await?.first() != Some(&hash) {
            return Err(Error::new(ErrorCode::Conflict, "The password was changed meanwhile. Log in again."));
        }
        store::password::set(&mut tx, who, &new_hash, self.now(), false).await?;
        session::remove_others(&mut tx, who, &secret::fingerprint(current_session)).await?;
        session::clear_failures(&mut tx, &key).await?;
        store::activation::remove_of(&mut tx, who).await?;
        self.note(&mut tx, actor, "password.change", &actor.name, "", None).await?;
        Ok(tx.commit().await?)
    }
}
