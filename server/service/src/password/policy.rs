//! What passwords must be like: resolved from the settings of the levels that a person belongs to.

use super::LONGEST;
use crate::{Error, Service, layers};
use model::settings::{PasswordValues, Shared, Values};
use model::time::{DAY, MINUTE};
use model::{AccountId, Direction, FieldError, Timestamp};
use store::Connection;
use store::domain::Domain;
use store::password::Age;
use store::session::Who;

/// What holds for the passwords of one person, or of a person to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Policy(pub(crate) Shared<PasswordValues>);

impl Policy {
    /// What these values ask of a password. A brand that wants the question on its login page wants it before the first
    /// try (guide chapter 14).
    pub(crate) fn of(values: &Values) -> Policy {
        let mut password = values.password.clone();
        if values.branding.captcha {
            password.captcha_after = Some(0);
        }
        Policy(password)
    }

    /// For administrators of the account, or of the system: brand, account.
    pub(crate) async fn of_administrators(c: &mut Connection, account: Option<AccountId>) -> Result<Policy, Error> {
        let levels = layers::Base::of(c, account).await?.account(account);
        Ok(Policy::of(&levels.resolve(Direction::Inbound)))
    }

    /// For a mailbox that the domain gets: nothing above the domain is set for it yet.
    pub(crate) async fn of_domain(c: &mut Connection, domain: &Domain) -> Result<Policy, Error> {
        Ok(Policy::of(&layers::of_domain(c, domain).await?.resolve(Direction::Inbound)))
    }

    /// What is wrong with a new password, with what would be accepted.
    pub(crate) fn problem(&self, password: &str) -> Option<String> {
        let p = &self.0;
        let length = password.chars().count();
        let has = |kind: fn(char) -> bool| password.chars().any(kind);
        let fits = (usize::from(p.min_length)..=self.longest()).contains(&length)
            && (!p.upper || has(char::is_uppercase))
            && (!p.lower || has(char::is_lowercase))
            && (!p.digit || has(char::is_numeric))
            && (!p.symbol || has(|c| !c.is_alphanumeric()));
        (!fits).then(|| self.sentence())
    }

    fn longest(&self) -> usize {
        usize::from(p_max(&self.0)).min(LONGEST)
    }

    /// What a password must be like, for people.
    pub(crate) fn sentence(&self) -> String {
        let p = &self.0;
        let asked = [
            (p.upper, "an upper case letter"),
            (p.lower, "a lower case letter"),
            (p.digit, "a digit"),
            (p.symbol, "a special character"),
        ];
        let asked: Vec<&str> = asked.into_iter().filter(|(asked, _)| *asked).map(|(_, word)| word).collect();
        let with = match asked.split_last() {
            None => String::new(),
            Some((last, [])) => format!(", with {last}"),
            Some((last, others)) => format!(", with {} and {last}", others.join(", ")),
        };
        format!("A password has {} to {} characters{with}.", p.min_length, self.longest())
    }

    /// How long a session may do nothing, in ms.
    pub(crate) fn idle(&self) -> i64 {
        i64::from(self.0.inactivity_minutes) * MINUTE
    }

    /// Whether a password of this age must be changed at the next login.
    pub(crate) fn has_expired(&self, age: Age, created: Timestamp, now: Timestamp) -> bool {
        let changed = age.changed.unwrap_or(created);
        self.0.expires_days.is_some_and(|days| now.since(changed) >= i64::from(days) * DAY)
    }
}

fn p_max(p: &PasswordValues) -> u8 {
    // Were the limits stored the wrong way round, the lower one would shut everybody out.
    p.max_length.max(p.min_length)
}

impl Service {
    /// What is wrong with a new password of a person, the earlier ones included; slow, for outside a transaction.
    pub(crate) async fn password_problem(
        &self,
        policy: &Policy,
        who: Option<Who>,
        password: &str,
    ) -> Result<Option<String>, Error> {
        if let Some(problem) = policy.problem(password) {
            return Ok(Some(problem));
        }
        match who {
            Some(who) => self.is_remembered(policy, who, password).await,
            None => Ok(None),
        }
    }

