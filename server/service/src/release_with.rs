//! Releasing a message and seeing to it that the next one like it comes through, in one step: it is learned as wanted, its
//! sender becomes a friend, the rule that stopped it is not applied to that sender any more.
//!
//! What cannot be done is said before anything is: nothing is released then. What fails all the same is told beside what
//! was done, for a message that is out cannot be called back.

use crate::provision::{SenderChange, SendersOf};
use crate::{Error, Service, SettingsOf, UseCase};
use model::sender::{SenderEntry, SenderPattern};
use model::view::{ActResult, FriendOf, ReleaseTo};
use model::{Actor, Direction, DomainId, EmailAddress, ErrorCode, UserError};
use serde_json::Value as Json;
use store::quarantine::Held;

const EXCEPTIONS: &str = "filter_exceptions.rules";

/// What else is done with a message that is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReleaseWith {
    /// The local classifier learns it as wanted.
    pub learn: bool,
    pub friend: Option<FriendOf>,
    /// The rule that decided is an exception for its sender, in the recipient's domain.
    pub exception: bool,
}

/// What will be done besides, found out before the release.
struct Plan {
    friend: Option<(SendersOf, SenderEntry)>,
    exception: Option<(DomainId, String)>,
}

/// The address that answers would go to: of the envelope, and where that is null of the header.
fn sender(held: &Held) -> Option<EmailAddress> {
    let text = Some(held.row.envelope_from.as_str()).filter(|s| !s.is_empty());
    let header = || held.row.sender.rsplit_once('<').map_or(held.row.sender.as_str(), |(_, a)| a.trim_end_matches('>'));
    EmailAddress::parse(text.unwrap_or_else(header).trim()).ok()
}

fn wrong(message: &str) -> Error {
    Error::new(ErrorCode::Invalid, message)
}

impl Service {
    /// Releases one message to its recipient, with what is asked for besides. The failures of the result name the steps.
    pub async fn release_with(&self, actor: &Actor, id: i64, with: ReleaseWith) -> Result<ActResult, Error> {
        let scope = self.permit(actor, UseCase::Release)?;
        if !actor.is_administrator() {
            return Err(Error::forbidden());
        }
        let (held, rule) = {
            let mut c = self.inner.store.read().await?;
            let held = self.held(&mut c, scope, None, id).await?;
            let logged = store::quarantine::logged(&mut c, held.row.message).await?;
            let at = held.verdict.decided_by;
            let rule = logged.and_then(|l| l.findings.list.get(at?).and_then(|f| f.rule));
            (held, rule)
        };
        let plan = self.plan(actor, &held, rule, with)?;
        let mut out = self.release(actor, &[id], ReleaseTo::Recipient).await?;
        if out.done == 0 {
            return Ok(out);
        }
        let mut told = |what: &str, done: Result<(), Error>| match done {
            Ok(()) => {}
            Err(e) => out.failed.push((what.to_owned(), UserError::from(e).message)),
        };
        if let Some((of, entry)) = plan.friend {
            let change = SenderChange { friends: vec![entry], ..SenderChange::default() };
            told("Adding the friend", self.change_senders(actor, of, &change).await.map(|_| ()));
        }
        if let Some((domain, entry)) = plan.exception {
            told("Adding the filter exception", self.add_exception(actor, domain, entry).await);
        }
        if with.learn {
            told("Learning", self.learn(actor, &held).await);
        }
        Ok(out)
    }

