//! Settings of every level: what each sets, what holds there, and where that comes from.

use crate::domain_change::domain_in;
use crate::domains::account_within;
use crate::layers::{self, Base, Stack};
use crate::mailbox_change::mailbox_in;
use crate::outbound::outbound_in;
use crate::{Error, Service, UseCase};
use model::settings::{DEFINITIONS, Definition, Held, Level, Off, Source};
use model::{AccountId, Actor, DomainId, FieldError, MailboxId, Settings};
use serde_json::Value as Json;
use store::account::Account;
use store::brand::Brand;
use store::change::Touched;
use store::defaults::Level as Defaults;
use store::domain::Domain;
use store::group::Group;
use store::mailbox::Mailbox;
use store::outbound::OutboundIp;
use store::{Connection, Scope};

/// Whose settings. Defaults without an account are those of the whole system; they, and the system's own, are for the
/// system's administrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsOf {
    /// How mail is received.
    Appliance,
    /// What holds where nothing else says otherwise.
    System,
    /// What holds for the accounts of a brand; for the system's administrators too.
    Brand(i64),
    Account(AccountId),
    /// The default inbound domain.
    DefaultInbound(Option<AccountId>),
    /// Default outbound IPs.
    DefaultOutbound(Option<AccountId>),
    /// The Outbound Authenticated Relay.
    DefaultRelay(Option<AccountId>),
    Domain(DomainId),
    OutboundIp(i64),
    Group(i64),
    Mailbox(MailboxId),
}

impl SettingsOf {
    /// Those that hold for a whole account or more are not everybody's who may change a mailbox's.
    fn edited_by(self) -> UseCase {
        match self {
            SettingsOf::Appliance
            | SettingsOf::System
            | SettingsOf::Brand(_)
            | SettingsOf::Account(_)
            | SettingsOf::DefaultInbound(_)
            | SettingsOf::DefaultOutbound(_)
            | SettingsOf::DefaultRelay(_) => UseCase::EditAccountSettings,
            SettingsOf::Domain(_) | SettingsOf::OutboundIp(_) | SettingsOf::Group(_) | SettingsOf::Mailbox(_) => {
                UseCase::EditSettings
            }
        }
    }
}

/// The settings of one place.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsView {
    pub level: Level,
    /// What this level sets.
    pub set: Settings,
    /// Every setting of this level by its path: what holds, and which level it comes from.
    pub effective: Vec<(String, Source)>,
    /// The same settings in the same order without what this level sets: what a reset would give.
    pub below: Vec<Source>,
    /// What of them the organisation blocks, where this level cannot loosen it.
    pub held: Vec<Held>,
    /// Features that the account is without: settings that need one are neither in `effective` nor taken.
    pub off: Off,
}

/// The row that has the settings.
enum Row {
    Appliance,
    System,
    Brand(Brand<Settings>),
    Account(Account<Settings>),
    Defaults(Defaults, Option<AccountId>),
    Domain(Domain),
    OutboundIp(OutboundIp),
    Group(Group<Settings>, Domain),
    Mailbox(Mailbox),
}

/// A place and the levels below it, for inbound mail and for outbound mail.
struct Found {
    row: Row,
    level: Level,
    own: Settings,
    inbound: Stack,
    outbound: Stack,
}

impl Found {
    fn new(row: Row, level: Level, own: Settings, below: Stack) -> Found {
        Found { row, level, own, inbound: below.clone(), outbound: below }
    }

    /// For the audit trail: what it is called, and whose it is.
    fn object(&self) -> (String, Option<AccountId>) {
        match &self.row {
            Row::Appliance => ("appliance".into(), None),
            Row::System => ("system".into(), None),
            Row::Brand(b) => (b.name.clone(), None),
            Row::Account(a) => (a.name.clone(), Some(a.id)),
            Row::Defaults(_, account) => (self.level.label().to_lowercase(), *account),
            Row::Domain(d) => (d.name.to_string(), Some(d.account)),
            Row::OutboundIp(o) => (o.range.to_string(), Some(o.account)),
            Row::Group(g, d) => (format!("{} in {}", g.name, d.name), Some(d.account)),
            Row::Mailbox(m) => (m.address.to_string(), Some(m.account)),
        }
    }

    /// What running servers must read again when it changes.
    fn touched(&self) -> Touched {
        match &self.row {
            Row::Appliance => Touched::Appliance,
            Row::System | Row::Brand(_) | Row::Account(_) | Row::Defaults(..) => Touched::Levels,
            Row::Domain(d) | Row::Group(_, d) => Touched::Domain(d.id),
            Row::OutboundIp(_) => Touched::Outbound,
            Row::Mailbox(m) => Touched::Mailbox(m.id),
        }
    }