    /// Whether it was one of the person's last passwords, as a sentence; slow, for outside a transaction.
    pub(crate) async fn is_remembered(
        &self,
        policy: &Policy,
        who: Who,
        password: &str,
    ) -> Result<Option<String>, Error> {
        if policy.0.remembered == 0 {
            return Ok(None);
        }
        let mut c = self.inner.store.read().await?;
        let earlier = store::password::latest(&mut c, who, policy.0.remembered.into()).await?;
        drop(c);
        let known = self.inner.hasher.is_any(password, &earlier).await?;
        Ok(known.then(|| match policy.0.remembered {
            1 => "This was the last password. Choose another.".to_owned(),
            n => format!("This was one of the last {n} passwords. Choose another."),
        }))
    }

    /// The same as an entry of a form's errors, where there is a password.
    pub(crate) async fn check_password(
        &self,
        policy: &Policy,
        who: Option<Who>,
        password: Option<&str>,
        wrong: &mut Vec<FieldError>,
    ) -> Result<(), Error> {
        let Some(password) = password else { return Ok(()) };
        if let Some(message) = self.password_problem(policy, who, password).await? {
            wrong.push(FieldError { field: "password".into(), message });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::Settings;
    use model::settings::{Layered, Level};

    fn policy(settings: &[(&str, serde_json::Value)]) -> Policy {
        let mut s = Settings::default();
        for (path, value) in settings {
            s.set(path, value.clone()).unwrap();
        }
        Policy(Layered::of(Level::Domain, &s).resolve(Direction::Inbound).password)
    }

    #[test]
    fn a_password_has_8_to_30_characters_unless_settings_say_otherwise() {
        let p = policy(&[]);
        for (n, fits) in [(0, false), (7, false), (8, true), (30, true), (31, false)] {
            assert_eq!(p.problem(&"ä".repeat(n)).is_none(), fits, "{n}");
        }
        assert_eq!(p.sentence(), "A password has 8 to 30 characters.");
        let p = policy(&[("password.min_length", 12.into()), ("password.max_length", 40.into())]);
        assert!(p.problem(&"x".repeat(11)).is_some() && p.problem(&"x".repeat(40)).is_none());
    }

    #[test]
    fn each_kind_of_character_that_is_asked_for_is_needed_and_named() {
        let all = [("upper", "aa11!!aa"), ("lower", "AA11!!AA"), ("digit", "aaAA!!aa"), ("symbol", "aaAA11aa")];
        for (kind, without) in all {
            let p = policy(&[(&format!("password.{kind}"), true.into())]);
            assert!(p.problem(without).is_some(), "{without} has no {kind}");
            assert_eq!(p.problem("aA1!aA1!"), None, "{kind}");
        }
        let p = policy(&all.map(|(kind, _)| match kind {
            "upper" => ("password.upper", true.into()),
            "lower" => ("password.lower", true.into()),
            "digit" => ("password.digit", true.into()),
            _ => ("password.symbol", true.into()),
        }));
        let said = "A password has 8 to 30 characters, with an upper case letter, a lower case letter, a digit and a special character.";
        assert_eq!(p.problem("aaaaaaaa").as_deref(), Some(said));
    }

    #[test]
    fn a_password_expires_by_its_age_and_one_without_by_that_of_its_person() {
        let p = policy(&[("password.expires_days", 30.into())]);
        let age = |changed| Age { changed, must_change: false };
        let now = Timestamp(100 * DAY);
        assert!(!p.has_expired(age(Some(Timestamp(70 * DAY + 1))), Timestamp(0), now));
        assert!(p.has_expired(age(Some(Timestamp(70 * DAY))), Timestamp(0), now));
        assert!(p.has_expired(age(None), Timestamp(70 * DAY), now));
        assert!(!policy(&[]).has_expired(age(None), Timestamp(0), now));
    }
}