    fn plan(&self, actor: &Actor, held: &Held, rule: Option<u32>, with: ReleaseWith) -> Result<Plan, Error> {
        let mut plan = Plan { friend: None, exception: None };
        let from = || sender(held).ok_or_else(|| wrong("The message has no sender that could be named."));
        let inbound = held.row.direction == Direction::Inbound;
        if let Some(of) = with.friend {
            let of = match of {
                FriendOf::Mailbox => held.mailbox.map(SendersOf::Mailbox),
                FriendOf::Domain => held.domain.map(SendersOf::Domain),
            };
            let of = of.filter(|_| inbound);
            let of = of.ok_or_else(|| wrong("The recipient has no list of friends here: nothing was released."))?;
            crate::permission::check_role(actor, of.writing())?;
            let comment = "released from the quarantine".to_owned();
            plan.friend = Some((of, SenderEntry { pattern: SenderPattern::Address(from()?), comment }));
        }
        if with.exception {
            let rule =
                rule.ok_or_else(|| wrong("No numbered rule decided about the message: nothing was released."))?;
            let domain = held.domain.filter(|_| inbound);
            let domain = domain.ok_or_else(|| wrong("The recipient's domain is not here: nothing was released."))?;
            crate::permission::check_role(actor, UseCase::EditSettings)?;
            plan.exception = Some((domain, format!("{rule}:{}", from()?)));
        }
        if with.learn && self.inner.learner.get().is_none() {
            return Err(Error::new(ErrorCode::Unavailable, "This server does not learn: nothing was released."));
        }
        Ok(plan)
    }

    async fn add_exception(&self, actor: &Actor, domain: DomainId, entry: String) -> Result<(), Error> {
        let of = SettingsOf::Domain(domain);
        let view = self.settings(actor, of).await?;
        // What holds is kept: a list of the domain takes the place of the one below it.
        let holds = view.effective.into_iter().find(|(path, _)| path == EXCEPTIONS).map(|(_, s)| s.value);
        let mut list = match holds {
            Some(Json::Array(list)) => list,
            _ => Vec::new(),
        };
        if list.iter().any(|e| e.as_str() == Some(&entry)) {
            return Ok(());
        }
        list.push(Json::String(entry));
        self.change_settings(actor, of, &[(EXCEPTIONS.to_owned(), Json::Array(list))]).await?;
        Ok(())
    }

    async fn learn(&self, actor: &Actor, held: &Held) -> Result<(), Error> {
        let unavailable = |why: String| Error::new(ErrorCode::Unavailable, why);
        let learner = self.inner.learner.get().ok_or_else(|| unavailable("This server does not learn.".into()))?;
        let body = self.body(held).await?;
        learner.learn(body, false).await.map_err(unavailable)?;
        let mut tx = self.inner.store.begin().await?;
        let object = crate::quarantine::object(held);
        self.note(&mut tx, actor, "quarantine.learn", &object, "as wanted mail", held.account).await?;
        Ok(tx.commit().await?)
    }

    /// Brings back what the actor deleted within the last minutes. What is gone is told.
    pub async fn undelete(&self, actor: &Actor, ids: &[i64]) -> Result<ActResult, Error> {
        let scope = self.permit(actor, UseCase::Delete)?;
        let mut out = ActResult::default();
        let mut tx = self.inner.store.begin().await?;
        let owner = self.owner_in(&mut tx, scope).await?;
        for id in ids.iter().take(crate::ACT_MAX) {
            let held = match self.held(&mut tx, scope, owner.as_ref(), *id).await {
                Ok(held) => held,
                Err(Error::User(e)) => {
                    out.failed.push((format!("message {id}"), e.message));
                    continue;
                }
                Err(e) => return Err(e),
            };
            let since = self.now().plus(-UNDO);
            if store::quarantine::reopen(&mut tx, *id, &actor.name, since, self.now()).await? {
                let object = crate::quarantine::object(&held);
                self.note(&mut tx, actor, "quarantine.undelete", &object, &held.row.subject, held.account).await?;
                out.done += 1;
            } else {
                let why = "it was not deleted by you just now";
                out.failed.push((crate::quarantine::label(&held), why.to_owned()));
            }
        }
        tx.commit().await?;
        crate::quarantine::too_many(ids, &mut out);
        Ok(out)
    }
}

/// How long a deletion can be taken back, in ms: a page may stand open for a while.
const UNDO: i64 = 10 * model::time::MINUTE;
