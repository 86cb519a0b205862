//! Logging in by password, and what slows guessing down.

use crate::{Error, Service, secret};
use model::time::{DAY, HOUR, SECOND};
use model::{Actor, EmailAddress, ErrorCode, Principal, Role};
use store::session::{self, Failures, Who};

/// A fresh login.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSession {
    /// For the cookie; stored nowhere.
    pub token: String,
    pub actor: Actor,
}

/// Tries that are free; from then on each failure doubles the wait.
const FREE_TRIES: i64 = 5;
const FIRST_WAIT: i64 = 30 * SECOND;
const LONGEST_WAIT: i64 = HOUR;

/// The wait after so many failures in a row, in ms.
fn wait(failures: i64) -> i64 {
    match failures - FREE_TRIES {
        n if n < 0 => 0,
        n => (FIRST_WAIT << n.min(10)).min(LONGEST_WAIT),
    }
}

impl Service {
    /// Logs an administrator in, or the owner of a mailbox by any of its addresses. Unknown name and wrong password
    /// are the same error after the same time; after five failures for a name from one origin, one must wait.
    pub async fn login(&self, email: &str, password: &str, origin: &str) -> Result<NewSession, Error> {
        let key = secret::fingerprint(&format!("{}\n{origin}", email.trim().to_lowercase()));
        self.take_try(&key).await?;
        let Some((who, actor)) = self.authenticate(email, password, origin).await? else {
            let refused = Actor {
                principal: Principal::System,
                role: Role::Owner,
                name: email.chars().take(254).collect(),
                origin: origin.into(),
            };
            let mut tx = self.inner.store.begin().await?;
            self.note(&mut tx, &refused, "login.refused", &refused.name, "", None).await?;
            tx.commit().await?;
            return Err(Error::new(ErrorCode::Unauthenticated, "The address or the password is wrong."));
        };
        let mut tx = self.inner.store.begin().await?;
        session::clear_failures(&mut tx, &key).await?;
        let token = self.new_session(&mut tx, who, origin).await?;
        self.note(&mut tx, &actor, "login", &actor.name, "by password", None).await?;
        tx.commit().await?;
        Ok(NewSession { token, actor })
    }

    /// Counts the try as a failure before the password is looked at, so that many at once count too.
    async fn take_try(&self, key: &str) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.inner.store.begin().await?;
        let mut f = session::failures(&mut tx, key).await?;
        if now < f.until {
            let seconds = f.until.since(now).div_euclid(SECOND) + 1;
            return Err(Error::new(
                ErrorCode::Throttled,
                format!("Too many failed logins. Try again in {seconds} seconds."),
            ));
        }
        if now.since(f.last) >= DAY {
            f = Failures::default();
        }
        f.failures += 1;
        f.last = now;
        f.until = now.plus(wait(f.failures));
        session::set_failures(&mut tx, key, f).await?;
        Ok(tx.commit().await?)
    }

    /// Both kinds of login are verified when the first fails, also where neither exists: time tells nothing.
    async fn authenticate(&self, email: &str, password: &str, origin: &str) -> Result<Option<(Who, Actor)>, Error> {
        let address = EmailAddress::parse(email.trim()).ok();
        let (administrator, owner) = {
            let mut c = self.inner.store.read().await?;
            match &address {
                None => (None, None),
                Some(a) => {
                    let administrator = store::administrator::by_email(&mut c, a).await?.filter(|a| a.active);
                    let mailbox = store::mailbox::by_address(&mut c, a).await?;
                    let owner = match mailbox {
                        Some(m) => self.owner_of(&mut c, m.id).await?.filter(|o| o.may_log_in()),
                        None => None,
                    };
                    (administrator, owner)
                }
            }
        };
        let hash = administrator.as_ref().and_then(|a| a.password_hash.clone());
        if self.inner.hasher.verify(password.to_owned(), hash).await?
            && let Some(a) = administrator
        {
            let principal = Principal::Administrator { id: a.id, account: a.account };
            let actor = Actor { principal, role: a.role, name: a.email.to_string(), origin: origin.to_owned() };
            return Ok(Some((Who::Administrator(a.id), actor)));
        }
        let hash = owner.as_ref().and_then(|o| o.mailbox.password_hash.clone());
        if self.inner.hasher.verify(password.to_owned(), hash).await?
            && let Some(o) = owner
        {
            return Ok(Some((Who::Owner(o.mailbox.id), owner_actor(&o, origin))));
        }
        Ok(None)
    }
}

pub(crate) fn owner_actor(o: &crate::owner::Owner, origin: &str) -> Actor {
    Actor {
        principal: Principal::Owner { mailbox: o.mailbox.id },
        role: Role::Owner,
        name: o.mailbox.address.to_string(),
        origin: origin.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_begins_after_five_failures_doubles_and_is_bounded() {
        assert_eq!([4, 5, 6, 7].map(wait), [0, 30 * SECOND, 60 * SECOND, 120 * SECOND]);
        assert_eq!(wait(i64::MAX), HOUR);
    }
}
