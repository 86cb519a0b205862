//! Logging in by password, and what slows guessing down: a wait that doubles, and a question where the settings want one.

use crate::captcha::Answer;
use crate::person::{MustChange, Person};
use crate::{Error, Service, secret};
use model::time::{DAY, HOUR, SECOND};
use model::{Actor, EmailAddress, ErrorCode, Principal, Role};
use store::session::{self, Failures};

/// A fresh login.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSession {
    /// For the cookie; stored nowhere.
    pub token: String,
    pub actor: Actor,
    /// The session may do nothing but choose another password.
    pub must_change: Option<MustChange>,
}

/// Tries that are free; from then on each failure doubles the wait.
const FREE_TRIES: i64 = 5;
const FIRST_WAIT: i64 = 30 * SECOND;
const LONGEST_WAIT: i64 = HOUR;

/// The form's field for the answer to a question.
pub(crate) const CAPTCHA: &str = "captcha";

/// The wait after so many failures in a row, in ms.
fn wait(failures: i64) -> i64 {
    match failures - FREE_TRIES {
        n if n < 0 => 0,
        n => (FIRST_WAIT << n.min(10)).min(LONGEST_WAIT),
    }
}

/// Counts tries of one name from one origin.
fn key_from(email: &str, origin: &str) -> String {
    secret::fingerprint(&format!("{}\n{origin}", email.trim().to_lowercase()))
}

/// Counts tries of one name from anywhere: only for the question, so that nobody can shut another out.
fn key_anywhere(email: &str) -> String {
    secret::fingerprint(&format!("anywhere\n{}", email.trim().to_lowercase()))
}

impl Service {
    /// [`Service::login_with`] without an answer.
    pub async fn login(&self, email: &str, password: &str, origin: &str) -> Result<NewSession, Error> {
        self.login_with(email, password, None, origin).await
    }

    /// Logs an administrator in, or the owner of a mailbox by any of its addresses. Unknown name and wrong password
    /// are the same error after the same time; after five failures for a name from one origin, one must wait. Where
    /// the domain's settings want a question after so many failures, whether or not the domain has that address, an error of the field `captcha` asks for an answer to
    /// [`Service::challenge`]; the password is not looked at before.
    pub async fn login_with(
        &self,
        email: &str,
        password: &str,
        answer: Option<&Answer>,
        origin: &str,
    ) -> Result<NewSession, Error> {
        let address = EmailAddress::parse(email.trim()).ok();
        let (people, after) = {
            let mut c = self.inner.store.read().await?;
            let people = match &address {
                Some(a) => self.people(&mut c, a, origin).await?,
                None => [None, None],
            };
            (people, self.asked_after(&mut c, address.as_ref()).await?)
        };
        let (from, anywhere) = (key_from(email, origin), key_anywhere(email));
        if let Some(after) = after {
            self.ask_first(&from, &anywhere, i64::from(after), answer).await?;
        }
        self.take_try(&from, after.is_some().then_some(anywhere.as_str())).await?;
        let Some(person) = self.authenticate(people, password).await? else {
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
        let must_change = person.must_change(self.now());
        let actor = person.actor;
        let mut tx = self.inner.store.begin().await?;
        session::clear_failures(&mut tx, &from).await?;
        session::clear_failures(&mut tx, &anywhere).await?;
        let token = self.new_session(&mut tx, person.who, false, origin).await?;
        self.note(&mut tx, &actor, "login", &actor.name, "by password", None).await?;
        tx.commit().await?;
        Ok(NewSession { token, actor, must_change })
    }

    /// After so many failures, only who answers a question may try.
    async fn ask_first(&self, from: &str, anywhere: &str, after: i64, answer: Option<&Answer>) -> Result<(), Error> {
        let key = self.link_key().await?;
        let mut tx = self.inner.store.begin().await?;
        let now = self.now();
        let mut failures = 0;
        for key in [from, anywhere] {
            let f = session::failures(&mut tx, key).await?;
            failures = failures.max(if now.since(f.last) < DAY { f.failures } else { 0 });
        }
        if failures < after {
            return Ok(());
        }
        let Some(answer) = answer else { return Err(Error::field(CAPTCHA, "Answer the question, then log in.")) };
        let solved = self.is_solved(&key, &mut tx, answer).await?;
        tx.commit().await?;
        match solved {
            true => Ok(()),
            false => {
                Err(Error::field(CAPTCHA, "This was not the answer, or it came too late. Here is another question."))
            }
        }
    }

    /// Counts the try as a failure before the password is looked at, so that many at once count too.
    pub(crate) async fn take_try(&self, key: &str, anywhere: Option<&str>) -> Result<(), Error> {
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
        if let Some(key) = anywhere {
            let before = session::failures(&mut tx, key).await?;
            let recent = if now.since(before.last) < DAY { before.failures } else { 0 };
            session::set_failures(&mut tx, key, Failures { failures: recent + 1, last: now, until: now }).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Both kinds of login are verified when the first fails, also where neither exists: time tells nothing.
    async fn authenticate(&self, people: [Option<Person>; 2], password: &str) -> Result<Option<Person>, Error> {
        for person in people {
            let hash = person.as_ref().and_then(|p| p.password_hash.clone());
            if self.inner.hasher.verify(password.to_owned(), hash).await? {
                return Ok(person);
            }
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
