//! Changing and deleting accounts (guide chapter 4 "Managing Account Information").

use crate::accounts::name_problem;
use crate::domains::account_within;
use crate::{Error, Service, UseCase, audit};
use model::view::Feature;
use model::{AccountId, Actor, EmailAddress, ErrorCode, FieldError, Settings};
use store::Scope;
use store::account::Account;
use store::brand::Brand;
use store::change::Touched;

/// What to change of an account; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct AccountChange {
    pub name: Option<String>,
    /// Where notices go; empty: nowhere.
    pub email: Option<String>,
    /// As `Europe/Berlin`; empty: the system's.
    pub time_zone: Option<String>,
    /// All that it is licensed for, from now on. The system's administrators' to change, as are brand and default.
    pub features: Option<Vec<Feature>>,
    /// Some(None): the system's own.
    pub brand: Option<Option<i64>>,
    /// Makes it the default account in place of the one that was.
    pub make_default: bool,
}

impl AccountChange {
    /// What needs no database to be seen to be wrong.
    pub(crate) fn problems(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let mut field = |name: &str, message: String| wrong.push(FieldError { field: name.into(), message });
        if let Some(problem) = self.name.as_deref().and_then(|n| name_problem(n.trim())) {
            field("name", problem.into());
        }
        if let Some(email) = self.email.as_deref().map(str::trim).filter(|e| !e.is_empty())
            && let Err(e) = EmailAddress::parse(email)
        {
            field("email", format!("{email}: {e}"));
        }
        if let Some(zone) = self.time_zone.as_deref().filter(|z| !z.is_empty() && z.parse::<chrono_tz::Tz>().is_err()) {
            field("time_zone", format!("{zone:?} is no time zone such as Europe/Berlin"));
        }
        wrong
    }

    /// Changes `account`, and says what changed. `brand` gives the name of a brand.
    pub(crate) fn apply(&self, account: &mut Account<Settings>, brand: impl Fn(Option<i64>) -> String) -> Vec<String> {
        let mut changed = Vec::new();
        let mut text = |what: &str, now: &mut String, new: Option<&str>| {
            if let Some(new) = new.map(str::trim).filter(|n| n != now) {
                let word = |t: &str| if t.is_empty() { "none".to_owned() } else { t.to_owned() };
                changed.push(audit::step(what, &word(now), &word(new)));
                *now = new.to_owned();
            }
        };
        text("name", &mut account.name, self.name.as_deref());
        text("e-mail", &mut account.email, self.email.as_deref());
        text("time zone", &mut account.time_zone, self.time_zone.as_deref());
        if let Some(features) = &self.features {
            let mut features = features.clone();
            features.sort_unstable();
            features.dedup();
            if features != account.features {
                let words = |f: &[Feature]| match f {
                    [] => "none".to_owned(),
                    some => some.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(", "),
                };
                changed.push(audit::step("features", &words(&account.features), &words(&features)));
                account.features = features;
            }
        }
        if let Some(id) = self.brand.filter(|b| *b != account.brand) {
            changed.push(audit::step("brand", &brand(account.brand), &brand(id)));
            account.brand = id;
        }
        changed
    }
}

impl Service {
    pub async fn rename_account(&self, actor: &Actor, id: AccountId, name: &str) -> Result<(), Error> {
        let change = AccountChange { name: Some(name.to_owned()), ..AccountChange::default() };
        self.change_account(actor, id, &change).await
    }

    pub async fn change_account(&self, actor: &Actor, id: AccountId, change: &AccountChange) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditAccount)?;
        Error::fields(change.problems())?;
        let mut tx = self.inner.store.begin().await?;
        let found: Option<Account<Settings>> = store::account::get(&mut tx, id).await?;
        let before = found.filter(|_| account_within(scope, id)).ok_or_else(|| Error::not_found("account"))?;
        if scope != Scope::All && (change.features.is_some() || change.brand.is_some() || change.make_default) {
            let message = "Features, brand and the default account are the system's administrators' to change.";
            return Err(Error::new(ErrorCode::Forbidden, message));
        }
        let brands: Vec<Brand<Settings>> = store::brand::all(&mut tx).await?;
        if let Some(Some(brand)) = change.brand
            && brands.iter().all(|b| b.id != brand)
        {
            return Err(Error::field("brand", "There is no such brand."));
        }
        let brand =
            |id: Option<i64>| brands.iter().find(|b| Some(b.id) == id).map_or("none".into(), |b| b.name.clone());
        let mut after = before.clone();
        let mut changed = change.apply(&mut after, brand);
        if let Some(other) = store::account::by_name(&mut tx, &after.name).await?
            && other != id
        {
            return Err(Error::taken("name", format!("There is an account {} already.", after.name)));
        }
        if after != before {
            store::account::update(&mut tx, &after).await?;
        }
        if change.make_default && !before.is_default {
            let was = store::account::default_one::<Settings>(&mut tx).await?;
            changed.push(audit::step("default account", &was.map_or("none".into(), |w| w.name), &after.name));
            store::account::set_default(&mut tx, id).await?;
        }
        if changed.is_empty() {
            return Ok(());
        }
        self.note(&mut tx, actor, "account.edit", &after.name, &changed.join("; "), Some(id)).await?;
        store::change::touch(&mut tx, &[Touched::Levels]).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes an account without domains and outbound addresses; its administrators and tokens go with it.
    pub async fn delete_account(&self, actor: &Actor, id: AccountId) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::DeleteAccount)?;
        let mut tx = self.inner.store.begin().await?;
        let found: Option<Account<serde_json::Value>> = store::account::get(&mut tx, id).await?;
        let account = found.filter(|_| account_within(scope, id)).ok_or_else(|| Error::not_found("account"))?;
        let name = account.name;
        if account.is_default {
            let message = format!("{name} is the default account: make another the default first.");
            return Err(Error::new(ErrorCode::Conflict, message));
        }
        let (_, domains, _) = store::account::totals(&mut tx, store::Scope::Account(id)).await?;
        let networks = store::outbound::all(&mut tx, Some(id)).await?.len();
        if domains > 0 || networks > 0 {
            let has = format!("{domains} domains and {networks} outbound addresses");
            let message = format!("The account {name} still has {has}: delete or move them first.");
            return Err(Error::new(ErrorCode::Conflict, message));
        }
        store::account::delete(&mut tx, id).await?;
        self.note(&mut tx, actor, "account.delete", &name, "", Some(id)).await?;
        store::change::touch(&mut tx, &[Touched::Levels]).await?;
        Ok(tx.commit().await?)
    }
}
