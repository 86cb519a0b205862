//! Which levels lie over which, and whether a level's settings are sound.

use crate::Error;
use filter::ContentFilters;
use filter::content::StoredFilter;
use model::definition::ContentFilter;
use model::settings::{Difference, Held, Kind, Layered, Level, Off, Source, definition, explain, held};
use model::{AccountId, Direction, FieldError, MailboxId, Settings, Values};
use std::collections::HashMap;
use std::sync::Arc;
use store::Connection;
use store::account::Account;
use store::defaults::{self, Level as Kept};
use store::domain::Domain;

/// The levels that hold in one place, lowest first. Several rows of one level (the defaults of the system and of an
/// account, the groups of a mailbox) stand in their own order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Stack {
    levels: Vec<(Level, Settings)>,
    /// Features that the account is without.
    off: Off,
}

impl Stack {
    /// With this row on top.
    pub(crate) fn with(mut self, level: Level, settings: &Settings) -> Stack {
        if !settings.is_empty() {
            self.levels.push((level, settings.clone()));
        }
        self
    }

    fn with_some(self, level: Level, settings: Option<&Settings>) -> Stack {
        match settings {
            Some(settings) => self.with(level, settings),
            None => self,
        }
    }

    /// With groups of one mailbox or sender on top: `first_wins` in the order in which they go before each other.
    pub(crate) fn with_groups<'a>(self, first_wins: impl DoubleEndedIterator<Item = &'a Settings>) -> Stack {
        first_wins.rev().fold(self, |stack, settings| stack.with(Level::Group, settings))
    }

    pub(crate) fn layered(&self) -> Layered {
        Layered::from_lowest(self.levels.iter().map(|(level, settings)| (*level, settings))).without(self.off)
    }

    pub(crate) fn resolve(&self, direction: Direction) -> Values {
        self.layered().resolve(direction)
    }

    pub(crate) fn off(&self) -> Off {
        self.off
    }

    /// For an account without these features.
    fn without(self, off: Off) -> Stack {
        Stack { off: self.off.and(off), ..self }
    }

    fn levels(&self) -> Vec<(Level, &Settings)> {
        self.levels.iter().map(|(level, settings)| (*level, settings)).collect()
    }

    /// What holds for one setting, and which level it comes from; none where there is no such setting, or it
    /// needs a feature that the account is without.
    pub(crate) fn explain(&self, path: &str) -> Option<Source> {
        explain(&self.levels(), path, self.off)
    }

    /// What of one setting groups and mailboxes cannot loosen.
    pub(crate) fn held(&self, path: &str) -> Held {
        held(&self.levels(), path)
    }
}

/// What an account sets for all that is its.
#[derive(Debug, Clone, Default)]
struct OfAccount {
    brand: Option<i64>,
    settings: Settings,
    off: Off,
}

impl From<Account<Settings>> for OfAccount {
    fn from(a: Account<Settings>) -> Self {
        OfAccount { settings: a.settings.over(&of_zone(&a.time_zone)), brand: a.brand, off: Off::all_but(&a.features) }
    }
}

/// The time zone of an account as a setting of its level, below what the account sets there (guide chapter 4).
pub(crate) fn of_zone(zone: &str) -> Settings {
    let mut settings = Settings::default();
    if !zone.is_empty()
        && let Err(problem) = settings.set("digest.time_zone", zone.into())
    {
        tracing::warn!(zone, problem = problem.message, "the time zone of an account is left out");
    }
    settings
}

/// Everything below domains and outbound IPs: the system's settings, brands, accounts and defaults.
#[derive(Debug, Clone, Default)]
pub(crate) struct Base {
    system: Settings,
    brands: HashMap<i64, Settings>,
    accounts: HashMap<AccountId, OfAccount>,
    defaults: HashMap<(Kept, Option<AccountId>), Settings>,
    content: HashMap<AccountId, OfContent>,
}

/// The content filters of an account.
#[derive(Debug, Clone)]
struct OfContent {
    sources: Vec<StoredFilter>,
    compiled: Arc<ContentFilters>,
}

impl Base {
    /// Of every account.
    pub(crate) async fn all(c: &mut Connection) -> Result<Base, Error> {
        let system = store::change::settings(c).await?;
        let brands = store::brand::all(c).await?.into_iter().map(|b| (b.id, b.settings)).collect();
        let accounts = store::account::all_that_set(c).await?.into_iter();
        let accounts = accounts.map(|a| (a.id, OfAccount::from(a))).collect();
        let defaults = defaults::all(c).await?.into_iter().map(|(level, a, s)| ((level, a), s)).collect();
        Ok(Base { system, brands, accounts, defaults, content: HashMap::new() })
    }

