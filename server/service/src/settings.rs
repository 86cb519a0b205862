//! Settings of the levels that hold mail to account: what each sets, what holds there, and where that comes from.

use crate::domain_change::domain_in;
use crate::mailbox_change::mailbox_in;
use crate::outbound::outbound_in;
use crate::{Error, Service, UseCase, layers};
use model::settings::{DEFINITIONS, Level, Source, explain};
use model::{AccountId, Actor, DomainId, FieldError, MailboxId, Settings};
use serde_json::Value as Json;
use store::change::Touched;
use store::domain::Domain;
use store::mailbox::Mailbox;
use store::outbound::OutboundIp;
use store::{Connection, Scope};

/// Whose settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsOf {
    /// What holds where nothing else says otherwise; for the system's administrators.
    System,
    Domain(DomainId),
    OutboundIp(i64),
    Mailbox(MailboxId),
}

/// The settings of one place.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsView {
    pub level: Level,
    /// What this level sets.
    pub set: Settings,
    /// Every setting of this level by its path: what holds, and which level it comes from.
    pub effective: Vec<(String, Source)>,
}

/// The row that has the settings, and those of the levels below it, lowest first.
enum Row {
    System,
    Domain(Domain),
    OutboundIp(OutboundIp),
    Mailbox(Mailbox),
}

struct Found {
    row: Row,
    level: Level,
    own: Settings,
    below: Vec<(Level, Settings)>,
}

impl Found {
    /// For the audit trail: what it is called, and whose it is.
    fn object(&self) -> (String, Option<AccountId>) {
        match &self.row {
            Row::System => ("system".into(), None),
            Row::Domain(d) => (d.name.to_string(), Some(d.account)),
            Row::OutboundIp(o) => (o.range.to_string(), Some(o.account)),
            Row::Mailbox(m) => (m.address.to_string(), Some(m.account)),
        }
    }

    /// What running servers must read again when it changes.
    fn touched(&self) -> Touched {
        match &self.row {
            Row::System => Touched::Levels,
            Row::Domain(d) => Touched::Domain(d.id),
            Row::OutboundIp(_) => Touched::Outbound,
            Row::Mailbox(m) => Touched::Mailbox(m.id),
        }
    }

    fn view(&self) -> SettingsView {
        let mut levels: Vec<(Level, &Settings)> = self.below.iter().map(|(l, s)| (*l, s)).collect();
        levels.push((self.level, &self.own));
        let here = DEFINITIONS.iter().filter(|d| d.levels.contains(self.level));
        let effective = here.filter_map(|d| Some((d.path(), explain(&levels, &d.path())?))).collect();
        SettingsView { level: self.level, set: self.own.clone(), effective }
    }
}

async fn find(c: &mut Connection, scope: Scope, of: SettingsOf) -> Result<Found, Error> {
    let system = store::change::settings(c).await?;
    let brand = vec![(Level::Brand, system.clone())];
    Ok(match of {
        SettingsOf::System if scope == Scope::All => {
            Found { row: Row::System, level: Level::Brand, own: system, below: Vec::new() }
        }
        SettingsOf::System => return Err(Error::not_found("setting of the whole system for this login")),
        SettingsOf::Domain(id) => {
            let d = domain_in(c, scope, id).await?;
            Found { level: Level::Domain, own: d.settings.clone(), below: brand, row: Row::Domain(d) }
        }
        SettingsOf::OutboundIp(id) => {
            let o = outbound_in(c, scope, id).await?;
            Found { level: Level::OutboundIp, own: o.settings.clone(), below: brand, row: Row::OutboundIp(o) }
        }
        SettingsOf::Mailbox(id) => {
            let m = mailbox_in(c, scope, id).await?;
            let domain = store::domain::get(c, m.domain).await?.ok_or_else(|| Error::not_found("domain"))?;
            let below = vec![(Level::Brand, system), (Level::Domain, domain.settings)];
            Found { level: Level::Mailbox, own: m.settings.clone(), below, row: Row::Mailbox(m) }
        }
    })
}

impl Service {
    /// Whether the actor may read settings at all; the catalogue of them is the same for all who may.
    pub fn may_read_settings(&self, actor: &Actor) -> Result<(), Error> {
        self.permit(actor, UseCase::ReadSettings).map(drop)
    }

    pub async fn settings(&self, actor: &Actor, of: SettingsOf) -> Result<SettingsView, Error> {
        let scope = self.permit(actor, UseCase::ReadSettings)?;
        let mut c = self.inner.store.read().await?;
        Ok(find(&mut c, scope, of).await?.view())
    }

    /// Sets each path that is named and leaves all others; null takes a setting back to what holds below. All or
    /// nothing: an error names every path that is wrong.
    pub async fn change_settings(
        &self,
        actor: &Actor,
        of: SettingsOf,
        changes: &[(String, Json)],
    ) -> Result<SettingsView, Error> {
        let scope = self.permit(actor, UseCase::EditSettings)?;
        let mut tx = self.inner.store.begin().await?;
        let mut found = find(&mut tx, scope, of).await?;
        let named = changes.iter().map(|(path, value)| (path.as_str(), value.clone()));
        let differences = match found.own.patch(found.level, named) {
            Ok(differences) => differences,
            Err(wrong) => {
                Error::fields(wrong)?;
                Vec::new()
            }
        };
        // Of what stands there already, only what was named now is this caller's to answer for.
        let is_named = |f: &FieldError| changes.iter().any(|(path, _)| *path == f.field);
        let problems = layers::problems(found.level, &found.own);
        Error::fields(problems.into_iter().filter(is_named).collect())?;
        if differences.is_empty() {
            return Ok(found.view());
        }
        let own = found.own.clone();
        match &mut found.row {
            Row::System => store::change::set_settings(&mut tx, &own).await?,
            Row::Domain(d) => {
                d.settings = own;
                store::domain::update(&mut tx, d).await?;
            }
            Row::OutboundIp(o) => {
                o.settings = own;
                store::outbound::put(&mut tx, o).await?;
            }
            Row::Mailbox(m) => {
                m.settings = own;
                store::mailbox::update(&mut tx, m).await?;
            }
        }
        let detail = differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let (object, account) = found.object();
        self.note(&mut tx, actor, "settings.edit", &object, &detail, account).await?;
        store::change::touch(&mut tx, &[found.touched()]).await?;
        tx.commit().await?;
        Ok(found.view())
    }
}
