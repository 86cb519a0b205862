//! Sessions: 32 random bytes in a cookie, their SHA-256 in the database; they end by inactivity and by age, and their
//! person sees and ends them.

use crate::administrator_change::administrator_in;
use crate::person::{MustChange, Person, who};
use crate::{Error, Service, SetLanguage, UseCase, secret};
use model::time::{HOUR, MINUTE};
use model::view::{MailboxAccess, MailboxState, Me, SessionRow};
use model::{Actor, AdministratorId, Timestamp};
use store::Connection;
use store::session::{self, Session, Who};

/// No session lives longer, whatever inactivity the settings allow.
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

/// A session that may change its person's password, and perhaps nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct PasswordSession {
    pub view: SessionView,
    /// Why it may do nothing else; None: it is a session like others.
    pub must_change: Option<MustChange>,
    /// What a password must be like, as a sentence.
    pub policy: String,
    /// What is set about the language of their pages.
    pub language: SetLanguage,
}

impl Service {
    /// Makes a session in the caller's transaction; the token for the cookie.
    pub(crate) async fn new_session(
        &self,
        tx: &mut store::Tx,
        who: Who,
        by_link: bool,
        origin: &str,
    ) -> Result<String, Error> {
        let token = secret::token()?;
        let now = self.now();
        let (origin, form_token) = (origin.to_owned(), secret::token()?);
        let session = Session { who, created: now, last_seen: now, origin, form_token, by_link };
        session::insert(tx, &secret::fingerprint(&token), &session).await?;
        Ok(token)
    }

    async fn living(&self, c: &mut Connection, hash: &str, origin: &str) -> Result<Option<(Session, Person)>, Error> {
        let now = self.now();
        let Some(found) = session::get(c, hash).await? else { return Ok(None) };
        if now.since(found.created) >= ABSOLUTE {
            return Ok(None);
        }
        let Some(person) = self.person(c, found.who, origin).await? else { return Ok(None) };
        Ok((!has_ended(&found, person.policy.idle(), now)).then_some((found, person)))
    }

    /// Who the token of a cookie belongs to, while the session lives; None also where the person must first choose
    /// another password ([`Service::password_session`]).
    pub async fn actor(&self, session_token: &str, origin: &str) -> Result<Option<SessionView>, Error> {
        let session = self.password_session(session_token, origin).await?;
        Ok(session.filter(|s| s.must_change.is_none()).map(|s| s.view))
    }