    /// Of every account, with its content filters compiled; those that are as they were `before` are not compiled again.
    pub(crate) async fn with_content(c: &mut Connection, before: &Base) -> Result<Base, Error> {
        let mut base = Base::all(c).await?;
        let mut sources: HashMap<AccountId, Vec<StoredFilter>> = HashMap::new();
        for d in store::definition::all::<ContentFilter>(c, store::definition::Kind::ContentFilter).await? {
            let Some(account) = d.account else { continue };
            let source = StoredFilter { id: d.id, name: d.name, definition: d.body };
            sources.entry(account).or_default().push(source);
        }
        for (account, sources) in sources {
            let same = before.content.get(&account).filter(|known| known.sources == sources);
            let compiled = match same {
                Some(known) => known.compiled.clone(),
                None => Arc::new(ContentFilters::compile(account, &sources)),
            };
            base.content.insert(account, OfContent { sources, compiled });
        }
        Ok(base)
    }

    /// The account's content filters.
    pub(crate) fn content(&self, account: AccountId) -> Option<Arc<ContentFilters>> {
        self.content.get(&account).map(|c| c.compiled.clone())
    }

    /// Of one account; with none, of the system only.
    pub(crate) async fn of(c: &mut Connection, account: Option<AccountId>) -> Result<Base, Error> {
        let mut base = Base { system: store::change::settings(c).await?, ..Base::default() };
        if let Some(id) = account
            && let Some(a) = store::account::get::<Settings>(c, id).await?
        {
            if let Some(brand) = a.brand
                && let Some(b) = store::brand::get(c, brand).await?
            {
                base.brands.insert(brand, b.settings);
            }
            base.accounts.insert(id, OfAccount::from(a));
        }
        let defaults = defaults::of(c, account).await?.into_iter();
        base.defaults = defaults.map(|(level, a, s)| ((level, a), s)).collect();
        Ok(base)
    }

    /// The system's, then those of the account's brand.
    pub(crate) fn brand(&self, account: Option<AccountId>) -> Stack {
        let account = account.and_then(|a| self.accounts.get(&a));
        let brand = account.and_then(|a| a.brand);
        let stack = Stack::default().with(Level::Brand, &self.system);
        let stack = stack.without(account.map(|a| a.off).unwrap_or_default());
        stack.with_some(Level::Brand, brand.and_then(|b| self.brands.get(&b)))
    }

    /// Brand and account.
    pub(crate) fn account(&self, account: Option<AccountId>) -> Stack {
        self.own(self.brand(account), account)
    }

    /// The brand that an account has.
    pub(crate) fn brand_of(&self, account: Option<AccountId>) -> Option<i64> {
        account.and_then(|a| self.accounts.get(&a)).and_then(|a| a.brand)
    }

    /// What the account sets itself, over what is `below`.
    pub(crate) fn own(&self, below: Stack, account: Option<AccountId>) -> Stack {
        below.with_some(Level::Account, account.and_then(|a| self.accounts.get(&a)).map(|a| &a.settings))
    }

    /// What lies below the defaults of an account, or of the system.
    pub(crate) fn below_defaults(&self, of: Kept, account: Option<AccountId>) -> Stack {
        let stack = match of {
            Kept::Domain | Kept::Outbound => self.account(account),
            Kept::Relay => self.with_defaults(Kept::Outbound, account),
        };
        // Over the system's defaults lie those of an account.
        let system = account.and_then(|_| self.defaults.get(&(of, None)));
        stack.with_some(default_level(of), system)
    }

    fn with_defaults(&self, of: Kept, account: Option<AccountId>) -> Stack {
        self.below_defaults(of, account).with_some(default_level(of), self.defaults.get(&(of, account)))
    }

    /// What lies below the account's domains.
    pub(crate) fn inbound(&self, account: AccountId) -> Stack {
        self.with_defaults(Kept::Domain, Some(account))
    }

    /// What holds for users of the account's Outbound Authenticated Relay.
    pub(crate) fn relay(&self, account: AccountId) -> Stack {
        self.with_defaults(Kept::Relay, Some(account))
    }

    /// What lies below the account's outbound IPs.
    pub(crate) fn outbound(&self, account: AccountId) -> Stack {
        self.with_defaults(Kept::Outbound, Some(account))
    }
}

