//! Asking for a bulk operation.

use super::{BulkOf, By, Request, Work};
use crate::domains::{account_within, read_gateways};
use crate::{Error, Service, UseCase, layers, permission};
use model::settings::{Level, Off};
use model::view::{MailboxState, Unrecognized};
use model::{AccountId, Actor, DomainId, FieldError, Settings};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::HashSet;
use store::Scope;
use store::bulk::Choice;
use store::mailbox::Access;

/// Objects of one piece, which is one transaction.
const PIECE: usize = 200;
/// Ids that one request may name; more are chosen by what they have in common.
const IDS: usize = 10_000;

/// Which objects: those with these ids, or all that the rest finds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BulkSelection {
    pub ids: Vec<i64>,
    /// Words that must all be found, as in the list.
    pub q: String,
    pub account: Option<AccountId>,
    /// Of mailboxes.
    pub domain: Option<DomainId>,
    pub state: Option<MailboxState>,
    /// Everything that the actor may change: only where nothing else is named, so that nobody means it by leaving out.
    pub all: bool,
}

/// What to change; what is None or empty stays as it is ("leave blank to keep").
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BulkChange {
    /// Settings by their path; null takes one back to what holds below.
    #[serde(default)]
    pub settings: Vec<(String, Json)>,
    /// Deletes the objects; nothing else is named beside it.
    #[serde(default)]
    pub delete: bool,
    /// Mailboxes that are deleted may take their aliases with them; else those that have some are named and stay.
    #[serde(default)]
    pub with_aliases: bool,
    /// Of mailboxes.
    #[serde(default)]
    pub state: Option<MailboxState>,
    #[serde(default)]
    pub access: Option<Access>,
    /// Whether discovery leaves them.
    #[serde(default)]
    pub keep: Option<bool>,
    /// Groups of the mailboxes' domain.
    #[serde(default)]
    pub join: Vec<i64>,
    #[serde(default)]
    pub leave: Vec<i64>,
    /// Of domains, one a line.
    #[serde(default)]
    pub gateways: Option<String>,
    #[serde(default)]
    pub unrecognized: Option<Unrecognized>,
    /// Of outbound IPs.
    #[serde(default)]
    pub nickname: Option<String>,
}

impl BulkOf {
    pub(super) fn level(self) -> Level {
        match self {
            BulkOf::Domains => Level::Domain,
            BulkOf::OutboundIps => Level::OutboundIp,
            BulkOf::Mailboxes => Level::Mailbox,
        }
    }
}

impl BulkChange {
    /// The use cases that whoever asks must be permitted.
    pub(super) fn needs(&self, of: BulkOf) -> Vec<UseCase> {
        let (edit, delete) = match of {
            BulkOf::Domains => (UseCase::EditDomain, UseCase::DeleteDomain),
            BulkOf::OutboundIps => (UseCase::EditOutbound, UseCase::DeleteOutbound),
            BulkOf::Mailboxes => (UseCase::EditMailbox, UseCase::DeleteMailbox),
        };
        let fields = BulkChange { settings: Vec::new(), delete: false, with_aliases: false, ..self.clone() };
        let fields = fields != BulkChange::default();
        let all = [(self.delete, delete), (fields, edit), (!self.settings.is_empty(), UseCase::EditSettings)];
        all.into_iter().filter(|(needed, _)| *needed).map(|(_, what)| what).collect()
    }