    fn view(&self) -> SettingsView {
        let inbound = self.inbound.clone().with(self.level, &self.own);
        let outbound = self.outbound.clone().with(self.level, &self.own);
        // What a domain may set is about its inbound mail, all else about what is sent.
        let stack = |d: &Definition| if d.levels.contains(Level::Domain) { &inbound } else { &outbound };
        let under = |d: &Definition| if d.levels.contains(Level::Domain) { &self.inbound } else { &self.outbound };
        let (mut effective, mut below, mut held) = (Vec::new(), Vec::new(), Vec::new());
        for d in DEFINITIONS.iter().filter(|d| d.levels.contains(self.level)) {
            let path = d.path();
            let (Some(here), Some(reset)) = (stack(d).explain(&path), under(d).explain(&path)) else { continue };
            held.push(if self.level.is_personal() { under(d).held(&path) } else { Held::default() });
            below.push(reset);
            effective.push((path, here));
        }
        SettingsView { level: self.level, set: self.own.clone(), effective, below, held, off: self.inbound.off() }
    }
}

/// The account where one is named, within the scope; without one it takes the scope of everything.
fn account_in(scope: Scope, account: Option<AccountId>) -> Result<(), Error> {
    match account {
        Some(id) if account_within(scope, id) => Ok(()),
        Some(_) => Err(Error::not_found("account")),
        None if scope == Scope::All => Ok(()),
        None => Err(Error::not_found("setting of the whole system for this login")),
    }
}

async fn find(c: &mut Connection, scope: Scope, of: SettingsOf) -> Result<Found, Error> {
    Ok(match of {
        SettingsOf::Appliance => {
            account_in(scope, None)?;
            Found::new(Row::Appliance, Level::Appliance, store::change::appliance(c).await?, Stack::default())
        }
        SettingsOf::System => {
            account_in(scope, None)?;
            Found::new(Row::System, Level::Brand, store::change::settings(c).await?, Stack::default())
        }
        SettingsOf::Brand(id) => {
            account_in(scope, None)?;
            let brand: Option<Brand<Settings>> = store::brand::get(c, id).await?;
            let brand = brand.ok_or_else(|| Error::not_found("brand"))?;
            let below = Base::of(c, None).await?.brand(None);
            Found::new(Row::Brand(brand.clone()), Level::Brand, brand.settings, below)
        }
        SettingsOf::Account(id) => {
            account_in(scope, Some(id))?;
            let account: Option<Account<Settings>> = store::account::get(c, id).await?;
            let account = account.ok_or_else(|| Error::not_found("account"))?;
            let below = Base::of(c, Some(id)).await?.brand(Some(id));
            let below = below.with(Level::Account, &layers::of_zone(&account.time_zone));
            Found::new(Row::Account(account.clone()), Level::Account, account.settings, below)
        }
        SettingsOf::DefaultInbound(account) => defaults(c, scope, Defaults::Domain, account).await?,
        SettingsOf::DefaultOutbound(account) => defaults(c, scope, Defaults::Outbound, account).await?,
        SettingsOf::DefaultRelay(account) => defaults(c, scope, Defaults::Relay, account).await?,
        SettingsOf::Domain(id) => {
            let d = domain_in(c, scope, id).await?;
            let below = Base::of(c, Some(d.account)).await?.inbound(d.account);
            Found::new(Row::Domain(d.clone()), Level::Domain, d.settings, below)
        }
        SettingsOf::OutboundIp(id) => {
            let o = outbound_in(c, scope, id).await?;
            let below = Base::of(c, Some(o.account)).await?.outbound(o.account);
            Found::new(Row::OutboundIp(o.clone()), Level::OutboundIp, o.settings, below)
        }
        SettingsOf::Group(id) => {
            let (group, domain) = crate::groups::group_in(c, scope, id).await?;
            let (own, (inbound, outbound)) = (group.settings.clone(), below_people(c, &domain).await?);
            Found { row: Row::Group(group, domain), level: Level::Group, own, inbound, outbound }
        }
        SettingsOf::Mailbox(id) => {
            let m = mailbox_in(c, scope, id).await?;
            let domain = store::domain::get(c, m.domain).await?.ok_or_else(|| Error::not_found("domain"))?;
            let groups: Vec<Group<Settings>> = store::group::of_mailbox(c, id).await?;
            let groups = || groups.iter().map(|g| &g.settings);
            let (inbound, outbound) = below_people(c, &domain).await?;
            let (inbound, outbound) = (inbound.with_groups(groups()), outbound.with_groups(groups()));
            Found { own: m.settings.clone(), row: Row::Mailbox(m), level: Level::Mailbox, inbound, outbound }
        }
    })
}