/// The groups that set something, and which of them each mailbox is in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    settings: HashMap<i64, Settings>,
    of: HashMap<MailboxId, Vec<i64>>,
}

impl Groups {
    pub(crate) async fn all(c: &mut Connection) -> Result<Groups, Error> {
        let groups = store::group::all::<Settings>(c, None).await?.into_iter();
        let settings: HashMap<i64, Settings> =
            groups.filter(|g| !g.settings.is_empty()).map(|g| (g.id, g.settings)).collect();
        let mut of = store::group::memberships(c).await?;
        of.values_mut().for_each(|groups| groups.retain(|id| settings.contains_key(id)));
        Ok(Groups { settings, of })
    }

    /// Those of a mailbox, in the order in which they go before each other.
    pub(crate) fn of(&self, mailbox: MailboxId) -> &[i64] {
        self.of.get(&mailbox).map_or(&[], Vec::as_slice)
    }

    /// These groups over the domain that is `below`.
    pub(crate) fn over(&self, below: &Layered, groups: &[i64]) -> Layered {
        let settings = groups.iter().rev().filter_map(|id| self.settings.get(id));
        settings.fold(below.clone(), |below, settings| lay(&below, Level::Group, settings))
    }
}

/// The levels of a domain: from the brand to itself.
pub(crate) async fn of_domain(c: &mut Connection, domain: &Domain) -> Result<Stack, Error> {
    let below = Base::of(c, Some(domain.account)).await?.inbound(domain.account);
    Ok(below.with(Level::Domain, &domain.settings))
}

/// The level at which defaults are set.
pub(crate) fn default_level(of: Kept) -> Level {
    match of {
        Kept::Domain => Level::DefaultInbound,
        Kept::Outbound => Level::DefaultOutbound,
        Kept::Relay => Level::OutboundRelay,
    }
}

/// One level over what is `below`: the snapshot's way, which lays each row once.
pub(crate) fn lay(below: &Layered, level: Level, settings: &Settings) -> Layered {
    match settings.is_empty() {
        true => below.clone(),
        false => Layered::of(level, settings).over(below),
    }
}

/// What holds for a mailbox of the domain, or the groups, that are `below`.
pub(crate) fn mailbox(below: &Layered, mailbox: &Settings) -> Values {
    lay(below, Level::Mailbox, mailbox).resolve(Direction::Inbound)
}

/// Ways of encrypting towards the mail gateway that delivery cannot keep yet: it would hold all mail back until it
/// bounces, so they are not taken.
const CANNOT_KEEP: &[&str] = &["always_valid", "always_trusted"];

/// The features that an account is without; what belongs to no account has all.
pub(crate) async fn off(c: &mut Connection, account: Option<AccountId>) -> Result<Off, Error> {
    let Some(id) = account else { return Ok(Off::default()) };
    let features = store::account::features(c, id).await?;
    Ok(features.map(|on| Off::all_but(&on)).unwrap_or_default())
}

/// What of these changes an account without some features does not take. A setting may always be taken back.
pub(crate) fn missing(off: Off, changes: &[Difference]) -> Vec<FieldError> {
    let wrong = |change: &Difference| {
        let feature = off.refuses(definition(&change.path)?, change.after.as_ref()?)?;
        let message = format!("the account does not have {}", feature.label());
        Some(FieldError { field: change.path.clone(), message })
    };
    changes.iter().filter(|_| !off.is_empty()).filter_map(wrong).collect()
}

/// What is wrong with a level's settings: each setting's path, and what would be accepted. Names of time zones are
/// checked here, for `model` has no list of them.
pub(crate) fn problems(level: Level, settings: &Settings) -> Vec<FieldError> {
    let mut out = settings.problems(level);
    for (definition, value) in settings.iter() {
        let zone = value.as_str().unwrap_or_default();
        if definition.kind == Kind::TimeZone && zone.parse::<chrono_tz::Tz>().is_err() {
            let message = format!("{zone:?} is no time zone such as Europe/Berlin");
            out.push(FieldError { field: definition.path(), message });
        }
        if definition.path() == "smtp_encryption.versions" && value.as_array().is_some_and(Vec::is_empty) {
            let message = "at least one version is needed; where none is wanted, the policy is Never Encrypt".into();
            out.push(FieldError { field: definition.path(), message });
        }
        if definition.path() == "routing.encryption" && CANNOT_KEEP.contains(&value.as_str().unwrap_or_default()) {
            let message = "certificates of mail gateways are not checked yet: never, attempt or always".into();
            out.push(FieldError { field: definition.path(), message });
        }
    }
    out
}