    /// What is wrong with it whatever the objects are.
    fn problems(&self, of: BulkOf) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let mut field = |name: &str, message: String| wrong.push(FieldError { field: name.into(), message });
        if self.delete && (BulkChange { delete: false, with_aliases: false, ..self.clone() }) != BulkChange::default() {
            field("delete", "What is deleted is not changed too: name one or the other.".into());
        }
        if *self == BulkChange::default() {
            field("change", "Name at least one change.".into());
        }
        let of_mailboxes = self.state.is_some()
            || self.access.is_some()
            || self.keep.is_some()
            || !self.join.is_empty()
            || !self.leave.is_empty();
        let foreign = [
            ("change", of_mailboxes, BulkOf::Mailboxes, "state, access, keep, join and leave are of mailboxes."),
            ("gateways", self.gateways.is_some(), BulkOf::Domains, "Gateways are of domains."),
            ("unrecognized", self.unrecognized.is_some(), BulkOf::Domains, "This is of domains."),
            ("nickname", self.nickname.is_some(), BulkOf::OutboundIps, "Nicknames are of outbound addresses."),
        ];
        for (name, named, theirs, message) in foreign {
            if named && theirs != of {
                field(name, message.into());
            }
        }
        if self.with_aliases && !(self.delete && of == BulkOf::Mailboxes) {
            field("with_aliases", "This is said where mailboxes are deleted.".into());
        }
        if let Some(Err(message)) = self.gateways.as_deref().map(read_gateways) {
            field("gateways", message);
        }
        if let Some(problem) = self.nickname.as_deref().and_then(crate::outbound::nickname_problem) {
            field("nickname", problem.into());
        }
        let mut set = Settings::default();
        let named = self.settings.iter().map(|(path, value)| (path.as_str(), value.clone()));
        match set.patch(of.level(), named) {
            Ok(_) => wrong.extend(layers::problems(of.level(), &set)),
            Err(problems) => wrong.extend(problems),
        }
        wrong
    }
}

impl BulkSelection {
    fn problems(&self, of: BulkOf) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let mut field =
            |name: &str, message: &str| wrong.push(FieldError { field: name.into(), message: message.into() });
        let by_filter = BulkSelection { ids: Vec::new(), all: false, ..self.clone() } != BulkSelection::default();
        match (self.ids.is_empty(), by_filter, self.all) {
            (false, false, false) | (true, true, false) | (true, false, true) => {}
            (true, false, false) => field("selection", "Name ids, something to find them by, or all."),
            _ => field("selection", "Name either ids, or something to find them by, or all."),
        }
        if self.ids.len() > IDS {
            field("ids", "At most 10000 ids; choose more by search, account, domain or state.");
        }
        if of != BulkOf::Mailboxes && (self.domain.is_some() || self.state.is_some()) {
            field("selection", "Domain and state choose mailboxes.");
        }
        wrong
    }

    /// Account and domain, where they are named, are there for whoever asks.
    async fn check(&self, c: &mut store::Connection, scope: Scope) -> Result<(), Error> {
        if let Some(a) = self.account
            && (!account_within(scope, a) || store::account::name(c, a).await?.is_none())
        {
            return Err(Error::field("account", "There is no such account."));
        }
        if let Some(d) = self.domain
            && !store::domain::get(c, d).await?.is_some_and(|d| account_within(scope, d.account))
        {
            return Err(Error::field("domain", "There is no such domain."));
        }
        Ok(())
    }

    async fn choose(&self, c: &mut store::Connection, of: BulkOf, scope: Scope) -> Result<Vec<i64>, Error> {
        let choice = Choice {
            ids: (!self.ids.is_empty()).then_some(self.ids.as_slice()),
            q: &self.q,
            account: self.account,
            domain: self.domain,
            state: self.state,
        };
        Ok(store::bulk::choose(c, of.stored(), scope, &choice).await?)
    }
}

impl Service {
    /// How many objects a selection finds now: what is said before an operation is started.
    pub async fn count_bulk(&self, actor: &Actor, of: BulkOf, selection: &BulkSelection) -> Result<u64, Error> {
        let scope = self.permit(actor, UseCase::StartBulk)?;
        Error::fields(selection.problems(of))?;
        let mut c = self.inner.store.read().await?;
        selection.check(&mut c, scope).await?;
        Ok(selection.choose(&mut c, of, scope).await?.len() as u64)
    }

