//! The links of one digest.

use crate::link::{Claim, Key, Purpose, lifetime, seal};
use crate::link_act::blockable;
use crate::owner::Owner;
use mailer::digest::{Act, Links};
use model::settings::PersonalValues;
use model::view::QuarantineRow;
use model::{Direction, Timestamp};

/// Makes them; what the owner may not do has none.
#[derive(Clone)]
pub(crate) struct DigestLinks {
    url: String,
    key: Key,
    /// Of a login; each link differs from it in purpose and message.
    claim: Claim,
    personal: PersonalValues,
}

impl DigestLinks {
    pub(crate) fn new(url: &str, key: Key, owner: &Owner, now: Timestamp) -> DigestLinks {
        let claim = Claim {
            purpose: Purpose::Login,
            mailbox: owner.mailbox.id,
            object: 0,
            expires: now.plus(lifetime(&owner.values.digest)),
            generation: owner.mailbox.link_generation,
        };
        DigestLinks { url: url.to_owned(), key, claim, personal: (*owner.values.personal).clone() }
    }

    pub(crate) fn login(&self) -> String {
        seal(&self.key, self.claim)
    }

    fn token(&self, purpose: Purpose, object: i64) -> String {
        seal(&self.key, Claim { purpose, object, ..self.claim })
    }
}

impl Links for DigestLinks {
    fn dashboard(&self, part: Option<&str>) -> String {
        match (self.personal.view_link_login, part) {
            (true, None) => format!("{}/link/{}", self.url, self.login()),
            (true, Some(part)) => format!("{}/link/{}?to={part}", self.url, self.login()),
            // They lead to the login then (guide chapter 6).
            (false, None) => format!("{}/my", self.url),
            (false, Some(part)) => format!("{}/my/{part}", self.url),
        }
    }

    fn message(&self, id: i64) -> String {
        match self.personal.view_link_login {
            true => format!("{}/link/{}?message={id}", self.url, self.login()),
            false => format!("{}/my/message/{id}", self.url),
        }
    }

    fn act(&self, act: Act, row: &QuarantineRow) -> Option<String> {
        let (may, purpose) = match act {
            Act::Release => (self.personal.may_release(row), Purpose::Release),
            Act::Delete => (self.personal.delete, Purpose::Delete),
            Act::Block => {
                let inbound = row.direction == Direction::Inbound;
                (self.personal.senders && inbound && blockable(row).is_some(), Purpose::Block)
            }
        };
        may.then(|| format!("{}/act/{}", self.url, self.token(purpose, row.id)))
    }

    fn unsubscribe(&self) -> Option<String> {
        self.personal.settings.then(|| format!("{}/unsubscribe/{}", self.url, self.token(Purpose::Unsubscribe, 0)))
    }
}