async fn defaults(c: &mut Connection, scope: Scope, of: Defaults, account: Option<AccountId>) -> Result<Found, Error> {
    account_in(scope, account)?;
    if let Some(id) = account
        && store::account::name(c, id).await?.is_none()
    {
        return Err(Error::not_found("account"));
    }
    let own = store::defaults::get(c, of, account).await?.unwrap_or_default();
    let below = Base::of(c, account).await?.below_defaults(of, account);
    Ok(Found::new(Row::Defaults(of, account), layers::default_level(of), own, below))
}

/// What lies below the groups and mailboxes of a domain: for mail to them, and for mail of theirs from wherever.
async fn below_people(c: &mut Connection, domain: &Domain) -> Result<(Stack, Stack), Error> {
    let base = Base::of(c, Some(domain.account)).await?;
    Ok((base.inbound(domain.account).with(Level::Domain, &domain.settings), base.outbound(domain.account)))
}

/// Changes what is named in `own`, the settings of a place of this level and account; what differs, for the audit trail.
/// An error names every path that is wrong; nothing has been written then.
pub(crate) async fn patched(
    c: &mut Connection,
    level: Level,
    account: Option<AccountId>,
    own: &mut Settings,
    changes: &[(String, Json)],
) -> Result<Vec<String>, Error> {
    let named = changes.iter().map(|(path, value)| (path.as_str(), value.clone()));
    let differences = match own.patch(level, named) {
        Ok(differences) => differences,
        Err(wrong) => {
            Error::fields(wrong)?;
            Vec::new()
        }
    };
    // Of what stands there already, only what was named now is this caller's to answer for.
    let is_named = |f: &FieldError| changes.iter().any(|(path, _)| *path == f.field);
    let mut problems = layers::problems(level, own);
    problems.extend(crate::definition::reference::problems(c, account, own).await?);
    problems.extend(layers::missing(layers::off(c, account).await?, &differences));
    Error::fields(problems.into_iter().filter(is_named).collect())?;
    Ok(differences.iter().map(ToString::to_string).collect())
}

impl Service {
    /// Whether the actor may read settings at all; the catalogue of them is the same for all who may.
    pub fn may_read_settings(&self, actor: &Actor) -> Result<(), Error> {
        self.permit(actor, UseCase::ReadSettings).map(drop)
    }

    /// Whether the actor's role may change the settings of such a place.
    pub fn may_change_settings(&self, actor: &Actor, of: SettingsOf) -> bool {
        crate::permission::check_role(actor, of.edited_by()).is_ok()
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
        let scope = self.permit(actor, of.edited_by())?;
        let mut tx = self.inner.store.begin().await?;
        let mut found = find(&mut tx, scope, of).await?;
        let account = found.object().1;
        let differences = patched(&mut tx, found.level, account, &mut found.own, changes).await?;
        if differences.is_empty() {
            return Ok(found.view());
        }
        let own = found.own.clone();
        match &mut found.row {
            Row::Appliance => store::change::set_appliance(&mut tx, &own).await?,
            Row::System => store::change::set_settings(&mut tx, &own).await?,
            Row::Brand(b) => {
                b.settings = own;
                store::brand::update(&mut tx, b).await?;
            }
            Row::Account(a) => {
                a.settings = own;
                store::account::update(&mut tx, a).await?;
            }
            Row::Defaults(of, account) if own.is_empty() => store::defaults::clear(&mut tx, *of, *account).await?,
            Row::Defaults(of, account) => store::defaults::set(&mut tx, *of, *account, &own).await?,
            Row::Domain(d) => {
                d.settings = own;
                store::domain::update(&mut tx, d).await?;
            }
            Row::OutboundIp(o) => {
                o.settings = own;
                store::outbound::put(&mut tx, o).await?;
            }
            Row::Group(g, _) => {
                g.settings = own;
                store::group::update(&mut tx, g).await?;
            }
            Row::Mailbox(m) => {
                m.settings = own;
                store::mailbox::update(&mut tx, m).await?;
            }
        }
        let (object, account) = found.object();
        self.note(&mut tx, actor, "settings.edit", &object, &differences.join("; "), account).await?;
        store::change::touch(&mut tx, &[found.touched()]).await?;
        tx.commit().await?;
        Ok(found.view())
    }
}