    /// Features that whatever a selection finds is without, as far as its account is known beforehand: settings that need
    /// one are not to be offered.
    pub async fn bulk_off(&self, actor: &Actor, selection: &BulkSelection) -> Result<Off, Error> {
        let scope = self.permit(actor, UseCase::StartBulk)?;
        let mut c = self.inner.store.read().await?;
        selection.check(&mut c, scope).await?;
        let mut account = selection.account;
        if let (Scope::Account(own), None) = (scope, account) {
            account = Some(own);
        }
        if let (None, Some(domain)) = (account, selection.domain) {
            account = store::domain::get(&mut c, domain).await?.map(|d| d.account);
        }
        layers::off(&mut c, account).await
    }

    /// Starts an operation; its id. What is wrong with the request whatever the objects are is said at once; what is
    /// wrong with single objects is named by the operation.
    pub async fn start_bulk(
        &self,
        actor: &Actor,
        of: BulkOf,
        selection: &BulkSelection,
        change: &BulkChange,
    ) -> Result<i64, Error> {
        let scope = self.permit(actor, UseCase::StartBulk)?;
        for what in change.needs(of) {
            permission::check_role(actor, what)?;
        }
        let mut wrong = change.problems(of);
        wrong.extend(selection.problems(of));
        Error::fields(wrong)?;
        let mut tx = self.inner.store.begin().await?;
        selection.check(&mut tx, scope).await?;
        for group in change.join.iter().chain(&change.leave) {
            crate::groups::group_in(&mut tx, scope, *group)
                .await
                .map_err(|_| Error::field("change", format!("There is no group {group}.")))?;
        }
        let mut ids = selection.choose(&mut tx, of, scope).await?;
        // What is named and not found fails by name when its turn comes.
        let mut seen: HashSet<i64> = ids.iter().copied().collect();
        ids.extend(selection.ids.iter().copied().filter(|id| seen.insert(*id)));
        let pieces: Vec<String> = ids
            .chunks(PIECE)
            .map(|ids| serde_json::to_string(ids).map_err(|e| Error::Internal(format!("writing ids: {e}"))))
            .collect::<Result<_, _>>()?;
        let work = Work::Change { of, change: Box::new(change.clone()) };
        let kind = if change.delete { format!("delete_{}", of.as_str()) } else { format!("change_{}", of.as_str()) };
        let id = self.insert_job(&mut tx, actor, scope, &kind, work, ids.len() as u64, &pieces).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Adds the job with its pieces and its own line of the audit trail.
    #[allow(clippy::too_many_arguments)]
    pub(super) async fn insert_job(
        &self,
        tx: &mut store::Tx,
        actor: &Actor,
        scope: Scope,
        kind: &str,
        work: Work,
        total: u64,
        pieces: &[String],
    ) -> Result<i64, Error> {
        let account = match scope {
            Scope::Account(a) => Some(a),
            _ => None,
        };
        let request = Request { by: By::of(actor)?, origin: actor.origin.clone(), work };
        let id = store::bulk::insert(tx, account, kind, &actor.name, &request, total, self.now()).await?;
        store::bulk::insert_pieces(tx, id, pieces).await?;
        let detail = format!("{total} objects: {}", describe(&request.work));
        self.note(tx, actor, "bulk.start", &format!("{kind} {id}"), &detail, account).await?;
        Ok(id)
    }
}

/// What an operation does, for the audit trail.
fn describe(work: &Work) -> String {
    match work {
        Work::Import { domain } => format!("mailboxes of domain {domain}"),
        Work::Change { change, .. } if change.delete => "delete".into(),
        Work::Change { change, .. } => {
            let mut parts: Vec<String> =
                change.settings.iter().map(|(path, value)| format!("{path} {value}")).collect();
            let fields = BulkChange { settings: Vec::new(), ..(**change).clone() };
            if let Ok(Json::Object(fields)) = serde_json::to_value(fields) {
                let empty =
                    |v: &Json| v.is_null() || *v == Json::Bool(false) || v.as_array().is_some_and(Vec::is_empty);
                parts.extend(fields.iter().filter(|(_, v)| !empty(v)).map(|(k, v)| format!("{k} {v}")));
            }
            parts.join("; ").chars().take(2_000).collect()
        }
    }
}
