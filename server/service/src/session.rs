//! Sessions: 32 random bytes in a cookie, their SHA-256 in the database; they end by inactivity and by age.

use crate::{Error, Service, secret};
use model::time::{HOUR, MINUTE};
use model::view::{MailboxState, Me};
use model::{Actor, Principal, Role, Timestamp};
use store::session::{self, Session, Who};

/// An administrator who does nothing for so long is logged out.
pub const IDLE_ADMINISTRATOR: i64 = 30 * MINUTE;
pub const IDLE_OWNER: i64 = 12 * HOUR;
/// No session lives longer.
pub const ABSOLUTE: i64 = 12 * HOUR;
/// Last use is noted no more often.
const NOTE_EVERY: i64 = MINUTE;

/// Who a request is from.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionView {
    pub actor: Actor,
    /// What state-changing requests must carry (CSRF).
    pub form_token: String,
}

impl Service {
    /// Makes a session in the caller's transaction; the token for the cookie.
    pub(crate) async fn new_session(&self, tx: &mut store::Tx, who: Who, origin: &str) -> Result<String, Error> {
        let token = secret::token()?;
        let now = self.now();
        let session =
            Session { who, created: now, last_seen: now, origin: origin.to_owned(), form_token: secret::token()? };
        session::insert(tx, &secret::fingerprint(&token), &session).await?;
        Ok(token)
    }

    /// Who the token of a cookie belongs to, while the session lives.
    pub async fn actor(&self, session_token: &str, origin: &str) -> Result<Option<SessionView>, Error> {
        let hash = secret::fingerprint(session_token);
        let now = self.now();
        let mut c = self.inner.store.read().await?;
        let Some(found) = session::get(&mut c, &hash).await? else { return Ok(None) };
        if expired(&found, now) {
            return Ok(None);
        }
        let actor = match found.who {
            Who::Administrator(id) => match store::administrator::get(&mut c, id).await? {
                Some(a) if a.active => Actor {
                    principal: Principal::Administrator { id, account: a.account },
                    role: a.role,
                    name: a.email.to_string(),
                    origin: origin.to_owned(),
                },
                _ => return Ok(None),
            },
            Who::Owner(id) => match self.owner_of(&mut c, id).await? {
                Some(o) if o.may_log_in() => Actor {
                    principal: Principal::Owner { mailbox: id },
                    role: Role::Owner,
                    name: o.mailbox.address.to_string(),
                    origin: origin.to_owned(),
                },
                _ => return Ok(None),
            },
        };
        drop(c);
        if now.since(found.last_seen) >= NOTE_EVERY {
            let mut tx = self.inner.store.begin().await?;
            session::touch(&mut tx, &hash, now).await?;
            tx.commit().await?;
        }
        Ok(Some(SessionView { actor, form_token: found.form_token }))
    }

    /// What pages show of the login.
    pub fn me(&self, view: &SessionView) -> Me {
        Me {
            name: view.actor.name.clone(),
            role: view.actor.role,
            form_token: view.form_token.clone(),
            version: self.inner.config.version.clone(),
        }
    }

    /// Ends the session; an unknown token is no error.
    pub async fn logout(&self, session_token: &str) -> Result<(), Error> {
        let view = self.actor(session_token, "").await?;
        let mut tx = self.inner.store.begin().await?;
        session::remove(&mut tx, &secret::fingerprint(session_token)).await?;
        if let Some(view) = view {
            self.note(&mut tx, &view.actor, "logout", &view.actor.name, "", None).await?;
        }
        Ok(tx.commit().await?)
    }
}

fn expired(s: &Session, now: Timestamp) -> bool {
    let idle = match s.who {
        Who::Administrator(_) => IDLE_ADMINISTRATOR,
        Who::Owner(_) => IDLE_OWNER,
    };
    now.since(s.last_seen) >= idle || now.since(s.created) >= ABSOLUTE
}

impl crate::owner::Owner {
    /// Whether the mailbox's person may use the Personal Dashboard.
    pub(crate) fn may_log_in(&self) -> bool {
        self.values.personal.access && self.mailbox.state != MailboxState::Inactive
    }
}