    /// The same for the form that changes the password, which is open to those too who must change it.
    pub async fn password_session(&self, session_token: &str, origin: &str) -> Result<Option<PasswordSession>, Error> {
        let hash = secret::fingerprint(session_token);
        let now = self.now();
        let mut c = self.inner.store.read().await?;
        let Some((session, person)) = self.living(&mut c, &hash, origin).await? else { return Ok(None) };
        drop(c);
        if now.since(session.last_seen) >= NOTE_EVERY {
            let mut tx = self.inner.store.begin().await?;
            session::touch(&mut tx, &hash, now).await?;
            tx.commit().await?;
        }
        // Who came by a digest's link was not asked for the password.
        let must_change = if session.by_link { None } else { person.must_change(now) };
        let policy = person.policy.sentence();
        let view = SessionView { actor: person.actor, form_token: session.form_token };
        Ok(Some(PasswordSession { view, must_change, policy, language: person.language }))
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
        let session = self.password_session(session_token, "").await?;
        let mut tx = self.inner.store.begin().await?;
        session::remove(&mut tx, &secret::fingerprint(session_token)).await?;
        if let Some(PasswordSession { view, .. }) = session {
            self.note(&mut tx, &view.actor, "logout", &view.actor.name, "", None).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The actor's own sessions, the one that was used last first. `current`: the token of the one that asks.
    pub async fn own_sessions(&self, actor: &Actor, current: &str) -> Result<Vec<SessionRow>, Error> {
        self.permit(actor, UseCase::OwnSessions)?;
        let Some(who) = who(actor) else { return Ok(Vec::new()) };
        let mut c = self.inner.store.read().await?;
        self.sessions_of(&mut c, who, Some(current)).await
    }

    /// Ends one of the actor's own sessions, the present one too.
    pub async fn end_own_session(&self, actor: &Actor, id: &str) -> Result<(), Error> {
        self.permit(actor, UseCase::OwnSessions)?;
        let who = who(actor).ok_or_else(|| Error::not_found("session"))?;
        self.end_one(actor, who, id, &actor.name).await
    }

    /// Ends all of the actor's sessions but the one with this token; how many.
    pub async fn end_other_sessions(&self, actor: &Actor, current: &str) -> Result<u64, Error> {
        self.permit(actor, UseCase::OwnSessions)?;
        let Some(who) = who(actor) else { return Ok(0) };
        let mut tx = self.inner.store.begin().await?;
        let ended = session::remove_others(&mut tx, who, &secret::fingerprint(current)).await?;
        if ended > 0 {
            self.note(&mut tx, actor, "session.end", &actor.name, "all others", None).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }

    /// Sessions of an administrator whom the actor may edit.
    pub async fn administrator_sessions(&self, actor: &Actor, id: AdministratorId) -> Result<Vec<SessionRow>, Error> {
        let scope = self.permit(actor, UseCase::EditAdministrator)?;
        let mut c = self.inner.store.read().await?;
        administrator_in(&mut c, scope, id).await?;
        self.sessions_of(&mut c, Who::Administrator(id), None).await
    }

    /// Ends one session of an administrator, or all.
    pub async fn end_administrator_sessions(
        &self,
        actor: &Actor,
        id: AdministratorId,
        session: Option<&str>,
    ) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditAdministrator)?;
        let who = Who::Administrator(id);
        let administrator = {
            let mut c = self.inner.store.read().await?;
            administrator_in(&mut c, scope, id).await?
        };
        if let Some(session) = session {
            return self.end_one(actor, who, session, administrator.email.as_str()).await;
        }
        let mut tx = self.inner.store.begin().await?;
        session::remove_of(&mut tx, who).await?;
        self.note(&mut tx, actor, "session.end", administrator.email.as_str(), "all", administrator.account).await?;
        Ok(tx.commit().await?)
    }

    async fn end_one(&self, actor: &Actor, of: Who, id: &str, name: &str) -> Result<(), Error> {
        let mut tx = self.inner.store.begin().await?;
        if !session::remove_one(&mut tx, of, id).await? {
            return Err(Error::not_found("session"));
        }
        self.note(&mut tx, actor, "session.end", name, id, None).await?;
        Ok(tx.commit().await?)
    }

    async fn sessions_of(&self, c: &mut Connection, who: Who, current: Option<&str>) -> Result<Vec<SessionRow>, Error> {
        let Some(person) = self.person(c, who, "").await? else { return Ok(Vec::new()) };
        let (now, idle) = (self.now(), person.policy.idle());
        let current = current.map(secret::fingerprint);
        let rows = session::of(c, who).await?.into_iter().filter(|(_, s)| !has_ended(s, idle, now));
        let row = |(id, s): (String, Session)| SessionRow {
            current: current.as_deref().is_some_and(|hash| hash.starts_with(&id)),
            id,
            since: s.created,
            last_seen: s.last_seen,
            origin: s.origin,
            by_link: s.by_link,
        };
        Ok(rows.map(row).collect())
    }
}

fn has_ended(s: &Session, idle: i64, now: Timestamp) -> bool {
    now.since(s.last_seen) >= idle || now.since(s.created) >= ABSOLUTE
}

impl crate::owner::Owner {
    /// Whether the mailbox's person may use the Personal Dashboard and gets digests (guide chapter 8).
    pub(crate) fn may_log_in(&self) -> bool {
        let access = match self.access {
            MailboxAccess::Full => true,
            MailboxAccess::None => false,
            MailboxAccess::Default => self.values.personal.access,
        };
        access && self.mailbox.state != MailboxState::Inactive
    }
}
